"""Rows 6, 24 and 25 of the table of failures: a calendar that changes after the page was shown, or after booking."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from sivient.booking import calendar_answers
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.calendars import sync
from sivient.calendars.models import BusyTime, Calendar
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType
from sivient.scheduling.services import choose_calendar
from sivient.site import form_token
from tests.calendars.conftest import connect, make_calendar, world
from tests.calendars.world import World
from tests.delivery.conftest import Post
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

__all__ = ["world"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
GUEST, HOST = "ada@guest.example", "mara@nordlicht.example"
HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
ELEVEN = MONDAY_10 + HOUR
PAGE = "/schedule/mara/intro"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"


@pytest.fixture
def intro(world: World, post: Post) -> EventType:
    """An event type of a host whose calendar blocks times, receives bookings, and has been read."""
    mara = make_host(handle="mara", email=HOST, platform="phone", platform_details="+49 30 123456")
    calendar = make_calendar(connect(mara), primary=True)
    choose_calendar(mara, calendar)
    mara.page.refresh_from_db()
    event_type = make_event_type(mara, slug="intro")
    sync.sync(calendar)
    return event_type


@pytest.fixture
def booking(intro: EventType) -> Booking:
    """A booking whose event stands in the calendar, whose provider has invited."""
    made = make_booking(intro)
    run_due()
    return again(made)


def again(booking: Booking) -> Booking:
    return Booking.objects.select_related("event").get(pk=booking.pk)


def read_calendar(booking: Booking) -> Booking:
    """Let the next sync come, and whatever it sets going."""
    sync.sync(Calendar.objects.get())
    run_due()
    return again(booking)


def let_time_pass(kind: str) -> None:
    """Let what waits for a while be due, and the time be over that a host has to answer."""
    Booking.objects.update(calendar_asked_at=F("calendar_asked_at") - timedelta(minutes=15))
    Work.objects.filter(kind=kind).update(run_at=timezone.now() - timedelta(seconds=1))
    run_due()


def in_calendar(booking: Booking) -> str:
    assert booking.event is not None
    return booking.event.name


def form(event_type: EventType) -> dict[str, str]:
    token = form_token.issue(f"book:{event_type.pk}")
    return {"name": "Ada Okafor", "email": GUEST, "tz": "Asia/Tokyo", "note": "Plans", "at": AT, "token": token}


def test_row_06_a_time_taken_in_the_calendar_after_the_page_was_shown_is_not_booked(
    client: Client, intro: EventType, world: World
) -> None:
    assert client.get(f"{PAGE}/confirm?at={AT}").status_code == 200
    world.put("dentist", (MONDAY_10 - HOUR, MONDAY_10 + HOUR))
    answer = client.post(f"{PAGE}/confirm", form(intro))
    assert answer.status_code == 409
    assert "Plans" in answer.content.decode()
    assert not Booking.objects.exists()
    run_due()  # the sync that the refusal asks for
    assert client.get(f"{PAGE}/confirm?at={AT}").status_code == 404


def test_row_06_a_provider_that_is_away_is_asked_again_and_the_host_decides_about_a_conflict(
    client: Client, intro: EventType, world: World, post: Post
) -> None:
    world.put("dentist", (MONDAY_10, ELEVEN))
    world.trouble = {"busy": [TryLater("Away.")]}
    assert client.post(f"{PAGE}/confirm", form(intro)).status_code == 303
    booking = Booking.objects.get()
    assert booking.unverified_at is not None
    let_time_pass("booking.recheck")  # its own event hides the other: the calendar is read first
    let_time_pass("booking.recheck")
    assert again(booking).calendar_asks == "conflict"
    assert any("calendar" in str(mail["Subject"]).lower() for mail in post.to(HOST))
    assert again(booking).status == "confirmed"


def test_row_06_a_calendar_that_was_not_read_for_long_is_never_free(
    client: Client, intro: EventType, world: World
) -> None:
    Calendar.objects.update(synced_at=timezone.now() - timedelta(minutes=11))
    world.trouble = {"busy": [TryLater("Away.")]}
    answer = client.post(f"{PAGE}/confirm", form(intro))
    assert (answer.status_code, answer["Retry-After"]) == (503, "180")
    assert "Plans" in answer.content.decode()
    assert not Booking.objects.exists()


def test_row_24_a_booking_follows_the_event_that_its_host_has_moved(booking: Booking, world: World, post: Post) -> None:
    assert world.mails == ["invite"]
    world.put(in_calendar(booking), (ELEVEN, ELEVEN + HALF_HOUR))
    moved = read_calendar(booking)
    assert (moved.start, moved.version, moved.rescheduled_by) == (ELEVEN, 2, "calendar")
    assert world.mails == ["invite"], "the provider has told the guest as the host moved it"
    assert post.to(GUEST) == []
    assert world.events[in_calendar(moved)].start == ELEVEN
    assert "change" not in world.calls, "some providers mail at each change"
    assert "Rescheduled" in str(post.to(HOST)[-1]["Subject"])
    assert not BusyTime.objects.exists(), "its hold takes the time"
    assert read_calendar(moved).version == 2, "what we make of it is no news"


def test_row_24_onto_another_booking_it_does_not_and_the_host_is_asked(
    intro: EventType, booking: Booking, world: World, post: Post
) -> None:
    make_booking(intro, start=ELEVEN, email="bo@guest.example")
    run_due()
    world.put(in_calendar(booking), (ELEVEN, ELEVEN + HALF_HOUR))
    asked = read_calendar(booking)
    assert (asked.start, asked.calendar_asks, asked.calendar_start) == (MONDAY_10, "moved", ELEVEN)
    assert any("calendar" in str(mail["Subject"]).lower() for mail in post.to(HOST))


def test_row_24_an_event_that_its_booking_does_not_follow_takes_its_time(
    client: Client, intro: EventType, booking: Booking, world: World
) -> None:
    make_booking(intro, start=ELEVEN, email="bo@guest.example")
    run_due()
    moved_to = (ELEVEN + HALF_HOUR / 2, ELEVEN + HOUR + HALF_HOUR / 2)
    world.put(in_calendar(booking), moved_to)
    asked = read_calendar(booking)
    assert asked.calendar_asks == "moved"
    assert list(BusyTime.objects.values_list("start", "end")) == [moved_to]
    assert client.get(f"{PAGE}/confirm?at={ELEVEN + HALF_HOUR:%Y-%m-%dT%H:%M}Z").status_code == 404
    calendar_answers.keep(asked, now=timezone.now())
    run_due()
    assert not BusyTime.objects.exists()


def test_row_24_a_copy_in_a_second_account_that_is_read_first_blocks_nothing_once_the_booking_follows(
    intro: EventType, booking: Booking, world: World
) -> None:
    first, second = Calendar.objects.get(), make_calendar(connect(intro.host, "second"))
    sync.sync(second)
    assert booking.event is not None
    world.put(in_calendar(booking), (ELEVEN, ELEVEN + HALF_HOUR), uid=booking.event.uid)
    sync.sync(second)
    sync.sync(first)
    run_due()
    assert again(booking).start == ELEVEN
    assert not BusyTime.objects.exists()


def test_row_25_a_deleted_event_cancels_its_booking_unless_the_host_says_otherwise_in_time(
    booking: Booking, world: World, post: Post
) -> None:
    world.delete(in_calendar(booking))
    asked = read_calendar(booking)
    assert (asked.calendar_asks, asked.status) == ("deleted", "confirmed")
    assert any("calendar" in str(mail["Subject"]).lower() for mail in post.to(HOST))
    let_time_pass("booking.event_gone_due")
    gone = again(booking)
    assert (gone.status, gone.cancelled_by, gone.hold) == ("cancelled", "host", None)
    assert len(post.to(GUEST)) == 1, "nobody knows whether the calendar has told the guest"
    assert read_calendar(booking).version == 2


def test_row_25_a_host_who_keeps_the_booking_gets_the_event_back(booking: Booking, world: World) -> None:
    world.delete(in_calendar(booking))
    asked = read_calendar(booking)
    calendar_answers.keep(asked, now=timezone.now())
    run_due()
    let_time_pass("booking.event_gone_due")
    kept = read_calendar(booking)
    assert (kept.status, kept.calendar_asks) == ("confirmed", "")
    assert world.events[in_calendar(kept)].start == MONDAY_10
    assert world.mails == ["invite", "invite"]


def test_row_24_and_25_what_we_do_ourselves_is_no_news(booking: Booking, world: World) -> None:
    reschedule(booking, ELEVEN, by="host", now=timezone.now())
    run_due()
    moved = read_calendar(booking)
    assert (moved.version, moved.calendar_asks, world.mails) == (2, "", ["invite", "update"])
    cancel(moved, by="host", now=timezone.now())
    run_due()
    ended = read_calendar(moved)
    assert (ended.cancel_reason, ended.calendar_asks) == ("", "")
    assert world.mails == ["invite", "update", "cancel"]
    assert not Work.objects.filter(kind="delivery.calendar_asks").exists()
