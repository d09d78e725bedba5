"""An invite to start from, and how to read one back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

from sivient.core.invite import Invite, Party

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
JOIN_URL = "https://us02web.zoom.us/j/81234567890?pwd=a,b;c"
HOST = Party("Grace Hopper", "grace@host.example")
GUEST = Party("Ada L\u00f8velace", "ada@guest.example")
ORGANIZER = Party("Grace Hopper (via Sivient)", "bookings@sivient.example")


def invite(**changes: Any) -> Invite:
    """Return an invite to an online meeting."""
    values: dict[str, Any] = {
        "uid": "7f3c2a51-5d1e-4a0e-9a56-0f3f7a1c9b2d@sivient.example",
        "sequence": 0,
        "method": "REQUEST",
        "start": NINE,
        "end": NINE + timedelta(minutes=30),
        "summary": "Intro call: Ada, Grace; \\ a\nnew line",
        "description": "Join link below.\nReschedule: https://sivient.example/b/1",
        "organizer": ORGANIZER,
        "guest": GUEST,
        "host": HOST,
        "dtstamp": datetime(2026, 11, 22, 9, tzinfo=UTC),
        "join_url": JOIN_URL,
        "join_label": "Join Zoom Meeting",
    }
    return Invite(**values | changes)


def event_in(ics: bytes) -> Event:
    """Return the one event of a calendar."""
    (event,) = Calendar.from_ical(ics).walk("VEVENT")
    return event
