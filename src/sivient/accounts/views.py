"""Signing in and out."""

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from sivient.accounts import handles, providers, services, sessions, signup
from sivient.accounts.access import HostRequest, signed_in
from sivient.accounts.models import User
from sivient.accounts.providers import Provider
from sivient.accounts.signup import SignUpRefused
from sivient.audit.log import record
from sivient.site.csp import form_targets

logger = logging.getLogger(__name__)

SENTENCES = {
    "NotOurs": "This sign-in was started in another browser, or too long ago. Start it again here.",
    "Declined": "The sign-in at {provider} was cancelled. Nothing has changed.",
    "Refused": "{provider} says this sign-in was used already or has expired. Start it again.",
    "Unverified": "What {provider} sent could not be verified, so nobody was signed in. Start it again.",
    "ProviderDown": "{provider} did not answer as it should. Try again in a minute.",
}
SWITCHED_OFF = "This account is switched off. Write to the operator of this server."
LINK_SPENT = "This link was used or has expired. Ask the operator for a new one."


@require_safe
@never_cache
@form_targets(providers.origins)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the ways in."""
    next_page = _local(request, request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(next_page or "home")
    return _page(request, next_page=next_page, invitation=request.GET.get("invitation", ""))


@require_POST
@never_cache
@form_targets(providers.origins)
def start(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the browser to the provider."""
    from sivient.accounts import openid

    chosen = _provider(provider)
    next_page = _local(request, request.POST.get("next", ""))
    try:
        address = openid.begin(
            request, chosen, next_page=next_page, invitation=request.POST.get("invitation", "")[:200]
        )
    except openid.SignInFailed as error:
        return _failed(request, chosen, error)
    if not request.user.is_authenticated:
        request.session.set_expiry(openid.STATE_LIFETIME)  # a session that only waits for its person
    return redirect(address)


@require_GET
@never_cache
@form_targets(providers.origins)
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Receive the browser back from the provider. Whatever goes wrong, who was signed in before still is."""
    from sivient.accounts import openid

    chosen = _provider(provider)
    try:
        arrival = openid.finish(request, chosen)
        user = services.arrive(arrival.person, invitation=arrival.invitation, now=timezone.now())
    except openid.SignInFailed as error:
        return _failed(request, chosen, error)
    except SignUpRefused as error:
        return _refused(request, chosen, str(error), reason="sign-up")
    except services.SwitchedOff:
        return _refused(request, chosen, SWITCHED_OFF, reason="switched off")
    _enter(request, user, by=chosen.key)
    return redirect(_local(request, arrival.next) or "home")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@form_targets(providers.origins)
def login_link(request: HttpRequest) -> HttpResponse:
    """Open the operator's link: looking at it changes nothing (mail programs open links), the button signs in."""
    key = request.GET.get("key", "") or request.POST.get("key", "")
    try:
        if request.method != "POST":
            who = services.peek_login_link(key, now=timezone.now())
            return render(request, "accounts/login_link.html", {"key": key, "who": who})
        user = services.use_login_link(key, now=timezone.now())
    except services.LinkSpent:
        return _page(request, problem=LINK_SPENT, status=410)
    _enter(request, user, by="login link")
    return redirect("home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return redirect("sign-in")


@require_POST
@signed_in
def sign_out_everywhere(request: HostRequest) -> HttpResponse:
    """End every session of the account."""
    services.sign_out_everywhere(request.user)
    logout(request)
    return redirect("sign-in")


@require_GET
@signed_in
def handle_check(request: HostRequest) -> HttpResponse:
    """Say whether the signed-in person could have this handle, while they type."""
    try:
        handle = handles.check_free(request.GET.get("handle", ""), request.user)
    except handles.HandleUnfit as error:
        return JsonResponse({"free": False, "message": str(error)})
    return JsonResponse({"free": True, "message": f"{handle} is free."})


def _enter(request: HttpRequest, user: User, *, by: str) -> None:
    """Sign in under a new session key, so that a key planted before is worth nothing."""
    if request.user.is_authenticated and request.user.pk != user.pk:
        logout(request)
    login(request, user)
    request.session.set_expiry(None)
    sessions.start(request.session)
    record("signed in", account=user.pk, actor="host", subject=by)


def _failed(request: HttpRequest, provider: Provider, error: Exception) -> HttpResponse:
    reason = type(error).__name__
    logger.warning("sign-in failed", extra={"vendor": provider.key, "error": f"{reason} {error}".strip()})
    status = 502 if reason == "ProviderDown" else 400
    if reason not in ("NotOurs", "ProviderDown"):  # anybody can open a callback address: only what began here counts
        record("sign-in failed", account=None, actor="guest", subject=f"{provider.key} {reason}")
    return _page(request, problem=SENTENCES[reason].format(provider=provider.label), status=status)


def _refused(request: HttpRequest, provider: Provider, sentence: str, *, reason: str) -> HttpResponse:
    record("sign-in refused", account=None, actor="guest", subject=f"{provider.key} {reason}")
    return _page(request, problem=sentence, status=403)


def _page(
    request: HttpRequest, *, problem: str = "", next_page: str = "", invitation: str = "", status: int = 200
) -> HttpResponse:
    needed, invited = signup.by_invitation(), signup.invites(invitation, now=timezone.now())
    context: Mapping[str, object] = {
        "providers": providers.configured().values(),
        "problem": problem,
        "next": next_page,
        "invitation": invitation if invited else "",
        "invitation_spent": signup.INVITATION_SPENT if needed and invitation and not invited else "",
        "may_create": invited or not needed,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _provider(key: str) -> Provider:
    try:
        return providers.configured()[key]
    except KeyError as error:
        raise Http404 from error


def _local(request: HttpRequest, address: str) -> str:
    """Return the address if it is a page of ours, as a path; else ""."""
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return ""
    return urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
