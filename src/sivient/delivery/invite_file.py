"""The guest's invite as a file, if the mail does not arrive: the same event, so it never stands there twice."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from sivient.booking.booked import booked_page
from sivient.booking.models import Booking
from sivient.core.invite import calendar
from sivient.delivery import mails
from sivient.site.responses import secret


@require_safe
def invite_file(request: HttpRequest, token: str) -> HttpResponse:
    """Send `invite.ics` once everything is in it: 404 before, and after the booking is cancelled or over."""
    booking = get_object_or_404(Booking.objects.select_related("host"), token=token)
    page = booked_page(booking, timezone.now())
    if not page.complete:
        raise Http404
    conference = booking.conferences.filter(unused=False).first()
    at = booking.link_invited_at or booking.created_at
    itip = mails.itip(booking, conference, method="REQUEST", sequence=booking.sequence or 0, at=at)
    return secret(HttpResponse(calendar(itip), content_type="text/calendar; charset=utf-8; method=REQUEST"))
