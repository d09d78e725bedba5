"""The pages of one event type, the same for every way in: times, times as JSON, details and booking."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from sivient.booking import services
from sivient.booking.confirm import Refusal, back, confirm_context, new_ticket
from sivient.booking.entrance import Entrance
from sivient.booking.event_page import event_context, look_of, paused_context, unread_context
from sivient.booking.feed import BadQuery, FeedQuery, feed
from sivient.booking.forms import BookingForm
from sivient.booking.models import Booking
from sivient.booking.onward import onward_query
from sivient.booking.preferences import link_query
from sivient.scheduling import queries
from sivient.site import form_token
from sivient.site.responses import Response, SeeOther, secret

REFUSALS: dict[type[services.NotBooked], Refusal] = {
    services.SlotTaken: Refusal.TAKEN,
    services.OverLimit: Refusal.OVER_LIMIT,
}
UNREAD = "Times cannot be shown right now. Try again in a few minutes."
UNREAD_FOR = timedelta(minutes=3)  # so long a program that asks again should wait


def times(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Show the free times, or the host's sentence instead of them; none while the host's calendars cannot be read."""
    if closed := _not_shown(request, entrance):
        return closed
    return render(request, "booking/event.html", event_context(request, entrance, timezone.now()))


def slots(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Answer with the free times as JSON; 304 while they are the same, 400 with a sentence for a bad query.

    503 while the host's calendars cannot be read: that is not the same as nothing free.
    """
    now = timezone.now()
    try:
        asked = FeedQuery.read(request.GET, entrance, now)
    except BadQuery as error:
        return JsonResponse({"error": str(error)}, status=400)
    if queries.pause_note(entrance.event_type) is None and queries.unread(entrance.event_type):
        return try_again(JsonResponse({"error": UNREAD}, status=503))
    text = feed(entrance, asked, now)
    etag = quote_etag(sha256(text.encode()).hexdigest()[:16])
    response = HttpResponse(text, content_type="application/json")
    patch_cache_control(response, no_cache=True, private=True)
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def confirm(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Ask for the guest's details, or book."""
    if request.method == "POST":
        return _book(request, entrance)
    if closed := _not_shown(request, entrance):
        return closed
    now = timezone.now()
    form = BookingForm(entrance, asked=request.GET)
    if entrance.offers(form.start, now, form.minutes):
        return render(request, "booking/confirm.html", confirm_context(request, form, now))
    context = confirm_context(request, form, now, Refusal.NOT_OFFERED)
    return render(request, "booking/confirm.html", context, status=404)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead a form that has booked already to its booking, whatever has become of the way there; else ask the view."""

    @wraps(view)
    def wrapper(request: HttpRequest, /, **names: str) -> HttpResponse:
        earlier = _earlier(request.POST.get("token", "")) if request.method == "POST" else None
        return view(request, **names) if earlier is None else secret(_again(request, earlier))

    return wrapper


def link_ended(request: HttpRequest) -> HttpResponse:
    """404: the same page for a private link that was used, has expired or never was. It tells nobody which."""
    return render(request, "booking/link_ended.html", status=404)


def prefetching(response: HttpResponse) -> HttpResponse:
    """Let the browser fetch the page behind a link when the pointer is on it; those pages change nothing."""
    response.headers["Speculation-Rules"] = f'"{static("booking/prefetch.speculationrules")}"'
    return response


def try_again(response: Response) -> Response:
    """Say to programs when the host's calendars are worth another look."""
    response.headers["Retry-After"] = str(int(UNREAD_FOR.total_seconds()))
    return response


def not_read(request: HttpRequest, entrance: Entrance) -> HttpResponse | None:
    """Return the page that stands in place of times while the host's calendars cannot be read, else None."""
    if not queries.unread(entrance.event_type):
        return None
    return try_again(render(request, "booking/unread.html", unread_context(request, entrance), status=503))


def _not_shown(request: HttpRequest, entrance: Entrance) -> HttpResponse | None:
    """Return the page that stands in place of times, None if they can be shown."""
    note = queries.pause_note(entrance.event_type)
    return not_read(request, entrance) if note is None else _paused(request, entrance, note, status=200)


def _paused(request: HttpRequest, entrance: Entrance, note: str, *, status: int) -> HttpResponse:
    context = paused_context(request, entrance, note) | {"refused": status == 409}
    return render(request, "booking/paused.html", context, status=status)


def _earlier(token: str) -> Booking | None:
    """Return the booking that was made with this token of a form."""
    try:
        key = form_token.key_of(token)
    except form_token.BadToken:
        return None
    known = Booking.objects.select_related("event_type__schedule", "event_type__host__page")
    return known.filter(idempotency_key=key).first()


def _again(request: HttpRequest, earlier: Booking) -> HttpResponse:
    """Answer a form that has booked: the same content is the same booking, other content was not saved."""
    if earlier.event_type is not None:
        form = BookingForm(Entrance(earlier.event_type, page=""), request.POST)
        start = form.chosen()
        if start is not None:
            with suppress(services.KeyReused):
                services.booked_before(form.event_type, start, form.guest, key=form.key, minutes=form.minutes)
                return _booked(earlier)
    return render(request, "booking/booked_already.html", {"booking": earlier}, status=409)


def _booked(booking: Booking) -> HttpResponse:
    return SeeOther(reverse("booked", args=[booking.token]) + onward_query(booking))


def _book(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Book what the form says, or show it again with everything that was typed."""
    now = timezone.now()
    form = BookingForm(entrance, request.POST)
    start = form.chosen()
    if start is None:
        return _incomplete(request, form, now)
    try:
        booking = _promised(form, start, now)
    except services.PageClosed:
        return _closed(request, entrance, now)
    except services.KeyReused:
        earlier = get_object_or_404(Booking, idempotency_key=form.key)
        return render(request, "booking/booked_already.html", {"booking": earlier}, status=409)
    except services.CalendarUnread:
        context = confirm_context(request, form, now) | {"unread": True}
        return try_again(render(request, "booking/confirm.html", context, status=503))
    except services.NotBooked as refused:
        if own := _own(form, start):
            return _held_by_guest(request, form, own)
        why = REFUSALS.get(type(refused), Refusal.NOT_OFFERED)
        context = confirm_context(request, form, now, why, refused.nearest)
        return render(request, "booking/confirm.html", context, status=409)
    return _booked(booking)


def _promised(form: BookingForm, start: datetime, now: datetime) -> Booking:
    link = form.entrance.link
    return services.book(form.event_type, start, form.guest, key=form.key, now=now, minutes=form.minutes, link=link)


def _own(form: BookingForm, start: datetime) -> Booking | None:
    """Return the booking that this very guest has at that time: sent twice, from two pages."""
    standing = Booking.objects.filter(status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    same = standing.filter(host=form.event_type.host, start=start, guest_email__iexact=form.guest.email)
    return same.select_related("host").first()


def _held_by_guest(request: HttpRequest, form: BookingForm, booking: Booking) -> HttpResponse:
    """Say that the time is theirs already, and nothing that only its secret address shows."""
    look = look_of(request, form.entrance)
    query = link_query(look, request.GET, form.entrance.duration_query(form.minutes))
    context = {
        "host": booking.host,
        "asked": booking.status == Booking.Status.PENDING,
        "ticket": new_ticket(form.entrance, booking.start, form.minutes, look),
        "back": back(form.entrance, booking.start, look, query),
    }
    return render(request, "booking/booked_same.html", context, status=409)


def _incomplete(request: HttpRequest, form: BookingForm, now: datetime) -> HttpResponse:
    """Show a form that cannot be sent as it is, while there is something to book."""
    note = queries.pause_note(form.event_type)
    if note is not None:
        return _paused(request, form.entrance, note, status=409)
    refusal = None if form.start else Refusal.NOT_OFFERED
    if form.start and not form.offers_duration:
        refusal = Refusal.DURATION
    return render(request, "booking/confirm.html", confirm_context(request, form, now, refusal), status=422)


def _closed(request: HttpRequest, entrance: Entrance, now: datetime) -> HttpResponse:
    """Say why nothing can be booked any more, where it could a moment ago: paused, ended, or nothing there."""
    fresh = entrance.again(now)
    note = queries.pause_note(fresh.event_type) if fresh is not None else None
    if fresh is not None and note is not None:
        return _paused(request, fresh, note, status=409)
    if entrance.link is not None:
        return link_ended(request)
    raise Http404
