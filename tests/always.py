"""The most that an event type can offer: every five minutes, around the clock, two years ahead; and a long gap."""

from datetime import timedelta

from sivient.scheduling.models import EventType, Hours, TimeOff
from tests.factories import NOW, make_event_type, make_host

MOST_DAYS = 730  # as far ahead as event types go
GAP = timedelta(days=200)


def make_always(handle: str = "always", **fields: object) -> EventType:
    """Five minutes at every hour of every day."""
    defaults = {"slug": "any", "title": "Five minutes", "minutes": 5, "window_days": MOST_DAYS}
    event_type = make_event_type(make_host(handle=handle, name="Ida Immer"), **(defaults | fields))
    Hours.objects.filter(schedule=event_type.schedule).delete()
    Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=day, start=0, end=1440) for day in range(7))
    return event_type


def make_away() -> EventType:
    """Half-hours on working days, but none from three weeks ahead until `GAP` has gone by."""
    event_type = make_event_type(make_host(handle="away", name="Ward Away"), slug="call", window_days=365)
    today = NOW.date()
    TimeOff.objects.create(host=event_type.host, first=today + timedelta(days=21), last=today + GAP)
    return event_type
