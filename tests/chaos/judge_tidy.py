"""The judge's eyes for what only some hosts do: let meetings be found, moved and deleted, and remove us at Zoom."""

from collections.abc import Iterator
from datetime import datetime

from tests.chaos.evidence import Evidence, Line
from tests.chaos.judge_zoom import extra

FIND, MOVE, DELETE = "meeting:read:list_meetings", "meeting:update:meeting", "meeting:delete:meeting"
TOLD = "Zoom is no longer connected"  # how the subject of the mail about a removal begins


def elsewhere(evidence: Evidence) -> Iterator[str]:
    """Standing bookings whose meeting has another time at Zoom, although the host lets meetings be moved."""
    for booking in evidence.standing:
        if not _allows(evidence, booking, MOVE):
            continue
        for each in evidence.conferences.get(booking["id"], []):
            meeting = evidence.there.get(each["external_id"])
            if meeting and not each["unused"] and _moment(meeting["start_time"]) != _moment(booking["start"]):
                yield f"{_named(booking)} at {booking['start']}: its meeting is at {meeting['start_time']}"


def left(evidence: Evidence) -> Iterator[str]:
    """Meetings that no booking uses and that stand at Zoom, although the host lets meetings be deleted.

    Of a booking that was cancelled while its host did not let us do anything the host was told that the meeting stays.
    """
    standing, unheld = {booking["id"] for booking in evidence.standing}, _cancelled_after_removal(evidence)
    for booking in evidence.bookings:
        if not _allows(evidence, booking, DELETE) or booking["token"] in unheld:
            continue
        for each in evidence.conferences.get(booking["id"], []):
            if each["external_id"] in evidence.there and (each["unused"] or booking["id"] not in standing):
                yield f"{_named(booking)}: meeting {each['external_id']} is still there"


def unseen(evidence: Evidence) -> Iterator[str]:
    """Extra meetings of hosts who let us look, although nothing kept us from finding them.

    One whose number we were told without a link cannot be used, and is written down.
    """
    by_id = {booking["id"]: booking for booking in evidence.bookings}
    for number, meetings in extra(evidence).items():
        booking = by_id.get(number)
        if booking is None or not _allows(evidence, booking, FIND):
            continue
        told = {attempt["external_id"] for attempt in evidence.attempts.get(number, [])}
        for meeting in meetings:
            if str(meeting["id"]) not in told:
                yield f"{_named(booking)}: meeting {meeting['id']} could have been found"


def not_removed(evidence: Evidence) -> Iterator[str]:
    """Hosts who removed us at Zoom, and whose tokens or connection stayed, or who were not told of it once."""
    for removed in evidence.removed:
        host = removed["host"]
        if removed["event"] != "delivered":
            yield f"{host}: nobody took Zoom's word, the event is {removed['event']}"
            continue
        if removed["grants"]:
            yield f"{host}: the tokens are still there"
        if removed["connections"] != ["deauthorized"]:
            yield f"{host}: the connection is {removed['connections']}"
        told = {mail["message_id"] for mail in evidence.mails if _tells(mail, host)}
        if len(told) != 1:
            yield f"{host} was told of it by {len(told)} mails"


def _cancelled_after_removal(evidence: Evidence) -> set[str]:
    """Return the secrets of bookings that guests cancelled after their host had removed us at Zoom."""
    since = {removed["host"]: _moment(removed["at"]) for removed in evidence.removed}
    cancelled = [each for each in evidence.answers if each["act"] == "cancel" and each["host"] in since]
    return {each["token"] for each in cancelled if _moment(each["at"]) >= since[each["host"]]}


def _named(booking: Line) -> str:
    return f"booking {booking['id']} of {booking['host__handle']}, {booking['status']}"


def _allows(evidence: Evidence, booking: Line, scope: str) -> bool:
    return scope in evidence.scopes.get(booking["host__handle"], set())


def _tells(mail: Line, host: str) -> bool:
    return mail["to"] == f"{host}@hosts.example" and mail["subject"].startswith(TOLD)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
