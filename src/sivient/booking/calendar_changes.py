"""What a host does to a booking's event in their calendar: moved there, the booking follows; deleted, they are asked.

Our own moves and deletions are not among it: while the event's row does not say what the booking says, our own change
is still on its way, and the calendar is behind.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.booking.calendar_events import seen_time
from sivient.booking.changes import HOST, locked
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.moving import CALENDAR, hold_where_free, keeps_link, move
from sivient.booking.refusals import AlreadyMoved, NotFree, NotOffered, NotStanding
from sivient.booking.steps import plan_calendar_question, plan_event, plan_standing
from sivient.calendars.models import WrittenEvent
from sivient.calendars.own import let_stand
from sivient.core.interval import Interval
from sivient.jobs.clock import database_now
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import Hold

GONE_DUE = "booking.event_gone_due"
PATIENCE = timedelta(minutes=15)  # so long the host may say what a deleted event means
Asks = Booking.CalendarAsks


def event_changed(booking: Booking, *, now: datetime) -> Booking:
    """Let the booking follow what was done to its event in the calendar, or ask the host; safe to run again.

    Raises AlreadyMoved while the event is being written by us: what comes of that counts, so it is to be asked later.
    """
    return committed(lambda: _event_changed(booking, now))


def follow_event(booking: Booking, *, now: datetime) -> None:
    """Move a booking, taken under the lock, to where its event is in the calendar: there it is written already.

    Raises NotStanding, NotOffered for a time that has passed, NotFree where another booking is, or AlreadyMoved.
    """
    event, time = booking.event, seen_time(booking)
    if event is None or time is None or booking.status != Booking.Status.CONFIRMED:
        raise NotStanding
    if time.start <= now or booking.start <= now:
        raise NotOffered
    hold = hold_where_free(booking, time)
    if not _count_as_written(event, time):
        raise AlreadyMoved
    _move(booking, hold, time, now)


def cancels_at(booking: Booking) -> datetime | None:
    """Return until when the host may say what a deleted event means; None when that is not asked.

    It is never after the meeting has begun, for then nothing is cancelled.
    """
    asked = booking.calendar_asked_at
    if booking.calendar_asks != Asks.DELETED or asked is None:
        return None
    return asked + min(PATIENCE, max(booking.start - asked, timedelta()) / 2)


def ask(booking: Booking, asks: Booking.CalendarAsks) -> None:
    """Have the host asked about a booking, taken under the lock; NOTHING ends what was asked about its event.

    A question about a time that could not be verified is not the event's to answer.
    """
    seen = seen_time(booking)
    start = seen.start if seen and asks == Asks.MOVED else None
    if (booking.calendar_asks, booking.calendar_start) == (asks, start):
        return
    if asks == Asks.NOTHING and booking.calendar_asks == Asks.CONFLICT:
        return
    booking.calendar_asks, booking.calendar_start = asks, start
    booking.calendar_asked_at = database_now() if asks else None
    booking.save(update_fields=["calendar_asks", "calendar_start", "calendar_asked_at"])
    if asks:
        plan_calendar_question(booking)
        record("calendar asks", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")


def _event_changed(booking: Booking, now: datetime) -> Booking:
    with transaction.atomic():
        if _is_in_place(booking):
            plan_event(booking)  # what came while it was gone is written; the step's row before the booking's
        booking = locked(booking)
        event = booking.event
        if event is None or event.removed_at or not booking.stands or booking.end <= now:
            return booking
        if event.seen_gone_at is not None:
            _ask_deleted(booking, event)
        elif (event.start, event.end) != (booking.start, booking.end):
            return booking  # our own change is on its way
        elif seen_time(booking) in (None, Interval(booking.start, booking.end)):
            ask(booking, Asks.NOTHING)  # it was put back
        else:
            _follow_or_ask(booking, now)
    return booking


def _is_in_place(booking: Booking) -> bool:
    """Say whether the event of a confirmed booking is where we wrote it; looked at without a lock."""
    there = WrittenEvent.objects.filter(booking=booking, booking__status=Booking.Status.CONFIRMED, removed_at=None)
    return there.filter(seen_gone_at=None, seen_start=F("start"), seen_end=F("end")).exists()


def _ask_deleted(booking: Booking, event: WrittenEvent) -> None:
    if booking.calendar_asks == Asks.ELSEWHERE:
        return  # the same deletion, which has been looked into
    ask(booking, Asks.DELETED)
    enqueue(GONE_DUE, key=f"event:{event.pk}", payload={"booking": booking.pk}, run_at=cancels_at(booking))


def _follow_or_ask(booking: Booking, now: datetime) -> None:
    try:
        follow_event(booking, now=now)
    except (NotFree, NotOffered):
        ask(booking, Asks.MOVED)


def _move(booking: Booking, hold: Hold, time: Interval, now: datetime) -> None:
    move(booking, hold, time, by=CALENDAR, now=now)
    plan_standing(booking, linked=keeps_link(booking, now))
    record("booking followed its event", account=booking.host_id, actor=HOST, subject=f"booking:{booking.pk}")


def _count_as_written(event: WrittenEvent, time: Interval) -> bool:
    """Note that the calendar has the event at that time, so that nobody writes it there, or tells guests, once more."""
    let_stand(event, time)
    written = event.written | {"start": time.start.isoformat(), "end": time.end.isoformat()} if event.written else {}
    same = WrittenEvent.objects.filter(pk=event.pk, writes=event.writes, tried_at=None, removed_at=None)
    seen = same.filter(seen_start=time.start, seen_end=time.end, seen_gone_at=None)
    return bool(seen.update(start=time.start, end=time.end, written=written, written_at=Now()))
