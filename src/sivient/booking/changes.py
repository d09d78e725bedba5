"""Reschedule and cancel: what guest and host may do to a booking that stands."""

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from sivient.audit.log import record
from sivient.booking.calendar_check import asks_calendars, leave_unverified, require_free
from sivient.booking.calendar_events import moved_to
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.moving import hold_of, hold_where_free, keeps_link, move
from sivient.booking.promise import require_offered
from sivient.booking.refusals import (
    AlreadyMoved,
    NotFree,
    NotOffered,
    NotOpen,
    NotReschedulable,
    NotStanding,
    TooLate,
    TooOften,
    meeting_time,
    refusal,
)
from sivient.booking.steps import plan_cancellation, plan_standing
from sivient.calendars.own import let_stand
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold, Timetable

GUEST, HOST = "guest", "host"
Who = Literal["guest", "host"]
_LOADED = ("hold", "event_type__schedule", "event_type__host__page", "event__calendar__connection")
MOST_CHANGES = 10  # of one booking, after which its guest has to ask the host: each mails everybody


def reschedule(booking: Booking, start: datetime, *, by: Who, now: datetime, version: int | None = None) -> Booking:
    """Move a booking that stands to another start, with its duration, UID and secret address.

    A guest chooses from what is offered as if the booking were not there, and the host's calendars are asked before
    anything is locked; besides, they may have the time to which the host has moved the event in the calendar. In the
    host's way stand only other bookings. Already at that start, it stays as it is: asking twice is asking once.
    `version` is the one that the page showed. Raises NotReschedulable, or NotBooked when the new time cannot be had.
    """
    meeting_time(start)
    try:
        wanted = host_wants(booking, start, now)
        unverified = by == GUEST and not wanted and _asked_calendars(booking, start, now)
        return committed(
            lambda: _reschedule(booking, start, by=by, now=now, version=version, wanted=wanted, unverified=unverified)
        )
    except NotFree as refused:
        raise refusal(booking.event_type, start, refused, now=now, minutes=booking.minutes, moving=booking) from None


def cancel(booking: Booking, *, by: str, now: datetime, reason: str = "", version: int | None = None) -> Booking:
    """Take the promise or the request back and tell both sides. One that stands no more stays as it is.

    `by` is guest, host or operator, `version` the one that the page showed. Raises AlreadyMoved, or TooLate: the
    meeting has begun, or a guest asks within the cancel notice.
    """
    return committed(lambda: _cancel(booking, by=by, now=now, reason=reason, version=version))


def may_reschedule(booking: Booking, now: datetime) -> bool:
    """Say whether the guest may choose another time."""
    try:
        _require_guest_may(booking, now)
    except NotReschedulable:
        return False
    return True


def may_cancel(booking: Booking, now: datetime) -> bool:
    """Say whether the guest may cancel."""
    return booking.stands and _in_time(booking, booking.cancel_notice, now)


def locked(booking: Booking) -> Booking:
    """Take the host's times, then the booking, and return it as it is now, with its hold, event type and event.

    The steps of a delivery lock their own row of work and then the booking, never the host's times: no circle.
    """
    Timetable.take(booking.host_id)
    rows = Booking.objects.select_for_update(of=("self",))
    return rows.select_related(*_LOADED).get(pk=booking.pk)


def require_version(booking: Booking, version: int | None) -> None:
    """Raise AlreadyMoved for a page that showed another version; None is of no page. To be asked under the lock."""
    if version not in (None, booking.version):
        raise AlreadyMoved


def require_standing(booking: Booking, version: int | None) -> None:
    """Raise NotStanding for a booking that stands no more, else as `require_version` does."""
    if not booking.stands:
        raise NotStanding
    require_version(booking, version)


def end(booking: Booking, status: Booking.Status, *, by: str, now: datetime, reason: str = "") -> None:
    """Let a booking that stands end as `status`: its time is free again."""
    hold, booking.hold = booking.hold, None
    booking.status = status
    booking.version += 1
    booking.cancelled_at, booking.cancelled_by, booking.cancel_reason = now, by, reason
    booking.ask_nothing()
    booking.save()
    if hold is not None:
        hold.delete()


def end_cancelled(booking: Booking, *, by: str, now: datetime, reason: str) -> None:
    """Cancel a booking that stands, taken under the lock, and tell both sides."""
    was = booking.status
    end(booking, Booking.Status.CANCELLED, by=by, now=now, reason=reason)
    plan_cancellation(booking, was=was)
    record("booking cancelled", account=booking.host_id, actor=by, subject=f"booking:{booking.pk}")


def host_wants(booking: Booking, start: datetime, now: datetime) -> bool:
    """Say whether the host has moved the event to exactly that start in their calendar, and no other booking is there.

    Nobody asks the calendars about it, as when the booking follows its event: what takes that time is the event itself.
    """
    time = moved_to(booking)
    if time is None or start <= now or (start, booking.end - booking.start) != (time.start, time.end - time.start):
        return False
    try:
        hold_where_free(booking, time)
    except (NotFree, NotStanding):
        return False
    return True


def _reschedule(
    booking: Booking, start: datetime, *, by: Who, now: datetime, version: int | None, wanted: bool, unverified: bool
) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if booking.stands and booking.start == start:
            return booking
        if booking.stands:
            require_version(booking, version)
        if wanted and not host_wants(booking, start, now):
            raise AlreadyMoved  # the calendars were not asked
        hold = _hold_for_host(booking, start, now) if by == HOST else _hold_for_guest(booking, start, now, wanted)
        time = meeting_time(start, booking.end - booking.start)
        if wanted and booking.event is not None:
            let_stand(booking.event, time)
        move(booking, hold, time, by=by, now=now)
        plan_standing(booking, linked=keeps_link(booking, now))
        if unverified:
            leave_unverified(booking, now)
        record("booking rescheduled", account=booking.host_id, actor=by, subject=f"booking:{booking.pk}")
    return booking


def _asked_calendars(booking: Booking, start: datetime, now: datetime) -> bool:
    """Ask the host's calendars if the guest may have that start; return whether the booking is to be looked at again.

    The booking itself does not count. What is refused here would be refused under the lock in the same words.
    """
    if booking.start == start or booking.event_type is None or not asks_calendars(booking.host_id):
        return False
    event_type, hold = _require_guest_may(booking, now), hold_of(booking)
    require_offered(event_type, start, minutes=booking.minutes, now=now, without=hold.pk)
    time = meeting_time(start, booking.end - booking.start)
    before, after = event_type.buffer_before, event_type.buffer_after
    return require_free(booking.host_id, time, before=before, after=after, moving=booking)


def _cancel(booking: Booking, *, by: str, now: datetime, reason: str, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if not booking.stands:
            return booking
        require_version(booking, version)
        if not _in_time(booking, booking.cancel_notice if by == GUEST else timedelta(), now):
            raise TooLate
        end_cancelled(booking, by=by, now=now, reason=reason)
    return booking


def _hold_for_guest(booking: Booking, start: datetime, now: datetime, wanted: bool) -> Hold:
    """Return the hold, to be moved with the buffers of today, if the guest may have that start."""
    event_type, hold = _require_guest_may(booking, now), hold_of(booking)
    if not wanted:
        require_offered(event_type, start, minutes=booking.minutes, now=now, without=hold.pk)
    hold.buffer_before, hold.buffer_after = event_type.buffer_before, event_type.buffer_after
    return hold


def _hold_for_host(booking: Booking, start: datetime, now: datetime) -> Hold:
    """Return the hold if the host may have that start: in the future, on a whole minute, where no other booking is."""
    _require_movable(booking, timedelta(), now)
    if start <= now or start.second:
        raise NotOffered
    return hold_where_free(booking, meeting_time(start, booking.end - booking.start))


def _require_guest_may(booking: Booking, now: datetime) -> EventType:
    """Return the event type from whose times a guest may choose another one. Raises NotReschedulable."""
    _require_movable(booking, booking.reschedule_notice, now)
    if booking.version > MOST_CHANGES:
        raise TooOften
    event_type = booking.event_type
    if event_type is None or not event_type.active:
        raise NotOpen
    if not queries.bookable(event_type.host) or queries.pause_note(event_type) is not None:
        raise NotOpen
    return event_type


def _require_movable(booking: Booking, notice: timedelta, now: datetime) -> None:
    if not booking.stands or booking.answer_is_due(now):
        raise NotStanding
    if not _in_time(booking, notice, now):
        raise TooLate


def _in_time(booking: Booking, notice: timedelta, now: datetime) -> bool:
    """Say whether the meeting has not begun, and does not begin within the notice."""
    return booking.start > now and booking.start - notice >= now
