"""Time off, and travel: dates on which the host is not there, or lives by the clocks of another zone."""

from datetime import date
from functools import partial

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.console.date_forms import TimeOffForm, TravelForm, today_of
from sivient.core.availability import midnight
from sivient.core.interval import moment
from sivient.scheduling import schedules
from sivient.site.said import redirect_saying


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def time_off(request: HostRequest) -> HttpResponse:
    """Add time off."""
    user = request.user
    form = TimeOffForm(_typed(request), today=today_of(user, timezone.now()))
    if form.is_bound and form.is_valid() and form.added_by(partial(schedules.add_time_off, user)):
        count = standing(user, form.cleaned_data["first"], form.cleaned_data["last"])
        bookings = "1 booking stands" if count == 1 else f"{count} bookings stand"
        return _to_dates(request, f"Added. {bookings} on these dates already." if count else "Added.")
    return render(request, "console/time_off.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@host_page
def time_off_remove(request: HostRequest, number: int) -> HttpResponse:
    """Let the dates of a time off be booked again."""
    schedules.remove_time_off(request.user, get_object_or_404(request.user.time_off, pk=number))
    return _to_dates(request, "Removed.")


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def travel(request: HostRequest) -> HttpResponse:
    """Add travel."""
    user, now = request.user, timezone.now()
    form = TravelForm(_typed(request), today=today_of(user, now), now=now, initial={"timezone": user.timezone})
    if form.is_bound and form.is_valid() and form.added_by(partial(schedules.add_travel, user)):
        return _to_dates(request, "Added.")
    return render(request, "console/travel.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@host_page
def travel_remove(request: HostRequest, number: int) -> HttpResponse:
    """Read the hours of these dates in the schedules' own zones again."""
    schedules.remove_travel(request.user, get_object_or_404(request.user.travels, pk=number))
    return _to_dates(request, "Removed.")


def standing(user: User, first: date, last: date) -> int:
    """Return how many bookings stand on these dates, both included, of the host's own zone."""
    begins, ends = (midnight(user.timezone, day.toordinal() + more) for day, more in ((first, 0), (last, 1)))
    held = user.bookings.filter(status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    return held.filter(start__lt=moment(ends), end__gt=moment(begins)).count()


def _to_dates(request: HostRequest, sentence: str) -> HttpResponse:
    return redirect_saying(request, reverse("availability-dates"), sentence)


def _typed(request: HostRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
