"""Drafts and events of ours."""

from dataclasses import replace
from datetime import timedelta

from sivient.calendars import services
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.ports.calendars import EventDraft, Guest
from tests.factories import NOW

HOUR = timedelta(hours=1)
TEN = NOW + timedelta(days=3)
ELEVEN = TEN + HOUR
DRAFT = EventDraft(
    key="",
    uid="booking-1@sivient.example",
    sequence=0,
    reference="booking-1",
    title="Intro call",
    start=TEN,
    end=ELEVEN,
    timezone="Europe/Berlin",
    description="",
    location="https://zoom.example/j/1",
    join_url="https://zoom.example/j/1",
    conference_id="1",
    passcode="",
    guests=(Guest("ada@guest.example", "Ada Okafor"),),
)
LATER = replace(DRAFT, start=ELEVEN, end=ELEVEN + HOUR, sequence=1)


def plan(calendar: Calendar) -> WrittenEvent:
    """An event that has not been written yet."""
    return services.plan_event(calendar.host_id, calendar)
