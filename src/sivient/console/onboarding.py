"""The way from the first sign-in to a page of one's own: one form, then what is left to do."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sivient.accounts import handles, plans
from sivient.accounts.access import HostRequest, host_page, signed_in
from sivient.accounts.plans import Feature
from sivient.console.address import page_address, page_prefix
from sivient.console.forms import WelcomeForm
from sivient.console.onboarding_items import State, items
from sivient.scheduling import services
from sivient.scheduling.queries import bookable


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def welcome(request: HostRequest) -> HttpResponse:
    """Ask for name, handle and time zone, and open the page."""
    user, now = request.user, timezone.now()
    if user.closed_at is not None:
        return redirect("account-closing")
    if user.onboarded_at is not None:
        return redirect("bookings")
    begins = {"name": user.name, "handle": handles.suggest(user), "timezone": user.timezone}
    form = WelcomeForm(request.POST or None, initial=begins, user=user, now=now)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            services.open_page(user, name=typed["name"], handle=typed["handle"], timezone=typed["timezone"], now=now)
        except handles.HandleUnfit as error:  # taken since the form was checked
            form.add_error("handle", str(error))
        else:
            return redirect("welcome-platform")
    context = {"form": form, "prefix": page_prefix()}
    return render(request, "console/welcome.html", context, status=422 if form.errors else 200)


@require_safe
@host_page
def welcome_platform(request: HostRequest) -> HttpResponse:
    """Say what is done and what is left until people can book: calendar, meetings, hours, link."""
    found = items(request.user, now=timezone.now())
    context = {
        "items": found,
        "next": next((each for each in found if each.state != State.DONE), None),
        "published": bookable(request.user),
        "address": page_address(request.user),
        "has_scheduling": plans.allows(request.user, Feature.SCHEDULING),
    }
    return render(request, "console/welcome_platform.html", context)
