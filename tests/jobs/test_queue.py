"""Work is done once, by whoever holds its lease, and comes back when it could not be done."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from sivient.jobs import claim, registry
from sivient.jobs.completion import LeaseLost, renew, work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue, enqueue_new, new
from sivient.jobs.worker import Worker, plant_periodic, run_due, run_once
from tests.jobs.conftest import until_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]


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


def test_who_is_patient_hurries_what_was_planned_and_not_what_waits_because_of_trouble(runs: list[Work]) -> None:
    later = timezone.now() + timedelta(hours=1)
    for key, trouble in (("planned", ""), ("troubled", Work.Trouble.LATER)):
        enqueue("test.note", key=key, run_at=later)
        Work.objects.filter(key=key).update(trouble=trouble)
        enqueue("test.note", key=key, patient=True)
    assert run_due() == 1
    assert runs[0].key == "planned"


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


def test_periodic_work_comes_back(runs: list[Work]) -> None:
    registry.every(timedelta(hours=1), "test.hourly")(runs.append)
    plant_periodic()
    plant_periodic()
    assert run_due() == 1
    work = Work.objects.get(kind="test.hourly")
    assert work.state == "waiting"
    assert timedelta(minutes=59) < work.run_at - timezone.now() < timedelta(minutes=61)


def test_new_work_is_due_when_the_database_says_so_and_not_the_process(
    runs: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    enqueue("test.note", key="a")
    enqueue_new([new("test.note", key="b", payload={})])
    assert run_due() == 2


def test_work_can_wait_a_while_from_now(runs: list[Work]) -> None:
    work = enqueue("test.note", key="a", wait=timedelta(minutes=5))
    enqueue_new([new("test.note", key="b", payload={}, wait=timedelta(minutes=5))])
    assert work.run_at - work.created_at == timedelta(minutes=5)
    assert timedelta(minutes=4) < until_due(Work.objects.get(key="b")) <= timedelta(minutes=5)
    assert run_due() == 0


def test_work_asked_for_again_says_when(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    run_due()
    long_ago = timezone.now() - timedelta(days=1)
    Work.objects.update(created_at=long_ago, asked_at=long_ago)
    work = enqueue("test.note", key="a")
    assert work.created_at == long_ago
    assert work.asked_at > long_ago + timedelta(hours=23)


def test_a_lease_that_ran_out_cannot_be_held_longer(runs: list[Work]) -> None:
    enqueue("test.note", key="a")
    work = claim.claim("first")
    assert work is not None
    renew(work, timedelta(minutes=5))
    assert Work.objects.get().lease_until > timezone.now() + timedelta(minutes=4)
    Work.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LeaseLost):
        renew(work, timedelta(minutes=5))


def test_patience_begins_when_work_is_due_and_at_once_when_it_is_pulled_forward(runs: list[Work]) -> None:
    due = timezone.now() + timedelta(days=14)
    enqueue("test.note", key="a", run_at=due)
    enqueue_new([new("test.note", key="b", payload={}, run_at=due)])
    assert set(Work.objects.values_list("asked_at", flat=True)) == {due}
    pulled = enqueue("test.note", key="a")
    assert abs(timezone.now() - pulled.asked_at) < timedelta(minutes=1)
    late = enqueue("test.note", key="c", run_at=timezone.now() - timedelta(days=14))
    assert late.asked_at == late.created_at


def test_asking_again_does_not_make_later_pauses_longer(runs: list[Work]) -> None:
    work = enqueue("test.note", key="a")
    tomorrow = timezone.now() + timedelta(days=1)
    Work.objects.filter(pk=work.pk).update(run_at=tomorrow, attempt=4, lost=4, trouble=Work.Trouble.UNKNOWN)
    asked = enqueue("test.note", key="a", run_at=tomorrow + timedelta(days=1))
    assert (asked.attempt, asked.lost, asked.run_at) == (4, 4, tomorrow)
    asked = enqueue("test.note", key="a")
    assert (asked.attempt, asked.lost) == (0, 0)
