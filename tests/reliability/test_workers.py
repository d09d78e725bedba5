"""Rows 7, 33, 38 and 44 of the table of failures: workers killed, frozen, with a wrong clock, poisoned.

The workers are real processes.
"""

import signal
import time

import pytest

from sivient.jobs.worker import STARTS
from tests.jobs.crew import Crew, until

pytestmark = [pytest.mark.processes, pytest.mark.db]
MINUTES = 60


def test_row_7_work_of_a_killed_worker_is_done_by_another(workers: Crew) -> None:
    killed = workers.start()
    workers.ask("test.hold", "a")
    until(lambda: workers.lines(what="begin"))
    workers.signal(killed, signal.SIGKILL)
    other = workers.start()
    workers.release("a")
    until(lambda: workers.row("test.hold", "a")["state"] == "done")
    row = workers.row("test.hold", "a")
    assert (row["result"], row["attempt"], row["begun"]) == ({"by": other}, 2, 0)


def test_row_33_a_worker_frozen_beyond_its_lease_changes_nothing_when_it_wakes(workers: Crew) -> None:
    frozen = workers.start()
    workers.ask("test.hold", "a")
    until(lambda: workers.lines(what="begin"))
    workers.signal(frozen, signal.SIGSTOP)
    other = workers.start()
    workers.release("a")
    until(lambda: workers.row("test.hold", "a")["state"] == "done")
    before = workers.row("test.hold", "a")

    workers.signal(other, signal.SIGKILL)
    workers.signal(frozen, signal.SIGCONT)
    until(lambda: len(workers.lines(what="end")) == 2)
    workers.ask("test.note", "afterwards")  # the same thread takes this when it has settled that
    until(lambda: workers.lines(what="done", key="afterwards"))

    assert workers.row("test.hold", "a") == before
    assert before["result"] == {"by": other}
    assert workers.row("test.note", f"by:{frozen}") is None
    assert workers.lines(key="afterwards")[0]["pid"] == frozen


@pytest.mark.parametrize("shift", [10 * MINUTES, -10 * MINUTES], ids=["ahead", "behind"])
def test_row_38_a_worker_whose_clock_is_wrong_works_at_the_right_moments(workers: Crew, shift: int) -> None:
    workers.start(shift=shift, threads=2)
    workers.ask("test.twice", "a")
    workers.ask("test.relay", "b")
    workers.ask("test.note", "far", wait=5 * MINUTES)
    until(lambda: len(workers.lines(kind="test.twice")) == 2)
    until(lambda: workers.lines(key="b:later"))
    first, second = (line["at"] for line in workers.lines(kind="test.twice"))
    assert 1 <= second - first < 10
    asked, at_once, later = (workers.lines(key=key)[0]["at"] for key in ("b", "b:at once", "b:later"))
    assert at_once - asked < 10
    assert 1 <= later - asked < 10
    assert workers.lines(key="far") == []


@pytest.mark.parametrize("shift", [10 * MINUTES, -10 * MINUTES], ids=["ahead", "behind"])
def test_row_38_wrong_clocks_neither_end_a_lease_nor_stretch_it(workers: Crew, shift: int) -> None:
    holds = workers.start(shift=shift)
    workers.ask("test.hold", "a")
    until(lambda: workers.lines(what="begin"))
    begun = time.monotonic()
    looks = workers.start(shift=-shift)
    workers.signal(holds, signal.SIGKILL)
    until(lambda: len(workers.lines(what="begin")) == 2)
    again = workers.lines(what="begin")[1]
    assert again["pid"] == looks
    assert 1 < again["at"] - begun < 20  # its lease is 2 s


def test_row_44_work_that_kills_its_process_each_time_is_parked_and_other_work_goes_on(workers: Crew) -> None:
    workers.start(restart=True)
    workers.ask("test.die", "poison")
    until(lambda: workers.lines(kind="test.die"))
    workers.ask("test.note", "meanwhile")
    until(lambda: workers.row("test.die", "poison")["state"] == "parked")
    workers.ask("test.note", "afterwards")
    until(lambda: workers.lines(key="meanwhile") and workers.lines(key="afterwards"))

    row = workers.row("test.die", "poison")
    assert (row["trouble"], row["begun"], row["lease_owner"]) == ("broke_off", 0, "")
    assert len({line["pid"] for line in workers.lines(kind="test.die")}) == STARTS
    assert workers.row("ops.alarm", "work:test.die")["state"] == "waiting"
