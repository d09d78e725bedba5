"""The host's verbs on a delivery."""

from sivient.booking.models import Booking
from sivient.delivery.timeline import step_works
from sivient.integrations import services as integrations
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import Platform


def try_now(booking: Booking) -> int:
    """Let every step of the booking that met trouble run now; return how many there were.

    A vendor that is left alone because it had trouble is asked at once, too. A daily limit stands: a step that waits
    for its end finds that out without asking, and waits on.

    Each step is asked for by itself: workers lock several of these rows in an order of their own.
    """
    if booking.platform == Platform.ZOOM:
        integrations.try_now(booking.host, Platform.ZOOM)
    if booking.event and booking.event.calendar:
        integrations.try_now(booking.host, booking.event.calendar.connection.vendor)
    works = list(step_works(booking).order_by("pk"))
    for work in works:
        enqueue(work.kind, key=work.key, payload=work.payload, lane=work.lane)
    return len(works)
