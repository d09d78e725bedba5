"""Dates that are not like their weekday: the list of all that is coming, and the hours of single dates."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sivient.accounts.access import HostRequest, host_page
from sivient.console import date_hours_form, time_rows
from sivient.console.away import standing
from sivient.console.date_forms import today_of
from sivient.console.date_hours_form import DateHoursForm
from sivient.console.holidays_page import in_words
from sivient.console.time_rows import Row
from sivient.scheduling import schedules
from sivient.scheduling.models import DateHours
from sivient.site.said import redirect_saying, take


@require_safe
@host_page
def dates(request: HostRequest) -> HttpResponse:
    """List the dates ahead with their own hours, time off, travel, and the holidays that are kept."""
    user, now = request.user, timezone.now()
    today = today_of(user, now)
    context = {
        "date_hours": [(each, _spans(each)) for each in _date_hours(request).filter(date__gte=today)],
        "several": user.schedules.count() > 1,
        "time_off": [(off, standing(user, off.first, off.last)) for off in user.time_off.filter(last__gte=today)],
        "travels": user.travels.filter(last__gte=today),
        "holidays": in_words(user, today),
        "now": now,
        "done": take(request),
    }
    return render(request, "console/availability_dates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def date_new(request: HostRequest) -> HttpResponse:
    """Give a date its own hours."""
    return _editor(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def date_edit(request: HostRequest, number: int) -> HttpResponse:
    """Change the hours of a date."""
    return _editor(request, get_object_or_404(_date_hours(request), pk=number))


@require_POST
@host_page
def date_remove(request: HostRequest, number: int) -> HttpResponse:
    """Let the date be like its weekday again."""
    stored = get_object_or_404(_date_hours(request), pk=number)
    schedules.remove_date_hours(request.user, stored.schedule, stored.date)
    return redirect_saying(request, reverse("availability-dates"), "Removed.")


def _editor(request: HostRequest, stored: DateHours | None) -> HttpResponse:
    how: dict[str, Any] = {
        "today": today_of(request.user, timezone.now()),
        "schedules": list(request.user.schedules.order_by("pk")),
        "stored": stored,
    }
    form = _typed(request, how) if request.method == "POST" else _begins(request, how)
    if form.is_bound and form.is_valid() and not form.mistakes() and _saved(request, form):
        return redirect_saying(request, reverse("availability-dates"), "Saved." if stored else "Added.")
    mistakes = form.mistakes() if form.is_bound else []
    context = {"form": form, "stored": stored, "mistakes": mistakes}
    return render(request, "console/date_hours.html", context, status=422 if mistakes else 200)


def _saved(request: HostRequest, form: DateHoursForm) -> bool:
    """Save, or put what the verb refuses beside the date."""
    day: date = form.stored.date if form.stored else form.cleaned_data["day"]
    try:
        schedules.save_date_hours(request.user, form.chosen, day, form.minutes)
    except schedules.ScheduleUnfit as error:
        form.add_error("day", str(error))
    return form.is_valid()


def _begins(request: HostRequest, how: dict[str, Any]) -> DateHoursForm:
    if how["stored"]:
        initial, rows = DateHoursForm.of(how["stored"])
    else:
        initial, rows = {"kind": "hours", "schedule": request.GET.get("schedule", "")}, [Row("09:00", "17:00")]
    return DateHoursForm(initial=initial, rows=rows, **how)


def _typed(request: HostRequest, how: dict[str, Any]) -> DateHoursForm:
    rows = time_rows.typed(request.POST, date_hours_form.DAY)
    if date_hours_form.pressed(request.POST, rows):
        return DateHoursForm(initial=date_hours_form.as_typed(request.POST), rows=rows, **how)
    return DateHoursForm(request.POST, rows=rows, **how)


def _date_hours(request: HostRequest) -> Any:
    return DateHours.objects.filter(schedule__host=request.user).select_related("schedule")


def _spans(stored: DateHours) -> list[Row]:
    return [time_rows.stored(*each) for each in stored.hours]
