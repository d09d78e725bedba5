"""Availability: the host's schedules, each with weekly hours, a time zone, and what it gives in the next days."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.console.availability_preview import next_days
from sivient.console.forms import every_zone
from sivient.console.hours_form import HoursForm
from sivient.scheduling import schedules
from sivient.scheduling.models import Schedule
from sivient.site import zones
from sivient.site.said import redirect_saying, take

ADDED = "Added. Choose it in the event types that are to use it."
COPIED = "Duplicated. This is the new one."


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def availability(request: HostRequest) -> HttpResponse:
    """Show and save the first schedule, for most hosts the only one."""
    first = request.user.schedules.order_by("pk").first()
    return _editor(request, first or Schedule(timezone=request.user.timezone))


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def schedule(request: HostRequest, number: int) -> HttpResponse:
    """Show and save one of several schedules."""
    return _editor(request, get_object_or_404(request.user.schedules, pk=number))


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def schedule_new(request: HostRequest) -> HttpResponse:
    """Add a schedule."""
    if request.user.schedules.count() >= schedules.MOST_SCHEDULES:
        return redirect("availability")
    return _editor(request, Schedule(name="", timezone=request.user.timezone), adds=True)


@require_POST
@host_page
def schedule_duplicate(request: HostRequest, number: int) -> HttpResponse:
    """Make a copy of a schedule, and show it."""
    original = get_object_or_404(request.user.schedules, pk=number)
    try:
        copy = schedules.duplicate_schedule(request.user, original)
    except schedules.ScheduleUnfit:  # there are as many as a host may have
        return redirect("availability")
    return redirect_saying(request, reverse("availability-schedule", args=[copy.pk]), COPIED)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def schedule_delete(request: HostRequest, number: int) -> HttpResponse:
    """Ask, then delete a schedule; say why if it has to stay."""
    chosen = get_object_or_404(request.user.schedules, pk=number)
    if request.method == "POST":
        try:
            schedules.delete_schedule(request.user, chosen)
        except (schedules.ScheduleInUse, schedules.LastSchedule):
            pass  # the page says why
        else:
            return redirect_saying(request, reverse("availability"), "Deleted.")
    context = {
        "schedule": chosen,
        "event_types": chosen.event_types.all(),
        "is_last": request.user.schedules.count() == 1,
    }
    return render(request, "console/schedule_delete.html", context, status=409 if request.method == "POST" else 200)


def _editor(request: HostRequest, chosen: Schedule, *, adds: bool = False) -> HttpResponse:
    user, now = request.user, timezone.now()
    form = HoursForm.typed(request.POST, chosen) if request.method == "POST" else _begins(chosen)
    if request.method == "POST" and not form.press(request.POST) and (saved := _saved(user, chosen, form)):
        return redirect_saying(request, _address(user, saved), ADDED if adds else "Saved.")
    zone = zones.known(form.timezone) or "UTC"
    every = list(user.schedules.order_by("pk"))
    context = {
        "form": form,
        "problems": form.problems(),
        "zones": every_zone(zone, now),
        "zone": zone,
        "schedule": chosen,
        "adds": adds,
        "schedules": every if len(every) > 1 else [],
        "full": len(every) >= schedules.MOST_SCHEDULES,
        "done": take(request),
    } | _meaning(chosen, now)
    return render(request, "console/availability.html", context, status=422 if form.problems() else 200)


def _meaning(chosen: Schedule, now: datetime) -> dict[str, object]:
    """Return what a stored schedule gives, and which event types use it."""
    if not chosen.pk:
        return {}
    return {"ahead": next_days(chosen, now), "event_types": chosen.event_types.all()}


def _saved(user: User, chosen: Schedule, form: HoursForm) -> Schedule | None:
    """Save the schedule, or let the form say what is wrong with it."""
    hours = form.read()
    if form.problems():
        return None
    stored = chosen if chosen.pk else None
    try:
        return schedules.save_schedule(user, stored, name=form.name, timezone=form.timezone, hours=hours)
    except schedules.ScheduleUnfit as error:
        form.refuse(error.problems)
    return None


def _begins(chosen: Schedule) -> HoursForm:
    return HoursForm.of(chosen) if chosen.pk else HoursForm.office(chosen)


def _address(user: User, chosen: Schedule) -> str:
    """Return where a schedule is shown; the first one is Availability itself."""
    first = user.schedules.order_by("pk").values_list("pk", flat=True).first()
    return reverse("availability") if chosen.pk == first else reverse("availability-schedule", args=[chosen.pk])
