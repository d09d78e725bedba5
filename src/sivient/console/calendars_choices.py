"""The host's choices about calendars: which ones block times, and which one receives bookings."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.calendars import services
from sivient.calendars.models import Calendar
from sivient.calendars.queries import targets
from sivient.console.calendars_names import Names
from sivient.console.calendars_rows import WITHOUT
from sivient.console.integrations_pages import back_to_calendars
from sivient.scheduling.services import choose_calendar

LONGEST_NUMBER = 18  # digits; longer ones are nobody's


@require_POST
@host_page
def blocking(request: HostRequest, number: int) -> HttpResponse:
    """Let the ticked calendars of one account block times, and the others not."""
    connection = get_object_or_404(request.user.connections, pk=number)
    ticked = _numbers(request)
    own = Calendar.objects.filter(host=request.user)
    elsewhere = own.filter(blocks=True).exclude(connection=connection)
    here = own.filter(connection=connection, pk__in=ticked)
    try:
        services.choose_blocking(request.user, {each.pk for each in elsewhere} | {each.pk for each in here})
    except services.NotTheirs:
        return back_to_calendars(request, "Nothing was changed: one of these calendars is not there any more.")
    return back_to_calendars(request, "Saved. Your page is up to date with this at once.")


@require_POST
@host_page
def without(request: HostRequest) -> HttpResponse:
    """Take bookings without calendars that cannot be read: without one of them, or without a whole account's."""
    own = Calendar.objects.filter(host=request.user, blocks=True)
    dropped = own.filter(pk__in=_numbers(request)) | own.filter(connection__in=_numbers(request, "connection"))
    names = ", ".join(map(Names(request.user).short, dropped))
    if not names:
        return back_to_calendars(request, "No calendar was changed.")
    kept = {each.pk for each in own} - {each.pk for each in dropped}
    services.choose_blocking(request.user, kept)
    # Of nothing that blocks the page itself says what that means.
    return back_to_calendars(request, f"Bookings are taken without {names}.{f' {WITHOUT}' if kept else ''}")


@require_POST
@host_page
def read_now(request: HostRequest) -> HttpResponse:
    """Read the host's calendars now, and not only when it is their turn."""
    services.sync_now(request.user)
    return back_to_calendars(request, "Your calendars are being read now. Look again in a moment.")


@require_POST
@host_page
def target(request: HostRequest) -> HttpResponse:
    """Choose where bookings are written."""
    numbers = _numbers(request, "calendar")
    chosen = get_object_or_404(targets(request.user), pk=numbers[0]) if numbers else None
    choose_calendar(request.user, chosen)
    if chosen is None:
        return back_to_calendars(request, "Saved. New bookings are written into no calendar; we mail the invites.")
    return back_to_calendars(request, f"Saved. New bookings are written into {Names(request.user).full(chosen)}.")


def _numbers(request: HostRequest, name: str = "calendar") -> list[int]:
    """Return the numbers that were sent under a name; what is none is left out."""
    return [int(each) for each in request.POST.getlist(name) if each.isdecimal() and len(each) <= LONGEST_NUMBER]
