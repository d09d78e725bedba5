"""Availability: weekly hours and their time zone, with what they mean in the next days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.console.forms import every_zone
from sivient.console.hours_form import HoursForm
from sivient.core import moments
from sivient.core.availability import Availability, Hours, local_ordinal
from sivient.scheduling import services
from sivient.scheduling.models import Schedule
from sivient.site import zones

DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One of the next days: its hours in words, and whether the clocks have changed since the day before."""

    day: date
    hours: list[str]
    clocks_change: bool


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def availability(request: HostRequest) -> HttpResponse:
    """Show and save the weekly hours."""
    user, now = request.user, timezone.now()
    schedule = user.schedules.order_by("pk").first() or Schedule(timezone=user.timezone)
    form = HoursForm.typed(request.POST) if request.method == "POST" else _stored(schedule)
    if request.method == "POST" and not form.press(request.POST):
        hours = form.read()
        if not form.problems():
            services.save_hours(user, timezone=form.timezone, hours=hours)
            return redirect(f"{reverse('availability')}?saved")
    zone = zones.known(form.timezone) or "UTC"
    context = {
        "form": form,
        "problems": form.problems(),
        "zones": every_zone(zone, now),
        "zone": zone,
        "ahead": next_days(schedule, now) if schedule.pk else [],
        "schedule": schedule,
        "saved": "saved" in request.GET and request.method == "GET",
    }
    return render(request, "console/availability.html", context, status=422 if form.problems() else 200)


def next_days(schedule: Schedule, now: datetime) -> list[DayAhead]:
    """Return what the stored hours give from today on."""
    weekly = tuple(Hours(each.weekday, each.start, each.end) for each in schedule.hours.all())
    zone = schedule.timezone
    today = local_ordinal(zone, int(now.timestamp()))
    opened = Availability(zone, weekly).openings(today, today + DAYS_AHEAD - 1)
    by_day: dict[int, list[str]] = {}
    for pairs in opened:
        for start, end in pairs:
            words = " to ".join(moments.clock(datetime.fromtimestamp(second, UTC), zone) for second in (start, end))
            by_day.setdefault(local_ordinal(zone, start), []).append(words)
    return [
        DayAhead(date.fromordinal(day), by_day.get(day, []), _clocks_change(zone, now + timedelta(days=day - today)))
        for day in range(today, today + DAYS_AHEAD)
    ]


def _clocks_change(zone: str, at: datetime) -> bool:
    return moments.offset(at - timedelta(days=1), zone) != moments.offset(at, zone)


def _stored(schedule: Schedule) -> HoursForm:
    return HoursForm.of(schedule) if schedule.pk else HoursForm(schedule.timezone)
