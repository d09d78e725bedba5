"""The guest's pages of a host: choose an event type, choose a time, give your details, be booked."""

from datetime import datetime
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sivient.accounts.models import User
from sivient.booking import services
from sivient.booking.addresses import of_event_type, of_host, with_query
from sivient.booking.confirm import Refusal, confirm_context, is_offered
from sivient.booking.event_page import event_context, handle_context, offered_now
from sivient.booking.forms import BookingForm
from sivient.booking.models import Booking
from sivient.booking.pages import packed
from sivient.booking.preferences import PREFILL
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site.responses import SeeOther, personal


@require_safe
def without_slash(request: HttpRequest, page: str, **names: str) -> HttpResponse:
    """Send an address with a slash at its end, as some programs write it, to the same page without."""
    return redirect(with_query(request, reverse(page, kwargs=names)))


@require_safe
@of_host
def handle_page(request: HttpRequest, host: User) -> HttpResponse:
    """What can be booked with a host; the only event type is shown at once."""
    event_types = queries.event_types(host)
    if len(event_types) == 1:
        return redirect(with_query(request, reverse("event-page", args=[host.handle, event_types[0].slug])))
    context = handle_context(request, host, event_types, timezone.now())
    return _prefetching(personal(render(request, "booking/handle.html", context)))


@require_safe
@of_event_type
def event_page(request: HttpRequest, event_type: EventType) -> HttpResponse:
    """The free times of an event type."""
    context = event_context(request, event_type, timezone.now())
    return _prefetching(personal(render(request, "booking/event.html", context)))


@require_safe
@of_event_type
def event_starts(request: HttpRequest, event_type: EventType) -> HttpResponse:
    """The free times alone, for a page that has been open for a while; 304 while they are the same."""
    starts = packed(offered_now(event_type, timezone.now()))
    response = JsonResponse({"starts": starts})
    patch_cache_control(response, no_cache=True, private=True)
    etag = quote_etag(sha256(starts.encode()).hexdigest()[:16])
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@csrf_exempt  # a signed form token stands in the form instead: an embedded page gets no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@of_event_type
def confirm(request: HttpRequest, event_type: EventType) -> HttpResponse:
    """Ask for the guest's details, and book."""
    if request.method == "POST":
        return _book(request, event_type)
    now = timezone.now()
    form = BookingForm(event_type, initial={name: request.GET.get(name, "") for name in (*PREFILL, "at")})
    if not is_offered(event_type, form.start, now):
        return _form_page(request, form, now, Refusal.NOT_OFFERED, status=404)
    return _form_page(request, form, now, None, status=200)


def _book(request: HttpRequest, event_type: EventType) -> HttpResponse:
    now = timezone.now()
    form = BookingForm(event_type, request.POST)
    if not form.is_valid() or form.start is None:
        return _form_page(request, form, now, None if form.start else Refusal.NOT_OFFERED, status=422)
    try:
        booking = services.book(event_type, form.start, form.guest, key=form.key, now=now)
    except services.SlotTaken:
        return _form_page(request, form, now, Refusal.TAKEN, status=409)
    except services.NotOffered:
        return _form_page(request, form, now, Refusal.NOT_OFFERED, status=409)
    except services.PageClosed:
        raise Http404 from None
    except services.KeyReused:
        earlier = get_object_or_404(Booking, idempotency_key=form.key)
        return personal(render(request, "booking/booked_already.html", {"booking": earlier}, status=409))
    return SeeOther(reverse("booked", args=[booking.token]))


def _form_page(
    request: HttpRequest, form: BookingForm, now: datetime, refusal: Refusal | None, *, status: int
) -> HttpResponse:
    """Show the form with everything that was typed."""
    context = confirm_context(request, form, now, refusal)
    return personal(render(request, "booking/confirm.html", context, status=status))


def _prefetching(response: HttpResponse) -> HttpResponse:
    """Let the browser fetch the page behind a link when the pointer is on it; those pages change nothing."""
    response.headers["Speculation-Rules"] = f'"{static("booking/prefetch.speculationrules")}"'
    return response
