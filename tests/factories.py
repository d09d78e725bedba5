"""Rows that many tests start from. Each call makes a new host unless one is given."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sivient.accounts.models import Plan, User
from sivient.booking.models import Booking
from sivient.booking.services import Guest, book
from sivient.integrations.models import Connection, Grant
from sivient.scheduling.models import EventType, Hours, Platform, Schedule, SchedulingPage, Timetable

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC).replace(second=0, microsecond=0)  # workers live on the real clock, so bookings must too
_monday = NOW.astimezone(BERLIN).date() + timedelta(days=14 - NOW.astimezone(BERLIN).weekday())
MONDAY_10 = datetime.combine(_monday, time(10), BERLIN).astimezone(UTC)  # a Monday, one to two weeks ahead
_numbers = count(1)


def make_host(**fields: Any) -> User:
    """A host on Pro, onboarded, with a published page; `platform` is the Meeting Platform (default Zoom)."""
    number = next(_numbers)
    platform = fields.pop("platform", Platform.ZOOM)
    details = fields.pop("platform_details", "")
    defaults = {
        "handle": f"mara{number}",
        "name": "Mara Lindqvist",
        "email": f"mara{number}@nordlicht.example",
        "timezone": "Europe/Berlin",
        "plan": Plan.PRO,
        "onboarded_at": NOW,
    }
    host = User.objects.create(**(defaults | fields))
    SchedulingPage.objects.create(host=host, platform=platform, platform_details=details)
    Timetable.objects.create(host=host)
    return host


def make_event_type(host: User | None = None, **fields: Any) -> EventType:
    """A 30-minute event type, Monday to Friday 9 to 17 in the host's zone."""
    host = host or make_host()
    Timetable.take(host.pk, hours=True)
    schedule = Schedule.objects.create(host=host, timezone=host.timezone)
    Hours.objects.bulk_create(Hours(schedule=schedule, weekday=day, start=540, end=1020) for day in range(5))
    defaults = {"slug": f"intro-{next(_numbers)}", "title": "Intro call", "minutes": 30}
    return EventType.objects.create(host=host, schedule=schedule, **(defaults | fields))


def make_guest(**fields: Any) -> Guest:
    """A guest in Tokyo."""
    return Guest(**({"name": "Ada Okafor", "email": "ada@guest.example", "timezone": "Asia/Tokyo"} | fields))


def make_booking(event_type: EventType | None = None, *, start: datetime = MONDAY_10, **guest: Any) -> Booking:
    """A booking made by the verb itself, at this moment: its invite waits a minute from now for the link."""
    event_type = event_type or make_event_type()
    return book(event_type, start, make_guest(**guest), key=f"key-{next(_numbers)}", now=datetime.now(UTC))


def make_request(event_type: EventType | None = None, *, start: datetime = MONDAY_10, **guest: Any) -> Booking:
    """A request that waits for its host, made by the verb itself; a given event type must require approval."""
    return make_booking(event_type or make_event_type(requires_approval=True), start=start, **guest)


def connect_zoom(host: User, *, vendor_user_id: str = "", **fields: Any) -> Grant:
    """A Zoom connection with tokens that are good for an hour of the real clock."""
    now = datetime.now(UTC)
    defaults = {
        "vendor": "zoom",
        "client_id": "zoom-client",
        "vendor_user_id": vendor_user_id or f"zoom-user-{next(_numbers)}",
        "email": host.email,
        "access_token": "access-canary",
        "refresh_token": "refresh-canary",
        "scope": "meeting:write:meeting user:read:user",
        "expires_at": now + timedelta(hours=1),
        "authorized_at": now,
        "refreshed_at": now,
    }
    grant = Grant.objects.create(**(defaults | fields))
    Connection.objects.create(user=host, vendor="zoom", grant=grant, connected_at=now)
    return grant
