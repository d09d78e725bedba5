"""The guest's pages of one booking. Its secret address is the key; GET never changes anything (mail scanners look)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sivient.booking import services
from sivient.booking.booked import booked_page
from sivient.booking.forms import CancelForm
from sivient.booking.models import Booking
from sivient.booking.onward import PARAMETER, onward
from sivient.scheduling.queries import bookable
from sivient.site import form_token
from sivient.site.responses import SeeOther, secret

BookingView = Callable[[HttpRequest, Booking], HttpResponse]


def of_booking(view: BookingView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the booking whose token is in the address, and keep its answer secret."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        known = Booking.objects.select_related("host__page", "event_type__schedule", "event_type__host__page")
        return secret(view(request, get_object_or_404(known, token=token)))

    return wrapper


@require_safe
@of_booking
def booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    """How the booking stands; the page asks `booked_status` until nothing more changes."""
    context = {
        "page": booked_page(booking, timezone.now()),
        "again": again(booking),
        "onward": onward(booking, request.GET.get(PARAMETER, "")),
    }
    return render(request, "booking/booked.html", context)


@require_safe
@of_booking
def booked_status(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A word for how the booking stands, nothing about it."""
    page = booked_page(booking, timezone.now())
    return JsonResponse({"seen": page.seen, "settled": page.settled})


@csrf_exempt  # a signed form token stands in the form instead
@require_http_methods(["GET", "HEAD", "POST"])
@of_booking
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask, and on POST cancel."""
    now = timezone.now()
    form = CancelForm(f"cancel:{booking.pk}", request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            services.cancel(booking, by="guest", reason=said["reason"], now=now, version=said["version"])
        except services.NotCancellable as refused:
            booking.refresh_from_db()
            context = _cancel_context(booking, form, now) | {"changed": isinstance(refused, services.AlreadyMoved)}
            return render(request, "booking/cancel.html", context, status=409)
        return SeeOther(reverse("booked", args=[booking.token]))
    status = 422 if form.errors else 200
    return render(request, "booking/cancel.html", _cancel_context(booking, form, now), status=status)


def again(booking: Booking) -> str:
    """Return where the guest can book once more, or '' when nothing is published there any more."""
    if not bookable(booking.host):
        return ""
    event_type = booking.event_type
    if event_type is not None and event_type.active and not event_type.hidden:
        return reverse("event-page", args=[booking.host.handle, event_type.slug])
    return reverse("handle-page", args=[booking.host.handle])


def _cancel_context(booking: Booking, form: CancelForm, now: datetime) -> dict[str, object]:
    page = booked_page(booking, now)
    return {
        "page": page,
        "form": form,
        "token": form_token.issue(form.about) if page.can_cancel else "",
        "stale": "token" in form.errors,
        "again": again(booking),
    }
