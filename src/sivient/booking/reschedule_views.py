"""Another time for the same booking: the pages of its event type, with one button at the end instead of a form.

The links in mails lead here. GET changes nothing; the form's token holds for one version of the booking.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial, wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sivient.booking import event_views, services
from sivient.booking.booked import booked_page
from sivient.booking.booked_views import again, of_booking
from sivient.booking.changes import MOST_CHANGES
from sivient.booking.confirm import Refusal
from sivient.booking.entrance import Entrance
from sivient.booking.forms import RescheduleForm
from sivient.booking.models import Booking
from sivient.booking.preferences import read_instant
from sivient.booking.refusals import as_it_is
from sivient.booking.reschedule import reschedule_context
from sivient.scheduling.models import EventType
from sivient.site.responses import SeeOther

RescheduleView = Callable[[HttpRequest, Booking, EventType], HttpResponse]


class Fixed(StrEnum):
    """Why a booking keeps its time."""

    ENDED = "ended"
    BEGUN = "begun"
    TOO_LATE = "too_late"
    TOO_OFTEN = "too_often"
    NOT_OPEN = "not_open"


def of_rescheduling(view: RescheduleView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view a booking whose guest may choose another time, and its event type; else say why not."""

    @of_booking
    def of_times(request: HttpRequest, booking: Booking) -> HttpResponse:
        now = timezone.now()
        if booking.event_type is None or not services.may_reschedule(booking, now):
            return _fixed(request, booking, now)
        return view(request, booking, booking.event_type)

    return wraps(view)(of_times)


@require_safe
@of_rescheduling
def page(request: HttpRequest, booking: Booking, event_type: EventType) -> HttpResponse:
    """The free times, with the ticket of the present one."""
    return event_views.times(request, _entrance(event_type, booking))


@require_safe
@of_rescheduling
def slots(request: HttpRequest, booking: Booking, event_type: EventType) -> HttpResponse:
    """The free times alone."""
    return event_views.slots(request, _entrance(event_type, booking))


@csrf_exempt  # a signed form token stands in the form instead
@require_http_methods(["GET", "HEAD", "POST"])
@of_rescheduling
def confirm(request: HttpRequest, booking: Booking, event_type: EventType) -> HttpResponse:
    """Show the old time and the new one, and on POST reschedule."""
    if request.method == "POST":
        return _reschedule(request, booking, event_type)
    now, start = timezone.now(), read_instant(request.GET.get("at"))
    entrance = _entrance(event_type, booking)
    if closed := event_views.not_read(request, entrance):
        return closed
    free = entrance.offers(start, now, entrance.minutes({})) or (start and services.host_wants(booking, start, now))
    refusal = None if free else Refusal.NOT_OFFERED
    context = reschedule_context(request, booking, entrance, start, now, refusal=refusal)
    return _ask(request, context, 404 if refusal else 200)


def _entrance(event_type: EventType, booking: Booking) -> Entrance:
    """Return the way in, with an event type that brings all that its page asks for: it costs no other question."""
    return Entrance.rescheduling(as_it_is(event_type) or event_type, booking)


def _reschedule(request: HttpRequest, booking: Booking, event_type: EventType) -> HttpResponse:
    now, form = timezone.now(), RescheduleForm(booking.pk, request.POST)
    entrance = Entrance.rescheduling(event_type, booking)
    shown = partial(reschedule_context, request, booking, entrance, form.start, now)
    if not form.is_valid():
        return _ask(request, shown(stale=True), 422)
    if form.start is None:
        return _ask(request, shown(refusal=Refusal.NOT_OFFERED), 422)
    try:
        services.reschedule(booking, form.start, by="guest", now=now, version=form.cleaned_data["version"])
    except services.AlreadyMoved:
        return render(request, "booking/reschedule_moved.html", {"page": booked_page(_fresh(booking), now)}, status=409)
    except services.NotReschedulable:
        return _fixed(request, _fresh(booking), now)
    except services.CalendarUnread:
        return event_views.try_again(_ask(request, shown(unread=True), 503))
    except services.NotBooked as refused:
        why = event_views.REFUSALS.get(type(refused), Refusal.NOT_OFFERED)
        return _ask(request, shown(refusal=why, free=refused.nearest), 409)
    return SeeOther(reverse("booked", args=[booking.token]))


def _ask(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    return render(request, "booking/reschedule_confirm.html", context, status=status)


def _fixed(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    """Say why the booking keeps its time: 409 for a form, a page like any other for a link."""
    context = {"page": booked_page(booking, now), "why": _why(booking, now), "again": again(booking)}
    return render(request, "booking/reschedule_not.html", context, status=409 if request.method == "POST" else 200)


def _why(booking: Booking, now: datetime) -> Fixed:
    if not booking.stands or booking.answer_is_due(now):
        return Fixed.ENDED
    if booking.start <= now:
        return Fixed.BEGUN
    if booking.start - booking.reschedule_notice < now:
        return Fixed.TOO_LATE
    return Fixed.TOO_OFTEN if booking.version > MOST_CHANGES else Fixed.NOT_OPEN


def _fresh(booking: Booking) -> Booking:
    """Return the booking as it is now."""
    return Booking.objects.select_related("host__page", "event_type__host__page").get(pk=booking.pk)
