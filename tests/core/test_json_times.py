"""Times of JSON: instants arrive in UTC, and what lies after a whole second stays after it."""

from datetime import UTC, datetime

import pytest

from sivient.core.json_times import read_time, write_time


@pytest.mark.parametrize("written", ["2026-12-01T08:00:00Z", "2026-12-01T09:30:00+01:30", "2026-11-30t20:00:00-12:00"])
def test_an_instant_of_any_offset_is_read_in_utc(written: str) -> None:
    found = read_time(written)
    assert found == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert found.tzinfo is UTC
    assert write_time(int(found.timestamp())) == "2026-12-01T08:00:00Z"


@pytest.mark.parametrize(
    ("fraction", "microsecond"),
    [("0", 0), ("5", 500_000), ("000001", 1), ("0000009", 1), ("00000000000000000001", 1), ("9999999", 999_999)],
)
def test_digits_finer_than_a_microsecond_count_as_one_where_there_is_none(fraction: str, microsecond: int) -> None:
    assert read_time(f"2026-12-01T08:00:00.{fraction}Z").microsecond == microsecond
