"""What the host answers: approve or decline a request, and cancel a booking."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.booking import services
from sivient.booking.models import Booking
from sivient.core.text import clean_text
from sivient.delivery import detail

REASON_LIMIT = 1000


@require_POST
@host_page
def approve(request: HostRequest, pk: int) -> HttpResponse:
    """Approve a request at the time that the host has seen."""
    booking = detail.own(request.user, pk)
    if problem := detail.moved(request, booking):
        return detail.page(request, booking, status=409, problem=problem)
    try:
        services.approve(booking, now=timezone.now())
    except services.NotPending as refused:
        return _not_pending(request, pk, refused)
    return detail.saying(request, booking, f"Request approved. The invite goes to {booking.guest_name}.")


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def decline(request: HostRequest, pk: int) -> HttpResponse:
    """Ask, and on POST decline, with a message to the guest."""
    booking = detail.own(request.user, pk)
    if request.method != "POST":
        return _ask(request, "delivery/decline.html", booking)
    if problem := detail.moved(request, booking):
        return _ask(request, "delivery/decline.html", booking, problem)
    try:
        services.decline(booking, reason=_reason(request), now=timezone.now())
    except services.NotPending as refused:
        return _not_pending(request, pk, refused)
    return detail.saying(request, booking, f"Request declined. {booking.guest_name} is told.")


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def cancel(request: HostRequest, pk: int) -> HttpResponse:
    """Ask, and on POST cancel."""
    booking = detail.own(request.user, pk)
    if request.method != "POST":
        return _ask(request, "delivery/cancel.html", booking)
    if problem := detail.moved(request, booking):
        return _ask(request, "delivery/cancel.html", booking, problem)
    try:
        services.cancel(booking, by="host", reason=_reason(request), now=timezone.now())
    except services.NotCancellable:
        return detail.page(request, detail.own(request.user, pk), status=409, problem=detail.BEGUN)
    return detail.saying(request, booking, f"Meeting cancelled. {booking.guest_name} is told.")


def _ask(request: HostRequest, template: str, booking: Booking, problem: detail.Problem | None = None) -> HttpResponse:
    context = {
        "booking": booking,
        "ticket": detail.ticket_of(booking),
        "problem": problem,
        "reason": _reason(request),
    }
    return render(request, template, context, status=409 if problem else 200)


def _reason(request: HostRequest) -> str:
    return clean_text(request.POST.get("reason", ""), REASON_LIMIT)


def _not_pending(request: HostRequest, pk: int, refused: services.NotPending) -> HttpResponse:
    problem = detail.ANSWERS.get(refused.status, detail.ENDED)
    return detail.page(request, detail.own(request.user, pk), status=409, problem=problem)
