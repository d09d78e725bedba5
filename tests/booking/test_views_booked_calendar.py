"""What the guest's page says while the calendar that invites them has trouble, or its host has touched the event."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking.booked import booked_page
from sivient.booking.models import Booking
from sivient.booking.steps import EVENT, step_key
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import Platform
from tests.booking.test_views_booked import page
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LATE = "may come by email from us instead"
CHANGING = "is changing this meeting in their calendar"
TAKEN_OUT = "has taken this meeting out of their calendar"


@pytest.fixture
def booking() -> Booking:
    """A booking by telephone whose guest is invited by the host's calendar."""
    host = make_host(handle="mara", platform=Platform.PHONE, platform_details="+49 30 1234567")
    booking = make_booking(make_event_type(host, slug="intro"))
    booking.invites = Booking.Invites.CALENDAR
    booking.save(update_fields=["invites"])
    return booking


def set_back(booking: Booking) -> None:
    """Let the calendar not take the event for now."""
    work = enqueue(EVENT, key=step_key(booking), payload={"booking": booking.pk, "version": booking.version})
    Work.objects.filter(pk=work.pk).update(trouble=Work.Trouble.LATER, last_error="Google answered 503.")


def asks(booking: Booking, what: str, **fields: object) -> None:
    """Let the calendar ask the host."""
    Booking.objects.filter(pk=booking.pk).update(calendar_asks=what, calendar_asked_at=timezone.now(), **fields)


def test_an_invite_that_its_calendar_does_not_take_may_come_by_mail(booking: Booking, client: Client) -> None:
    assert LATE not in page(client, booking)
    before = booked_page(booking, timezone.now()).seen
    set_back(booking)
    said = page(client, booking)
    assert LATE in said
    assert "on its way" not in said
    assert booked_page(booking, timezone.now()).seen != before, "an open page has to notice"
    Booking.objects.update(invited_at=timezone.now())
    assert LATE not in page(client, booking)


def test_an_event_that_the_host_moves_leaves_the_time_standing_until_the_guest_hears(
    booking: Booking, client: Client
) -> None:
    assert CHANGING not in page(client, booking)
    asks(booking, "moved", calendar_start=booking.start + timedelta(hours=1))
    said = page(client, booking)
    assert f"Mara Lindqvist {CHANGING}; Monday {booking.start.day} {booking.start:%B %Y}, " in said
    assert "stands until you hear otherwise." in said


@pytest.mark.parametrize("what", ["deleted", "elsewhere"])
def test_an_event_that_the_host_deletes_is_no_cancellation_yet(booking: Booking, client: Client, what: str) -> None:
    asks(booking, what)
    said = page(client, booking)
    assert f"Mara Lindqvist {TAKEN_OUT}" in said
    assert "It stands until you hear otherwise." in said


def test_a_guest_whom_the_calendar_has_told_nothing_reads_nothing_of_it(booking: Booking, client: Client) -> None:
    asks(booking, "conflict")
    assert "stands until you hear" not in page(client, booking)
    asks(booking, "deleted", invites=Booking.Invites.MAIL)
    assert "stands until you hear" not in page(client, booking)
