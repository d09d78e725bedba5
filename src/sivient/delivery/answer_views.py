"""What the host answers: approve or decline a request, and cancel a booking."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.booking import services
from sivient.booking.models import Booking
from sivient.delivery import detail
from sivient.delivery.answer_form import AnswerForm


@require_POST
@host_page
def approve(request: HostRequest, pk: int) -> HttpResponse:
    """Approve a request at the time that the host has seen."""
    booking, form = detail.own(request.user, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return detail.page(request, booking, status=422, problem=detail.UNREAD)
    try:
        services.approve(booking, now=timezone.now(), version=form.cleaned_data["version"])
    except services.AlreadyMoved:
        booking = detail.own(request.user, pk)
        return detail.page(request, booking, status=409, problem=detail.moved(booking))
    except services.NotPending as refused:
        return _not_pending(request, pk, refused)
    return detail.saying(request, booking, f"Request approved. The invite goes to {booking.guest_name}.")


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def decline(request: HostRequest, pk: int) -> HttpResponse:
    """Ask, and on POST decline, with a message to the guest."""
    try:
        return _answer(request, pk, "delivery/decline.html", services.decline, "Request declined.")
    except services.NotPending as refused:
        return _not_pending(request, pk, refused)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def cancel(request: HostRequest, pk: int) -> HttpResponse:
    """Ask, and on POST cancel."""
    try:
        return _answer(request, pk, "delivery/cancel.html", partial(services.cancel, by="host"), "Meeting cancelled.")
    except services.NotCancellable:
        return detail.page(request, detail.own(request.user, pk), status=409, problem=detail.BEGUN)


def _answer(request: HostRequest, pk: int, template: str, verb: Callable[..., object], done: str) -> HttpResponse:
    """Ask with `template`, and on POST answer with `verb`, whose refusals are the caller's; `done` is said then."""
    booking = detail.own(request.user, pk)
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm()
    if not form.is_valid():
        return _ask(request, template, booking, form)
    try:
        verb(booking, now=timezone.now(), **form.cleaned_data)
    except services.AlreadyMoved:
        booking = detail.own(request.user, pk)
        return _ask(request, template, booking, form, detail.moved(booking))
    return detail.saying(request, booking, f"{done} {booking.guest_name} is told.")


def _ask(
    request: HostRequest, template: str, booking: Booking, form: AnswerForm, problem: detail.Problem | None = None
) -> HttpResponse:
    """Ask for the answer, with what was typed. A form that cannot be taken says why; `problem` says why it was not."""
    problem = problem or (detail.UNREAD if "version" in form.errors else None)
    context = {"booking": booking, "ticket": detail.ticket_of(booking), "problem": problem, "form": form}
    context |= detail.about_link(booking)
    return render(request, template, context, status=409 if problem else 422 if form.errors else 200)


def _not_pending(request: HostRequest, pk: int, refused: services.NotPending) -> HttpResponse:
    problem = detail.ANSWERS.get(refused.status, detail.ENDED)
    return detail.page(request, detail.own(request.user, pk), status=409, problem=problem)
