"""The Integrations page: connect a vendor, see how it is, disconnect."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import PRO_ADDS
from sivient.console.integrations_rows import Row, row
from sivient.console.integrations_words import CHOSEN, CONNECTED, notice
from sivient.integrations import flow, queries, registry, services
from sivient.integrations.registry import UnknownVendor
from sivient.ports.vendor import Provider
from sivient.scheduling.services import choose_first_platform
from sivient.site.csp import form_targets

CANNOT_HOST = "cannot-host"  # the entry of a vendor's guide for a user who may make no meetings


def consent_origins() -> Iterable[str]:
    """Return where Connect may send the browser."""
    return [origin for key, each in registry.PROVIDERS.items() for origin in each.consent_origins(registry.app(key))]


@require_GET
@form_targets(consent_origins)
@host_page
def integrations(request: HostRequest) -> HttpResponse:
    """Show every vendor, and what just happened with one of them."""
    rows = [_row(request, key) for key, provider in registry.PROVIDERS.items() if provider.conferencing]
    return render(request, "console/integrations.html", {"rows": rows, "pro_adds": PRO_ADDS})


@require_POST
@host_page
def connect(request: HostRequest, vendor: str) -> HttpResponse:
    """Send the host to the vendor's consent page."""
    _provider(vendor)
    try:
        consent_page = flow.start(request.user, vendor, session_key=request.session.session_key or "")
    except flow.NotConnected as error:
        return _back(vendor, error.outcome)
    return redirect(consent_page)


@require_GET
def callback(request: HttpRequest, vendor: str) -> HttpResponse:
    """Take the host back from the vendor. Whoever is signed out goes to sign in without the code."""
    _provider(vendor)
    if not request.user.is_authenticated:
        return redirect_to_login(_page(vendor, flow.Outcome.FOREIGN))
    return _finish(request, vendor)


@require_http_methods(["GET", "POST"])
@host_page
def disconnect(request: HostRequest, vendor: str) -> HttpResponse:
    """Ask what disconnecting means, and do it. The page's dialog asks the same where there is JavaScript."""
    _provider(vendor)
    if request.method == "POST":
        services.disconnect(request.user, vendor, by="host")
        return redirect("settings-integrations")
    asked = _row(request, vendor)
    if not asked.card.is_live:
        return redirect("settings-integrations")
    return render(request, "console/integrations_disconnect.html", {"row": asked})


@host_page
def _finish(request: HostRequest, vendor: str) -> HttpResponse:
    back = flow.Return(
        state=request.GET.get("state", ""),
        code=request.GET.get("code", ""),
        error=request.GET.get("error", ""),
        session_key=request.session.session_key or "",
    )
    try:
        flow.finish(request.user, vendor, back)
    except flow.NotConnected as error:
        return _back(vendor, error.outcome)
    return _back(vendor, CHOSEN if choose_first_platform(request.user, vendor) else CONNECTED)


def _row(request: HostRequest, vendor: str) -> Row:
    """Return a vendor's row; a notice that the present state contradicts, after a reload, is left out."""
    now = timezone.now()
    card = queries.card(request.user, vendor, now=now)
    said = request.GET.get(vendor, "")
    outdated = said in (CONNECTED, CHOSEN) and card.state != queries.CardState.CONNECTED
    words = None if outdated else notice(said, card.provider.label)
    if words and said == CONNECTED and any(note.anchor == CANNOT_HOST for note in card.notes):
        words = replace(words, then="")  # no link comes by itself, as the note says
    return row(request.user, card, notice=words, now=now)


def _provider(vendor: str) -> Provider:
    try:
        return registry.provider(vendor)
    except UnknownVendor:
        raise Http404 from None


def _back(vendor: str, said: str) -> HttpResponse:
    return redirect(_page(vendor, said))


def _page(vendor: str, said: str) -> str:
    return f"{reverse('settings-integrations')}?{urlencode({vendor: said})}"
