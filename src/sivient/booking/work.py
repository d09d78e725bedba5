"""The room's work, registered with the worker."""

from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.requests import expire
from sivient.booking.steps import EXPIRE
from sivient.jobs.models import Work
from sivient.jobs.registry import handles
from sivient.ports.errors import TryLater


@handles(EXPIRE)
def expire_request(work: Work) -> None:
    """End a request that was not answered in time. The worker's clock may be behind the database's: then later."""
    booking = Booking.objects.filter(pk=work.payload["booking"]).first()
    if booking is None:
        return
    now = timezone.now()
    booking = expire(booking, now=now)
    if booking.status == Booking.Status.PENDING and booking.version == work.payload["version"] and booking.answer_by:
        raise TryLater("The time to answer is not over yet.", after=booking.answer_by - now)
