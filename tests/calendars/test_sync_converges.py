"""Whatever a provider does, and whatever goes wrong on the way: one clean sync later, the store says what it says."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sivient.accounts.models import User
from sivient.calendars import sync, writing
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.integrations.models import Connection
from sivient.jobs.completion import LeaseLost
from sivient.ports.errors import IntegrationError, OutcomeUnknown, TryLater
from tests.calendars.conftest import connect, make_calendar
from tests.calendars.making import DRAFT, HOUR, TEN, plan
from tests.calendars.world import World

pytestmark = pytest.mark.django_db
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
STARTS = st.integers(-60, 60).map(lambda hours: TEN + hours * HOUR)
TIMES = st.tuples(STARTS, st.integers(-1, 30)).map(lambda it: (it[0], it[0] + it[1] * HOUR))
Step = tuple[str, object]
STEPS = st.one_of(
    st.tuples(st.just("put"), st.tuples(NAMES, st.lists(TIMES, min_size=1, max_size=3))),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("sync"), st.none()),
    st.tuples(st.just("fail"), st.sampled_from(["changes", "page 2", "page 3"])),
    st.tuples(st.just("change_on"), st.tuples(st.sampled_from(["changes", "page 2"]), NAMES, TIMES)),
    st.tuples(st.just("overtake"), st.sampled_from(["changes", "page 2"])),
    st.tuples(st.just("forget"), st.none()),
    st.tuples(st.just("write"), st.booleans()),
    st.tuples(st.just("move ours"), STARTS),
)


def act(step: Step, world: World, calendar: Calendar) -> None:
    """Let one thing happen."""
    what, how = step
    match what, how:
        case "put", (str(name), list(times)):
            world.put(name, *times)
        case "delete", str(name):
            world.delete(name)
        case "sync", _:
            read(calendar)
        case "fail", str(call):
            world.trouble = {call: [TryLater("Away.")]}
            read(calendar)
            world.trouble = {}
        case "change_on", (str(call), str(name), tuple(time)):
            during(world, call, lambda: world.put(name, time))  # type: ignore[arg-type]
            read(calendar)
        case "overtake", str(call):
            during(world, call, lambda: read(calendar))
            read(calendar)
        case "forget", _:
            world.forget_cursors()
        case "write", bool(lost):
            write(calendar, world, lost=lost)
        case "move ours", datetime() as start:
            for event in WrittenEvent.objects.filter(calendar=calendar).exclude(name=""):
                world.put(event.name, (start, start + HOUR), uid=event.uid)


def during(world: World, call: str, happens: Callable[[], None]) -> None:
    """Let it happen as the next such call arrives."""

    def once() -> None:
        world.on = {}
        happens()

    world.on = {call: once}


def read(calendar: Calendar) -> None:
    """Sync, and bear what goes wrong."""
    with suppress(IntegrationError, LeaseLost):
        sync.sync(calendar)


def write(calendar: Calendar, world: World, *, lost: bool) -> None:
    """Write an event of ours; its answer may be lost."""
    event = WrittenEvent.objects.filter(calendar=calendar).first() or plan(calendar)
    if lost:
        world.trouble, world.applied_first = {"create": [OutcomeUnknown("Lost.")]}, {"create"}
    with suppress(IntegrationError):
        writing.write(event, replace(DRAFT, start=TEN - HOUR), notify=False)
    world.trouble = {}


def stored(calendar: Calendar) -> set[tuple[str, datetime, datetime]]:
    return set(BusyTime.objects.filter(calendar=calendar).values_list("name", "start", "end"))


@pytest.fixture
def connection(world: World, host: User) -> Connection:
    return connect(host)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_after_one_clean_sync_the_store_says_what_a_fresh_reading_says(
    world: World, connection: Connection, steps: list[Step]
) -> None:
    world.__init__()  # type: ignore[misc]
    Calendar.objects.all().delete()
    WrittenEvent.objects.all().delete()
    calendar = make_calendar(connection)
    for step in steps:
        act(step, world, calendar)
    world.on = {}
    for event in WrittenEvent.objects.filter(calendar=calendar, name=""):
        with suppress(IntegrationError):
            writing.write(event, DRAFT, notify=False)  # the worker finishes what it began
    sync.sync(calendar)
    fresh = make_calendar(connection, "read for the first time")
    WrittenEvent.objects.filter(calendar=calendar).update(calendar=fresh)
    sync.sync(fresh)
    assert stored(calendar) == stored(fresh)
    ours = {(event.name, event.start, event.end) for event in WrittenEvent.objects.all()}
    there = {(change.name, busy.start, busy.end) for change in world.events.values() for busy in change.busy}
    taken = {time[1:] for time in there - ours}
    assert {time[1:] for time in stored(calendar)} == {time for time in taken if in_sight(*time)}


def in_sight(start: datetime, end: datetime) -> bool:
    """Whether a time has to be known."""
    return end > start and end > TEN - timedelta(days=4)
