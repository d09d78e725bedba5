"""The invite of a mail, as a calendar program reads it (RFC 5545, RFC 5546)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from icalendar import Calendar

from sivient.demo.mailbox.reading import UNREADABLE


@dataclass(frozen=True, slots=True)
class Person:
    """An organizer or attendee. `answer` is the PARTSTAT, empty for an organizer."""

    name: str
    email: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    """One event of an iTIP message. `start` and `end` are aware instants, or dates for a whole day."""

    method: str = ""
    uid: str = ""
    sequence: int | None = None
    status: str = ""
    summary: str = ""
    start: date | None = None
    end: date | None = None
    location: str = ""
    url: str = ""
    conference: str = ""
    description: str = ""
    organizer: Person | None = None
    attendees: tuple[Person, ...] = ()


def read_invite(calendar: bytes) -> Invite | None:
    """Read the first event. None: this is not iCalendar, or it has no event."""
    try:
        root = Calendar.from_ical(calendar)
        event = next(iter(root.walk("VEVENT")))
    except (*UNREADABLE, StopIteration):
        return None
    organizer = _people(event.get("organizer"))
    return Invite(
        method=_text(root.get("method")).upper(),
        uid=_text(event.get("uid")),
        sequence=_number(event.get("sequence")),
        status=_text(event.get("status")),
        summary=_text(event.get("summary")),
        start=_moment(event.get("dtstart")),
        end=_moment(event.get("dtend")),
        location=_text(event.get("location")),
        url=_text(event.get("url")),
        conference=_text(event.get("conference")),
        description=_text(event.get("description")),
        organizer=organizer[0] if organizer else None,
        attendees=_people(event.get("attendee")),
    )


def _text(value: Any) -> str:
    if isinstance(value, list):  # a property that is given several times: the first one counts
        value = value[0] if value else ""
    return "" if value is None else str(value)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> date | None:
    moment = _attribute(value, "dt")
    return moment if isinstance(moment, date) else None


def _people(value: Any) -> tuple[Person, ...]:
    addresses = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(
        Person(
            name=str(params.get("CN", "")),
            email=str(address).removeprefix("mailto:").removeprefix("MAILTO:"),
            answer=str(params.get("PARTSTAT", "")),
        )
        for address in addresses
        for params in [_attribute(address, "params") or {}]
    )


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute of a property; None if the property is broken, which icalendar says only when asked."""
    try:
        return getattr(value, name)
    except UNREADABLE:
        return None
