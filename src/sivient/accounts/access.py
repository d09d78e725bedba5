"""Who may open a host's page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from sivient.accounts import sessions
from sivient.accounts.gone import Gone
from sivient.accounts.models import User

P = ParamSpec("P")


class HostRequest(HttpRequest):
    """A request of somebody who is signed in. The user comes from the session, never from what was sent."""

    user: User


View = Callable[Concatenate[HostRequest, P], HttpResponse]


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in whoever is signed in, also while onboarding or closing; lead others to the sign-in page."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not sessions.keep_alive(request.session):
            logout(request)
            return _to_sign_in(request)
        response = view(_as_host(request), *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return checked


def host_page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in hosts whose account is open and set up; lead others to where they can get on.

    What a verb does not find any more is answered as not found.
    """

    @wraps(view)
    def checked(request: HostRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.closed_at is not None:
            return redirect("account-closing")
        if request.user.onboarded_at is None:
            return redirect("welcome")
        try:
            return view(request, *args, **kwargs)
        except Gone as error:
            raise Http404 from error

    return signed_in(checked)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Come back afterwards only to a page: what a form was about to do is not done unasked."""
    if request.method not in ("GET", "HEAD"):
        return redirect("sign-in")
    return redirect_to_login(request.get_full_path(), login_url=None)


def _as_host(request: HttpRequest) -> Any:
    return request
