"""Public holidays: of which country and region, and on which of them the host works all the same."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.console.date_forms import today_of
from sivient.console.holidays_form import HolidaysForm
from sivient.scheduling import holidays, schedules
from sivient.scheduling.models import SchedulingPage
from sivient.site.said import redirect_saying


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def holidays_page(request: HostRequest) -> HttpResponse:
    """Show and save the holidays."""
    user, post = request.user, request.POST
    page, today = _page(user), today_of(user, timezone.now())
    form = HolidaysForm.typed(post, page, today) if request.method == "POST" else HolidaysForm.of(page, today)
    place = form.place
    if request.method == "POST" and place.exists and form.was_seen and "show" not in post:
        schedules.save_holidays(user, country=place.country, region=place.region, worked=sorted(form.worked))
        return redirect_saying(request, reverse("availability-dates"), "Saved.")
    context = {
        "form": form,
        "place": place,
        "kept": bool(page.holiday_country),
        "countries": holidays.countries(),
        "problem": "" if place.exists else "Choose a country from the list.",
        "unsaved": request.method == "POST",
    }
    return render(request, "console/holidays.html", context, status=200 if place.exists else 422)


def in_words(user: User, today: date) -> str:
    """Return which holidays are closed: 'Germany, Berlin: 9 holidays closed in the coming year, 1 worked'; or ''."""
    form = HolidaysForm.of(_page(user), today)
    country, region = form.place.country, form.place.region
    if not country or not form.place.exists:
        return ""
    where = dict(holidays.countries())[country]
    if region:
        where += f", {dict(form.regions()).get(region, region)}"
    ticks = [each.closed for each in form.days()]
    closed, worked = ticks.count(True), ticks.count(False)
    words = f"{where}: {closed} holiday{'' if closed == 1 else 's'} closed in the coming year"
    return f"{words}, {worked} worked" if worked else words


def _page(user: User) -> SchedulingPage:
    return SchedulingPage.objects.filter(host=user).first() or SchedulingPage(host=user)
