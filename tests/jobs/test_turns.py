"""Work that waits for its turn, or was overtaken: nothing was tried, and it goes on by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.jobs import claim, registry
from sivient.jobs.completion import LeaseLost
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.retry import FIRST, Follows
from sivient.jobs.worker import run_due, run_once
from sivient.ports.errors import TryLater
from tests.jobs.conftest import make_due, raising, until_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)


def troubled() -> Work:
    """The work of the kind test.trouble."""
    return Work.objects.get(kind="test.trouble")


def test_work_that_only_waits_for_its_turn_has_tried_nothing(runs: list[Work]) -> None:
    """Neither the host reads of a try, nor does the wait after the next trouble grow, nor is the work given up."""
    raising(Follows("Another one is under way.", after=SECOND), patience=timedelta())
    enqueue("test.trouble", key="a")
    for _ in range(3):
        assert run_once("w")
        work = troubled()
        assert (work.state, work.trouble, work.last_error) == ("waiting", "", "Another one is under way.")
        assert (work.attempt, work.begun, work.lease_owner) == (0, 0, "")
        assert timedelta() < until_due(work) <= SECOND
        make_due()
    raising(TryLater("Busy."))
    assert run_once("w")
    assert troubled().attempt == 1
    assert until_due(troubled()) <= FIRST


def test_work_that_was_overtaken_while_it_was_leased_begins_anew_at_once_and_not_for_ever(runs: list[Work]) -> None:
    raising(LeaseLost("Somebody else has begun it."))
    enqueue("test.trouble", key="a")
    assert run_once("w")
    work = troubled()
    assert (work.state, work.attempt, work.begun, work.lease_until, work.last_error) == ("waiting", 0, 1, None, "")
    run_due()
    assert (troubled().state, troubled().trouble) == ("parked", "broke_off")


def test_work_that_another_worker_has_meanwhile_is_left_to_it(runs: list[Work]) -> None:
    def overtaken(work: Work) -> None:
        Work.objects.update(lease_until=timezone.now() - SECOND)
        assert claim.claim("other") is not None
        raise LeaseLost("Another worker has it.")

    registry.handles("test.trouble")(overtaken)
    enqueue("test.trouble", key="a")
    assert run_once("w")
    assert (troubled().lease_owner, troubled().attempt) == ("other", 2)
