"""A mail whose answer was lost is sent again: it is the same mail, whatever has changed meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Conference
from sivient.booking.services import cancel
from sivient.booking.steps import CONFERENCE
from sivient.calendars.losing import lose
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.delivery.links import replace_link
from sivient.integrations import tokens
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType, Platform, SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.console.calendaring import connect_calendars
from tests.delivery.calendar_world import World, booked, calendar_of, mount
from tests.delivery.conftest import Post, connect, deadline_comes, host_allowing, pass_time
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)


def sent_twice(post: Post, host: User, subject: str, meanwhile: Callable[[], object]) -> None:
    """Lose the answer to what is due now, change something, let it be sent again, and compare."""
    with post.losing_answers():
        run_due()
    meanwhile()
    pass_time()
    deadline_comes()
    run_due()
    first, second = (mail for mail in post.to(host.email) if subject in str(mail["Subject"]))
    assert first.as_bytes() == second.as_bytes()


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected, and says nothing."""
    host = make_host()
    connect(zoom, host)
    zoom.switch(answers_503=True)
    return host


def removed() -> None:
    """Let the app be removed in Zoom."""
    Connection.objects.update(state="deauthorized", ended_at=timezone.now())
    number = Connection.objects.get().pk
    enqueue("delivery.tell_deauthorized", key=f"connection:{number}", payload={"connection": number})


def one_more(event_type: EventType) -> Callable[[], object]:
    """Return what brings another booking that waits for its link."""
    return lambda: make_booking(event_type, start=MONDAY_10 + 5 * HOUR)


def test_the_word_that_a_link_is_missing_gives_the_reason_of_the_first_time(host: User, post: Post) -> None:
    make_booking(make_event_type(host))
    run_due()
    deadline_comes()
    steps = Work.objects.filter(kind=CONFERENCE)
    sent_twice(post, host, "No Zoom link", lambda: steps.update(last_error="Zoom says no.", state="failed"))


def test_who_has_to_reconnect_reads_how_many_bookings_waited_then(host: User, post: Post) -> None:
    event_type = make_event_type(host)
    tokens.end(tokens.read(Grant.objects.get().pk), "Zoom says that the app was removed.")
    sent_twice(post, host, "Reconnect Zoom", one_more(event_type))


def test_who_removed_the_app_in_zoom_reads_how_many_bookings_waited_then(host: User, post: Post) -> None:
    event_type = make_event_type(host)
    removed()
    sent_twice(post, host, "no longer connected", one_more(event_type))


def test_the_daily_limit_is_told_with_what_waited_then(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host)
    zoom.inject("meeting-cap", times=9)
    event_type = make_event_type(host)
    make_booking(event_type)
    sent_twice(post, host, "daily limit", one_more(event_type))


def test_a_cancellation_says_of_the_meeting_what_it_said_first(zoom: ZoomEmulator, post: Post) -> None:
    host = host_allowing(zoom)
    booking = make_booking(make_event_type(host))
    run_due()
    cancel(booking, by="guest", now=timezone.now())
    sent_twice(post, host, "Cancelled", lambda: Conference.objects.update(deleted_at=timezone.now()))


def test_the_host_reads_of_a_booking_in_their_calendar_as_it_was_without_the_link(
    host: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount(monkeypatch, World())
    booking = booked(host, calendar_of(host))
    pass_time()
    link = "https://meet.example/mara"
    sent_twice(post, host, "New booking", lambda: replace_link(booking, link, now=timezone.now()))


def test_the_calendars_question_is_the_one_asked_first(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1234567")
    mount(monkeypatch, World())
    booking = booked(host, calendar_of(host))
    other = make_booking(booking.event_type, start=MONDAY_10 + 2 * HOUR)
    run_due()
    event = WrittenEvent.objects.filter(booking=booking)
    event.update(seen_start=other.start, seen_end=other.start + HALF)
    enqueue("booking.event_changed", key="event:1", payload={"event": event.get().pk})
    sent_twice(post, host, "Your calendar asks", lambda: cancel(other, by="guest", now=timezone.now()))


def test_a_calendar_that_ended_or_is_gone_means_what_it_meant_first(post: Post) -> None:
    host = make_host()
    (work,) = connect_calendars(host)
    lose(work)
    sent_twice(post, host, "is gone", lambda: SchedulingPage.objects.filter(host=host).update(calendar=work))
    tokens.end(tokens.read(Grant.objects.get().pk), "The password was changed.")
    sent_twice(post, host, "Reconnect Google", lambda: Calendar.objects.update(blocks=False))
