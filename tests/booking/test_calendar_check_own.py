"""A booking's own event, and copies of its invite, are no conflict with it, and hide none."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.booking import calendar_check
from sivient.booking.models import Booking
from sivient.booking.services import SlotTaken, cancel, reschedule
from sivient.calendars import sync
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType
from sivient.scheduling.services import choose_calendar
from tests.calendars.world import World
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
QUARTER, HALF_HOUR, MINUTE = timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=1)


@pytest.fixture
def mailed(world: World) -> EventType:
    """An event type of a host whose calendar blocks times and receives no bookings."""
    event_type = make_event_type(make_host(platform="phone"), step_minutes=15)
    connect_calendar(event_type.host)
    return event_type


@pytest.fixture
def received(mailed: EventType) -> EventType:
    """An event type of a host whose calendar blocks times and receives the bookings."""
    choose_calendar(mailed.host, Calendar.objects.get())
    mailed.host.page.refresh_from_db()
    return mailed


def unverified(world: World, event_type: EventType) -> Booking:
    """A booking of a moment in which the calendar did not answer; its event, if it has one, is written since."""
    world.trouble = {"busy": [TryLater("Away.")]}
    booking = make_booking(event_type)
    assert booking.unverified_at is not None
    run_due()
    return booking


def recheck(booking: Booking) -> Booking:
    """Let the worker ask until it knows."""
    for _ in range(2):
        Work.objects.filter(kind=calendar_check.RECHECK).update(run_at=Now())
        run_due()
    booking.refresh_from_db()
    return booking


def add_invite(world: World, booking: Booking) -> None:
    """Let the host's calendar put the invite in by itself that came by mail."""
    world.put("added", (booking.start, booking.end), uid=booking.uid)


def test_a_conflict_under_the_bookings_own_event_comes_out(received: EventType, world: World) -> None:
    world.put("lunch", (MONDAY_10, MONDAY_10 + HALF_HOUR))
    booking = recheck(unverified(world, received))
    assert len(world.events) == 2
    assert (booking.unverified_at, booking.calendar_asks) == (None, "conflict")


def test_the_bookings_own_event_alone_is_none(received: EventType, world: World) -> None:
    booking = recheck(unverified(world, received))
    assert len(world.events) == 1
    assert (booking.unverified_at, booking.calendar_asks) == (None, "")


def test_nor_is_its_event_read_through_a_second_account(received: EventType, world: World) -> None:
    second = connect_calendar(received.host, external_id="second")
    world.trouble = {"busy": [TryLater("Away.")] * 2}
    booking = make_booking(received)
    run_due()
    for calendar in Calendar.objects.all():
        sync.sync(calendar)
    recheck(booking)
    assert (booking.unverified_at, booking.calendar_asks) == (None, "")
    assert not BusyTime.objects.filter(calendar=second).exists()


def test_an_invite_that_the_calendar_has_put_in_is_no_conflict(mailed: EventType, world: World) -> None:
    booking = unverified(world, mailed)
    add_invite(world, booking)
    recheck(booking)
    assert (booking.unverified_at, booking.calendar_asks) == (None, "")
    assert not BusyTime.objects.exists()


def test_a_guest_moves_by_a_quarter_of_an_hour_over_their_own_invite(mailed: EventType, world: World) -> None:
    booking = make_booking(mailed)
    add_invite(world, booking)
    sync.sync(Calendar.objects.get())
    moved = reschedule(booking, MONDAY_10 + QUARTER, by="guest", now=timezone.now())
    assert (moved.start, moved.unverified_at) == (MONDAY_10 + QUARTER, None)


def test_but_not_over_what_stands_beside_it(mailed: EventType, world: World) -> None:
    booking = make_booking(mailed)
    add_invite(world, booking)
    world.put("lunch", (MONDAY_10 + HALF_HOUR, MONDAY_10 + 2 * HALF_HOUR))
    with pytest.raises(SlotTaken):
        reschedule(booking, MONDAY_10 + QUARTER, by="guest", now=timezone.now())


def test_a_cancelled_event_that_is_put_back_takes_its_time_also_under_our_uid(
    received: EventType, world: World
) -> None:
    booking = make_booking(received)
    run_due()
    booking.refresh_from_db()
    assert booking.event is not None
    name = booking.event.name
    cancel(booking, by="guest", now=timezone.now())
    add_invite(world, booking)
    sync.sync(Calendar.objects.get())
    WrittenEvent.objects.update(uid=booking.uid, written_at=Now() - 5 * MINUTE)
    world.put(name, (booking.start, booking.end), uid=booking.uid)
    sync.sync(Calendar.objects.get())
    assert not BusyTime.objects.filter(name=name).exists(), "we are about to remove it"
    run_due()
    assert name not in world.events
    WrittenEvent.objects.update(written_at=Now() - 5 * MINUTE)
    world.put(name, (booking.start, booking.end), uid=booking.uid)
    sync.sync(Calendar.objects.get())
    assert BusyTime.objects.filter(name=name).exists()
