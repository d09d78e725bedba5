"""Steps that wait for the host to connect again come to an end when nobody waits for them any more, and say why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import CONFERENCE
from sivient.jobs.models import Work
from sivient.jobs.queue import end_parked, enqueue
from sivient.jobs.worker import run_due
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def host(post: Post) -> User:
    """A host whose page needs Zoom, which is not connected."""
    return make_host()


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking whose meeting waits for the host."""
    booking = make_booking(make_event_type(host))
    run_due()
    assert step(booking).state == "parked"
    return booking


def step(booking: Booking, version: int = 1) -> Work:
    """The step that makes its meeting."""
    return Work.objects.get(kind=CONFERENCE, key=f"booking:{booking.pk}:{version}")


def tidied(booking: Booking, version: int = 1) -> tuple[str, str, str, str]:
    """Let the periodic work run; return how the step stands, its trouble, and its reason."""
    enqueue("delivery.end_outdated", key="every")
    run_due()
    work = step(booking, version)
    return work.state, work.trouble, work.last_error, work.result.get("skipped", "")


def test_one_that_is_waited_for_stays(booking: Booking) -> None:
    assert tidied(booking) == ("parked", "reconnect", "Zoom is not connected.", "")


def test_of_a_rescheduled_booking_only_the_present_one_stays(booking: Booking) -> None:
    reschedule(booking, MONDAY_10 + HOUR, by="host", now=timezone.now())
    run_due()
    assert tidied(booking) == ("done", "", "", "The booking was rescheduled.")
    assert tidied(booking, 2)[0] == "parked"


def test_of_a_cancelled_booking(booking: Booking) -> None:
    cancel(booking, by="host", now=timezone.now())
    run_due()
    assert tidied(booking) == ("done", "", "", "The booking was cancelled.")


def test_of_a_meeting_that_is_over(booking: Booking) -> None:
    past = timezone.now() - DAY
    Booking.objects.update(start=past, end=past + HOUR)
    assert tidied(booking) == ("done", "", "", "The meeting is over.")
    assert step(booking).done_at is not None


def test_of_a_booking_that_is_not_there_any_more(booking: Booking) -> None:
    Booking.objects.all().delete()
    assert tidied(booking) == ("done", "", "", "The booking is not there any more.")


def test_one_that_somebody_has_resumed_meanwhile_goes_on(booking: Booking) -> None:
    parked = step(booking)
    enqueue(parked.kind, key=parked.key, payload=parked.payload, lane=parked.lane)
    end_parked(parked, result={})
    assert step(booking).state == "waiting"


def test_what_waits_for_another_reason_is_the_operators(booking: Booking) -> None:
    cancel(booking, by="host", now=timezone.now())
    Work.objects.filter(kind=CONFERENCE).update(trouble=Work.Trouble.BROKE_OFF)
    assert tidied(booking)[:2] == ("parked", "broke_off")
