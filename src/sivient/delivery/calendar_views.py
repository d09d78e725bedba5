"""What the host answers when their calendar asks about a booking; to cancel it has a page of its own."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.booking import calendar_answers, services
from sivient.booking.models import Booking
from sivient.delivery import detail
from sivient.delivery.answer_form import AnswerForm

NOT_FREE = detail.Problem(
    "The booking keeps its time.",
    "It cannot be where the event is now: another booking is there, or the time has passed.",
)


@require_POST
@host_page
def keep(request: HostRequest, pk: int) -> HttpResponse:
    """Let the booking stand as it is: its event is put back."""
    return _answer(request, pk, calendar_answers.keep, "The booking stands as it is.")


@require_POST
@host_page
def follow(request: HostRequest, pk: int) -> HttpResponse:
    """Let the booking be where its event is."""
    return _answer(request, pk, calendar_answers.follow, "The booking is where its event is now.")


def _answer(request: HostRequest, pk: int, verb: Callable[..., Booking], done: str) -> HttpResponse:
    booking, form = detail.own(request.user, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return detail.page(request, booking, status=422, problem=detail.UNREAD)
    try:
        verb(booking, now=timezone.now(), version=form.cleaned_data["version"])
    except services.AlreadyMoved:
        booking = detail.own(request.user, pk)
        return detail.page(request, booking, status=409, problem=detail.moved(booking))
    except (services.SlotTaken, services.NotOffered):
        return detail.page(request, detail.own(request.user, pk), status=409, problem=NOT_FREE)
    except services.NotReschedulable:
        return detail.page(request, detail.own(request.user, pk), status=409, problem=detail.ENDED)
    return detail.saying(request, booking, done)
