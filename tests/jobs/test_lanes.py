"""Of the work in one lane, one piece runs at a time; other lanes and work without a lane do not wait for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sivient.jobs import claim, lanes
from sivient.jobs.completion import LeaseLost, renew, work_completion
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due

EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', run_at, '-' || i || ' seconds')",
    "postgresql": "run_at - i * interval '1 second'",
}
pytestmark = [pytest.mark.django_db, pytest.mark.db]


def claimed(owner: str) -> str | None:
    """Claim the next work; return its key."""
    work = claim.claim(owner)
    return work.key if work else None


def test_a_busy_lane_is_passed_over_and_costs_its_work_nothing(runs: list[Work]) -> None:
    for key, lane in [("a", "zoom:1"), ("b", "zoom:1"), ("c", "zoom:2"), ("d", ""), ("e", "")]:
        enqueue("test.note", key=key, lane=lane)
    assert [claimed(str(n)) for n in range(5)] == ["a", "c", "d", "e", None]
    waiting = Work.objects.get(key="b")
    assert (waiting.attempt, waiting.begun, waiting.trouble, waiting.lease_until) == (0, 0, "", None)
    assert waiting.run_at <= timezone.now()


def test_the_next_of_a_lane_runs_when_the_one_before_has_ended(runs: list[Work]) -> None:
    for key in "ab":
        enqueue("test.note", key=key, lane="zoom:1")
    first = claim.claim("w")
    assert first is not None
    assert claimed("w") is None
    with work_completion(first):
        pass
    assert claimed("w") == "b"


def test_a_lane_whose_worker_was_killed_is_free_when_the_lease_ends(runs: list[Work]) -> None:
    for key in "ab":
        enqueue("test.note", key=key, lane="zoom:1")
    assert claimed("killed") == "a"
    Work.objects.filter(key="a").update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_due() == 2
    assert [work.key for work in runs] == ["a", "b"]


def test_a_worker_that_slept_over_its_lease_does_not_come_back_into_the_lane(runs: list[Work]) -> None:
    for key in "ab":
        enqueue("test.note", key=key, lane="zoom:1")
    asleep = claim.claim("asleep")
    assert asleep is not None
    Work.objects.filter(key="a").update(lease_until=timezone.now() - timedelta(seconds=1), run_at=timezone.now())
    assert claimed("other") == "b"
    with pytest.raises(LeaseLost):
        renew(asleep, timedelta(minutes=1))


def test_a_lane_that_another_takes_between_look_and_lease_is_passed_over(
    runs: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, lane in [("a", "zoom:1"), ("b", "zoom:1"), ("c", "zoom:2")]:
        enqueue("test.note", key=key, lane=lane)

    def take_b(lane: str) -> bool:
        Work.objects.filter(key="b").update(lease_until=timezone.now() + timedelta(minutes=1))
        return True

    monkeypatch.setattr(lanes, "try_lock", take_b)
    assert [claimed("w"), claimed("w")] == ["c", None]
    assert Work.objects.get(key="a").begun == 0


def test_work_that_runs_stays_in_its_lane_when_it_is_asked_for_in_another(runs: list[Work]) -> None:
    enqueue("test.note", key="a", lane="zoom:1")
    enqueue("test.note", key="b", lane="zoom:2")
    first = claim.claim("w")
    assert first is not None
    enqueue("test.note", key="a", lane="zoom:2")
    assert Work.objects.get(key="a").lane == "zoom:1"
    assert claimed("w") == "b"


def test_lanes_lock_by_different_numbers_that_the_database_can_hold() -> None:
    numbers = {lanes._number(f"zoom:{n}") for n in range(1000)}
    assert len(numbers) == 1000
    assert all(-(2**63) <= number < 2**63 for number in numbers)


@pytest.mark.parametrize("lane", ["'zoom:1'", "'zoom:' || i", "''"], ids=["one lane", "a lane each", "no lane"])
def test_a_claim_reads_the_table_by_its_indexes_however_much_waits(runs: list[Work], lane: str) -> None:
    enqueue("test.note", key="busy", lane="zoom:1")
    assert claimed("w") == "busy"
    let_wait(10_000, lane)
    plan = claim._due(slow=True, passed=())[:1].explain()
    assert "work_due" in plan
    assert "work_busy_lane" in plan
    assert "CORRELATED" not in plan  # once for the claim, not for each row


def let_wait(many: int, lane: str) -> None:
    """Store that much work which is due, in the lane that the SQL says; let the database look at what it has."""
    given = [field.column for field in Work._meta.concrete_fields if field.column not in ("id", "key", "lane")]
    columns = ", ".join(given)
    due = EARLIER[connection.vendor]
    waiting = columns.replace("lease_until", "NULL").replace("lease_owner", "''").replace("run_at", due)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO jobs_work (key, lane, {columns}) "  # noqa: S608 - the names are our own
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many}) "
            f"SELECT 'waits:' || i, {lane}, {waiting} FROM n, jobs_work WHERE jobs_work.key = 'busy'"
        )
        cursor.execute("ANALYZE")
