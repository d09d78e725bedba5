"""What becomes of bookings when a law moves the clocks of a zone: they stand, and their hosts are asked.

Nothing moves by itself (reliability.md section 3, row 40). Which law counts is what this process knows of the zones.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from sivient.audit.log import record
from sivient.booking.changes import HOST, locked, require_standing, reschedule
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.refusals import NotOffered
from sivient.booking.wall import has_shifted, meant_start, wall_time
from sivient.jobs.queue import enqueue

AT_ONCE = 500  # bookings in one statement
STANDING = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
TELL = "delivery.tell_clocks"


def compare_clocks(*, now: datetime, before_each: Callable[[], None] = lambda: None) -> None:
    """Mark the bookings ahead whose wall time is not what was agreed, and have each host told of all of theirs.

    Safe to run again. `before_each` is called before each batch.
    """
    for batch in _batches(now):
        before_each()
        for booking in batch:
            if has_shifted(booking) != (booking.wall_asked_at is not None):
                _mark(booking)
    asked = ahead(now).filter(wall_asked_at__isnull=False, host__closed_at=None).order_by()
    for host, latest in asked.values_list("host").annotate(Max("wall_asked_at")):
        enqueue(TELL, key=f"account:{host}", payload={"user": host, "at": latest.isoformat()})


def ahead(now: datetime) -> QuerySet[Booking]:
    """Return what stands and has not begun."""
    return Booking.objects.filter(status__in=STANDING, start__gt=now)


def leave_clock(booking: Booking, *, version: int | None = None) -> Booking:
    """Let the booking stand at its instant: what the clocks show there now is agreed. Asked nothing, it stays as it is.

    `version` is the one that the page showed. Raises NotReschedulable: it stands no more, or has changed.
    """
    return committed(lambda: _leave(booking, version=version))


def follow_clock(booking: Booking, *, now: datetime, version: int | None = None) -> Booking:
    """Reschedule the booking to where the clocks show what was agreed; everybody is told, as of any new time.

    Raises what `reschedule` does; NotOffered also when the clocks skip that time.
    """
    start = meant_start(booking)
    if start is None:
        raise NotOffered
    return reschedule(booking, start, by="host", now=now, version=version)


def _batches(now: datetime) -> Iterator[list[Booking]]:
    after = 0
    while batch := list(ahead(now).filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield batch
        after = batch[-1].pk


def _mark(booking: Booking) -> None:
    """Note that the host is asked, or no more: a later law may be the earlier one again. Not if it was moved since."""
    with transaction.atomic():
        same = Booking.objects.filter(pk=booking.pk, version=booking.version)
        if booking.wall_asked_at is not None:
            same.update(wall_asked_at=None)
        elif same.update(wall_asked_at=Now()):
            record("clocks ask", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")


def _leave(booking: Booking, *, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        require_standing(booking, version)
        if booking.wall_asked_at is None:
            return booking
        booking.wall_start = wall_time(booking.start, booking.wall_zone)
        booking.wall_asked_at = None
        booking.save(update_fields=["wall_start", "wall_asked_at"])
        record("booking kept", account=booking.host_id, actor=HOST, subject=f"booking:{booking.pk}")
    return booking
