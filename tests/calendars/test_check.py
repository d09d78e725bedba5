"""The question to the host's calendars while a guest waits."""

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.calendars import sync, writing
from sivient.calendars.check import Kind, check
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.core.interval import Interval
from sivient.integrations.models import Grant
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.ports.errors import Gone, OutcomeUnknown, Reconnect, TokenRefused, TryLater
from tests.calendars.conftest import connect, make_calendar
from tests.calendars.making import DRAFT, ELEVEN, HOUR, TEN, plan
from tests.calendars.world import World
from tests.factories import MONDAY_10, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
WINDOW = Interval(TEN, ELEVEN)
QUARTER = timedelta(minutes=15)


def kind(calendar: Calendar, window: Interval = WINDOW, **more: object) -> Kind:
    return check(calendar.host_id, window, **more).kind  # type: ignore[arg-type]


def test_without_a_calendar_that_blocks_every_time_is_free(host: User) -> None:
    assert check(host.pk, WINDOW).kind == Kind.FREE


def test_the_calendar_itself_says_whether_the_time_is_free(calendar: Calendar, world: World) -> None:
    assert kind(calendar) == Kind.FREE
    world.put("new", (TEN - HOUR, TEN + QUARTER))
    assert kind(calendar) == Kind.TAKEN
    assert kind(calendar, Interval(TEN + QUARTER, ELEVEN)) == Kind.FREE


def test_a_taken_time_has_the_calendar_read_so_that_the_page_knows_it(calendar: Calendar, world: World) -> None:
    world.put("new", (TEN, ELEVEN))
    kind(calendar)
    assert Work.objects.filter(kind="calendars.sync", key=f"calendar:{calendar.pk}").exists()


@pytest.mark.parametrize("error", [TryLater("Away."), OutcomeUnknown("Away."), TokenRefused("Expired.")])
def test_when_the_provider_is_away_the_store_counts_for_ten_minutes(
    calendar: Calendar, world: World, error: Exception
) -> None:
    sync.sync(calendar)
    world.trouble = {"busy": [error] * 9}
    assert kind(calendar) == Kind.STORED
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=11))
    assert kind(calendar) == Kind.UNREAD


def test_what_is_stored_as_taken_is_taken_while_the_provider_is_away(calendar: Calendar, world: World) -> None:
    world.put("known", (TEN, ELEVEN))
    sync.sync(calendar)
    world.trouble = {"busy": [TryLater("Away.")]}
    assert kind(calendar) == Kind.TAKEN


def test_a_calendar_that_was_never_read_is_not_free_while_the_provider_is_away(
    calendar: Calendar, world: World
) -> None:
    world.trouble = {"busy": [TryLater("Away.")]}
    assert kind(calendar) == Kind.UNREAD


def test_a_time_beyond_what_is_known_is_not_free_while_the_provider_is_away(calendar: Calendar, world: World) -> None:
    sync.sync(calendar)
    Calendar.objects.update(known_until=ELEVEN - QUARTER)
    world.trouble = {"busy": [TryLater("Away.")]}
    assert kind(calendar) == Kind.UNREAD


@pytest.mark.parametrize("error", [Reconnect("Revoked."), Gone("Deleted.")])
def test_a_calendar_that_cannot_be_read_is_never_free(calendar: Calendar, world: World, error: Exception) -> None:
    sync.sync(calendar)
    world.trouble = {"busy": [error]}
    assert kind(calendar) == Kind.UNREAD


def test_a_connection_that_needs_reconnecting_is_never_free(calendar: Calendar, world: World) -> None:
    sync.sync(calendar)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT, reason="Revoked.")
    assert kind(calendar) == Kind.UNREAD
    assert "busy" not in world.calls


def test_a_calendar_that_is_missing_in_the_answer_was_not_read(calendar: Calendar, world: World) -> None:
    other = make_calendar(calendar.connection, "other")
    sync.sync(calendar)
    world.missing = {"other"}
    assert kind(calendar) == Kind.UNREAD
    sync.sync(other)
    assert kind(calendar) == Kind.STORED


def test_a_token_that_has_run_out_is_not_renewed_while_the_guest_waits(calendar: Calendar, world: World) -> None:
    sync.sync(calendar)
    Grant.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert kind(calendar) == Kind.STORED
    assert "busy" not in world.calls


def test_slow_accounts_are_asked_at_once_and_left_behind(calendar: Calendar, world: World) -> None:
    make_calendar(connect(calendar.host, "second"))
    for each in Calendar.objects.all():
        sync.sync(each)
    released = Event()
    world.on = {"busy": lambda: released.wait(10) and None}
    began = time.monotonic()
    assert kind(calendar, budget=0.3) == Kind.STORED
    assert time.monotonic() - began < 1
    assert world.calls.count("busy") == 2
    released.set()


def test_the_event_that_moves_does_not_stand_in_its_own_way(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    sync.sync(calendar)
    overlapping = Interval(TEN + QUARTER, ELEVEN + QUARTER)
    assert kind(calendar, overlapping) == Kind.TAKEN
    assert kind(calendar, overlapping, own=event) == Kind.FREE
    world.put("after", (ELEVEN, ELEVEN + HOUR))
    assert kind(calendar, overlapping, own=event) == Kind.TAKEN


def test_what_the_store_knows_inside_the_own_event_is_taken(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.put("inside", (TEN + QUARTER, TEN + 2 * QUARTER))
    sync.sync(calendar)
    assert BusyTime.objects.count() == 1
    assert kind(calendar, Interval(TEN + QUARTER, ELEVEN), own=event) == Kind.TAKEN
    assert kind(calendar, Interval(TEN + 2 * QUARTER, ELEVEN), own=event) == Kind.FREE


def test_nobody_knows_what_lies_under_the_own_event_before_a_sync_has_seen_it(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.put("lunch", (TEN + QUARTER, TEN + 2 * QUARTER))
    inside = Interval(TEN + QUARTER, ELEVEN)
    assert kind(calendar, inside, own=event) == Kind.UNREAD
    sync.sync(calendar)
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=5))  # before the event was written
    BusyTime.objects.all().delete()
    Work.objects.all().delete()
    assert kind(calendar, inside, own=event) == Kind.STORED
    assert Work.objects.filter(kind="calendars.sync").exists(), "it is known soon"
    sync.sync(calendar)
    world.delete("lunch")
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=50))
    WrittenEvent.objects.update(written_at=Now() - timedelta(minutes=55))
    event.refresh_from_db()
    BusyTime.objects.all().delete()
    assert kind(calendar, inside, own=event) == Kind.UNREAD


def test_a_question_that_is_asked_again_believes_no_sync_from_before_it_arose(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    sync.sync(calendar)
    arose = database_now()
    world.put("lunch", (TEN, ELEVEN))
    assert kind(calendar, own=event, since=arose) == Kind.STORED
    sync.sync(calendar)
    assert kind(calendar, own=event, since=arose) == Kind.TAKEN
    world.delete("lunch")
    sync.sync(calendar)
    assert kind(calendar, own=event, since=arose) == Kind.FREE


def test_the_mailed_invite_of_a_booking_does_not_stand_in_its_way_in_any_calendar(
    calendar: Calendar, world: World
) -> None:
    make_calendar(calendar.connection, "other")
    booking = make_booking(make_event_type(calendar.host), start=MONDAY_10)
    time = Interval(booking.start, booking.end)
    world.put("by mail", (time.start, time.end), uid=booking.uid)
    for each in Calendar.objects.all():
        sync.sync(each)
    assert kind(calendar, time) == Kind.TAKEN
    assert kind(calendar, time, own_time=time) == Kind.FREE
    world.put("lunch", (time.start, time.end))
    for each in Calendar.objects.all():
        sync.sync(each)
    assert kind(calendar, time, own_time=time) == Kind.TAKEN


def test_the_own_event_of_another_calendar_cuts_nothing_out(calendar: Calendar, world: World) -> None:
    event = plan(make_calendar(connect(calendar.host, "second")))
    event.start, event.end = TEN, ELEVEN
    world.put("foreign", (TEN, ELEVEN))
    assert kind(calendar, own=event) == Kind.TAKEN
