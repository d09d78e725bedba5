"""An event of ours that is read by itself."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from sivient.calendars import plans, sync, writing
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.ports.errors import Gone, OutcomeUnknown
from tests.calendars.making import DRAFT, ELEVEN, HOUR, LATER, plan
from tests.calendars.world import World
from tests.jobs.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def event(calendar: Calendar, world: World) -> WrittenEvent:
    """An event that was written some minutes ago, and nothing planned."""
    made = plan(calendar)
    writing.write(made, DRAFT, notify=True)
    sync.sync(calendar)
    WrittenEvent.objects.update(written_at=Now() - timedelta(minutes=5))
    Work.objects.all().delete()
    made.refresh_from_db()
    return made


def is_gone() -> bool:
    """Whether we believe that the event was deleted."""
    return WrittenEvent.objects.get().seen_gone_at is not None


def look(event: WrittenEvent, times: int = 1) -> None:
    """Look so often, as if all waits were over."""
    plans.plan_look(event)
    for _ in range(times):
        make_due()
        run_once("test")


def test_while_a_write_is_open_it_is_looked_at_twice_a_minute_at_most(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.trouble, world.applied_first = {"change": [OutcomeUnknown("No answer.")]}, {"change"}
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    sync.sync(calendar)
    make_due()
    world.calls.clear()
    assert run_due() == 1
    assert world.calls == ["read"]
    work = Work.objects.annotate(read_at=Now()).get(kind=plans.LOOK)
    assert (work.state, work.run_at - work.read_at > timedelta(seconds=25)) == (Work.State.WAITING, True)


def test_a_worker_that_is_killed_in_a_look_loses_no_move(
    event: WrittenEvent, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(event.name, (ELEVEN, ELEVEN + HOUR), uid=event.uid)
    plans.plan_look(event)

    def killed(event: WrittenEvent) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(plans, "tell_event_changed", killed)
        run_once("test")
    Work.objects.update(lease_until=Now() - timedelta(minutes=1))
    run_once("test")
    assert Work.objects.filter(kind=plans.EVENT_CHANGED).exists()


def test_an_event_that_is_not_found_is_looked_for_twice_before_it_is_deleted(event: WrittenEvent, world: World) -> None:
    world.delete(event.name)
    look(event)
    work = Work.objects.annotate(read_at=Now()).get(kind=plans.LOOK)
    assert (is_gone(), work.run_at - work.read_at > timedelta(seconds=4)) == (False, True)
    plans.plan_look(event)  # by a write that met the same
    assert not run_once("test"), "nobody hurries it"
    make_due()
    run_once("test")
    assert is_gone()


def test_an_event_that_is_found_the_second_time_was_never_deleted(event: WrittenEvent, world: World) -> None:
    change = world.events.pop(event.name)
    look(event)
    world.events[event.name] = change
    look(event)
    assert not is_gone()
    world.events.clear()
    look(event)
    assert not is_gone(), "the tries are counted anew"


def test_an_event_whose_whole_calendar_is_gone_was_not_deleted(
    calendar: Calendar, event: WrittenEvent, world: World
) -> None:
    world.events.clear()
    world.infos = []
    look(event, times=3)
    calendar.refresh_from_db()
    assert not is_gone()
    assert calendar.gone_at is not None
    assert not Work.objects.filter(kind=plans.EVENT_CHANGED).exists()


def test_an_event_is_not_deleted_while_its_calendar_does_not_answer(event: WrittenEvent, world: World) -> None:
    world.events.clear()
    world.trouble = {"list": [Gone("Not there.")]}
    look(event, times=2)
    assert not is_gone()
