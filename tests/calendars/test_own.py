"""Events of ours that a sync meets."""

from datetime import timedelta

import pytest
from django.db import transaction

from sivient.calendars import plans, sync, writing
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.calendars.own import let_stand
from sivient.core.interval import Interval
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.calendars import Answer
from tests.calendars.conftest import connect, make_calendar
from tests.calendars.making import DRAFT, ELEVEN, HOUR, LATER, TEN, plan
from tests.calendars.world import World
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host
from tests.jobs.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def event(calendar: Calendar, world: World) -> WrittenEvent:
    """An event that was written, and read once."""
    made = plan(calendar)
    writing.write(made, DRAFT, notify=True)
    sync.sync(calendar)
    Work.objects.all().delete()
    made.refresh_from_db()
    return made


def told() -> int:
    """How often somebody was told that an event was changed."""
    found = Work.objects.filter(kind="booking.event_changed").count()
    Work.objects.filter(kind="booking.event_changed").delete()
    return found


def test_an_event_of_ours_is_not_busy(calendar: Calendar, event: WrittenEvent) -> None:
    assert not BusyTime.objects.exists()
    assert told() == 0


def test_what_bears_a_uid_of_ours_is_not_busy_in_any_calendar_of_the_host(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    second = make_calendar(calendar.connection, "second")
    world.put("copy", (TEN, ELEVEN), uid=event.uid)
    booking = make_booking(make_event_type(calendar.host), start=MONDAY_10)
    world.put("mailed", (booking.start, booking.end), uid=booking.uid)
    world.put("dragged elsewhere", (ELEVEN, ELEVEN + HOUR), uid=booking.uid)
    sync.sync(second)
    names = set(BusyTime.objects.filter(calendar=second).values_list("name", flat=True))
    assert names == {"dragged elsewhere"}


@pytest.mark.parametrize("names", ["{name}_0 {name}_1 {name}_2", "{name}"])
def test_a_series_that_somebody_made_of_our_event_blocks_its_other_weeks(
    calendar: Calendar, event: WrittenEvent, world: World, names: str
) -> None:
    weeks = [(TEN + week * timedelta(days=7), ELEVEN + week * timedelta(days=7)) for week in range(3)]
    world.delete(event.name)
    split = names.format(name=event.name).split()
    if len(split) == 1:  # CalDAV: one resource
        world.put(split[0], *weeks, uid=event.uid)
    else:  # Google: one name for each occurrence
        for name, time in zip(split, weeks, strict=True):
            world.put(name, time, uid=event.uid)
    sync.sync(calendar)
    assert set(BusyTime.objects.values_list("start", "end")) == set(weeks[1:])


def test_the_booking_of_another_host_who_was_booked_by_this_one_is_busy(calendar: Calendar, world: World) -> None:
    world.put("invited", (TEN, ELEVEN), uid=make_booking().uid)
    sync.sync(calendar)
    assert BusyTime.objects.filter(calendar=calendar).count() == 1


def test_the_event_of_another_host_is_busy(calendar: Calendar, event: WrittenEvent, world: World) -> None:
    stranger = make_calendar(connect(make_host()))
    sync.sync(stranger)
    assert BusyTime.objects.filter(calendar=stranger).count() == 1


def test_an_event_that_the_host_moved_is_told_once_and_again_when_it_moves_back(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.put(event.name, (ELEVEN, ELEVEN + HOUR), uid=event.uid)
    sync.sync(calendar)
    sync.sync(calendar)
    event.refresh_from_db()
    assert (event.start, event.seen_start, event.seen_end) == (TEN, ELEVEN, ELEVEN + HOUR)
    assert told() == 1
    assert BusyTime.objects.get().start == ELEVEN, "the booking has not followed"
    world.put(event.name, (TEN, ELEVEN), uid=event.uid)
    sync.sync(calendar)
    assert told() == 1
    assert not BusyTime.objects.exists()


def test_an_event_that_the_host_deleted_is_told_and_one_that_is_back_as_well(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.delete(event.name)
    sync.sync(calendar)
    event.refresh_from_db()
    assert event.seen_gone_at is not None
    assert told() == 1
    world.put(event.name, (TEN, ELEVEN), uid=event.uid)
    sync.sync(calendar)
    event.refresh_from_db()
    assert event.seen_gone_at is None
    assert told() == 1


def test_what_we_wrote_ourselves_is_no_news(calendar: Calendar, event: WrittenEvent, world: World) -> None:
    writing.write(event, LATER, notify=True)
    sync.sync(calendar)
    assert told() == 0


def test_a_page_that_is_older_than_our_write_moves_nothing_back(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.put(event.name, (TEN, ELEVEN), uid=event.uid)  # what the page will say

    def write_meanwhile() -> None:
        world.on = {}
        event.refresh_from_db()
        log = list(world.log)
        writing.write(WrittenEvent.objects.get(), LATER, notify=True)
        world.log[:] = log  # the page was made before

    world.on = {"changes": write_meanwhile}
    sync.sync(calendar)
    event.refresh_from_db()
    assert (event.start, event.seen_start) == (ELEVEN, ELEVEN)
    assert told() == 0
    make_due()
    run_due()
    event.refresh_from_db()
    assert event.seen_start == ELEVEN
    assert told() == 0


def test_a_move_during_our_own_write_is_found_by_looking_again(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    def move_after_our_write() -> None:
        world.on = {}
        writing.write(WrittenEvent.objects.get(), LATER, notify=True)
        world.put(event.name, (TEN + 5 * HOUR, TEN + 6 * HOUR), uid=event.uid)

    world.on = {"changes": move_after_our_write}
    sync.sync(calendar)
    assert told() == 0
    make_due()
    run_due()
    event.refresh_from_db()
    assert (event.start, event.seen_start) == (ELEVEN, TEN + 5 * HOUR)
    assert Work.objects.filter(kind="booking.event_changed").exists()


def test_an_event_that_a_full_sync_does_not_bring_is_read_by_itself(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.delete(event.name)
    world.forget_cursors()
    sync.sync(calendar)
    assert told() == 0
    run_due()
    make_due()
    run_due()
    event.refresh_from_db()
    assert event.seen_gone_at is not None


def test_answers_of_guests_are_kept(calendar: Calendar, event: WrittenEvent, world: World) -> None:
    world.answer(event.name, "Ada@Guest.example", Answer.DECLINED)
    sync.sync(calendar)
    event.refresh_from_db()
    assert event.answers == {"ada@guest.example": "declined"}
    assert told() == 0


def test_an_event_that_we_removed_and_somebody_brought_back_is_busy(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    writing.take_away(event, notify=True)
    sync.sync(calendar)
    world.put(event.name, (TEN, ELEVEN), uid=event.uid)
    sync.sync(calendar)
    assert BusyTime.objects.filter(calendar=calendar).count() == 1
    assert told() == 0


def test_an_event_that_a_sync_met_before_its_name_was_known_is_not_busy_afterwards(
    calendar: Calendar, world: World
) -> None:
    event = plan(calendar)
    world.trouble, world.applied_first = {"create": [TimeoutError()]}, {"create"}
    with pytest.raises(TimeoutError):  # the worker was killed
        writing.write(event, DRAFT, notify=True)
    sync.sync(calendar)
    assert BusyTime.objects.count() == 1
    writing.write(event, DRAFT, notify=True)
    assert not BusyTime.objects.exists()


def test_a_sync_that_a_followed_event_has_stopped_begins_anew_at_once(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    """What it had read may be older than the event's new place; nobody waits for its lease to end."""
    second = make_calendar(calendar.connection, "second")
    world.put("copy", (ELEVEN, ELEVEN + HOUR))
    sync.sync(second)

    def stop() -> None:
        world.on = {}
        with transaction.atomic():
            let_stand(event, Interval(ELEVEN, ELEVEN + HOUR))

    world.on, round_before = {"changes": stop}, Calendar.objects.get(pk=second.pk).round
    plans.plan_sync(second)
    run_due()
    second.refresh_from_db()
    assert (second.cursor != "", second.round) == (True, round_before + 3)  # the stopped one, the stop, the new one
    work = Work.objects.get(kind=plans.SYNC, key=f"calendar:{second.pk}")
    assert (work.state, work.lease_owner) == ("done", "")
