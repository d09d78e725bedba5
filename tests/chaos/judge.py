"""The judge: compares what the outside world saw with what the database says, and finds every broken promise.

Pure: evidence in, verdict out (reliability.md sections 1 and 7.1, Zoom contract chapter 9).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from tests.chaos import judge_invites, judge_tidy, judge_zoom
from tests.chaos.evidence import Evidence, Line, grouped

OVERDUE = timedelta(seconds=60)
READING = ("look", "page", "reload")
CLEAR = ((0, 303, 409, 502, 503, 504), (0, 200, 404, 502, 503, 504))  # of forms, of pages; 0: no answer


@dataclass
class Verdict:
    """Figures in their order, and a sentence for each broken promise by the name of its figure."""

    figures: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not any(self.broken.values())


def judge(evidence: Evidence) -> Verdict:
    """Return the verdict on a run that has come to rest."""
    verdict = Verdict()
    posts = [answer for answer in evidence.answers if answer["act"] in ("book", "double", "again")]
    verdict.figures = {
        "accepted": len({answer["token"] for answer in posts if answer["status"] == 303}),
        "refused": sum(answer["status"] in (409, 422) for answer in posts),
        "unclear answers, sent again": sum(answer["status"] in (0, 500, 502, 503, 504) for answer in posts),
    }
    for name, find in PROMISES.items():
        verdict.broken[name] = list(find(evidence))
        verdict.figures[name] = len(verdict.broken[name])
    verdict.figures |= _told(evidence)
    return verdict


def lost(evidence: Evidence) -> Iterator[str]:
    """Bookings that a guest was promised (303), and that are not there."""
    for token, answers in grouped(_promised(evidence), "token").items():
        if token not in evidence.by_token:
            yield f"guest {answers[0]['visit']} was promised {answers[0]['start']}"


def twice(evidence: Evidence) -> Iterator[str]:
    """Forms that made two bookings, or led to two pages. Each guest has an address of their own and one form."""
    for email, bookings in grouped(evidence.bookings, "guest_email").items():
        if len(bookings) > 1:
            yield f"{len(bookings)} bookings of {email}"
    for visit, answers in grouped(_promised(evidence), "visit").items():
        if len({answer["token"] for answer in answers}) > 1:
            yield f"guest {visit} was led to several bookings"


def overlapping(evidence: Evidence) -> Iterator[str]:
    """Bookings and holds of one host that share a moment, and bookings without their hold."""
    for rows, host in ((evidence.standing, "host__handle"), (evidence.rows["holds"], "host_id")):
        for name, of_host in grouped(rows, host).items():
            ordered = sorted(of_host, key=lambda row: (moment(row["start"]), moment(row["end"])))
            for one, other in pairwise(ordered):
                if moment(one["end"]) > moment(other["start"]):
                    yield f"{one['id']} and {other['id']} of {name} at {other['start']}"
    held = {hold["booking__id"]: hold for hold in evidence.rows["holds"]}
    for booking in evidence.standing:
        hold = held.get(booking["id"])
        if hold is None or moment(hold["start"]) != moment(booking["start"]):
            yield f"booking {booking['id']} without its hold"


def changes_lost(evidence: Evidence) -> Iterator[str]:
    """Cancellations and reschedules that were confirmed to the guest and did not happen."""
    for answer in evidence.answers:
        booking = evidence.by_token.get(answer.get("token", ""))
        if answer["status"] != 303 or booking is None:
            continue
        if answer["act"] == "cancel" and booking["status"] != "cancelled":
            yield f"booking {booking['id']} was cancelled and is {booking['status']}"
        if answer["act"] == "reschedule" and moment(answer["to"]) != moment(booking["start"]):
            yield f"booking {booking['id']} was moved to {answer['to']} and is at {booking['start']}"


def without_link(evidence: Evidence) -> Iterator[str]:
    """Confirmed bookings that have no join link."""
    steps = {work["key"]: work for work in evidence.rows["works"] if work["kind"] == "delivery.conference"}
    for booking in evidence.standing:
        if not evidence.link(booking):
            step = steps.get(f"booking:{booking['id']}:{booking['version']}", {})
            yield f"booking {booking['id']}: {step.get('state')} {step.get('trouble')} {step.get('last_error')}"


def wrong_answers(evidence: Evidence) -> Iterator[str]:
    """Answers that no guest should get, whatever fails: errors of ours, and refusals of forms that were in order."""
    for answer in evidence.answers:
        if answer["status"] not in CLEAR[answer["act"] in READING]:
            yield f"guest {answer.get('visit')}, {answer['act']}: {answer['status']} {answer.get('error', '')}"


def stuck(evidence: Evidence) -> Iterator[str]:
    """Steps that are neither done, nor waiting with a reason and a time, nor waiting for somebody with a reason."""
    now = moment(evidence.rows["now"][0]["now"])
    for work in evidence.rows["works"]:
        why = _why_stuck(work, now)
        if why:
            yield f"{work['kind']} {work['key']} {work['state']}: {why}"


def _why_stuck(work: Line, now: datetime) -> str:
    leased = work["lease_until"] is not None
    if leased and moment(work["lease_until"]) > now:
        return ""
    if work["state"] == "waiting":
        if moment(work["run_at"]) + OVERDUE < now:
            return "overdue, and nobody does it"
        return "waits without a reason" if work["attempt"] and not work["last_error"] else ""
    if leased:
        return "ended, and still leased"
    return "needs somebody without a reason" if work["state"] != "done" and not work["last_error"] else ""


def _told(evidence: Evidence) -> dict[str, int]:
    """Return what is counted and allowed."""
    works = evidence.rows["works"]
    return judge_zoom.figures(evidence) | judge_invites.figures(evidence) | {
        "steps that need somebody": sum(work["state"] in ("parked", "failed") for work in works),
        "steps that wait for a moment": sum(work["state"] == "waiting" for work in works),
        "pages without the database (503)": sum(answer["status"] == 503 for answer in evidence.answers),
    }  # fmt: skip


def _promised(evidence: Evidence) -> list[Line]:
    booked = ("book", "double", "again")
    return [answer for answer in evidence.answers if answer["act"] in booked and answer["status"] == 303]


def moment(text: str) -> datetime:
    """Return the instant that a line names."""
    return datetime.fromisoformat(text)


PROMISES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "lost": lost,
    "booked twice by one form": twice,
    "overlapping": overlapping,
    "changes lost": changes_lost,
    "without link": without_link,
    "wrong link": judge_invites.wrong_links,
    "without invite": judge_invites.without_invite,
    "duplicate invites": judge_invites.duplicates,
    "wrong answers": wrong_answers,
    "stuck steps": stuck,
    "unmapped extra meetings": judge_zoom.unmapped,
    "used meetings gone": judge_zoom.gone,
    "unexplained dead grants": judge_zoom.unexplained_dead,
    "meetings at another time": judge_tidy.elsewhere,
    "unused meetings left at Zoom": judge_tidy.left,
    "extra meetings that a look finds": judge_tidy.unseen,
    "removals not carried out": judge_tidy.not_removed,
}
