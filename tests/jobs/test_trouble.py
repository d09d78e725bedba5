"""What becomes of work that meets trouble: it waits, is parked, or is given up, and the row says why."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from sivient.jobs import claim, registry
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import STARTS, run_due, run_once
from sivient.ports.errors import (
    IntegrationError,
    Misconfigured,
    OutcomeUnknown,
    Paused,
    Reconnect,
    Rejected,
    Throttled,
    TryLater,
)
from tests.jobs.conftest import make_due, raising, until_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def troubled() -> Work:
    """The work of the kind test.trouble."""
    return Work.objects.get(kind="test.trouble")


def break_off(times: int) -> None:
    """Claim the work and never come back, as a process does that is killed."""
    for _ in range(times):
        assert claim.claim("killed") is not None
        Work.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("error", "state", "trouble"),
    [
        (TryLater("Busy."), "waiting", "later"),
        (Misconfigured("Busy."), "waiting", "later"),
        (OutcomeUnknown("Busy."), "waiting", "unknown"),
        (Paused("Busy.", until=timezone.now()), "waiting", "paused"),
        (Reconnect("Busy."), "parked", "reconnect"),
        (Rejected("Busy."), "failed", "rejected"),
    ],
)
def test_each_error_says_what_happens_next(runs: list[Work], error: Exception, state: str, trouble: str) -> None:
    raising(error)
    enqueue("test.trouble", key="a")
    assert run_once("w")
    work = troubled()
    assert (work.state, work.trouble, work.last_error) == (state, trouble, "Busy.")
    assert (work.lease_until, work.lease_owner, work.begun) == (None, "", 0)


@pytest.mark.parametrize("state", ["waiting", "parked", "failed"])
def test_what_goes_well_at_last_has_no_trouble(runs: list[Work], state: str) -> None:
    errors = {"waiting": TryLater("Busy."), "parked": Reconnect("Busy."), "failed": Rejected("Busy.")}
    raising(errors[state])
    enqueue("test.trouble", key="a")
    run_once("w")
    assert troubled().state == state
    registry._handlers["test.trouble"] = registry._handlers["test.note"]
    enqueue("test.trouble", key="a")
    run_due()
    work = troubled()
    assert (work.state, work.trouble, work.last_error) == ("done", "", "")


def test_waits_grow_from_try_to_try(runs: list[Work]) -> None:
    raising(TryLater("Zoom answered 503."))
    enqueue("test.trouble", key="a")
    for longest in (2, 4, 8, 16):
        assert run_once("w")
        assert timedelta() < until_due(troubled()) <= timedelta(seconds=longest)
        make_due()


def test_a_process_whose_clock_is_wrong_waits_as_long_as_any(runs: list[Work], monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=10))
    raising(Paused("Daily limit.", until=real + timedelta(hours=1)))
    enqueue("test.trouble", key="a")
    assert run_once("w")
    assert timedelta(minutes=59) < until_due(troubled()) < timedelta(minutes=61.1)


def test_only_lost_answers_count_towards_the_hourly_tries(runs: list[Work]) -> None:
    raising(TryLater("Nobody listens."))
    enqueue("test.trouble", key="a")
    for _ in range(6):
        assert run_once("w")
        make_due()
    raising(OutcomeUnknown("Zoom did not answer."))
    for step in (5, 30, 120, 3600, 3600):
        assert run_once("w")
        assert step - 2 < until_due(troubled()).total_seconds() <= step * 1.1
        make_due()


def test_work_that_is_asked_for_anew_has_all_its_tries_again(runs: list[Work]) -> None:
    raising(Reconnect("Zoom is not connected."))
    enqueue("test.trouble", key="a")
    run_once("w")
    Work.objects.update(attempt=7, lost=7)
    work = enqueue("test.trouble", key="a")
    assert (work.state, work.attempt, work.lost, work.trouble) == ("waiting", 0, 0, "")


def test_trouble_after_the_patience_is_over_gives_the_work_up(runs: list[Work]) -> None:
    raising(OutcomeUnknown("The mail server is silent."), patience=timedelta(hours=72))
    enqueue("test.trouble", key="a")
    Work.objects.update(asked_at=timezone.now() - timedelta(hours=71.9))
    run_once("w")
    assert troubled().state == "waiting"
    make_due()
    Work.objects.update(asked_at=timezone.now() - timedelta(hours=72))
    run_once("w")
    work = troubled()
    assert (work.state, work.trouble, work.last_error) == ("failed", "unknown", "The mail server is silent.")
    assert work.done_at is not None


def test_asking_again_begins_a_new_patience(runs: list[Work]) -> None:
    raising(TryLater("Busy."), patience=timedelta(hours=1))
    enqueue("test.trouble", key="a")
    Work.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    enqueue("test.trouble", key="a")
    run_once("w")
    assert troubled().state == "waiting"


@pytest.mark.parametrize(
    ("error", "at_once"),
    [
        (TryLater("Busy.", after=timedelta(hours=1)), True),
        (Throttled("Too fast.", after=timedelta(hours=1)), False),
        (OutcomeUnknown("Silence.", after=timedelta(hours=1)), False),
        (Paused("Daily limit.", until=timezone.now() + timedelta(hours=1)), False),
    ],
)
def test_asked_for_during_its_run_work_runs_at_once_unless_the_other_side_has_to_be_left_alone(
    runs: list[Work], error: TryLater, at_once: bool
) -> None:
    @registry.handles("test.trouble")
    def pressed(work: Work) -> None:
        if work.attempt == 1:
            enqueue("test.trouble", key="a")
        raise error

    work = enqueue("test.trouble", key="a")
    assert run_once("w")
    assert (until_due(work) <= timedelta()) == at_once
    assert not work.again


def test_work_with_an_end_is_tried_before_it(runs: list[Work]) -> None:
    end = timezone.now() + timedelta(minutes=50)

    @registry.handles("test.trouble", until=lambda work: end)
    def silent(work: Work) -> None:
        raise OutcomeUnknown("Silence.")

    work = enqueue("test.trouble", key="a")
    Work.objects.update(lost=3)
    assert run_once("w")
    assert timedelta(minutes=24) < until_due(work) <= timedelta(minutes=25)


def test_a_bug_in_one_kind_does_not_stop_another(runs: list[Work]) -> None:
    raising(ZeroDivisionError("secret 42"))
    enqueue("test.trouble", key="a")
    enqueue("test.note", key="b")
    run_due()
    assert len(runs) == 1
    assert (troubled().state, troubled().trouble) == ("waiting", "bug")
    assert "42" not in troubled().last_error


@pytest.mark.parametrize("error", [ZeroDivisionError("secret 42"), IntegrationError("of no class")])
def test_a_bug_that_stays_is_parked_and_the_operator_is_told_once(runs: list[Work], error: Exception) -> None:
    raising(error)
    enqueue("test.trouble", key="a")
    for _ in range(STARTS):
        assert troubled().state == "waiting"
        assert run_once("w")
        make_due()
    assert (troubled().state, troubled().trouble, troubled().begun) == ("parked", "bug", 0)
    alarm = Work.objects.get(kind="ops.alarm")
    assert alarm.key == "work:test.trouble"
    assert alarm.payload == {
        "sentence": "Work of the kind test.trouble (a) was begun 5 times without coming to an end."
    }


def test_bugs_of_long_ago_do_not_count(runs: list[Work]) -> None:
    enqueue("test.trouble", key="a")
    for error in [ZeroDivisionError()] * (STARTS - 1) + [TryLater("Busy.")] + [ZeroDivisionError()] * (STARTS - 1):
        raising(error)
        assert run_once("w")
        make_due()
    assert troubled().state == "waiting"


def test_work_that_breaks_off_each_time_is_parked_before_its_sixth_run(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    break_off(STARTS)
    enqueue("test.note", key="b")
    run_due()
    assert [work.key for work in runs] == ["b"]
    work = Work.objects.get(key="a")
    assert (work.state, work.trouble, work.begun) == ("parked", "broke_off", 0)
    assert Work.objects.filter(kind="ops.alarm").count() == 1


def test_one_run_that_ends_forgives_those_that_broke_off(runs: list[Work]) -> None:
    raising(TryLater("Busy."))
    enqueue("test.trouble", key="a")
    for _ in range(2):
        break_off(STARTS - 1)
        assert run_once("w")
        make_due()
    assert (troubled().state, troubled().trouble) == ("waiting", "later")


def test_a_process_that_stops_in_order_breaks_nothing_off(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    for _ in range(STARTS + 1):
        assert claim.claim("orderly-1") is not None
        claim.release("orderly")
    assert run_due() == 1
    assert len(runs) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection is closed")])
def test_a_database_that_was_away_for_a_moment_is_no_bug(runs: list[Work], error: Exception) -> None:
    raising(error)
    enqueue("test.trouble", key="a")
    for _ in range(STARTS + 1):
        assert run_once("w")
        make_due()
    work = troubled()
    assert (work.state, work.trouble, work.last_error) == ("waiting", "later", "The database did not answer.")


def test_work_of_a_newer_version_waits_for_it(runs: list[Work]) -> None:
    enqueue("test.unheard_of", key="a")
    assert run_once("w")
    work = Work.objects.get()
    assert (work.state, work.trouble, work.begun) == ("waiting", "later", 0)


def test_an_alarm_that_cannot_be_raised_raises_no_other(runs: list[Work]) -> None:
    enqueue("ops.alarm", key="a")
    break_off(STARTS)
    registry.handles("ops.alarm")(runs.append)
    assert run_due() == 1
    assert Work.objects.get().state == "parked"


def test_periodic_work_that_is_troubled_is_tried_again_soon_and_that_is_given_up_comes_back(runs: list[Work]) -> None:
    errors: list[Exception] = [TryLater("Busy."), Rejected("No.")]

    @registry.every(timedelta(hours=1), "test.hourly")
    def trouble(work: Work) -> None:
        raise errors.pop(0)

    enqueue("test.hourly", key="every")
    assert run_once("w")
    assert until_due(Work.objects.get()) <= timedelta(seconds=2)
    make_due()
    assert run_once("w")
    work = Work.objects.get()
    assert (work.state, work.trouble) == ("waiting", "rejected")
    assert timedelta(minutes=59) < until_due(work) <= timedelta(hours=1)
