"""What the timeline says about the event in the host's calendar, and about what guests have answered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.delivery.step_words import Help, Step
from sivient.delivery.timeline import timeline
from sivient.jobs.worker import run_due
from sivient.ports.calendars import WillNotInvite
from sivient.ports.errors import Reconnect, TryLater
from sivient.scheduling.models import Platform
from tests.delivery.calendar_world import World, booked, calendar_of, mount
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A calendar whose provider invites."""
    return mount(monkeypatch, World())


@pytest.fixture
def host() -> User:
    """A host who is called by telephone."""
    return make_host(platform=Platform.PHONE, platform_details="+49 30 1234567")


@pytest.fixture
def calendar(host: User) -> Calendar:
    """The host's calendar that receives bookings."""
    return calendar_of(host)


def lines(booking: Booking) -> list[Step]:
    """The timeline as it is now."""
    return timeline(Booking.objects.get(pk=booking.pk), timezone.now())


def titles(booking: Booking) -> list[str]:
    """The titles of the timeline."""
    return [step.title for step in lines(booking)]


def test_an_event_and_who_was_invited_by_it(host: User, calendar: Calendar, world: World, post: Post) -> None:
    booking = booked(host, calendar)
    run_due()
    assert titles(booking) == [
        "Booked",
        "Event in Google Calendar",
        "Invitation by Google Calendar",
        "Mail to you sent",
    ]
    assert {step.state for step in lines(booking)} == {"done"}
    reschedule(booking, MONDAY_10 + timedelta(hours=1), by="guest", now=timezone.now())
    run_due()
    cancel(Booking.objects.get(pk=booking.pk), by="guest", now=timezone.now())
    run_due()
    assert "Event taken out of Google Calendar" in titles(booking)


def test_an_event_that_is_tried_again_says_why_and_what_happens_then(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    world.always = TryLater("Google Calendar does not answer.")
    booking = booked(host, calendar)
    run_due()
    (step,) = (step for step in lines(booking) if step.state == "trying")
    assert step.title == "Event in Google Calendar: trying again"
    assert "Google Calendar does not answer." in step.detail
    assert "everybody is invited by mail" in step.detail
    assert step.helps == (Help.TRY_NOW,)


def test_going_over_to_mail_is_said_with_its_reason(host: User, calendar: Calendar, world: World, post: Post) -> None:
    world.always = WillNotInvite("Google takes no more invitations today.")
    booking = booked(host, calendar)
    run_due()
    (step,) = (step for step in lines(booking) if step.title == "No event in Google Calendar")
    assert step.detail == "Google takes no more invitations today. Everybody was invited by mail instead."
    assert f"Invite sent to {GUEST}" in titles(booking)


def test_the_hosts_copy_needs_them_when_the_access_has_ended(
    host: User, world: World, post: Post, client: Client
) -> None:
    world.always = Reconnect("The password is not accepted any more.")
    booking = booked(host, calendar_of(host, "caldav"), shared=False)
    run_due()
    (step,) = (step for step in lines(booking) if step.state == "needs_you")
    assert (step.title, step.helps) == ("Event in CalDAV: needs you", (Help.RECONNECT_CALENDAR,))
    client.force_login(host)
    assert "Reconnect the calendar" in client.get(f"/bookings/{booking.pk}").content.decode()


def test_answers_stand_on_the_bookings_page_and_in_the_list(
    host: User, calendar: Calendar, world: World, post: Post, client: Client
) -> None:
    booking = booked(host, calendar, others=("bo@guest.example",))
    run_due()
    WrittenEvent.objects.update(answers={GUEST: "accepted", "bo@guest.example": "declined"})
    client.force_login(host)
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "<dt>Answer</dt><dd>Accepted</dd>" in page
    assert "(Declined)" in page
    assert "Ada Okafor, accepted" in client.get("/bookings").content.decode()
