"""The host's bookings: the agenda with what asks for an answer first, and one booking with its timeline."""

from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.core import moments
from sivient.delivery import detail
from sivient.delivery import services as delivery
from sivient.delivery.clock_words import clock_asks
from sivient.delivery.meeting_steps import linkless, needing_host
from sivient.integrations.queries import connected
from sivient.scheduling.models import Platform

PER_PAGE = 50
VIEWS = {"upcoming": "Upcoming", "past": "Past", "cancelled": "Cancelled"}


@host_page
def bookings(request: HostRequest) -> HttpResponse:
    """The agenda by day: upcoming with the requests before it, past, or what came to nothing."""
    view = request.GET.get("view", "upcoming")
    view = view if view in VIEWS else "upcoming"
    page = Paginator(_listed(request.user, view), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    zone = request.user.timezone
    upcoming, now = view == "upcoming", timezone.now()
    waiting = linkless(rows) if upcoming else []
    stuck = needing_host(waiting, now)
    context = {
        "view": view,
        "views": VIEWS,
        "page": page,
        "days": [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda b: moments.day(b.start, zone))],
        "waiting": {booking.pk for booking in waiting},
        "stuck": stuck,
        "clocks": {booking.pk for booking in rows if clock_asks(booking, now)},
        "cut_off": bool(stuck) and not connected(request.user, Platform.ZOOM),
        "requests": list(_requests(request.user)) if upcoming and page.number == 1 else [],
    }
    return render(request, "delivery/bookings.html", context)


@host_page
def booking(request: HostRequest, pk: int) -> HttpResponse:
    """One booking: ticket, guest, join link, what can be done about it, and the timeline of its delivery."""
    return detail.page(request, detail.own(request.user, pk))


@require_POST
@host_page
def try_now(request: HostRequest, pk: int) -> HttpResponse:
    """Pull forward what waits."""
    delivery.try_now(detail.own(request.user, pk))
    return redirect("booking-detail", pk=pk)


def _requests(host: User) -> QuerySet[Booking]:
    """Return what waits for the host's answer, the most urgent first."""
    pending = host.bookings.filter(status=Booking.Status.PENDING)
    return pending.select_related("event_type", "event").order_by("answer_by", "start")


def _listed(host: User, view: str) -> QuerySet[Booking]:
    listed = host.bookings.select_related("event_type", "event").prefetch_related("conferences")
    now = timezone.now()
    if view == "cancelled":
        ended = (Booking.Status.CANCELLED, Booking.Status.DECLINED, Booking.Status.EXPIRED)
        return listed.filter(status__in=ended).order_by("-start")
    listed = listed.filter(status=Booking.Status.CONFIRMED)
    return (
        listed.filter(end__gt=now).order_by("start")
        if view == "upcoming"
        else listed.filter(end__lte=now).order_by("-start")
    )
