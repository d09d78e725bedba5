"""Reading one calendar into the store."""

from datetime import datetime, timedelta

import pytest

from sivient.calendars import queries, sync
from sivient.calendars.models import BusyStore, BusyTime, Calendar
from sivient.jobs.clock import database_now
from sivient.jobs.completion import LeaseLost
from sivient.jobs.worker import run_due
from sivient.ports.calendars import SyncLost
from sivient.ports.errors import Gone, Reconnect, TryLater
from tests.calendars.world import World
from tests.factories import NOW

HOUR = timedelta(hours=1)
TEN = NOW + timedelta(days=3)
pytestmark = [pytest.mark.django_db, pytest.mark.db]


def read(calendar: Calendar) -> Calendar:
    sync.sync(calendar)
    calendar.refresh_from_db()
    return calendar


def times(calendar: Calendar) -> set[tuple[str, datetime]]:
    return set(BusyTime.objects.filter(calendar=calendar).values_list("name", "start"))


def version(calendar: Calendar) -> int:
    return BusyStore.objects.filter(host=calendar.host).values_list("version", flat=True).first() or 0


def test_the_first_sync_stores_everything_and_how_far_it_knows(calendar: Calendar, world: World) -> None:
    for number in range(5):
        world.put(f"e{number}", (TEN + number * HOUR, TEN + (number + 1) * HOUR))
    read(calendar)
    assert times(calendar) == {(f"e{number}", TEN + number * HOUR) for number in range(5)}
    assert calendar.synced_at is not None
    assert calendar.known_until is not None
    assert calendar.known_until > NOW + timedelta(days=730)
    assert world.calls == ["changes", "page 2", "page 3"]
    assert not queries.is_unread(calendar.host_id)


def test_a_later_sync_asks_for_changes_alone(calendar: Calendar, world: World) -> None:
    world.put("moves", (TEN, TEN + HOUR))
    world.put("goes", (TEN, TEN + HOUR))
    read(calendar)
    world.put("moves", (TEN + HOUR, TEN + 2 * HOUR))
    world.delete("goes")
    world.put("series", (TEN, TEN + HOUR), (TEN + 24 * HOUR, TEN + 25 * HOUR))
    read(calendar)
    expected = {("moves", TEN + HOUR), ("series", TEN), ("series", TEN + 24 * HOUR)}
    assert times(calendar) == expected
    assert calendar.cursor.endswith(f" {len(world.log)}")


def test_of_one_name_the_last_counts_also_across_pages(calendar: Calendar, world: World) -> None:
    read(calendar)
    for number in range(5):
        world.put("same", (TEN + number * HOUR, TEN + (number + 1) * HOUR))
    read(calendar)
    assert times(calendar) == {("same", TEN + 4 * HOUR)}


def test_a_lost_cursor_is_a_full_sync_at_once(calendar: Calendar, world: World) -> None:
    world.put("stays", (TEN, TEN + HOUR))
    world.put("goes", (TEN, TEN + HOUR))
    read(calendar)
    world.delete("goes")
    world.forget_cursors()
    read(calendar)
    assert times(calendar) == {("stays", TEN)}
    assert calendar.trouble == ""


def test_when_page_two_fails_nothing_that_was_taken_becomes_free(calendar: Calendar, world: World) -> None:
    for number in range(4):
        world.put(f"e{number}", (TEN + number * HOUR, TEN + (number + 1) * HOUR))
    cursor = read(calendar).cursor
    world.forget_cursors()
    world.trouble = {"page 2": [TryLater("Away.")]}
    with pytest.raises(TryLater):
        sync.sync(calendar)
    calendar.refresh_from_db()
    assert len(times(calendar)) == 4
    assert (calendar.cursor, calendar.trouble) == (cursor, "Away.")
    read(calendar)
    assert calendar.trouble == ""


def test_the_store_grows_only_when_times_have_changed(calendar: Calendar, world: World) -> None:
    world.put("a", (TEN, TEN + HOUR))
    read(calendar)
    before = version(calendar)
    world.put("a", (TEN, TEN + HOUR))  # another title, say
    read(calendar)
    assert version(calendar) == before
    world.put("a", (TEN + HOUR, TEN + 2 * HOUR))
    read(calendar)
    assert version(calendar) == before + 1


def test_a_calendar_that_does_not_block_leaves_the_store_as_it_is(calendar: Calendar, world: World) -> None:
    Calendar.objects.update(blocks=False)
    world.put("a", (TEN, TEN + HOUR))
    read(calendar)
    assert version(calendar) == 0


def test_what_is_over_or_too_far_or_ends_before_it_starts_is_not_stored(calendar: Calendar, world: World) -> None:
    years = timedelta(days=3650)
    world.put("over", (NOW - years, NOW - timedelta(days=2)))
    world.put("far", (NOW + years, NOW + years + HOUR))
    world.put("backwards", (TEN, TEN - HOUR))
    world.put("long", (NOW - years, NOW + years))
    read(calendar)
    assert {name for name, _ in times(calendar)} == {"long"}


def test_thousands_of_changes_on_one_page_and_names_of_any_length_are_stored(calendar: Calendar, world: World) -> None:
    world.page_size = 10_000
    for number in range(3000):
        world.put(f"{'x' * 2000}{number}", (TEN + number * HOUR, TEN + (number + 1) * HOUR))
    read(calendar)
    assert len(times(calendar)) == 3000
    world.delete(f"{'x' * 2000}7")
    read(calendar)
    assert len(times(calendar)) == 2999


def test_a_calendar_that_is_gone_is_never_free(calendar: Calendar, world: World) -> None:
    read(calendar)
    world.trouble, world.infos = {"changes": [Gone("It is not there.")]}, []
    before = version(calendar)
    with pytest.raises(TryLater):
        read(calendar)
    run_due()
    calendar.refresh_from_db()
    assert calendar.gone_at is not None
    assert calendar.synced_at is None
    assert "deleted" in calendar.trouble
    assert version(calendar) == before + 1
    assert queries.is_unread(calendar.host_id)


@pytest.mark.parametrize("error", [Reconnect("Please connect again."), TryLater("Away.")])
def test_trouble_is_noted_and_left_to_the_worker(calendar: Calendar, world: World, error: Exception) -> None:
    world.trouble = {"changes": [error]}
    with pytest.raises(type(error)):
        sync.sync(calendar)
    calendar.refresh_from_db()
    assert calendar.trouble == str(error)
    assert calendar.synced_at is None


def test_a_full_sync_that_loses_its_cursor_is_left_to_the_worker(calendar: Calendar, world: World) -> None:
    world.trouble = {"changes": [SyncLost("No.")]}
    with pytest.raises(SyncLost):
        sync.sync(calendar)


def test_everything_is_read_anew_a_month_short_of_the_horizon_and_when_the_zone_is_another(
    calendar: Calendar, world: World
) -> None:
    read(calendar)
    first = calendar.cursor
    Calendar.objects.update(known_until=database_now() + sync.HORIZON - sync.ANEW - HOUR)
    read(calendar)
    assert calendar.known_until is not None
    assert not sync.is_short(calendar.known_until, database_now())
    calendar.host.timezone = "Asia/Tokyo"
    calendar.host.save()
    before = calendar.known_until
    read(calendar)
    assert calendar.known_until > before
    assert world.zones[-1] == "Asia/Tokyo"
    assert first != calendar.cursor


def test_an_older_sync_stores_nothing_once_a_newer_one_has_begun(calendar: Calendar, world: World) -> None:
    world.put("a", (TEN, TEN + HOUR))
    world.put("b", (TEN, TEN + HOUR))
    world.put("c", (TEN, TEN + HOUR))

    def overtake() -> None:
        world.on = {}
        world.put("c", (TEN + HOUR, TEN + 2 * HOUR))
        sync.sync(Calendar.objects.get())

    world.on = {"page 2": overtake}
    with pytest.raises(LeaseLost):
        sync.sync(calendar)
    assert ("c", TEN + HOUR) in times(calendar)
    assert ("c", TEN) not in times(calendar)
    calendar.refresh_from_db()
    assert calendar.cursor.endswith(" 4")


def test_a_sync_of_a_calendar_that_was_forgotten_meanwhile_ends(calendar: Calendar, world: World) -> None:
    world.on = {"changes": lambda: Calendar.objects.all().delete() and None}
    with pytest.raises(LeaseLost):
        sync.sync(calendar)
    assert not BusyTime.objects.exists()
