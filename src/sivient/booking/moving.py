"""What a move of a booking changes, whoever moves it: its time and hold, its link, and its event in a calendar."""

from datetime import datetime

from sivient.booking.calendar_events import renew_deleted_event
from sivient.booking.conferences import allowed, reaches
from sivient.booking.models import Booking
from sivient.booking.refusals import NotFree, NotStanding
from sivient.booking.steps import plan_deadline, plan_move, retire
from sivient.booking.wall import keep_wall
from sivient.core.interval import Interval
from sivient.ports.conferencing import Ability
from sivient.scheduling import queries
from sivient.scheduling.models import Hold, Platform

CALENDAR = "calendar"  # by whom a booking was moved that has followed its event


def hold_of(booking: Booking) -> Hold:
    """Return the hold that a booking has while it stands."""
    if booking.hold is None:
        raise NotStanding
    return booking.hold


def hold_where_free(booking: Booking, time: Interval) -> Hold:
    """Return the hold if no other booking is where the host wants this one. Raises NotFree."""
    hold = hold_of(booking)
    before, after = hold.buffer_before, hold.buffer_after
    if not queries.host_may_take(booking.host_id, time, buffer_before=before, buffer_after=after, without=hold.pk):
        raise NotFree
    return hold


def move(booking: Booking, hold: Hold, time: Interval, *, by: str, now: datetime) -> None:
    """Give the booking another time; what the calendar asked about the old one is answered by it. Under the lock."""
    booking.previous_start, booking.start, booking.end = booking.start, time.start, time.end
    booking.rescheduled_at, booking.rescheduled_by = now, by
    booking.invited_at = booking.link_invited_at = None  # they are about the invite of this version
    booking.version += 1
    booking.ask_nothing()
    keep_wall(booking)
    if booking.status == Booking.Status.PENDING and booking.answer_by is not None:
        booking.answer_by = min(booking.answer_by, time.start)
    renew_deleted_event(booking)
    booking.save()
    hold.start, hold.end = booking.start, booking.end
    hold.save()


def keeps_link(booking: Booking, now: datetime) -> bool:
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
