"""What is polled, and how work about calendars is settled."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from sivient.calendars import plans, queries, services, sync, work, writing
from sivient.calendars.models import BusyTime, Calendar
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import Gone, Reconnect, TryLater
from tests.calendars.conftest import make_calendar
from tests.calendars.making import DRAFT, ELEVEN, TEN, plan
from tests.calendars.world import World
from tests.jobs.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]
POLL, DAILY = Work(kind="calendars.poll"), Work(kind="calendars.daily")


def planned(kind: str = "calendars.sync") -> set[str]:
    """The keys of what waits."""
    return set(Work.objects.filter(kind=kind, state=Work.State.WAITING).values_list("key", flat=True))


def age(minutes: float) -> None:
    """Let the last sync of everything be so long ago."""
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=minutes))


def test_a_calendar_that_blocks_is_read_every_five_minutes(calendar: Calendar, world: World) -> None:
    work.poll(POLL)
    assert planned() == {f"calendar:{calendar.pk}"}
    run_due()
    assert world.calls == ["changes"]
    work.poll(POLL)
    assert planned() == set()
    age(3)
    work.poll(POLL)
    assert planned() == set()
    age(5)
    work.poll(POLL)
    assert planned() == {f"calendar:{calendar.pk}"}


def test_a_calendar_with_events_of_ours_is_read_and_others_are_not(calendar: Calendar, world: World) -> None:
    Calendar.objects.update(blocks=False)
    work.poll(POLL)
    assert planned() == set()
    writing.write(plan(calendar), DRAFT, notify=True)
    work.poll(POLL)
    assert planned() == {f"calendar:{calendar.pk}"}


def test_what_is_gone_or_cannot_be_asked_is_not_polled(calendar: Calendar) -> None:
    Calendar.objects.update(gone_at=Now())
    work.poll(POLL)
    Calendar.objects.update(gone_at=None)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    work.poll(POLL)
    Grant.objects.update(state=Grant.State.CONNECTED)
    Connection.objects.update(state=Connection.State.DEAUTHORIZED)
    work.poll(POLL)
    assert planned() == set()


def test_a_poll_does_not_hurry_what_waits_for_its_next_try(calendar: Calendar, world: World) -> None:
    world.trouble = {"changes": [TryLater("Away.", after=timedelta(minutes=4))]}
    work.poll(POLL)
    run_due()
    before = Work.objects.get(kind="calendars.sync").run_at
    work.poll(POLL)
    after = Work.objects.get(kind="calendars.sync")
    assert (after.run_at, after.attempt) == (before, 1)


def test_a_calendar_whose_account_must_be_connected_again_is_asked_once(calendar: Calendar, world: World) -> None:
    world.trouble = {"changes": [Reconnect("Revoked.")]}
    for _ in range(2):
        work.poll(POLL)
        run_due()
    assert world.calls == ["changes"]


def test_a_calendar_is_read_at_once_when_its_account_is_connected_again(calendar: Calendar, world: World) -> None:
    sync.sync(calendar)
    world.trouble = {"changes": [Reconnect("Connect it again.")]}
    plans.plan_sync(calendar)
    run_due()
    Grant.objects.update(state=Grant.State.CONNECTED)
    services.discover(calendar.connection)
    run_due()
    calendar.refresh_from_db()
    assert (world.calls, calendar.trouble) == (["changes", "changes", "list", "changes"], "")


def test_one_answer_that_a_calendar_is_gone_closes_no_page(calendar: Calendar, world: World) -> None:
    sync.sync(calendar)
    world.trouble = {"changes": [Gone("Not found.")]}
    plans.plan_sync(calendar)
    run_due()
    calendar.refresh_from_db()
    assert (calendar.gone_at, calendar.trouble, queries.is_unread(calendar.host_id)) == (None, "Not found.", False)
    make_due()
    run_due()
    calendar.refresh_from_db()
    assert (world.calls, calendar.trouble) == (["changes", "changes", "list", "changes"], "")


def test_a_calendar_that_its_account_does_not_name_is_gone_and_looked_for_at_growing_intervals(
    calendar: Calendar, world: World
) -> None:
    infos, world.infos = world.infos, []
    world.trouble = {"changes": [Gone("Not found.")]}
    plans.plan_sync(calendar)
    run_due()
    calendar.refresh_from_db()
    assert calendar.gone_at is not None
    for minutes in (1, 8):
        found = Work.objects.annotate(read_at=Now()).get(kind=plans.DISCOVER)
        waits = found.run_at - found.read_at
        assert timedelta(minutes=minutes - 0.1) < waits < timedelta(minutes=minutes + 0.1)
        Calendar.objects.update(gone_at=Now() - timedelta(minutes=8))
        make_due()
        run_due()
    world.infos = infos
    make_due()
    run_due()
    calendar.refresh_from_db()
    assert (calendar.gone_at, queries.is_unread(calendar.host_id)) == (None, False)
    assert planned(plans.DISCOVER) == set()


def test_a_day_brings_the_calendars_and_takes_what_is_long_over(calendar: Calendar, world: World) -> None:
    world.put("a", (TEN, ELEVEN))
    sync.sync(calendar)
    old = timedelta(days=9)
    BusyTime.objects.create(
        calendar=calendar, host=calendar.host, name="old", start=TEN - 3 * old, end=TEN - 2 * old, round=0
    )
    world.calls.clear()
    work.daily(DAILY)
    assert set(BusyTime.objects.values_list("name", flat=True)) == {"a"}
    assert planned("calendars.discover") == {f"connection:{calendar.connection_id}"}
    make_due()
    run_due()
    assert "list" in world.calls


def test_a_host_who_disconnects_is_forgotten_by_a_job(calendar: Calendar) -> None:
    Connection.objects.update(state=Connection.State.DISCONNECTED, grant=None)
    key = f"connection:{calendar.connection_id}"
    Work.objects.create(
        kind="calendars.forget",
        key=key,
        payload={"connection": calendar.connection_id},
        run_at=Now(),
        created_at=Now(),
        asked_at=Now(),
    )
    run_due()
    assert not Calendar.objects.exists()


def test_calendars_of_one_account_wait_for_each_other(calendar: Calendar) -> None:
    make_calendar(calendar.connection, "other")
    work.poll(POLL)
    lanes = set(Work.objects.filter(kind="calendars.sync").values_list("lane", flat=True))
    assert lanes == {f"calendars:{calendar.connection.grant_id}"}
