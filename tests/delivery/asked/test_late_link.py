"""A link that comes while the host is asked about their moved event: the event stays where they have put it."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking import calendar_answers
from sivient.booking.models import Booking
from sivient.booking.services import cancel
from sivient.calendars.models import WrittenEvent
from sivient.delivery.links import replace_link
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Platform
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.asked.conftest import GUEST, HALF, HOUR, seen
from tests.delivery.calendar_world import World, booked, calendar_of, soon
from tests.delivery.conftest import Post, connect
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ELEVEN = MONDAY_10 + HOUR
LINK = "https://meet.example/late"


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def other(host: User) -> Booking:
    """Another booking of the host's, an hour later."""
    return make_booking(make_event_type(host, platform=Platform.PHONE), start=ELEVEN, email="cy@guest.example")


@pytest.fixture
def booking(host: User, world: World, post: Post, other: Booking) -> Booking:
    """A booking whose event its host has moved onto the other one, and who is asked about that."""
    booking = booked(host, calendar_of(host))
    run_due()
    put(world, ELEVEN)
    booking = seen(booking, at=ELEVEN)
    assert booking.calendar_asks == "moved"
    return booking


def put(world: World, start: datetime) -> None:
    """Move the event in the calendar."""
    ((name, (draft, revision)),) = world.events.items()
    world.events[name] = (replace(draft, start=start, end=start + HALF), revision + 1)


def stands(world: World) -> tuple[datetime, str]:
    """When the event is in the calendar, and with which link."""
    ((draft, _),) = world.events.values()
    return draft.start, draft.join_url


def get_link(booking: Booking) -> None:
    """Let the booking have another link, and everything be done that follows."""
    replace_link(booking, LINK, now=timezone.now())
    run_due()
    soon()
    run_due()


def test_the_event_stays_where_it_was_put_until_the_host_has_answered(booking: Booking, world: World) -> None:
    get_link(booking)
    assert stands(world)[0] == ELEVEN
    assert world.mailed(GUEST) == ["REQUEST"]
    calendar_answers.keep(booking, now=timezone.now())
    run_due()
    assert stands(world) == (MONDAY_10, LINK)
    assert world.mailed(GUEST) == ["REQUEST", "UPDATE"]


def test_the_link_is_written_as_the_booking_follows(booking: Booking, world: World, other: Booking) -> None:
    get_link(booking)
    cancel(other, by="host", now=timezone.now())
    calendar_answers.follow(booking, now=timezone.now())
    run_due()
    assert stands(world) == (ELEVEN, LINK)
    assert world.mailed(GUEST) == ["REQUEST", "UPDATE"]


def test_the_link_is_written_once_the_event_is_put_back(booking: Booking, world: World) -> None:
    get_link(booking)
    put(world, MONDAY_10)
    seen(booking, at=MONDAY_10)
    assert stands(world) == (MONDAY_10, LINK)


def test_a_move_that_nobody_has_looked_into_yet_comes_first(
    host: User, world: World, post: Post, zoom: ZoomEmulator
) -> None:
    booking = booked(host, calendar_of(host))
    run_due()
    put(world, ELEVEN)
    WrittenEvent.objects.update(seen_start=ELEVEN, seen_end=ELEVEN + HALF)
    replace_link(booking, LINK, now=timezone.now())
    enqueue("booking.event_changed", key=f"event:{booking.event_id}", payload={"event": booking.event_id})
    run_due()
    soon()
    run_due()
    booking.refresh_from_db()
    assert (booking.start, *stands(world)) == (ELEVEN, ELEVEN, LINK)
    assert [each.draft.start for each in world.outbox] == [MONDAY_10, ELEVEN]
