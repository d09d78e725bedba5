"""The guest's invite as a file, if the mail does not arrive: the same event, so it never stands there twice."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from sivient.booking.booked import booked_page
from sivient.booking.models import Booking, Conference
from sivient.core.invite import Invite, calendar
from sivient.delivery import mails
from sivient.delivery.edition import present_edition
from sivient.delivery.readers import INVITES, Role, guest
from sivient.delivery.told import told_by_mail
from sivient.jobs.models import Work
from sivient.site.responses import secret

CONTENT_TYPE = "text/calendar; charset=utf-8; method=REQUEST"


@require_safe
def invite_file(request: HttpRequest, token: str) -> HttpResponse:
    """Send `invite.ics` once everything is in it: 404 before, and after the booking is cancelled or over.

    Where the host's calendar invites, there is no such file: with its other UID the event would stand there twice.
    """
    booking = get_object_or_404(Booking.objects.select_related("host"), token=token)
    page = booked_page(booking, timezone.now())
    if not page.complete or booking.invites == Booking.Invites.CALENDAR:
        raise Http404
    conference = booking.conferences.filter(unused=False).first()
    return secret(HttpResponse(calendar(_present(booking, conference)), content_type=CONTENT_TYPE))


def _present(booking: Booking, conference: Conference | None) -> Invite:
    """Return the edition that the guest's mail carries, or will: one number never has two contents."""
    reader, link = guest(booking), conference.pk if conference else None
    sent = Work.objects.filter(kind=INVITES[Role.GUEST], key=reader.key(booking)).first()
    before = told_by_mail(booking, reader)
    edition = present_edition(sent.result if sent else {}, before=before, link=link, now=timezone.now())
    return mails.itip(booking, conference, reader, method="REQUEST", sequence=edition.sequence, at=edition.at)
