"""The Integrations page: connect a vendor, see how it is, disconnect."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import PRO_ADDS
from sivient.console import calendars_rows, calendars_words
from sivient.console.calendars_enter import first_look
from sivient.console.calendars_rows import Row as CalendarRow
from sivient.console.integrations_pages import back, back_to_calendars, known_provider, page
from sivient.console.integrations_rows import Row, row
from sivient.console.integrations_words import CHOSEN, CONNECTED, Notice, notice
from sivient.integrations import flow, queries, registry, services
from sivient.scheduling.services import choose_first_platform
from sivient.site.csp import form_targets
from sivient.site.said import take

CANNOT_HOST = "cannot-host"  # the entry of a vendor's guide for a user who may make no meetings


def consent_origins() -> Iterable[str]:
    """Return where Connect may send the browser."""
    return [origin for key, each in registry.PROVIDERS.items() for origin in each.consent_origins(registry.app(key))]


@require_GET
@form_targets(consent_origins)
@host_page
def integrations(request: HostRequest) -> HttpResponse:
    """Show every vendor, and what just happened with one of them."""
    calendars = calendars_rows.calendar_rows(request.user, now=timezone.now())
    context = {
        "rows": [_row(request, key) for key, provider in registry.PROVIDERS.items() if provider.conferencing],
        "pro_adds": PRO_ADDS,
        "calendars": calendars,
        "notices": _calendar_notices(request, calendars),
        "targets": calendars_rows.target_choices(request.user),
        "nothing_blocks": calendars_rows.nothing_blocks(request.user, calendars),
        "any_calendar": any(each.lines for each in calendars),
        "done": take(request),
    }
    return render(request, "console/integrations.html", context)


@require_POST
@host_page
def connect(request: HostRequest, vendor: str) -> HttpResponse:
    """Send the host to the vendor's consent page; `again` is the number of a connection that is to be renewed."""
    known_provider(vendor)
    number = request.POST.get("again", "")
    meant = request.user.connections.filter(vendor=vendor, pk=number).first() if number.isdecimal() else None
    session_key = request.session.session_key or ""
    try:
        consent_page = flow.start(request.user, vendor, session_key=session_key, account=meant.account if meant else "")
    except flow.NotConnected as error:
        return back(vendor, error.outcome)
    return redirect(consent_page)


@require_GET
def callback(request: HttpRequest, vendor: str) -> HttpResponse:
    """Take the host back from the vendor. Whoever is signed out goes to sign in without the code."""
    known_provider(vendor)
    if not request.user.is_authenticated:
        return redirect_to_login(page(vendor, flow.Outcome.FOREIGN))
    return _finish(request, vendor)


@require_http_methods(["GET", "POST"])
@host_page
def disconnect(request: HostRequest, vendor: str) -> HttpResponse:
    """Ask what disconnecting means, and do it. The page's dialog asks the same where there is JavaScript."""
    if known_provider(vendor).conferencing is None:
        raise Http404  # its accounts have addresses of their own
    if request.method == "POST":
        services.disconnect(request.user, vendor, by="host")
        return redirect("settings-integrations")
    asked = _row(request, vendor)
    if not asked.card.is_live:
        return redirect("settings-integrations")
    return render(request, "console/integrations_disconnect.html", {"row": asked})


@require_http_methods(["GET", "POST"])
@host_page
def disconnect_account(request: HostRequest, vendor: str, number: int) -> HttpResponse:
    """Ask what disconnecting one of a vendor's accounts means, and do it; `number` is the connection's."""
    provider = known_provider(vendor)
    connection = get_object_or_404(request.user.connections, vendor=vendor, pk=number)
    if request.method == "POST":
        ended = services.disconnect(request.user, vendor, by="host", account=connection.account)
        name = f"{provider.label} ({connection.label})" if connection.label else provider.label
        return back_to_calendars(request, f"You disconnected {name}." if ended else "Nothing changed.")
    asked = calendars_rows.row_of(request.user, number, now=timezone.now())
    if asked is None:
        return redirect("settings-integrations")
    return render(request, "console/calendars_disconnect.html", {"row": asked})


@host_page
def _finish(request: HostRequest, vendor: str) -> HttpResponse:
    returned = flow.Return(
        state=request.GET.get("state", ""),
        code=request.GET.get("code", ""),
        error=request.GET.get("error", ""),
        session_key=request.session.session_key or "",
    )
    try:
        connection = flow.finish(request.user, vendor, returned)
    except flow.NotConnected as error:
        return back(vendor, error.outcome)
    if registry.provider(vendor).calendars is not None:
        said = first_look(connection)
        return back(vendor, calendars_words.ANOTHER if flow.is_another(returned, connection) else said)
    return back(vendor, CHOSEN if choose_first_platform(request.user, vendor) else CONNECTED)


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


def _calendar_notices(request: HostRequest, rows: Iterable[CalendarRow]) -> list[Notice]:
    """Return how connecting calendars ended; nobody is told that something is connected which is not any more."""
    connected = {each.card.provider.key for each in rows if each.card.state == queries.CardState.CONNECTED}
    found = []
    for vendor, provider in registry.PROVIDERS.items():
        said = request.GET.get(vendor, "") if provider.calendars is not None else ""
        words = calendars_words.notice(said, vendor, provider.label)
        if words and (vendor in connected or said not in calendars_words.GOOD):
            found.append(words)
    return found
