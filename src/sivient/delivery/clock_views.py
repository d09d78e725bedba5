"""What the host answers when the clocks were moved by law: the booking follows them, or it stays at its instant."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.booking import clocks, services
from sivient.booking.models import Booking
from sivient.delivery import detail
from sivient.delivery.answer_form import AnswerForm
from sivient.delivery.clock_words import TAKEN

KEEPS = "The booking keeps its time."
NO_TIME = detail.Problem(KEEPS, "It cannot be at the other one: that has passed, or the clocks skip it.")


@require_POST
@host_page
def leave(request: HostRequest, pk: int) -> HttpResponse:
    """Let the booking be where it is: what the clocks show there is right."""
    return _answer(request, pk, move=False)


@require_POST
@host_page
def move(request: HostRequest, pk: int) -> HttpResponse:
    """Move the booking to where the clocks show what was agreed."""
    return _answer(request, pk, move=True)


def _answer(request: HostRequest, pk: int, *, move: bool) -> HttpResponse:
    booking, form = detail.own(request.user, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return detail.page(request, booking, status=422, problem=detail.UNREAD)
    try:
        booking, done = _done(booking, form.cleaned_data["version"], move=move)
    except services.AlreadyMoved:
        booking = detail.own(request.user, pk)
        return detail.page(request, booking, status=409, problem=detail.moved(booking))
    except services.SlotTaken:
        return detail.page(request, detail.own(request.user, pk), status=409, problem=detail.Problem(KEEPS, TAKEN))
    except services.NotBooked:
        return detail.page(request, detail.own(request.user, pk), status=409, problem=NO_TIME)
    except services.NotReschedulable:
        fresh = detail.own(request.user, pk)
        problem = detail.fixed(fresh, timezone.now()) or detail.ENDED
        return detail.page(request, fresh, status=409, problem=problem)
    return detail.saying(request, booking, done)


def _done(booking: Booking, version: int | None, *, move: bool) -> tuple[Booking, str]:
    """Do what was answered; return the booking and the sentence that says so."""
    if not move:
        booking = clocks.leave_clock(booking, version=version)
        return booking, f"The booking stays at {detail.moment(booking)}."
    booking = clocks.follow_clock(booking, now=timezone.now(), version=version)
    return booking, f"Rescheduled to {detail.moment(booking)}. {booking.guest_name} is told."
