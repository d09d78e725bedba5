"""Workers that want a lane at the same instant: one gets it. Real processes, and two transactions that cross."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sivient.jobs import claim
from sivient.jobs.completion import renew
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from tests.jobs.crew import Crew, until

pytestmark = pytest.mark.db
PROCESSES, THREADS, LANES, EACH = 3, 4, 3, 40


def elsewhere(act: Callable[[], Any]) -> Any:
    """Do something on another connection; return what it returned."""
    answers: list[Any] = []

    def do() -> None:
        answers.append(act())
        connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    return answers[0]


@pytest.mark.processes
def test_workers_of_several_processes_never_work_in_one_lane_at_the_same_time(workers: Crew) -> None:
    for lane in range(LANES):
        workers.ask("test.brief", *(f"{lane}:{n}" for n in range(EACH)), lane=f"zoom:{lane}")
    for _ in range(PROCESSES):
        workers.start(threads=THREADS)
    until(lambda: workers.tell("count", kind="test.brief", state="done") == LANES * EACH, within=60)

    for lane in range(LANES):
        noted = sorted(workers.lines(lane=f"zoom:{lane}"), key=lambda line: float(line["at"]))
        keys = [line["key"] for line in noted]
        assert [line["what"] for line in noted] == ["begin", "end"] * EACH
        assert keys[::2] == keys[1::2]
    assert len({line["pid"] for line in workers.lines()}) > 1
    # Whoever ends a piece looks for the next one at once: nothing of a lane waited for a poll.
    begun = sorted(float(line["at"]) for line in workers.lines(what="begin"))
    assert begun[-1] - begun[0] < LANES * EACH * 0.2


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_is_not_committed_yet_keeps_its_lane(runs: list[Work]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    for key, lane in [("a", "zoom:1"), ("b", "zoom:1"), ("c", "zoom:2")]:
        enqueue("test.note", key=key, lane=lane)
    with transaction.atomic():
        first = claim.claim("one")
        other, none = elsewhere(lambda: (claim.claim("two"), claim.claim("three")))
    assert first is not None
    assert (first.key, other.key, none) == ("a", "c", None)
    assert claim.claim("four") is None


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_is_being_held_longer_keeps_its_lane(runs: list[Work]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    for key in "ab":
        enqueue("test.note", key=key, lane="zoom:1")
    first = claim.claim("one")
    assert first is not None
    Work.objects.filter(key="a").update(lease_until=timezone.now() + timedelta(seconds=0.5))
    with transaction.atomic():
        renew(first, timedelta(minutes=1))
        until(lambda: elsewhere(lambda: Work.objects.filter(lease_until__lt=timezone.now()).exists()))
        assert elsewhere(lambda: claim.claim("two")) is None
    assert claim.claim("three") is None
