"""The host's verbs on a delivery."""

from django.db import transaction

from sivient.booking.models import Booking
from sivient.delivery.timeline import step_works
from sivient.jobs.queue import enqueue


def try_now(booking: Booking) -> int:
    """Let every step of the booking that met trouble run now; return how many there were."""
    with transaction.atomic():
        works = list(step_works(booking).order_by("pk"))
        for work in works:
            enqueue(work.kind, key=work.key, payload=work.payload)
    return len(works)
