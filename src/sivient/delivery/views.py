"""The host's bookings: the agenda, and one booking with its delivery timeline."""

from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.booking import services
from sivient.booking.models import Booking
from sivient.core import moments
from sivient.core.text import clean_text
from sivient.delivery import services as delivery
from sivient.delivery.timeline import timeline, waiting_for_link
from sivient.site.ticket import Ticket

PER_PAGE = 50
REASON_LIMIT = 1000
VIEWS = {"upcoming": "Upcoming", "past": "Past", "cancelled": "Cancelled"}


@host_page
def bookings(request: HostRequest) -> HttpResponse:
    """The agenda by day: upcoming, past or cancelled."""
    view = request.GET.get("view", "upcoming")
    view = view if view in VIEWS else "upcoming"
    page = Paginator(_listed(request.user, view), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    zone = request.user.timezone
    context = {
        "view": view,
        "views": VIEWS,
        "page": page,
        "days": [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda b: moments.day(b.start, zone))],
        "waiting": {booking.pk for booking in waiting_for_link(rows)} if view == "upcoming" else set(),
    }
    return render(request, "delivery/bookings.html", context)


@host_page
def booking(request: HostRequest, pk: int) -> HttpResponse:
    """One booking: ticket, guest, join link, and the timeline of its delivery."""
    return _detail(request, _own(request.user, pk))


@require_POST
@host_page
def try_now(request: HostRequest, pk: int) -> HttpResponse:
    """Pull forward what waits."""
    delivery.try_now(_own(request.user, pk))
    return redirect("booking-detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def cancel(request: HostRequest, pk: int) -> HttpResponse:
    """Ask, and on POST cancel."""
    own = _own(request.user, pk)
    if request.method != "POST":
        return render(request, "delivery/cancel.html", {"booking": own, "ticket": _ticket(own)})
    reason = clean_text(request.POST.get("reason", ""), REASON_LIMIT)
    try:
        services.cancel(own, by="host", reason=reason, now=timezone.now())
    except services.NotCancellable:
        return _detail(request, own, status=409, too_late=True)
    return redirect("booking-detail", pk=pk)


def _own(host: User, pk: int) -> Booking:
    """The host's own booking, or 404: another host's number looks like no number at all."""
    return get_object_or_404(host.bookings.select_related("event_type").prefetch_related("conferences"), pk=pk)


def _listed(host: User, view: str) -> QuerySet[Booking]:
    listed = host.bookings.prefetch_related("conferences")
    now = timezone.now()
    if view == "cancelled":
        return listed.filter(status=Booking.Status.CANCELLED).order_by("-start")
    listed = listed.filter(status=Booking.Status.CONFIRMED)
    return (
        listed.filter(end__gt=now).order_by("start")
        if view == "upcoming"
        else listed.filter(end__lte=now).order_by("-start")
    )


def _detail(request: HostRequest, own: Booking, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    steps = timeline(own, now)
    context = {
        "booking": own,
        "ticket": _ticket(own),
        "conference": next((c for c in own.conferences.all() if not c.unused), None),
        "unused": [c for c in own.conferences.all() if c.unused],
        "steps": steps,
        "now": now,
        "moving": any(step.state in ("now", "waiting", "trying") for step in steps),
        "can_cancel": own.status == Booking.Status.CONFIRMED and own.start > now,
    }
    return render(request, "delivery/booking.html", context | more, status=status)


def _ticket(own: Booking) -> Ticket:
    return Ticket(
        title=own.title,
        start=own.start,
        end=own.end,
        zone=own.host.timezone,
        clock=24,
        other_name=own.guest_name,
        other_zone=own.guest_timezone,
        off=own.status == Booking.Status.CANCELLED,
    )
