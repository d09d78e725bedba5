"""A living worker holds its work for as long as it may; of a killed or frozen one it is free half a minute later."""

import signal
from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.jobs import claim, registry
from sivient.jobs.completion import LeaseLost, renew, work_completion
from sivient.jobs.keeping import BEAT, Keeper
from sivient.jobs.models import SPAN, Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_once
from tests.jobs.crew import Crew, until

pytestmark = pytest.mark.db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
KIND = "test.hold_long"  # may be held for ten minutes


def lease_left() -> timedelta:
    """Return how long the lease lasts by the database's clock; negative when it is over."""
    left: timedelta = (
        Work.objects.values_list("lease_until", flat=True).get() - Work.objects.values_list(Now(), flat=True).get()
    )
    return left


def claimed() -> Work:
    """Return work that is leased for SPAN, of a kind that may be held for an hour."""
    registry.handles("test.slow", lease=HOUR)(lambda work: None)
    enqueue("test.slow", key="a")
    work = claim.claim("one", kept=True)
    assert work is not None
    return work


def test_the_host_sees_within_a_minute_that_work_is_not_in_progress_any_more() -> None:
    """A few beats may fail before a living worker loses what it holds."""
    assert timedelta(seconds=4 * BEAT) < SPAN <= MINUTE / 2


@pytest.mark.processes
def test_work_of_a_killed_worker_is_free_long_before_it_may_not_be_held_any_more(workers: Crew) -> None:
    killed = workers.start(span=1)
    workers.ask(KIND, "a", lane="zoom:1")
    until(lambda: workers.lines(what="begin"))
    workers.signal(killed, signal.SIGKILL)
    other = workers.start()
    until(lambda: len(workers.lines(what="begin")) == 2)
    workers.release("a")
    until(lambda: workers.row(KIND, "a")["state"] == "done")
    assert workers.row(KIND, "a")["result"] == {"by": other}


@pytest.mark.processes
def test_a_worker_that_lives_holds_its_work_again_and_again(workers: Crew) -> None:
    worker = workers.start(span=20)
    workers.ask(KIND, "a", lane="zoom:1")
    until(lambda: workers.lines(what="begin"))
    first = workers.row(KIND, "a")
    ends = {first["lease_until"]}

    def held_twice_more() -> bool:
        ends.add(workers.row(KIND, "a")["lease_until"])
        return len(ends) > 2

    until(held_twice_more)
    assert max(map(datetime.fromisoformat, ends)) - datetime.fromisoformat(first["lease_until"]) < 30 * SECOND
    assert workers.row(KIND, "a")["fence"] == first["fence"]
    workers.release("a")
    until(lambda: workers.row(KIND, "a")["state"] == "done")
    assert workers.row(KIND, "a")["result"] == {"by": worker}


@pytest.mark.processes
def test_row_33_a_frozen_worker_that_comes_back_takes_nothing_from_the_one_that_has_its_work_now(workers: Crew) -> None:
    frozen = workers.start(span=1, threads=2)
    workers.ask(KIND, "a", lane="zoom:1")
    until(lambda: workers.lines(what="begin"))
    workers.signal(frozen, signal.SIGSTOP)
    other = workers.start(span=20)
    until(lambda: len(workers.lines(what="begin")) == 2)
    before = workers.row(KIND, "a")

    workers.signal(frozen, signal.SIGCONT)
    workers.ask("test.hold", "awake")  # its second thread takes this, as the other worker is busy
    until(lambda: workers.lines(kind="test.hold", what="begin"))
    until(lambda: workers.row(KIND, "a")["lease_until"] != before["lease_until"])  # by the beat of the other
    after = workers.row(KIND, "a")
    assert (after["fence"], after["lease_owner"]) == (before["fence"], before["lease_owner"])
    assert datetime.fromisoformat(after["lease_until"]) > datetime.fromisoformat(before["lease_until"])

    workers.release("a")
    until(lambda: len(workers.lines(kind=KIND, what="end")) == 2)
    until(lambda: workers.row(KIND, "a")["state"] == "done")
    assert workers.row(KIND, "a")["result"] == {"by": other}


@pytest.mark.django_db(transaction=True)
def test_a_beat_holds_what_is_held_and_nothing_that_is_over(runs: list[Work]) -> None:
    keeper, work = Keeper(), claimed()
    with keeper.holding(work, HOUR):
        Work.objects.update(lease_until=Now() + SECOND)
        keeper.beat()
        assert SPAN - 10 * SECOND < lease_left() <= SPAN
    Work.objects.update(lease_until=Now() + SECOND)
    keeper.beat()
    assert lease_left() <= SECOND


@pytest.mark.django_db(transaction=True)
def test_a_beat_takes_back_neither_a_lease_that_has_run_out_nor_one_that_another_has(runs: list[Work]) -> None:
    keeper, work = Keeper(), claimed()
    with keeper.holding(work, HOUR):
        Work.objects.update(lease_until=Now() - SECOND)
        keeper.beat()
        assert lease_left() < timedelta()
        assert claim.claim("two", kept=True) is not None
        Work.objects.update(lease_until=Now() + SECOND)
        keeper.beat()
        assert lease_left() <= SECOND
    with pytest.raises(LeaseLost), work_completion(work):
        pass


@pytest.mark.django_db(transaction=True)
def test_work_is_held_no_longer_than_its_kind_allows_unless_it_asks_for_more(runs: list[Work]) -> None:
    keeper, work = Keeper(), claimed()
    with keeper.holding(work, 10 * SECOND):
        keeper.beat()
        assert lease_left() <= 10 * SECOND
        renew(work, 2 * HOUR)
        assert lease_left() <= SPAN
        keeper.beat()
        assert lease_left() > SPAN - 10 * SECOND
    with keeper.holding(work, -SECOND):
        Work.objects.update(lease_until=Now() + SECOND)
        keeper.beat()
        assert lease_left() <= SECOND


@pytest.mark.django_db(transaction=True)
def test_only_what_a_keeper_holds_is_leased_for_a_short_time(runs: list[Work]) -> None:
    seen: list[timedelta] = []
    registry.handles("test.slow", lease=HOUR)(lambda work: seen.append(lease_left()))
    enqueue("test.slow", key="a")
    run_once("one")
    enqueue("test.slow", key="a")
    run_once("one", keeper=Keeper())
    assert seen[0] > SPAN >= seen[1] > timedelta()


def test_what_runs_without_a_keeper_is_held_for_as_long_as_it_asks(runs: list[Work], db: None) -> None:
    registry.handles("test.slow", lease=HOUR)(lambda work: None)
    enqueue("test.slow", key="a")
    work = claim.claim("one")
    assert work is not None
    renew(work, 2 * HOUR)
    assert Work.objects.get().lease_until > timezone.now() + 110 * MINUTE
