"""How long work waits depends on the trouble it met. Pure: no database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sivient.jobs.models import Work
from sivient.jobs.retry import backoff, wait_after
from sivient.ports.errors import OutcomeUnknown, Paused, Throttled, TryLater, Unusable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY = range(200)  # draws: enough to see both ends of a jitter


def waits(error: TryLater, *, attempt: int = 1, lost: int = 0) -> list[float]:
    """The waits in seconds, shortest first."""
    work = Work(attempt=attempt, lost=lost)
    return sorted(wait_after(work, error, now=NOW).total_seconds() for _ in MANY)


@pytest.mark.parametrize(("attempt", "longest"), [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (1000, 300)])
def test_the_usual_wait_is_drawn_from_nearly_all_of_a_span_that_doubles_up_to_five_minutes(
    attempt: int, longest: int
) -> None:
    drawn = sorted(backoff(attempt).total_seconds() for _ in MANY)
    assert longest * 0.1 <= drawn[0] < longest * 0.2
    assert longest * 0.9 < drawn[-1] <= longest


def test_a_wait_that_the_vendor_asked_for_is_kept_and_spread() -> None:
    drawn = waits(TryLater("Busy.", after=timedelta(hours=3)), attempt=9)
    assert 3 * 3600 <= drawn[0] < drawn[-1] <= 3.3 * 3600


def test_too_many_requests_a_second_wait_a_moment_four_times_and_then_as_usual() -> None:
    drawn = waits(Throttled("Too fast."), attempt=4)
    assert 1 <= drawn[0] < drawn[-1] <= 2
    drawn = waits(Throttled("Too fast.", after=timedelta(seconds=10)), attempt=4)
    assert 10 <= drawn[0] < drawn[-1] <= 11
    drawn = waits(Throttled("Too fast.", after=timedelta(seconds=10)), attempt=5)
    assert drawn[0] == 10
    assert 28 < drawn[-1] <= 32


@pytest.mark.parametrize(("lost", "step"), [(0, 5), (1, 30), (2, 120), (3, 3600), (50, 3600)])
def test_a_lost_answer_is_asked_again_three_times_and_then_hourly(lost: int, step: int) -> None:
    for error in (OutcomeUnknown("Silence."), Unusable("Not a meeting.")):
        drawn = waits(error, attempt=60, lost=lost)
        assert step <= drawn[0] < drawn[-1] <= step * 1.1


def test_a_pause_lasts_until_its_moment_and_up_to_a_minute() -> None:
    drawn = waits(Paused("Daily limit.", until=NOW + timedelta(hours=5)))
    assert 5 * 3600 <= drawn[0] < 5 * 3600 + 6
    assert 5 * 3600 + 54 < drawn[-1] <= 5 * 3600 + 60
    assert 0 <= waits(Paused("Daily limit.", until=NOW - timedelta(hours=5)))[-1] <= 60


@pytest.mark.parametrize(("left", "longest"), [(50 * 60, 25 * 60), (8, 5), (1, 5)])
def test_work_with_an_end_waits_for_at_most_half_of_what_is_left_and_never_less_than_zoom_wants(
    left: int, longest: int
) -> None:
    until = NOW + timedelta(seconds=left)
    work = Work(attempt=60, lost=60)
    for error in (OutcomeUnknown("Silence."), Unusable("Not a meeting.")):
        assert wait_after(work, error, now=NOW, until=until) == timedelta(seconds=longest)
    for error in (TryLater("Busy."), Throttled("Too fast.")):
        assert wait_after(work, error, now=NOW, until=until) <= timedelta(seconds=longest)


def test_what_a_vendor_asked_for_is_kept_whatever_is_left() -> None:
    until, work = NOW + timedelta(seconds=10), Work(attempt=60, lost=60)
    for kind in (TryLater, Throttled, OutcomeUnknown):
        assert wait_after(work, kind("Busy.", after=timedelta(hours=3)), now=NOW, until=until) >= timedelta(hours=3)
    paused = Paused("Daily limit.", until=NOW + timedelta(hours=5))
    assert wait_after(work, paused, now=NOW, until=until) >= timedelta(hours=5)


def test_after_its_end_work_waits_as_without_one() -> None:
    work = Work(attempt=60, lost=60)
    assert wait_after(work, OutcomeUnknown("Silence."), now=NOW, until=NOW) >= timedelta(hours=1)


@given(st.timedeltas(), st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**6), st.integers(0, 10**6))
def test_whatever_a_vendor_says_work_waits_no_longer_than_a_day(
    after: timedelta, until: datetime, attempt: int, lost: int
) -> None:
    work = Work(attempt=attempt, lost=lost)
    kinds = [TryLater, Throttled, OutcomeUnknown]
    for error in [*(kind("Later.", after=after) for kind in kinds), Paused("Later.", until=until)]:
        assert timedelta() <= wait_after(work, error, now=NOW) <= timedelta(days=1.1)
