"""A success brings forward what waits because of the same trouble, without asking more often than is good."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.jobs.models import Work
from sivient.jobs.queue import AFTER_FAILURE, PULLS_APART, enqueue, pull_forward
from sivient.jobs.worker import run_due, run_once
from sivient.ports.errors import OutcomeUnknown
from tests.jobs.conftest import make_due, raising, until_due

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Trouble = Work.Trouble
LANE = "zoom:1"


def waiting(key: str = "a", *, kind: str = "test.trouble", lane: str = LANE, why: Trouble = Trouble.UNKNOWN) -> Work:
    """Work that waits for an hour after it met trouble."""
    work = enqueue(kind, key=key, lane=lane, wait=HOUR)
    Work.objects.filter(pk=work.pk).update(trouble=why, lost=4)
    return work


def pull() -> int:
    """Another piece of work of the lane has succeeded."""
    return pull_forward("test.trouble", lane=LANE, troubles=[Trouble.PAUSED, Trouble.UNKNOWN])


def test_what_waits_because_of_a_trouble_is_pulled_forward_and_nothing_else(runs: list[Work]) -> None:
    pulled = [waiting("a", why=Trouble.PAUSED), waiting("b")]
    left = [
        waiting("c", why=Trouble.LATER),
        waiting("d", lane="zoom:2"),
        waiting("e", kind="test.mail"),
        waiting("f", why=Trouble.NONE),
    ]
    assert pull() == 2
    assert all(until_due(work) <= AFTER_FAILURE for work in pulled)
    assert all(until_due(work) > 59 * MINUTE for work in left)


def test_what_is_pulled_keeps_its_distance_from_the_request_that_failed(runs: list[Work]) -> None:
    work = waiting()
    assert pull() == 1
    assert timedelta(seconds=4) < until_due(work) <= timedelta(seconds=5)
    assert run_due() == 0


def test_what_comes_soon_by_itself_is_left_alone(runs: list[Work]) -> None:
    work = waiting()
    Work.objects.update(run_at=timezone.now() + MINUTE / 2)
    assert pull() == 0
    work.refresh_from_db()
    assert work.pulled_at is None


def test_work_that_fails_for_a_reason_of_its_own_is_not_asked_with_each_success_of_others(runs: list[Work]) -> None:
    raising(OutcomeUnknown("Silence."))
    work = waiting()
    tries = 0
    for _ in range(20):
        if pull():
            make_due()
            assert run_once("w")
            tries += 1
    assert tries == 1
    assert until_due(work) > 59 * MINUTE
    Work.objects.update(pulled_at=timezone.now() - PULLS_APART - MINUTE)
    assert pull() == 1, "the next outage may be over"
