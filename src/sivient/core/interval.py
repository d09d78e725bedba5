"""Half-open intervals of time: aware datetimes at the door, pairs of whole epoch seconds inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Pair = tuple[int, int]
"""A half-open interval [start, end) in epoch seconds."""

SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1900, 3000)  # nobody books outside; years 1 and 9999 have dates that some zones cannot name


def require_bookable(moment: datetime) -> None:
    """Raise ValueError if `moment` is naive or outside the years 1900 to 2999."""
    if moment.utcoffset() is None:
        raise ValueError("a time needs a UTC offset")
    if moment.year not in YEARS:
        raise ValueError(f"the year must be from {YEARS[0]} to {YEARS[-1]}")


def floor_seconds(moment: datetime) -> int:
    """Return the last whole epoch second not after an aware `moment`."""
    return (moment - _EPOCH) // SECOND


def ceil_seconds(moment: datetime) -> int:
    """Return the first whole epoch second not before an aware `moment`."""
    return -((_EPOCH - moment) // SECOND)


def moment(seconds: int) -> datetime:
    """Return the instant of an epoch second, in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Interval:
    """The time from `start` up to, and without, `end`. Never naive, empty, reversed or far away (ValueError)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_bookable(self.start)
        require_bookable(self.end)
        # Two times of one zone compare by the clock on the wall, which runs twice through a repeated hour.
        if self.end.astimezone(UTC) <= self.start.astimezone(UTC):
            raise ValueError("an interval must end after it starts")

    def seconds(self) -> Pair:
        """Return the smallest pair of whole epoch seconds that contains the interval."""
        return floor_seconds(self.start), ceil_seconds(self.end)


def merge(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the same time as disjoint pairs in order; pairs that touch become one, empty ones none."""
    merged: list[Pair] = []
    for start, end in sorted(pairs):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
