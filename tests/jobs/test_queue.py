"""Work is done once, by whoever holds its lease, and comes back when it could not be done."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from sivient.jobs import claim, registry
from sivient.jobs.completion import LeaseLost, work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import Worker, plant_periodic, run_due, run_once
from sivient.ports.errors import OutcomeUnknown, Reconnect, Rejected, TryLater

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Work]]:
    """Register the kind test.note, which appends to the list."""
    monkeypatch.setattr(registry, "_handlers", {})
    noted: list[Work] = []
    registry.handles("test.note")(noted.append)
    yield noted


def raising(error: Exception) -> None:
    """Register the kind test.trouble, which raises."""

    def trouble(work: Work) -> None:
        raise error

    registry.handles("test.trouble")(trouble)


def test_work_runs_once_and_stays_as_a_record(runs: list[Work]) -> None:
    work = enqueue("test.note", key="a", payload={"n": 1})
    assert run_due() == 1
    assert run_due() == 0
    work.refresh_from_db()
    assert (work.state, work.lease_owner, len(runs)) == ("done", "", 1)
    assert work.done_at is not None


def test_the_same_kind_and_key_is_one_row(runs: list[Work]) -> None:
    later = timezone.now() + timedelta(hours=1)
    first = enqueue("test.note", key="a", run_at=later)
    second = enqueue("test.note", key="a")
    assert first.pk == second.pk
    assert run_due() == 1


def test_work_that_is_rolled_back_never_runs(runs: list[Work]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test.note", key="a")
        raise RuntimeError
    assert run_due() == 0


def test_work_that_is_not_due_waits(runs: list[Work]) -> None:
    enqueue("test.note", key="a", run_at=timezone.now() + timedelta(minutes=1))
    assert run_due() == 0


def test_work_asked_for_while_it_runs_runs_once_more(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    work = claim.claim("first")
    assert work is not None
    enqueue("test.note", key="a", payload={"n": 2})
    with work_completion(work):
        pass
    assert run_due() == 1
    assert runs[0].payload == {"n": 2}


def test_a_leased_row_is_nobody_elses(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    assert claim.claim("first") is not None
    assert claim.claim("second") is None


def test_a_worker_that_lost_its_lease_changes_nothing(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    frozen = claim.claim("frozen")
    assert frozen is not None
    Work.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_due("other") == 1
    with pytest.raises(LeaseLost), work_completion(frozen, result={"late": True}):
        Work.objects.create(kind="x", key="late", run_at=timezone.now(), created_at=timezone.now())
    assert Work.objects.get(kind="test.note").result == {}
    assert not Work.objects.filter(key="late").exists()


def test_a_stopping_process_gives_its_own_leases_back_and_no_others(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    enqueue("test.note", key="b")
    held = claim.claim("aa-77")
    other = claim.claim("aab-1")
    assert held is not None
    claim.release("aa")
    assert run_due() == 1
    assert other is not None
    with work_completion(other):
        pass
    with pytest.raises(LeaseLost), work_completion(held):
        pass


def test_try_later_waits_longer_each_time(runs: list[Work]) -> None:
    raising(TryLater("Zoom answered 503."))
    enqueue("test.trouble", key="a")
    waits = []
    for _ in range(4):
        assert run_once("w")
        work = Work.objects.get()
        waits.append((work.run_at - timezone.now()).total_seconds())
        assert (work.state, work.last_error) == ("waiting", "Zoom answered 503.")
        Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    assert waits[0] <= 2 < waits[3] <= 16


def test_the_vendors_own_wait_is_kept(runs: list[Work]) -> None:
    raising(TryLater("Daily cap.", after=timedelta(hours=3)))
    enqueue("test.trouble", key="a")
    run_due()
    assert Work.objects.get().run_at > timezone.now() + timedelta(hours=2)


def test_reconnect_parks_until_somebody_asks_again(runs: list[Work]) -> None:
    raising(Reconnect("Zoom is not connected."))
    enqueue("test.trouble", key="a")
    assert run_due() == 1
    assert Work.objects.get().state == "parked"
    enqueue("test.trouble", key="a")
    assert run_due() == 1


def test_an_unknown_outcome_is_tried_for_ten_minutes_and_then_once_an_hour(runs: list[Work]) -> None:
    raising(OutcomeUnknown("Zoom did not answer."))
    enqueue("test.trouble", key="a")
    waits = []
    for _ in range(10):
        assert run_once("w")
        waits.append(round((Work.objects.get().run_at - timezone.now()).total_seconds()))
        Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    assert waits == [5, 15, 30, 30, 30, 60, 120, 300, 3600, 3600]


def test_a_thread_that_takes_no_slow_work_leaves_it_to_others(runs: list[Work]) -> None:
    registry.handles("test.slow", slow=True)(runs.append)
    enqueue("test.slow", key="a")
    enqueue("test.note", key="b")
    assert run_once("quick", slow=False)
    assert not run_once("quick", slow=False)
    assert [work.kind for work in runs] == ["test.note"]
    assert run_once("any")


def test_a_worker_that_was_never_started_stops_without_a_word() -> None:
    Worker(threads=0).stop(drain=0)
    Worker(threads=2).stop(drain=0)


def test_rejected_is_given_up_with_its_reason(runs: list[Work]) -> None:
    raising(Rejected("This Zoom user cannot host."))
    enqueue("test.trouble", key="a")
    assert run_due() == 1
    work = Work.objects.get()
    assert (work.state, work.last_error) == ("failed", "This Zoom user cannot host.")


def test_a_bug_in_one_kind_does_not_stop_another(runs: list[Work]) -> None:
    raising(ZeroDivisionError("secret 42"))
    enqueue("test.trouble", key="a")
    enqueue("test.note", key="b")
    run_due()
    assert len(runs) == 1
    assert "42" not in Work.objects.get(kind="test.trouble").last_error


def test_periodic_work_comes_back(runs: list[Work]) -> None:
    registry.every(timedelta(hours=1), "test.hourly")(runs.append)
    plant_periodic()
    plant_periodic()
    assert run_due() == 1
    work = Work.objects.get(kind="test.hourly")
    assert work.state == "waiting"
    assert timedelta(minutes=59) < work.run_at - timezone.now() < timedelta(minutes=61)
