"""The room's work, registered with the worker."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from sivient.booking.calendar_changes import GONE_DUE, cancels_at, event_changed
from sivient.booking.calendar_check import RECHECK, recheck
from sivient.booking.calendar_deleted import look, settle_deleted
from sivient.booking.clocks import compare_clocks
from sivient.booking.models import Booking
from sivient.booking.refusals import AlreadyMoved
from sivient.booking.requests import expire
from sivient.booking.steps import EXPIRE
from sivient.calendars.own import recognizes_uids
from sivient.core.interval import Interval
from sivient.jobs.clock import database_now
from sivient.jobs.completion import renew, work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import every, handles
from sivient.ports.errors import TryLater

CLOCKS_LEASE = timedelta(minutes=5)  # for a few hundred bookings
LOOK_LEASE = timedelta(minutes=3)  # the event and the times of a few accounts, at 25 s for each that is silent


@handles(EXPIRE)
def expire_request(work: Work) -> None:
    """End a request that was not answered in time. The worker's clock may be behind the database's: then later."""
    booking = Booking.objects.filter(pk=work.payload["booking"]).first()
    if booking is None:
        return
    now = timezone.now()
    booking = expire(booking, now=now)
    if booking.status == Booking.Status.PENDING and booking.version == work.payload["version"] and booking.answer_by:
        with work_completion(work):
            enqueue(EXPIRE, key=work.key, payload=work.payload, wait=booking.answer_by - now)


def _start_of(work: Work) -> datetime | None:
    return Booking.objects.filter(pk=work.payload["booking"]).values_list("start", flat=True).first()


@handles(RECHECK, slow=True, until=_start_of)
def recheck_booking(work: Work) -> None:
    """Ask the host's calendars about a booking that was made while they did not answer."""
    booking = Booking.objects.select_related("hold", "event").filter(pk=work.payload["booking"]).first()
    if booking is not None:
        recheck(booking, now=timezone.now())


@handles("booking.event_changed")
def notice_event(work: Work) -> None:
    """The host has moved, deleted or restored an event of ours in the calendar."""
    booking = Booking.objects.filter(event=work.payload["event"]).first()
    if booking is None:
        return
    try:
        event_changed(booking, now=timezone.now())
    except AlreadyMoved:
        raise TryLater("The event is being written at this moment.") from None


@handles(GONE_DUE, lease=LOOK_LEASE, slow=True, until=_start_of)
def end_deleted(work: Work) -> None:
    """The host had time to say what a deleted event means; without a word, it means that the booking is off.

    An event that was put back and deleted again has its own time: then this comes too early.
    """
    bookings = Booking.objects.select_related("event__calendar__connection", "event__calendar__host")
    booking = bookings.filter(pk=work.payload["booking"]).first()
    due, now = cancels_at(booking) if booking else None, timezone.now()
    if booking is None or booking.event is None or due is None or booking.start <= now:
        return
    if due > database_now():
        with work_completion(work):
            enqueue(GONE_DUE, key=work.key, payload=work.payload, run_at=due)
        return
    settle_deleted(booking, look(booking.event), now=now)


@every(timedelta(days=1), "booking.clocks", lease=CLOCKS_LEASE)
def look_at_clocks(work: Work) -> None:
    """Find the bookings from whose agreed wall time a law has moved the clocks away; their hosts decide."""
    compare_clocks(now=timezone.now(), before_each=lambda: renew(work, CLOCKS_LEASE))


@recognizes_uids
def times_of(host_id: int, uids: Collection[str]) -> Iterable[tuple[str, Interval]]:
    """Return which of these UIDs are of bookings of the host that stand, and when: their holds take that time already.

    An event of one that does not, and is not being removed by us at this moment, was put there by somebody.
    """
    stand = Booking.objects.filter(host=host_id, hold__isnull=False, uid__in=uids)
    return [(uid, Interval(start, end)) for uid, start, end in stand.values_list("uid", "start", "end")]
