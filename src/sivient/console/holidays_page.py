"""Public holidays: of which country and region, and on which of them the host works all the same."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.console.date_forms import today_of
from sivient.scheduling import holidays, schedules
from sivient.scheduling.models import SchedulingPage

YEAR = timedelta(days=364)  # so that a fixed date comes once


@dataclass(frozen=True, slots=True)
class Place:
    """A country and one of its regions; `""` is none."""

    country: str = ""
    region: str = ""

    @classmethod
    def typed(cls, post: QueryDict) -> "Place":
        """Return what was chosen. A region of another country, left over from before, is none."""
        country, region = post.get("country", ""), post.get("region", "")
        known = country in dict(holidays.countries())
        return cls(country, region if known and region in dict(holidays.regions(country)) else "")

    @property
    def exists(self) -> bool:
        """Say whether the country is one of the list, or none."""
        return not self.country or self.country in dict(holidays.countries())

    def __str__(self) -> str:
        return f"{self.country}/{self.region}"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday of the coming year; several dates if they share a name."""

    name: str
    dates: list[date]
    closed: bool


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def holidays_page(request: HostRequest) -> HttpResponse:
    """Show and save the holidays. Choosing another country first shows its days, so that they are saved as seen."""
    user, post = request.user, request.POST
    page = _page(user)
    kept = Place(page.holiday_country, page.holiday_region)
    place, worked, seen = kept, set(page.holidays_worked), True
    names = _names(place, today := today_of(user, timezone.now()))
    if request.method == "POST":
        place = Place.typed(post)
        seen = post.get("listed") == str(place) and "show" not in post
        names = _names(place, today)
        worked = (worked if place.country == kept.country else set()) - (names.keys() if seen else set())
        if seen:
            worked |= names.keys() - set(post.getlist("closed"))
        if place.exists and (seen or not (place.country or "show" in post)):
            schedules.save_holidays(user, country=place.country, region=place.region, worked=sorted(worked))
            return redirect(f"{reverse('availability-dates')}?saved")
    context = {
        "place": place,
        "kept": bool(kept.country),
        "countries": holidays.countries(),
        "regions": holidays.regions(place.country) if place.country and place.exists else [],
        "holidays": [Holiday(name, days, name not in worked) for name, days in names.items()],
        "problem": "" if place.exists else "Choose a country from the list.",
        "unsaved": not seen and place.exists,
    }
    return render(request, "console/holidays.html", context, status=200 if place.exists else 422)


def in_words(user: User, today: date) -> str:
    """Return which holidays are closed: 'Germany, Berlin: 9 holidays closed in the coming year, 1 worked'; or ''."""
    page = _page(user)
    place = Place(page.holiday_country, page.holiday_region)
    if not place.country or not place.exists:
        return ""
    names = _names(place, today)
    worked = len(names.keys() & set(page.holidays_worked))
    where = dict(holidays.countries())[place.country]
    if place.region:
        where += f", {dict(holidays.regions(place.country)).get(place.region, place.region)}"
    closed = len(names) - worked
    return f"{where}: {closed} holiday{'' if closed == 1 else 's'} closed in the coming year" + (
        f", {worked} worked" if worked else ""
    )


def _names(place: Place, today: date) -> dict[str, list[date]]:
    """Return the holidays of the coming year in the order of their first date."""
    found: dict[str, list[date]] = {}
    if place.country and place.exists:
        for day, name in sorted(holidays.holidays_of(place.country, place.region, today, today + YEAR).items()):
            found.setdefault(name, []).append(day)
    return found


def _page(user: User) -> SchedulingPage:
    return SchedulingPage.objects.filter(host=user).first() or SchedulingPage(host=user)
