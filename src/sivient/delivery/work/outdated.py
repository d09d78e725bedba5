"""Bring to an end what waited for a host to connect again, and what nobody waits for any more."""

from datetime import datetime, timedelta

from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.steps import CONFERENCE, EVENT, MOVE
from sivient.delivery.work.invites import OVER
from sivient.jobs.models import Work
from sivient.jobs.queue import end_parked
from sivient.jobs.registry import every

OF_THE_MEETING = (CONFERENCE, MOVE, EVENT)
NO_BOOKING = {"skipped": "The booking is not there any more."}
CANCELLED = {"skipped": "The booking was cancelled."}
RESCHEDULED = {"skipped": "The booking was rescheduled."}


@every(timedelta(minutes=10), "delivery.end_outdated")
def end_outdated(work: Work) -> None:
    """End the parked steps of bookings that were rescheduled or cancelled, or are over; each says why.

    A step that takes an event or a meeting away is not among them: that is still to be done.
    """
    now = timezone.now()
    parked = Work.objects.filter(kind__in=OF_THE_MEETING, state=Work.State.PARKED, trouble=Work.Trouble.RECONNECT)
    for each in parked.order_by("pk").iterator():
        why = _why(each, Booking.objects.filter(pk=each.payload["booking"]).first(), now)
        if why is not None:
            end_parked(each, result=each.result | why)


def _why(step: Work, booking: Booking | None, now: datetime) -> dict[str, str] | None:
    """Return why a step has nothing to do any more, None if it has."""
    if booking is None:
        return NO_BOOKING
    if booking.status != Booking.Status.CONFIRMED:
        return CANCELLED
    if booking.version != step.payload["version"]:
        return RESCHEDULED
    return OVER if booking.end <= now else None
