"""Intervals: what is refused, and merging."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sivient.core.interval import Interval, ceil_seconds, floor_seconds, merge, moment, require_bookable

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
pairs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)))


def test_an_interval_is_a_pair_of_epoch_seconds() -> None:
    assert Interval(NINE, NINE + timedelta(minutes=30)).seconds() == (1796115600, 1796117400)
    assert moment(1796115600) == NINE


def test_parts_of_a_second_widen_an_interval() -> None:
    part = timedelta(microseconds=1)
    assert Interval(NINE + part, NINE + 2 * part).seconds() == (1796115600, 1796115601)
    assert floor_seconds(NINE - part) == 1796115599
    assert ceil_seconds(NINE - part) == 1796115600


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NINE.replace(tzinfo=None), NINE),
        (NINE, NINE.replace(tzinfo=None)),
        (NINE, NINE),
        (NINE, NINE - timedelta(seconds=1)),
        (datetime(1, 1, 1, tzinfo=UTC), NINE),
        (NINE, datetime(9999, 12, 31, tzinfo=UTC)),
    ],
    ids=["naive start", "naive end", "empty", "reversed", "year 1", "year 9999"],
)
def test_an_interval_that_means_nothing_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match=r"UTC offset|end after|year"):
        Interval(start, end)


def test_an_interval_through_the_repeated_hour_is_no_reversed_one() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 45, tzinfo=berlin)
    second = datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=berlin)
    start, end = Interval(first, second).seconds()
    assert end - start == 30 * 60
    with pytest.raises(ValueError, match="end after"):
        Interval(second, first)


def test_nobody_books_before_1900_or_after_2999() -> None:
    require_bookable(datetime(1900, 1, 1, tzinfo=UTC))
    require_bookable(datetime(2999, 12, 31, tzinfo=UTC))
    for year in (1899, 3000):
        with pytest.raises(ValueError, match="from 1900 to 2999"):
            require_bookable(datetime(year, 6, 1, tzinfo=UTC))


def test_touching_pairs_become_one_and_empty_ones_none() -> None:
    assert merge([(5, 7), (0, 5), (9, 9), (12, 11), (20, 21)]) == [(0, 7), (20, 21)]


@given(pairs)
def test_merging_keeps_the_time_and_leaves_gaps_between(given: list[tuple[int, int]]) -> None:
    merged = merge(given)
    assert {n for start, end in merged for n in range(start, end)} == {
        n for start, end in given for n in range(start, end)
    }
    assert all(left[1] < right[0] for left, right in pairwise(merged))
    assert all(start < end for start, end in merged)
