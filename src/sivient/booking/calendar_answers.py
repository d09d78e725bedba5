"""What the host answers when their calendar asks about a booking: keep it, let it follow, or cancel it."""

from datetime import datetime

from django.db import transaction

from sivient.audit.log import record
from sivient.booking import changes
from sivient.booking.calendar_changes import follow_event
from sivient.booking.calendar_events import renew_deleted_event
from sivient.booking.changes import HOST, locked, require_standing
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.refusals import NotFree, SlotTaken
from sivient.booking.steps import plan_event, plan_invites

Asks = Booking.CalendarAsks


def keep(booking: Booking, *, now: datetime, version: int | None = None) -> Booking:
    """Let the booking stand as it is: an event that was deleted is made anew, one that was moved is moved back.

    Asked nothing, it stays as it is. `version` is the one that the page showed. Raises NotReschedulable: it stands no
    more, or has changed.
    """
    return committed(lambda: _keep(booking, now=now, version=version))


def follow(booking: Booking, *, now: datetime, version: int | None = None) -> Booking:
    """Move the booking to where its event is in the calendar now, if no other booking is there any more.

    Raises NotReschedulable as `keep` does; SlotTaken or NotOffered: the time cannot be had.
    """
    try:
        return committed(lambda: _follow(booking, now=now, version=version))
    except NotFree:
        raise SlotTaken from None


def cancel(booking: Booking, *, now: datetime, reason: str = "", version: int | None = None) -> Booking:
    """Cancel the booking; everybody is told. Raises NotCancellable, as every cancellation."""
    return changes.cancel(booking, by=HOST, now=now, reason=reason, version=version)


def _keep(booking: Booking, *, now: datetime, version: int | None) -> Booking:
    with transaction.atomic():
        if booking.event_id is not None:
            plan_event(booking)  # the row of the step first, then the booking, as the steps do
        booking = locked(booking)
        require_standing(booking, version)
        asked, invited_by = booking.calendar_asks, booking.invites
        if asked == Asks.NOTHING:
            transaction.set_rollback(True)
            return booking
        booking.ask_nothing()
        renewed = renew_deleted_event(booking)
        booking.save()
        if renewed and booking.invites != invited_by:
            plan_invites(booking)  # its calendar is not there any more: by mail
        record("booking kept", account=booking.host_id, actor=HOST, subject=f"booking:{booking.pk}")
    return booking


def _follow(booking: Booking, *, now: datetime, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        require_standing(booking, version)
        if booking.calendar_asks == Asks.MOVED:
            follow_event(booking, now=now)
    return booking
