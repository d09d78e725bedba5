"""Connecting a calendar with what the host types, and the first look at the calendars of a new connection."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import Feature, allows
from sivient.calendars.services import discover
from sivient.console.calendars_form import AddressForm, CalDavForm
from sivient.console.calendars_words import ANOTHER, READING
from sivient.console.integrations_pages import back, known_provider
from sivient.console.integrations_words import CONNECTED
from sivient.integrations import services
from sivient.integrations.flow import Outcome
from sivient.integrations.models import Connection
from sivient.ports.errors import IntegrationError
from sivient.ports.http import Patience
from sivient.scheduling.calendar_choice import choose_first_calendar

FORMS: dict[str, type[CalDavForm | AddressForm]] = {"caldav": CalDavForm}  # whose password; all others have an address
FIRST_LOOK = Patience(connect=2, answer=4)


def first_look(connection: Connection) -> str:
    """Ask for the calendars of a new connection while its host waits a moment; return what is to be said.

    Work that was planned with the connection asks again, and goes on asking.
    """
    try:
        discover(connection, patience=FIRST_LOOK)
    except IntegrationError:
        return READING
    choose_first_calendar(connection.user_id)  # so that the page shows it already
    return CONNECTED


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def enter(request: HostRequest, vendor: str) -> HttpResponse:
    """Ask for the address and the password, and connect with them."""
    provider = known_provider(vendor)
    if provider.enter is None:
        raise Http404
    if not allows(request.user, Feature.SCHEDULING):
        return back(vendor, Outcome.PLAN)
    meant = _meant(request, vendor)
    kind = FORMS.get(vendor, AddressForm)
    form = kind(request.POST or None, initial=kind.of(meant.grant if meant else None))
    if request.method == "POST" and form.is_valid():
        try:
            connection = services.enter(request.user, vendor, form.entered())
        except IntegrationError as error:
            form.add_error(None, form.trouble(error))
        else:
            said = first_look(connection)
            return back(vendor, ANOTHER if meant and meant.pk != connection.pk else said)
    context = {"form": form, "provider": provider, "meant": meant}
    return render(request, "console/calendars_enter.html", context, status=422 if form.errors else 200)


def _meant(request: HostRequest, vendor: str) -> Connection | None:
    """Return the connection that is to be renewed, as the address says; None for a new one."""
    number = request.GET.get("again", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    return Connection.objects.filter(user=request.user, vendor=vendor, pk=number).select_related("grant").first()
