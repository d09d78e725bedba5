"""What a change of a booking sets going is due by the database's clock, whatever the web process's says (row 38)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.services import book, cancel, decline, reschedule
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType
from tests.factories import MONDAY_10, make_event_type, make_guest

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OFF = [10 * MINUTE, -10 * MINUTE]
WITH_LINK = {"delivery.invite", "delivery.host_invite", "delivery.other_invite"}


@pytest.fixture(params=OFF, ids=["ahead", "behind"])
def off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """The web process's clock is ten minutes off."""
    off: timedelta = request.param
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + off)
    return off


def booked(event_type: EventType, off: timedelta) -> Booking:
    """A booking by a web process whose clock is off."""
    guest = make_guest(others=("bo@guest.example",) * event_type.most_others)
    return book(event_type, MONDAY_10, guest, key="k", now=database_now() + off)


def waits(booking: Booking) -> dict[str, int]:
    """How many minutes each step of the booking's version waits from now by the database's clock."""
    works = Work.objects.filter(key__startswith=f"booking:{booking.pk}:{booking.version}")
    return {work.kind: round((work.run_at - database_now()) / MINUTE) for work in works}


def test_a_booking_makes_its_meeting_now_and_its_invites_wait_a_minute_for_it(off: timedelta) -> None:
    found = waits(booked(make_event_type(most_others=1), off))
    assert found["delivery.conference"] == 0
    assert {kind for kind, minutes in found.items() if minutes == 1} == WITH_LINK


def test_a_link_that_is_needed_soon_has_five_minutes(off: timedelta) -> None:
    booking = booked(make_event_type(minimum_notice=timedelta()), off)
    near = database_now().replace(second=0, microsecond=0) + 50 * MINUTE
    moved = reschedule(booking, near, by="host", now=database_now() + off)
    assert waits(moved)["delivery.link_due"] == 5


def test_a_move_and_an_end_are_told_now(off: timedelta) -> None:
    booking = booked(make_event_type(most_others=1), off)
    moved = reschedule(booking, MONDAY_10 + DAY, by="host", now=database_now() + off)
    assert waits(moved)["delivery.conference"] == 0
    ended = cancel(moved, by="host", now=database_now() + off)
    assert set(waits(ended).values()) == {0}
    assert len(waits(ended)) == 3


def test_a_request_and_its_answer_are_told_now_and_its_end_stays_an_instant(off: timedelta) -> None:
    booking = booked(make_event_type(requires_approval=True), off)
    found = waits(booking)
    assert (found["delivery.request"], found["delivery.request_received"]) == (0, 0)
    assert Work.objects.get(kind="booking.expire").run_at == booking.answer_by
    declined = decline(booking, now=database_now() + off)
    assert waits(declined) == {"delivery.declined": 0}
