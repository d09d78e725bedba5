"""The room's work, registered with the worker."""

from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.requests import expire
from sivient.booking.steps import EXPIRE
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handles


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
