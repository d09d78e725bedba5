"""The judge's eyes for Zoom: does each meeting belong to something we know, and is each dead grant explained?"""

from collections.abc import Iterator
from itertools import pairwise

from tests.chaos.evidence import Evidence, Line, grouped

UNKNOWN = ("", "lost")  # outcomes of attempts after which there may be a meeting that we have no row for


def unmapped(evidence: Evidence) -> Iterator[str]:
    """Meetings at Zoom that no row explains: no conference, no attempt with its id, no attempt with a lost answer."""
    for booking, meetings in extra(evidence).items():
        attempts = evidence.attempts.get(booking, [])
        named = {attempt["external_id"] for attempt in attempts if attempt["external_id"]}
        unnamed = [meeting for meeting in meetings if str(meeting["id"]) not in named]
        unclear = sum(attempt["outcome"] in UNKNOWN and not attempt["external_id"] for attempt in attempts)
        for meeting in unnamed[unclear:]:
            yield f"meeting {meeting['id']} of booking {booking}, which has {unclear} attempts with a lost answer"


def gone(evidence: Evidence) -> Iterator[str]:
    """Standing bookings whose meeting is not at Zoom."""
    for booking in evidence.standing:
        for each in evidence.conferences.get(booking["id"], []):
            if not each["unused"] and each["external_id"] and each["external_id"] not in evidence.there:
                yield f"booking {booking['id']}: meeting {each['external_id']} is gone"


def unexplained_dead(evidence: Evidence) -> Iterator[str]:
    """Grants that needed a reconnect although every rotation was stored and no fresh token was refused.

    Whoever has removed us is `judge_tidy.not_removed`'s.
    """
    asked, removed = grouped(evidence.requests, "user_id"), {each["vendor_user_id"] for each in evidence.removed}
    for grant in evidence.dead:
        if grant["vendor_user_id"] in removed:
            continue
        requests = asked.get(grant["vendor_user_id"], [])
        issued = sum(each["kind"] == "refresh" and each["issued"] for each in requests)
        stored = grant["token_version"] - grant["generation"]
        if issued <= stored and not _fresh_token_refused(requests):
            yield f"the grant of {grant['host']}: {issued} rotations, {stored} stored; {grant['reason']}"


def _fresh_token_refused(requests: list[Line]) -> bool:
    """Whether Zoom refused the call right after a refresh: that ends a permission (Zoom contract chapter 8)."""
    return any(before["kind"] == "refresh" and after["status"] == 401 for before, after in pairwise(requests))


def figures(evidence: Evidence) -> dict[str, int]:
    """Return how much there was at Zoom."""
    refreshes = [each for each in evidence.requests if each["kind"] == "refresh"]
    return {
        "extra meetings": sum(len(meetings) for meetings in extra(evidence).values()),
        "unused meetings that have a row": sum(each["unused"] for each in evidence.rows["conferences"]),
        "lost meetings found again and used": sum(each["outcome"] == "found" for each in evidence.rows["attempts"]),
        "dead grants": len(evidence.dead),
        "refreshes": len(refreshes),
        "requests at Zoom": len(evidence.requests),
        "requests at Zoom with a fault": sum(bool(each["faults"]) for each in evidence.requests),
    }


def extra(evidence: Evidence) -> dict[int, list[Line]]:
    """Return the meetings that stand at Zoom and are nobody's conference, by booking (0: of none)."""
    known = {each["external_id"] for each in evidence.rows["conferences"]}
    by_reference = {booking["uid"][:8].upper(): booking["id"] for booking in evidence.bookings}
    references = {each["meeting_id"]: each["reference"] for each in evidence.requests if each["effect"] == "made"}
    extra = [meeting for meeting in evidence.meetings if str(meeting["id"]) not in known]
    named = [meeting | {"of": by_reference.get(references.get(meeting["id"], ""), 0)} for meeting in extra]
    return grouped(named, "of")
