"""What the page shows on which a guest moves a booking: the old ticket, and the new one."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest

from sivient.booking.confirm import Refusal, back, new_ticket, other_times
from sivient.booking.entrance import Entrance
from sivient.booking.event_page import kept_ticket, look_of
from sivient.booking.forms import RescheduleForm
from sivient.booking.models import Booking
from sivient.booking.places import place
from sivient.booking.preferences import link_query, unknown_zone, written
from sivient.booking.refusals import nearest_free
from sivient.site import zones


def reschedule_context(
    request: HttpRequest,
    booking: Booking,
    entrance: Entrance,
    start: datetime | None,
    now: datetime,
    *,
    refusal: Refusal | None = None,
    free: Sequence[int] | None = None,
    stale: bool = False,
    unread: bool = False,
) -> dict[str, object]:
    """Return what `booking/reschedule_confirm.html` shows. A refused `start` gives way to the nearest `free` ones."""
    look, minutes = look_of(request, entrance), entrance.minutes({})
    query = link_query(look, request.GET)
    if refusal and free is None:
        free = nearest_free(entrance.event_type, start or now, now=now, minutes=minutes, moving=booking)
    return {
        "booking": booking,
        "host": booking.host,
        "entrance": entrance,
        "look": look,
        "unknown_zone": unknown_zone(request.POST or request.GET),
        "shown_in": zones.label(look.zone, start or now),
        "place": place(booking.platform),
        "old": kept_ticket(booking, look, off=refusal is None),
        "new": new_ticket(entrance, start, minutes, look, off=refusal is not None) if start else None,
        "at": written(start) if start else "",
        "refusal": refusal,
        "nearest": other_times(entrance, free or (), look, query, now),
        "stale": stale,
        "unread": unread,
        "back": back(entrance, start, look, query),
        "token": RescheduleForm.token_for(booking.pk, booking.version),
    }
