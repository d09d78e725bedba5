"""What the timeline says about an event that somebody has deleted or moved in the calendar: as it is, and in order."""

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking import calendar_answers
from sivient.booking.models import Booking
from sivient.booking.services import cancel
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.calendars.services import plan_event
from sivient.delivery.calendar_words import calendar_label
from sivient.delivery.step_words import Step
from sivient.delivery.timeline import timeline
from sivient.integrations.models import Connection
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from tests.delivery.asked.conftest import GUEST, HOUR, seen
from tests.delivery.calendar_world import World, calendar_of
from tests.delivery.conftest import Post, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def keep(booking: Booking) -> None:
    """Let the host keep the booking as it is."""
    calendar_answers.keep(Booking.objects.get(pk=booking.pk), now=timezone.now())


def lines(booking: Booking) -> list[Step]:
    """The timeline as it is now."""
    return timeline(Booking.objects.select_related("event__calendar__connection").get(pk=booking.pk), timezone.now())


def titles(booking: Booking) -> list[str]:
    """The titles of the timeline."""
    return [step.title for step in lines(booking)]


def in_order(booking: Booking) -> bool:
    """Whether the done lines stand in the order of their times."""
    times = [step.at for step in lines(booking) if step.at]
    return times == sorted(times)


def test_while_the_calendar_asks_about_a_deletion_no_tick_says_that_the_event_is_there(booking: Booking) -> None:
    seen(booking, at=None)
    (step,) = (step for step in lines(booking) if step.state == "needs_you")
    assert step.title == "Event deleted in Google Calendar: needs you"
    assert step.at == Booking.objects.get(pk=booking.pk).calendar_asked_at
    assert not {"Event in Google Calendar", "Invitation by Google Calendar"} & {*titles(booking)}


def test_a_restored_event_has_lines_of_its_own_in_the_order_of_their_times(booking: Booking, world: World) -> None:
    world.events.clear()
    seen(booking, at=None)
    world.always = TryLater("Google Calendar does not answer.")
    keep(booking)
    (step,) = (step for step in lines(booking) if step.title == "Event in Google Calendar")
    assert step.state == "waiting", "what stood there before is no tick any more"
    world.always = None
    run_due()
    assert titles(booking) == [
        "Booked",
        "Mail to you sent",
        "Event deleted in Google Calendar",
        "Event restored in Google Calendar",
        "Invitation by Google Calendar",
    ]
    assert in_order(booking)


def test_an_event_that_was_moved_is_said_to_be_so_and_then_moved_back(booking: Booking, host: User) -> None:
    make_booking(make_event_type(host), start=MONDAY_10 + HOUR, email="cy@guest.example")
    seen(booking, at=MONDAY_10 + HOUR)
    assert "Event moved in Google Calendar: needs you" in titles(booking)
    assert "Event in Google Calendar" not in titles(booking)
    keep(booking)
    run_due()
    assert "Event moved in Google Calendar" in titles(booking)
    assert "Event moved back in Google Calendar" in titles(booking)
    assert in_order(booking)


def test_what_was_done_to_the_event_before_the_booking_followed_it_is_folded(booking: Booking, host: User) -> None:
    other = make_booking(make_event_type(host), start=MONDAY_10 + HOUR, email="cy@guest.example")
    seen(booking, at=MONDAY_10 + HOUR)
    cancel(other, by="guest", now=timezone.now())
    calendar_answers.follow(Booking.objects.get(pk=booking.pk), now=timezone.now())
    run_due()
    _, before, *rest = lines(booking)
    assert "Event moved in Google Calendar" in [step.title for step in before.folded]
    assert "Event in Google Calendar" in [step.title for step in rest]


def test_a_booking_that_followed_its_event_was_rescheduled_in_the_calendar(
    booking: Booking, host: User, post: Post
) -> None:
    seen(booking, at=MONDAY_10 + HOUR)
    (step,) = (step for step in lines(booking) if step.title == "Rescheduled")
    assert step.detail.startswith(f"In Google Calendar, from Monday {MONDAY_10.day} ")
    assert "You rescheduled it in your calendar." in text_of(post.to(host.email)[-1])


def test_a_host_without_an_address_reads_what_was_done_to_the_event_too(booking: Booking, host: User) -> None:
    User.objects.update(email="")
    seen(booking, at=None)
    assert "Event deleted in Google Calendar: needs you" in titles(booking)
    keep(booking)
    run_due()
    assert "Event deleted in Google Calendar" in titles(booking)
    assert "Event restored in Google Calendar" in titles(booking)


@pytest.mark.parametrize(
    ("vendor", "account", "label"),
    [
        ("google", "mara@gmail.example", "Google Calendar"),
        ("microsoft", "mara@outlook.example", "Microsoft Outlook"),
        ("caldav", "mara@cloud.example", "CalDAV (mara@cloud.example)"),
        ("caldav", "", "CalDAV"),
    ],
)
def test_a_calendar_has_one_name_everywhere(vendor: str, account: str, label: str) -> None:
    calendar = calendar_of(make_host(), vendor)
    Connection.objects.filter(pk=calendar.connection_id).update(label=account)
    event = plan_event(calendar.host_id, Calendar.objects.get(pk=calendar.pk))
    assert calendar_label(event) == label
    assert calendar_label(None) == "the calendar"


def test_the_guest_of_a_restored_event_has_not_answered_it_yet(booking: Booking, world: World, client: Client) -> None:
    WrittenEvent.objects.update(answers={GUEST: "accepted"})
    world.events.clear()
    seen(booking, at=None)
    keep(booking)
    run_due()
    assert "<dt>Answer</dt><dd>No answer yet</dd>" in client.get(f"/bookings/{booking.pk}").content.decode()
