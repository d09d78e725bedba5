"""From an address to a host or an event type. What is not published does not exist, and nobody is told why."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from sivient.accounts.models import User
from sivient.booking.entrance import Entrance
from sivient.scheduling import queries

P = ParamSpec("P")
HostView = Callable[Concatenate[HttpRequest, User, P], HttpResponse]
EntranceView = Callable[Concatenate[HttpRequest, Entrance, P], HttpResponse]


def of_host(view: HostView[P]) -> Callable[..., HttpResponse]:
    """Give the view the host whose handle is in the address; send former handles on to the present one."""

    @wraps(view)
    def wrapper(request: HttpRequest, /, handle: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        host = queries.published(handle) or _successor(handle)
        if host is None:
            raise Http404
        if host.handle != handle:
            return _moved(request, handle=str(host.handle))
        return view(request, host, *args, **kwargs)

    return wrapper


def of_event_type(view: EntranceView[P]) -> Callable[..., HttpResponse]:
    """Give the view the public entrance that handle and slug in the address name; send former slugs and capitals on."""

    @of_host
    def former(request: HttpRequest, host: User, /, slug: str) -> HttpResponse:
        handle, slug = str(host.handle), slug.lower()
        event_type = queries.event_type(handle, slug) or queries.former_event_type(handle, slug)
        if event_type is None:
            raise Http404
        return _moved(request, slug=event_type.slug)

    @wraps(view)
    def wrapper(request: HttpRequest, /, handle: str, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        event_type = queries.event_type(handle, slug)
        if event_type is None or event_type.host.handle != handle:
            return former(request, handle=handle, slug=slug)
        return view(request, Entrance.public(event_type), *args, **kwargs)

    return wrapper


def with_query(request: HttpRequest, address: str) -> str:
    """Return the address with the query of the request, unchanged."""
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query else address


def _successor(handle: str) -> User | None:
    """Return the published host who once had this handle."""
    host = User.objects.filter(former_handles__handle=handle.lower()).first()
    return queries.published(host.handle) if host and host.handle else None


def _moved(request: HttpRequest, **names: str) -> HttpResponse:
    """Redirect to the same page under its present names: 302, or 307 so that a form arrives whole.

    Not permanent: a host who takes a former handle back would leave browsers in a loop of remembered redirects.
    """
    match = request.resolver_match
    if match is None or match.url_name is None:
        raise Http404
    target = with_query(request, reverse(match.url_name, kwargs={**match.kwargs, **names}))
    return HttpResponseRedirect(target, preserve_request=request.method not in ("GET", "HEAD"))
