"""The judge's eyes for mails and pages: is it the right link, once, and in the newest edition of the event?"""

import difflib
from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Line, grouped


def wrong_links(evidence: Evidence) -> Iterator[str]:
    """Links in mails and on pages that were never the booking's, and newest editions with another than its own."""
    by_uid = {booking["uid"]: booking for booking in evidence.bookings}
    for (uid, reader), mails in evidence.calendars.items():
        booking = by_uid.get(uid)
        if booking is None:
            yield f"a mail to {reader} is about no booking"
            continue
        own = {each["join_url"] for each in evidence.conferences.get(booking["id"], []) if _was_used(each)}
        for mail in mails:
            if set(mail["links"]) - own:
                yield f"booking {booking['id']}: mail {mail['number']} carries {mail['links']}"
        newest = _newest(mails)
        now = {evidence.link(booking)} - {""}
        if booking["status"] == "confirmed" and newest["method"] == "REQUEST" and set(newest["links"]) != now:
            yield f"booking {booking['id']}: the newest invite to {reader} carries {newest['links']}, not {now}"
    for page in evidence.pages:
        booking = evidence.by_token[page["token"]]
        if set(page["links"]) != ({evidence.link(booking)} - {""} if booking["status"] == "confirmed" else set()):
            yield f"booking {booking['id']}: its page carries {page['links']}"


def without_invite(evidence: Evidence) -> Iterator[str]:
    """Standing bookings whose guest or host has no event at their time, and ended ones that stay in a calendar."""
    for booking in evidence.bookings:
        for reader in (booking["guest_email"], f"{booking['host__handle']}@hosts.example"):
            mails = evidence.calendars.get((booking["uid"], reader.lower()))
            if booking["status"] == "confirmed":
                if not mails or _newest(mails)["method"] != "REQUEST":
                    yield f"booking {booking['id']}: {reader} has no event"
                elif _newest(mails)["start"] != _stamp(booking["start"]):
                    yield f"booking {booking['id']}: {reader} has it at {_newest(mails)['start']}"
            elif mails and _newest(mails)["method"] != "CANCEL":
                yield f"booking {booking['id']} is {booking['status']}: {reader} still has the event"


def duplicates(evidence: Evidence) -> Iterator[str]:
    """Different messages that a calendar cannot tell apart, and one message with two contents."""
    for (uid, reader), mails in evidence.calendars.items():
        for sequence, same in grouped(mails, "sequence").items():
            if len({mail["message_id"] for mail in same}) > 1:
                yield f"{uid}: {reader} got several messages with SEQUENCE {sequence}"
    for message_id, mails in grouped(evidence.mails, "message_id").items():
        contents = sorted({mail["content"] for mail in mails})
        if len(contents) > 1:
            yield f"{message_id}, {mails[0]['subject']!r}, has several contents: {_differing(*contents[:2])}"


def figures(evidence: Evidence) -> dict[str, int]:
    """Return what may happen to mails: copies of the same message, and older editions that come after newer ones."""
    distinct = {mail["message_id"] for mail in evidence.mails}
    late = 0
    for mails in evidence.calendars.values():
        highest = -1
        for mail in mails:
            late += mail["sequence"] < highest
            highest = max(highest, mail["sequence"])
    copies = len(evidence.mails) - len(distinct)
    return {"mails": len(evidence.mails), "copies of a mail (same Message-ID)": copies, "overtaken mails": late}


def _newest(mails: list[Line]) -> Line:
    """Return the edition that a calendar keeps (RFC 5546 2.1.5: the highest SEQUENCE)."""
    return max(mails, key=lambda mail: mail["sequence"])


def _differing(one: str, other: str) -> str:
    """Return the lines in which two mails differ."""
    lines = difflib.ndiff(one.splitlines(), other.splitlines())
    return " | ".join(line for line in lines if line.startswith(("-", "+")))


def _was_used(conference: Line) -> bool:
    return not conference["unused"] or conference["replaced_at"] is not None


def _stamp(start: str) -> str:
    """Return an instant as a calendar writes it."""
    return start[:19].replace("-", "").replace(":", "") + "Z"
