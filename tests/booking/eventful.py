"""Bookings with an event in a calendar, and what somebody does to it there, without a calendar behind it."""

from datetime import UTC, datetime, timedelta

from django.db.models import F

from sivient.booking.calendar_changes import GONE_DUE
from sivient.booking.models import Booking
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.calendars.services import plan_event
from sivient.core.interval import Interval
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handler
from sivient.jobs.worker import run_due


def written(booking: Booking, *, calendar: Calendar | None = None) -> Booking:
    """Let the booking's event stand in the calendar, as the step of the delivery leaves it."""
    if calendar is not None:
        booking.event = plan_event(booking.host_id, calendar)
        booking.save()
    assert booking.event is not None
    said = {"start": booking.start.isoformat(), "end": booking.end.isoformat(), "location": "", "join_url": ""}
    WrittenEvent.objects.filter(pk=booking.event.pk).update(
        name=f"event-{booking.event.pk}",
        uid=f"{booking.event.pk}@provider.example",
        start=booking.start,
        end=booking.end,
        seen_start=booking.start,
        seen_end=booking.end,
        written=said,
        written_at=datetime.now(UTC),
    )
    return _fresh(booking)


def see(booking: Booking, start: datetime | None, *, minutes: int = 30) -> Booking:
    """Let a sync see the event at another time, or gone (None), and the work run that it asks for."""
    event = _fresh(booking).event
    assert event is not None
    if start is None:
        found: dict[str, datetime | None] = {"seen_gone_at": datetime.now(UTC)}
    else:
        found = {"seen_start": start, "seen_end": start + timedelta(minutes=minutes), "seen_gone_at": None}
    WrittenEvent.objects.filter(pk=event.pk).update(**found)
    work = enqueue("booking.event_changed", key=f"event:{event.pk}", payload={"event": event.pk})
    known = handler(work.kind)
    assert known is not None
    known.function(work)
    return _fresh(booking)


def restore(booking: Booking) -> Booking:
    """Let a sync see a deleted event where it was."""
    return see(booking, booking.start, minutes=booking.minutes)


def let_time_pass(booking: Booking, minutes: int = 15) -> Booking:
    """Let so much of the host's time to answer pass, and whatever is due by then be done."""
    passed = timedelta(minutes=minutes)
    Booking.objects.filter(pk=booking.pk).update(calendar_asked_at=F("calendar_asked_at") - passed)
    Work.objects.filter(kind=GONE_DUE).update(run_at=F("run_at") - passed)
    run_due()
    return _fresh(booking)


def seen(booking: Booking) -> Interval:
    """Where the calendar has the event."""
    event = _fresh(booking).event
    assert event is not None
    assert event.seen_start is not None
    assert event.seen_end is not None
    return Interval(event.seen_start, event.seen_end)


def kinds(booking: Booking) -> set[str]:
    """The kinds of the steps at the booking's present version."""
    steps = Work.objects.filter(key__startswith=f"booking:{booking.pk}:{booking.version}")
    return {kind for kind in steps.values_list("kind", flat=True) if kind != "delivery.calendar_asks"}


def _fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("event__calendar__connection", "host").get(pk=booking.pk)
