"""The threads of a worker: they wait when there is nothing to do, and outlive trouble with the database."""

import json
import time

import pytest
from django.db import OperationalError

from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import POLL, Worker
from tests.jobs.crew import Crew, until


def test_threads_that_find_nothing_look_together_once_in_a_while(
    runs: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    monkeypatch.setattr(claim, "claim", lambda owner, *, slow, kept: looks.append(owner))
    worker, began = Worker(threads=4), time.monotonic()
    worker.start()
    time.sleep(4 * POLL)
    worker.stop(drain=1)
    assert len(set(looks)) == 4
    assert len(looks) <= 4 + (time.monotonic() - began) / POLL + 4  # each at first, one each POLL, each at the end


def test_threads_go_on_when_the_database_comes_back(runs: list[Work], monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def away(owner: str, *, slow: bool, kept: bool) -> None:
        looks.append(owner)
        if len(looks) == 1:
            raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(claim, "claim", away)
    worker = Worker(threads=1)
    worker.start()
    until(lambda: len(looks) > 2)
    worker.stop(drain=1)


def test_a_worker_that_cannot_give_its_leases_back_stops_all_the_same(
    runs: list[Work], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(owner: str) -> None:
        raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(claim, "claim", lambda owner, *, slow, kept: time.sleep(1))
    monkeypatch.setattr(claim, "release", away)
    worker = Worker(threads=1)
    worker.start()
    worker.stop(drain=0)
    assert [record.message for record in caplog.records] == ["release: database away"]
    assert "10.0.0.1" not in caplog.text


@pytest.mark.processes
@pytest.mark.db
def test_work_whose_database_broke_off_meanwhile_is_done_when_it_is_back(workers: Crew) -> None:
    """The worker goes on, counts no bug, and its log shows neither a trace nor the database's address."""
    if not workers.database:
        pytest.skip("SQLite cannot break off")
    before = len(workers.log.read_text())
    worker = workers.start(threads=2)
    workers.ask("test.hold", "a")
    until(lambda: workers.lines(what="begin"))
    assert workers.tell("cut") >= 2
    workers.release("a")
    until(lambda: workers.row("test.hold", "a")["state"] == "done")
    row = workers.row("test.hold", "a")
    assert (row["result"], row["trouble"]) == ({"by": worker}, "")
    assert row["attempt"] > 1
    until(lambda: "listener: database away" in workers.log.read_text()[before:])
    said = [json.loads(line) for line in workers.log.read_text()[before:].splitlines()]
    assert not [line for line in said if "exception" in line]
