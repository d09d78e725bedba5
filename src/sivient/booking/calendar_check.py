"""Ask the host's calendars before a guest is promised a time, and again when they did not answer.

They are asked outside any transaction, and the page's rules under the lock afterwards: two guests and a change in the
calendar at the same moment end in one booking at most, and never at a time that the calendar said was taken.
"""

from datetime import datetime, timedelta

from django.db import transaction

from sivient.booking.models import Booking
from sivient.booking.refusals import CalendarTaken, CalendarUnread
from sivient.booking.steps import plan_calendar_question
from sivient.calendars import queries as calendars
from sivient.calendars.check import Kind, check
from sivient.core.interval import Interval
from sivient.jobs.queue import enqueue
from sivient.ports.errors import TryLater
from sivient.scheduling.models import Timetable

RECHECK = "booking.recheck"
RECHECK_AFTER = timedelta(minutes=1)
SILENT = "The calendar has not answered yet."


def asks_calendars(host_id: int) -> bool:
    """Say whether calendars have to be asked before this host is booked."""
    return calendars.blocking(host_id).exists()


def require_free(
    host_id: int, time: Interval, *, before: timedelta, after: timedelta, moving: Booking | None = None
) -> bool:
    """Ask whether a meeting with these buffers fits; return whether nobody answered, but what is stored says so.

    The booking that is `moving` is in nobody's way: neither its event, nor a copy of its invite in any calendar.
    Raises CalendarTaken, or CalendarUnread: nothing is known for sure. Takes up to 2 s, so it belongs before the
    transaction.
    """
    own, own_time = (moving.event, _own_time(moving)) if moving else (None, None)
    kind = check(host_id, Interval(time.start - before, time.end + after), own=own, own_time=own_time).kind
    if kind is Kind.TAKEN:
        raise CalendarTaken
    if kind is Kind.UNREAD:
        raise CalendarUnread
    return kind is Kind.STORED


def leave_unverified(booking: Booking, now: datetime) -> None:
    """Note that the booking was made without the calendars' answer, and have them asked again; in its verb."""
    booking.unverified_at = now
    booking.save(update_fields=["unverified_at"])
    enqueue(RECHECK, key=f"booking:{booking.pk}", payload={"booking": booking.pk}, wait=RECHECK_AFTER)


def recheck(booking: Booking, *, now: datetime) -> None:
    """Ask about a booking that is unverified: free, it is verified; taken, its host is asked what is to become of it.

    Its own event, and copies of its invite, stand there by then, and hide what else does: at its own time counts what
    a sync has read since. Raises TryLater while the calendars do not answer, or have not been read. Once the meeting
    has begun, there is nothing to ask any more.
    """
    hold = booking.hold
    if booking.unverified_at is None or hold is None or booking.start <= now:
        return
    around = Interval(booking.start - hold.buffer_before, booking.end + hold.buffer_after)
    own, own_time = booking.event, _own_time(booking)
    kind = check(booking.host_id, around, own=own, own_time=own_time, since=booking.unverified_at).kind
    if kind not in (Kind.FREE, Kind.TAKEN):
        raise TryLater(SILENT)
    with transaction.atomic():
        Timetable.take(booking.host_id)
        same = Booking.objects.filter(pk=booking.pk, version=booking.version, unverified_at=booking.unverified_at)
        if not same.update(unverified_at=None) or kind is Kind.FREE:
            return
        asks = {"calendar_asks": Booking.CalendarAsks.CONFLICT, "calendar_asked_at": now}
        if Booking.objects.filter(pk=booking.pk, hold=hold, calendar_asks="").update(**asks):
            plan_calendar_question(booking)


def _own_time(booking: Booking) -> Interval:
    """Return when a booking is: calendars may put an invite in by themselves that came by mail, and one that its
    provider has written may be read through a second account.
    """
    return Interval(booking.start, booking.end)
