"""The host moves a booking: to one of the next free times, or to any time at which no other booking stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.booking import services
from sivient.booking.models import Booking
from sivient.core import moments
from sivient.core.interval import floor_seconds, moment
from sivient.delivery import detail
from sivient.delivery.reschedule_form import PASSED, RescheduleForm
from sivient.scheduling import queries

DAYS, PER_DAY = 3, 5  # free times that the page shows
MANY = 900  # three days have no more
TAKEN = "You have another booking at that time."


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One free time as a button: what it sends, and the local day and clock that it shows."""

    at: str
    day: str
    clock: str


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def reschedule(request: HostRequest, pk: int) -> HttpResponse:
    """Ask for the new time, and on POST move the booking there."""
    booking, now = detail.own(request.user, pk), timezone.now()
    problem = detail.fixed(booking, now)
    if problem is not None:
        return detail.page(request, booking, status=409, problem=problem)
    if request.method != "POST":
        return _ask(request, booking, RescheduleForm(booking, now))
    form = RescheduleForm(booking, now, request.POST)
    if not form.is_valid() or form.start is None:
        return _ask(request, booking, form, status=422)
    return _move(request, booking, form, form.start)


def _move(request: HostRequest, booking: Booking, form: RescheduleForm, start: datetime) -> HttpResponse:
    now, version = timezone.now(), form.cleaned_data["version"]
    try:
        moved = services.reschedule(booking, start, by="host", now=now, version=version)
    except services.SlotTaken as taken:
        form.add_error(None, TAKEN)
        return _ask(request, booking, form, status=409, nearest=taken.nearest)
    except services.NotBooked:
        form.add_error(None, PASSED)
        return _ask(request, booking, form, status=409)
    except services.AlreadyMoved:
        return _moved_meanwhile(request, booking.pk)
    except services.NotReschedulable:
        fresh = detail.own(request.user, booking.pk)
        return detail.page(request, fresh, status=409, problem=detail.fixed(fresh, now) or detail.ENDED)
    return detail.saying(request, moved, f"Rescheduled to {detail.moment(moved)}. {moved.guest_name} is told.")


def _moved_meanwhile(request: HostRequest, pk: int) -> HttpResponse:
    """Show what was typed again, under the time that the booking has now."""
    booking = detail.own(request.user, pk)
    happened = f"It was rescheduled meanwhile to {detail.moment(booking)}."
    problem = detail.Problem(happened, "Nothing was changed by you, and what you typed is kept.")
    return _ask(request, booking, RescheduleForm(booking, timezone.now(), request.POST), status=409, problem=problem)


def _ask(
    request: HostRequest,
    booking: Booking,
    form: RescheduleForm,
    *,
    status: int = 200,
    nearest: Sequence[int] = (),
    problem: detail.Problem | None = None,
) -> HttpResponse:
    context = {
        "booking": booking,
        "ticket": detail.ticket_of(booking),
        "form": form,
        "mistakes": form.mistakes if form.is_bound and problem is None else [],
        "nearest": _by_day(booking, nearest),
        "free": [(day, times[:PER_DAY]) for day, times in _by_day(booking, _free(booking))[:DAYS]],
        "problem": problem,
    }
    return render(request, "delivery/reschedule.html", context, status=status)


def _free(booking: Booking) -> list[int]:
    """Return the next times that guests could book, too; none when the event type is gone."""
    if booking.event_type is None:
        return []
    free = queries.offering(
        booking.event_type,
        now=timezone.now(),
        minutes=booking.minutes,
        without=booking.hold_id,
        but=floor_seconds(booking.start),
    )
    return free.after(n=MANY)


def _by_day(booking: Booking, starts: Sequence[int]) -> list[tuple[str, list[FreeTime]]]:
    zone = booking.host.timezone
    times = [
        FreeTime(f"{at:%Y-%m-%dT%H:%M:%SZ}", moments.day(at, zone), moments.clock(at, zone))
        for at in map(moment, starts)
    ]
    return [(day, list(of_day)) for day, of_day in groupby(times, key=lambda each: each.day)]
