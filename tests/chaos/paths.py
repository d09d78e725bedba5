"""Which faults and which ways back were really taken: a run in which nothing happened proves nothing."""

from tests.chaos.evidence import Evidence, Line, grouped
from tests.chaos.faults import CALLS, TIDYING, TOKENS


def paths(evidence: Evidence) -> dict[str, int]:
    """Return each path that a run has to take, with how often it was taken."""
    counts = evidence.counts
    return {
        "lost answers of creates": _struck(evidence, "create-answer-lost", "create-fails-after", "empty-body"),
        "meetings asked for again": sum(len(each) > 1 for each in evidence.attempts.values()),
        "unused meetings or lost attempts recorded": _recorded(evidence),
        "leases that ran out and were taken over": counts.get("takeovers", 0),
        "refreshes tried again after a lost answer": _refreshed_again(evidence),
        "invites without link, updated later": _updated(evidence),
        "losses of the database survived by a process": counts.get("database lost", 0),
        "double posts answered with the same page": _doubles(evidence),
        "caps that were hit, without a further call": _capped(evidence),
        "mails with a lost answer, sent again": counts.get("mails taken twice", 0),
        "mails asked to come later, and taken then": counts.get("mails taken later", 0),
        "posts without a clear answer, then accepted": _cleared(evidence),
        "refused guests": sum(answer["status"] == 409 for answer in evidence.answers),
        "reschedules": _changed(evidence, "reschedule"),
        "cancellations": _changed(evidence, "cancel"),
        "meetings moved": _done(evidence, "changed"),
        "meetings deleted": _done(evidence, "deleted"),
        "meetings found again instead of a second create": _found(evidence),
        "deauthorizations": sum(removed["event"] == "delivered" for removed in evidence.removed),
    }


def faults(evidence: Evidence) -> dict[str, int]:
    """Return how often each fault of Zoom struck."""
    return {name: _struck(evidence, name) for name, _, _ in (*CALLS, *TOKENS, *TIDYING)}


def missing(evidence: Evidence, *, engine: str, surely: tuple[str, ...]) -> list[str]:
    """Return the paths and faults that were not taken; `surely` are the faults that had to strike."""
    without = {"losses of the database survived by a process"} if engine == "SQLite" else set()
    taken = paths(evidence) | {name: _struck(evidence, name) for name in surely}
    return [name for name, count in taken.items() if not count and name not in without]


def _struck(evidence: Evidence, *names: str) -> int:
    return sum(bool(set(names) & set(request["faults"])) for request in evidence.requests)


def _recorded(evidence: Evidence) -> int:
    unused = sum(each["unused"] for each in evidence.rows["conferences"])
    return unused + sum(each["outcome"] in ("", "lost", "found") for each in evidence.rows["attempts"])


def _refreshed_again(evidence: Evidence) -> int:
    """Count refreshes that came after one whose tokens were issued and never arrived, and got tokens."""
    found = 0
    for requests in grouped([each for each in evidence.requests if each["kind"] == "refresh"], "user_id").values():
        lost = False
        for request in requests:
            if request["issued"] and request["status"] == 200:
                found += lost
                lost = False
            elif request["issued"]:
                lost = True
    return found


def _updated(evidence: Evidence) -> int:
    """Count calendars that had the event without a link first, and then with it."""
    return sum(
        any(not mail["links"] and later["links"] for mail in mails for later in _after(mails, mail))
        for mails in evidence.calendars.values()
    )


def _after(mails: list[Line], mail: Line) -> list[Line]:
    return [each for each in mails if each["sequence"] > mail["sequence"] and each["method"] == "REQUEST"]


def _doubles(evidence: Evidence) -> int:
    pages = grouped(
        [each for each in evidence.answers if each["act"] in ("book", "double") and each["status"] == 303], "visit"
    )
    return sum(len(same) > 1 and len({each["token"] for each in same}) == 1 for same in pages.values())


def _capped(evidence: Evidence) -> int:
    """Count users of whom Zoom refused one create for the day, and who were not asked again before midnight."""
    found = 0
    creates = [each for each in evidence.requests if each["route"].endswith("/meetings") and each["method"] == "POST"]
    for requests in grouped(creates, "user_id").values():
        first = next((n for n, each in enumerate(requests) if _is_cap(each)), None)
        if first is not None:
            day = requests[first]["at"][:10]
            found += all(each["at"][:10] != day for each in requests[first + 1 :])
    return found


def _is_cap(request: Line) -> bool:
    by_itself = request["status"] == 429 and not request["faults"] and request["done"] == 429
    return by_itself or "meeting-cap" in request["faults"]


def _cleared(evidence: Evidence) -> int:
    return sum(each["status"] == 303 and each.get("unclear", 0) > 0 for each in evidence.answers)


def _done(evidence: Evidence, effect: str) -> int:
    return sum(request["effect"] == effect for request in evidence.requests)


def _found(evidence: Evidence) -> int:
    return sum(each["outcome"] == "found" for each in evidence.rows["attempts"])


def _changed(evidence: Evidence, act: str) -> int:
    return sum(each["act"] == act and each["status"] == 303 for each in evidence.answers)
