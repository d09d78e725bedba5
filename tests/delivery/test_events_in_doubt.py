"""The event in a real calendar, after lost answers and outages: each guest hears of each change, and once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import plan_event
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.calendars.sync import sync
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.calendar_emulator.records import Answer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.calendar_world import soon
from tests.delivery.conftest import Post, connect
from tests.delivery.living_calendars import Living, living
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose meetings are on Zoom."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def calendar(host: User, settings: Any, tmp_path: Path) -> Iterator[Living]:
    """Their Google calendar."""
    with living("google", host, settings, tmp_path / "calendar") as calendar:
        yield calendar


def settle(times: int = 2) -> None:
    """Do all that is to be done, also what waits for a while."""
    for _ in range(times):
        run_due()
        soon()
    run_due()


def event(calendar: Living) -> Any:
    """The event as the provider has it."""
    assert calendar.emulator is not None
    world = calendar.emulator.calendars.world
    return next(iter(world.events(world.primary("mara").id)))


def told(calendar: Living) -> list[str]:
    """What the provider has mailed to the guest."""
    return [method for method, _ in calendar.mailed(GUEST)]


def read(calendar: Living) -> None:
    """Let what was written be long ago, and the calendar be read."""
    WrittenEvent.objects.update(written_at=Now() - HOUR)
    sync(Calendar.objects.get(events__isnull=False))
    run_due()


def test_a_link_that_comes_while_the_making_is_in_doubt_reaches_the_guest(
    host: User, calendar: Living, zoom: ZoomEmulator, post: Post
) -> None:
    zoom.switch(answers_503=True)
    calendar.lose("POST")  # made, and told without a link
    booking = make_booking(make_event_type(host))
    run_due()
    Work.objects.filter(kind="delivery.event", state="waiting").update(run_at=Now())
    run_due()
    assert (calendar.events(), WrittenEvent.objects.get().name) == (1, "")
    zoom.switch(answers_503=False)
    assert calendar.emulator is not None
    calendar.emulator.calendars.inject("backend-error", method="POST", path="event", times=1)
    settle(4)
    booking.refresh_from_db()
    assert booking.link_invited_at is not None
    assert "zoom" in event(calendar).location
    assert told(calendar) == ["REQUEST", "REQUEST"]


def test_a_reschedule_that_meets_an_outage_is_told_to_a_guest_who_has_accepted(
    host: User, calendar: Living, post: Post
) -> None:
    booking = make_booking(make_event_type(host))
    settle()
    assert calendar.emulator is not None
    calendar.emulator.calendars.world.answer(event(calendar), GUEST, Answer.ACCEPTED)
    read(calendar)
    before = len(told(calendar))
    calendar.emulator.calendars.inject("backend-error", method="PATCH", path="event", times=1)
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    settle(3)
    assert event(calendar).start == MONDAY_10 + HOUR
    assert told(calendar)[before:] == ["REQUEST"]


def test_a_cancellation_is_told_once_although_its_answer_is_lost_and_the_calendar_is_read(
    host: User, calendar: Living, post: Post
) -> None:
    booking = make_booking(make_event_type(host))
    settle()
    read(calendar)
    calendar.lose("DELETE")
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    read(calendar)
    settle()
    assert told(calendar) == ["REQUEST", "CANCEL"]
    assert post.to(GUEST) == []


@pytest.mark.parametrize("linked", [True, False])
def test_an_event_that_comes_out_of_the_trash_gets_what_came_meanwhile_and_nothing_else(
    host: User, calendar: Living, zoom: ZoomEmulator, post: Post, linked: bool
) -> None:
    zoom.switch(answers_503=not linked)
    booking = make_booking(make_event_type(host))
    settle()
    assert calendar.emulator is not None
    world, made = calendar.emulator.calendars.world, event(calendar)
    world.remove(made)
    read(calendar)
    assert Booking.objects.get().calendar_asks == Booking.CalendarAsks.DELETED
    zoom.switch(answers_503=False)
    plan_event(booking)
    settle()
    step = Work.objects.get(kind="delivery.event")
    assert "skipped" in step.result
    world.change(world.find(made.calendar, made.id), cancelled=False)
    before = len(told(calendar))
    read(calendar)
    plan_event(booking)
    settle()
    step.refresh_from_db()
    assert "zoom" in event(calendar).location
    assert (step.state, "skipped" in step.result, len(told(calendar)) - before) == ("done", False, not linked)
