"""When a host is open: weekly hours and date overrides, read as wall time in the schedule's zone.

Dates are handled as ordinals (`date.toordinal()`), wall times as minutes since local midnight. Architecture,
section 4, rules 1 and 2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sivient.core.interval import SECOND, Pair, merge

MINUTES_PER_DAY = 1440
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours in minutes since local midnight: `weekday` 0 is Monday, 1440 is 24:00.

    An end at or before the start lies on the next day.
    """

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("a weekday is a number from 0 (Monday) to 6")
        _check_minutes(self.start, self.end)


class _DateHours(NamedTuple):
    """Hours of one date: as written, and merged in seconds since midnight for a date of even hours."""

    written: tuple[Pair, ...]
    merged: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """A schedule: weekly hours, and for single dates the hours that replace them (none: closed).

    `overrides` maps a local date to (start, end) minutes, with the meaning they have in `Hours`.
    """

    zone: str
    weekly: tuple[Hours, ...] = ()
    overrides: Mapping[date, tuple[Pair, ...]] = field(default_factory=dict)
    _week: tuple[_DateHours, ...] = field(init=False, repr=False, compare=False)
    _dates: Mapping[int, _DateHours] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone_named(self.zone)
        for hours in self.overrides.values():
            for start, end in hours:
                _check_minutes(start, end)
        week = ([(h.start, h.end) for h in self.weekly if h.weekday == day] for day in range(7))
        dates = {day.toordinal(): _date_hours(hours) for day, hours in self.overrides.items()}
        object.__setattr__(self, "_week", tuple(_date_hours(hours) for hours in week))
        object.__setattr__(self, "_dates", dates)

    def openings(self, first: int, last: int) -> list[list[Pair]]:
        """Return for each local date from `first` to `last` its hours, merged and in order, in epoch seconds."""
        zone, week, dates = self.zone, self._week, self._dates
        opened = []
        for ordinal in range(first, last + 1):
            hours = dates.get(ordinal)
            if hours is None:
                hours = week[(ordinal - 1) % 7]  # ordinal 1, the first of January of year 1, was a Monday
            if not hours.merged:
                continue
            midnight = _even_midnight(zone, ordinal)
            if midnight is None:
                opened.append(_read_hours(zone, ordinal, hours.written))
            else:
                opened.append([(midnight + start, midnight + end) for start, end in hours.merged])
        return opened


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name, or raise ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def local_ordinal(zone: str, seconds: int) -> int:
    """Return the ordinal of the local date on which an epoch second falls."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).toordinal()


@lru_cache(maxsize=1 << 14)
def midnight(zone: str, ordinal: int) -> int:
    """Return the epoch second at which a local date begins."""
    return _read(zone, ordinal, 0)


def _check_minutes(start: int, end: int) -> None:
    if not (0 <= start < MINUTES_PER_DAY and 0 <= end <= MINUTES_PER_DAY):
        raise ValueError("hours start from 0 to 1439 and end from 0 to 1440 minutes after midnight")


def _date_hours(hours: Iterable[Pair]) -> _DateHours:
    """Put ends that lie on the next day after their starts, and merge."""
    written = tuple((start, end if end > start else end + MINUTES_PER_DAY) for start, end in hours)
    return _DateHours(written, tuple(merge((start * 60, end * 60) for start, end in written)))


def _read(zone: str, ordinal: int, minute: int) -> int:
    """Return the epoch second of a wall time, as RFC 5545 section 3.3.5 reads it.

    A wall time in a gap is read with the offset before it, a repeated one is the first: both are fold=0.
    """
    days, minute = divmod(minute, MINUTES_PER_DAY)
    wall = datetime.fromordinal(ordinal + days) + timedelta(minutes=minute)
    offset = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()
    return (ordinal + days - _EPOCH_ORDINAL) * 86400 + minute * 60 - offset // SECOND


def _read_hours(zone: str, ordinal: int, hours: Iterable[Pair]) -> list[Pair]:
    """Return the hours of a date on which, or after which, the clocks change; some may vanish."""
    if midnight(zone, ordinal) == midnight(zone, ordinal + 1):
        return []  # crossing the date line westwards skips a date
    return merge((_read(zone, ordinal, start), _read(zone, ordinal, end)) for start, end in hours)


@lru_cache(maxsize=1 << 14)
def _even_midnight(zone: str, ordinal: int) -> int | None:
    """Return the epoch second at which a date begins if the clocks stand still until the end of the next day.

    On all other dates the length of the hours depends on the clock change: None.
    """
    begins = datetime.fromordinal(ordinal).replace(tzinfo=ZoneInfo(zone))
    # No zone has two changes within twelve hours that cancel each other out.
    offsets = {(begins + n * _HALF_DAY).utcoffset() for n in range(5)}
    return _read(zone, ordinal, 0) if len(offsets) == 1 else None
