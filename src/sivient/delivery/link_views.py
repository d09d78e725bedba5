"""The host gives a booking a link of their own: in place of the one it has, or because none came."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.booking.models import Booking
from sivient.delivery import detail, links
from sivient.delivery.link_form import LinkForm
from sivient.delivery.meeting_steps import in_force
from sivient.scheduling.meeting_link import LinkUnfit

CHANGED = detail.Problem("The link has changed meanwhile.", "Nothing was changed by you. See the link below first.")
NO_LINK = detail.Problem("This booking needs no link.", "Nothing was changed.")


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def link(request: HostRequest, pk: int) -> HttpResponse:
    """Ask for the link, and on POST put it in force."""
    booking = detail.own(request.user, pk)
    if not detail.linkable(booking, timezone.now()):
        return detail.page(request, booking, status=409, problem=detail.fixed(booking, timezone.now()) or NO_LINK)
    form = LinkForm(request.POST) if request.method == "POST" else LinkForm()
    if not form.is_valid():
        return _ask(request, booking, form)
    if form.cleaned_data["version"] not in (None, booking.version):
        return _ask(request, booking, form, detail.moved(booking))
    if _changed(booking, form):
        return _ask(request, booking, form, CHANGED)
    return _replace(request, booking, form)


def _changed(booking: Booking, form: LinkForm) -> bool:
    """Say whether the page named another link than there is now. What is in force already may be sent again."""
    present, shown = in_force(booking), form.cleaned_data["shown"]
    if shown is None or shown == (present.pk if present else 0):
        return False
    return present is None or present.join_url != form.cleaned_data["link"].strip()


def _replace(request: HostRequest, booking: Booking, form: LinkForm) -> HttpResponse:
    had = in_force(booking)
    try:
        links.replace_link(booking, form.cleaned_data["link"], now=timezone.now())
    except LinkUnfit as error:
        form.add_error("link", str(error))
        return _ask(request, booking, form)
    except links.NotReplaceable:  # it was changed since it was read
        fresh = detail.own(request.user, booking.pk)
        return _ask(request, fresh, form, detail.moved(fresh))
    done = "Link replaced" if had else "Link added"
    return detail.saying(request, booking, f"{done}. {booking.guest_name} is told.")


def _ask(request: HostRequest, booking: Booking, form: LinkForm, problem: detail.Problem | None = None) -> HttpResponse:
    """Ask for the link, with what was typed and why it was not taken."""
    problem = problem or (detail.UNREAD if "version" in form.errors else None)
    context = {
        "booking": booking,
        "ticket": detail.ticket_of(booking),
        "problem": problem,
        "form": form,
        **detail.about_link(booking),
    }
    return render(request, "delivery/link.html", context, status=409 if problem else 422 if form.errors else 200)
