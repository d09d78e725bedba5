"""Reschedule and cancel: what guest and host may do to a booking that stands."""

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from sivient.audit.log import record
from sivient.booking.committing import committed
from sivient.booking.conferences import allowed, reaches
from sivient.booking.models import Booking
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
from sivient.booking.steps import plan_cancellation, plan_deadline, plan_move, plan_standing, retire
from sivient.ports.conferencing import Ability
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold, Platform, Timetable

GUEST, HOST = "guest", "host"
Who = Literal["guest", "host"]
MOST_CHANGES = 10  # of one booking, after which its guest has to ask the host: each mails everybody


def reschedule(booking: Booking, start: datetime, *, by: Who, now: datetime, version: int | None = None) -> Booking:
    """Move a booking that stands to another start, with its duration, UID and secret address.

    A guest chooses from what is offered as if the booking were not there. In the host's way stand only other
    bookings. Already at that start, it stays as it is: asking twice is asking once. `version` is the one that the
    page showed. Raises NotReschedulable, or NotBooked when the new time cannot be had.
    """
    meeting_time(start)
    try:
        return committed(lambda: _reschedule(booking, start, by=by, now=now, version=version))
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
    """Take the host's times, then the booking, and return it as it is now, with its hold and event type.

    The steps of a delivery lock their own row of work and then the booking, never the host's times: no circle.
    """
    Timetable.take(booking.host_id)
    rows = Booking.objects.select_for_update(of=("self",))
    return rows.select_related("hold", "event_type__schedule", "event_type__host__page").get(pk=booking.pk)


def require_version(booking: Booking, version: int | None) -> None:
    """Raise AlreadyMoved for a page that showed another version; None is of no page. To be asked under the lock."""
    if version not in (None, booking.version):
        raise AlreadyMoved


def end(booking: Booking, status: Booking.Status, *, by: str, now: datetime, reason: str = "") -> None:
    """Let a booking that stands end as `status`: its time is free again."""
    hold, booking.hold = booking.hold, None
    booking.status = status
    booking.version += 1
    booking.cancelled_at, booking.cancelled_by, booking.cancel_reason = now, by, reason
    booking.save()
    if hold is not None:
        hold.delete()


def _reschedule(booking: Booking, start: datetime, *, by: Who, now: datetime, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if booking.stands and booking.start == start:
            return booking
        if booking.stands:
            require_version(booking, version)
        hold = _hold_for_host(booking, start, now) if by == HOST else _hold_for_guest(booking, start, now)
        _move(booking, hold, start, by=by, now=now)
        plan_standing(booking, linked=_keeps_link(booking, now))
        record("booking rescheduled", account=booking.host_id, actor=by, subject=f"booking:{booking.pk}")
    return booking


def _cancel(booking: Booking, *, by: str, now: datetime, reason: str, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if not booking.stands:
            return booking
        require_version(booking, version)
        if not _in_time(booking, booking.cancel_notice if by == GUEST else timedelta(), now):
            raise TooLate
        was = booking.status
        end(booking, Booking.Status.CANCELLED, by=by, now=now, reason=reason)
        plan_cancellation(booking, was=was)
        record("booking cancelled", account=booking.host_id, actor=by, subject=f"booking:{booking.pk}")
    return booking


def _hold_for_guest(booking: Booking, start: datetime, now: datetime) -> Hold:
    """Return the hold, to be moved with the buffers of today, if the guest may have that start."""
    event_type, hold = _require_guest_may(booking, now), _hold_of(booking)
    require_offered(event_type, start, minutes=booking.minutes, now=now, without=hold.pk)
    hold.buffer_before, hold.buffer_after = event_type.buffer_before, event_type.buffer_after
    return hold


def _hold_for_host(booking: Booking, start: datetime, now: datetime) -> Hold:
    """Return the hold if the host may have that start: in the future, on a whole minute, where no other booking is."""
    _require_movable(booking, timedelta(), now)
    if start <= now or start.second:
        raise NotOffered
    hold, time = _hold_of(booking), meeting_time(start, booking.end - booking.start)
    before, after = hold.buffer_before, hold.buffer_after
    if not queries.host_may_take(booking.host_id, time, buffer_before=before, buffer_after=after, without=hold.pk):
        raise NotFree
    return hold


def _move(booking: Booking, hold: Hold, start: datetime, *, by: Who, now: datetime) -> None:
    duration = booking.end - booking.start
    booking.previous_start, booking.start, booking.end = booking.start, start, start + duration
    booking.rescheduled_at, booking.rescheduled_by = now, by
    booking.invited_at = booking.link_invited_at = None  # they are about the invite of this version
    booking.version += 1
    if booking.status == Booking.Status.PENDING and booking.answer_by is not None:
        booking.answer_by = min(booking.answer_by, start)
    booking.save()
    hold.start, hold.end = booking.start, booking.end
    hold.save()


def _keeps_link(booking: Booking, now: datetime) -> bool:
    """Say whether the booking's link stays at its new time; a meeting that does not reach it gives way to a new one.

    A link of the host's own stays. Where the host's permission allows it, the meeting moves along (contract 4.4).
    """
    conference = booking.conferences.filter(unused=False).first()
    if conference is None:
        return False
    if conference.vendor != Platform.ZOOM:
        return True
    in_time = reaches(conference, booking.start)
    if Ability.MOVE in allowed(conference):
        plan_move(booking)
        if not in_time:
            plan_deadline(booking)
        return True
    if in_time:
        return True
    retire(conference, now=now)
    return False


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


def _hold_of(booking: Booking) -> Hold:
    """Return the hold that a booking has while it stands."""
    if booking.hold is None:
        raise NotStanding
    return booking.hold
