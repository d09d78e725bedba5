"""The pages behind a private link: those of the event type, hidden or not. The address is the key, so it is secret."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sivient.booking import event_views
from sivient.booking.addresses import EntranceView
from sivient.booking.entrance import Entrance
from sivient.scheduling import queries
from sivient.site.responses import secret


def of_private_link(view: EntranceView[[]]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the entrance that the link opens, and keep its answer secret."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        link = queries.private_link(token, timezone.now())
        if link is None:
            return secret(event_views.link_ended(request))
        return secret(view(request, Entrance.private(link)))

    return wrapper


@require_safe
@of_private_link
def page(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """The free times."""
    return event_views.times(request, entrance)


@require_safe
@of_private_link
def slots(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """The free times alone."""
    return event_views.slots(request, entrance)


@csrf_exempt  # a signed form token stands in the form instead
@require_http_methods(["GET", "HEAD", "POST"])
@event_views.once
@of_private_link
def confirm(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Ask for the guest's details, and book."""
    return event_views.confirm(request, entrance)
