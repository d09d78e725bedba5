"""The guest's pages of a host: choose an event type, choose a time, give your details, be booked."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sivient.accounts.models import User
from sivient.booking import event_views
from sivient.booking.addresses import of_event_type, of_host, with_query
from sivient.booking.entrance import Entrance
from sivient.booking.event_page import ended_context, handle_context
from sivient.scheduling import queries
from sivient.site import form_token
from sivient.site.responses import personal


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
    return event_views.prefetching(personal(render(request, "booking/handle.html", context)))


@require_safe
@of_event_type
def event_page(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """The free times of an event type."""
    return event_views.prefetching(personal(event_views.times(request, entrance)))


@require_safe
@of_event_type
def event_slots(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """The free times alone, for programs and for a page that has been open for a while."""
    return event_views.slots(request, entrance)


def ended_told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say to a form of ours that what it books is not offered any more. All others get the same 404 as ever.

    No event type is looked at for it: one that is off, hidden, deleted or never was has the same page.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, /, handle: str, **names: str) -> HttpResponse:
        try:
            return view(request, handle=handle, **names)
        except Http404:
            host = queries.published(handle) if _is_of_our_form(request) else None
            if host is None:
                raise
            return personal(render(request, "booking/ended.html", ended_context(request, host), status=404))

    return wrapper


@csrf_exempt  # a signed form token stands in the form instead: an embedded page gets no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@event_views.once
@ended_told
@of_event_type
def confirm(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Ask for the guest's details, and book."""
    return personal(event_views.confirm(request, entrance))


def _is_of_our_form(request: HttpRequest) -> bool:
    try:
        form_token.key_of(request.POST.get("token", ""))
    except form_token.BadToken:
        return False
    return True
