"""A guest is never promised a link that cannot come: the page says whom to ask, and stops asking the server."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import step_key
from sivient.jobs.models import Work
from tests.booking.test_views_booked import LINK, booked, page, status
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MAKING, TELLING = "delivery.conference", "delivery.link_due"
PROMISES = ("link is being made", "link takes longer", "link comes later", "comes by email", "brings the link")
HONEST = "There is no link for this meeting yet"


def step(booking: Booking, kind: str, state: str) -> None:
    """Let one step of the delivery have come to this."""
    defaults = {"state": state, "run_at": NOW, "created_at": NOW}
    Work.objects.update_or_create(kind=kind, key=step_key(booking), defaults=defaults)


def given_up() -> Booking:
    """A booking whose meeting Zoom refused."""
    booking = booked()
    step(booking, MAKING, Work.State.FAILED)
    return booking


def left_without() -> Booking:
    """A booking that the host kept when they closed their account."""
    booking = booked(connected=False)
    User.objects.filter(pk=booking.host_id).update(closed_at=timezone.now())
    return booking


def begun() -> Booking:
    """A meeting whose time has come before its link."""
    now = timezone.now()
    return booked(start=now - timedelta(minutes=1), end=now + timedelta(minutes=29))


@pytest.mark.parametrize("make", [given_up, left_without, begun])
def test_a_link_that_cannot_come_is_not_promised_and_not_waited_for(client: Client, make: object) -> None:
    booking: Booking = make()  # type: ignore[operator]
    text = page(client, booking)
    assert HONEST in text
    assert not [promise for promise in PROMISES if promise in text]
    assert f'href="mailto:{booking.host.email}"' in text
    assert "has been told" not in text
    assert "data-asks" not in text
    assert "http-equiv" not in text
    assert status(client, booking)["settled"] is True


def test_that_the_host_has_been_told_is_said_once_they_are(client: Client) -> None:
    booking = given_up()
    step(booking, TELLING, Work.State.WAITING)
    assert "has been told" not in page(client, booking)
    step(booking, TELLING, Work.State.DONE)
    assert "Mara Lindqvist has been told; the link comes here and by email." in page(client, booking)
    assert status(client, booking)["settled"] is False, "the page asks for the link that it announces"
    User.objects.update(email="")  # then there was nobody to tell, and there is no address to show
    text = page(client, booking)
    assert "Ask Mara Lindqvist how you meet." in text
    assert "mailto:" not in text


def test_what_was_sent_stays_said(client: Client) -> None:
    booking = given_up()
    Booking.objects.update(invited_at=NOW)
    text = page(client, booking)
    assert "The invite was sent to ada@guest.example." in text
    assert "No Zoom meeting" in text


def test_a_link_that_exists_counts_whatever_became_of_its_step(client: Client) -> None:
    booking = booked(link=LINK)
    step(booking, MAKING, Work.State.FAILED)
    User.objects.update(closed_at=timezone.now())
    assert "Join Zoom meeting" in page(client, booking)


def test_the_failure_of_an_earlier_version_is_none_of_this_one(client: Client) -> None:
    booking = given_up()
    Booking.objects.update(version=2)
    assert HONEST not in page(client, booking)
