"""When a host is open: weekly hours, overrides, holidays and time off, read as wall time of a zone per local date.

Dates are handled as ordinals (`date.toordinal()`), wall times as minutes since local midnight. Architecture,
section 4, rules 1 and 2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sivient.core.interval import SECOND, Pair, merge

MINUTES_PER_DAY = 1440
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
# Systems keep these beside the zones: the machine's own zone, and copies that count leap seconds.
_NO_ZONES = ("localtime", "posixrules", "Factory")
_OTHER_CLOCKS = ("posix/", "right/")
_HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours in minutes since local midnight: `weekday` 0 is Monday, 1440 is 24:00.

    An end that is not after the start lies on the next day: from 9:00 to 9:00 are 24 hours.
    """

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("a weekday is a number from 0 (Monday) to 6")
        _check_minutes(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Travel:
    """The host is elsewhere: the hours of the dates from `first` to `last`, inclusive, are wall time of `zone`."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        zone_named(self.zone)
        _check_dates(self.first, self.last)


class _DateHours(NamedTuple):
    """Hours of one date: as written, and merged in seconds since midnight for a date of even hours."""

    written: tuple[Pair, ...]
    merged: tuple[Pair, ...]


_CLOSED = _DateHours((), ())


@dataclass(frozen=True, slots=True)
class Availability:
    """A schedule: weekly hours, and the dates on which something else holds.

    Of what is said about one date, the first of these counts: `time_off` (first and last date, inclusive: closed),
    `overrides` ((start, end) minutes with the meaning they have in `Hours`; none: closed), `holidays` (closed),
    `weekly`. Only hours move with `travel`: dates, limits and booking windows are read in `zone` all the time.
    """

    zone: str
    weekly: tuple[Hours, ...] = ()
    overrides: Mapping[date, tuple[Pair, ...]] = field(default_factory=dict)
    time_off: tuple[tuple[date, date], ...] = ()
    holidays: frozenset[date] = frozenset()
    travel: tuple[Travel, ...] = ()
    _week: tuple[_DateHours, ...] = field(init=False, repr=False, compare=False)
    _dates: Mapping[int, _DateHours] = field(init=False, repr=False, compare=False)
    _zones: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone_named(self.zone)
        for hours in self.overrides.values():
            for start, end in hours:
                _check_minutes(start, end)
        for first, last in self.time_off:
            _check_dates(first, last)
        travel = sorted(self.travel, key=lambda each: each.first)
        if any(earlier.last >= later.first for earlier, later in pairwise(travel)):
            raise ValueError("a date has one zone: travels must not overlap")
        week = ([(h.start, h.end) for h in self.weekly if h.weekday == day] for day in range(7))
        dates = dict.fromkeys((day.toordinal() for day in self.holidays), _CLOSED)
        dates |= {day.toordinal(): _date_hours(hours) for day, hours in self.overrides.items()}
        object.__setattr__(self, "_week", tuple(_date_hours(hours) for hours in week))
        object.__setattr__(self, "_dates", dates)
        object.__setattr__(self, "_zones", tuple({self.zone, *(each.zone for each in travel)}))

    def openings(self, first: int, last: int) -> list[list[Pair]]:
        """Return the hours of each date from `first` to `last` that has any, merged and in order, in epoch seconds.

        The hours of a journey may overlap those of the dates before it, or lie before them.
        """
        week, dates = self._week, self._dates
        off = {day for begin, end in self.time_off for day in _shared(begin, end, first, last)}
        zones = {day: each.zone for each in self.travel for day in _shared(each.first, each.last, first, last)}
        opened = []
        for ordinal in range(first, last + 1):
            hours = _CLOSED if ordinal in off else dates.get(ordinal)
            if hours is None:
                hours = week[(ordinal - 1) % 7]  # ordinal 1, the first of January of year 1, was a Monday
            if not hours.merged:
                continue
            zone = zones.get(ordinal, self.zone)
            midnight = _even_midnight(zone, ordinal)
            if midnight is None:
                opened.append(_read_hours(zone, ordinal, hours.written))
            else:
                opened.append([(midnight + start, midnight + end) for start, end in hours.merged])
        return opened

    def dates_around(self, start: int, end: int) -> Pair:
        """Return the first and the last ordinal of the dates whose hours can have a part in [start, end).

        Hours may begin on the evening before. One more day before that, because zones that cross the date line
        skip one.
        """
        first = min(local_ordinal(zone, start) for zone in self._zones)
        return first - 2, max(local_ordinal(zone, end - 1) for zone in self._zones)

    def zone_on(self, day: date) -> str:
        """Return the zone in which the hours of a date are read."""
        return next((each.zone for each in self.travel if each.first <= day <= each.last), self.zone)


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name, or raise ValueError."""
    if name in _NO_ZONES or name.startswith(_OTHER_CLOCKS):
        raise ValueError(f"unknown time zone: {name!r}")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def local_ordinal(zone: str, seconds: int) -> int:
    """Return the ordinal of the local date on which an epoch second falls: the one that began last.

    Clocks that go back over midnight show the date before once more: St. John's did at 0:01 until 2011.
    """
    ordinal = datetime.fromtimestamp(seconds, ZoneInfo(zone)).toordinal()
    return ordinal + 1 if midnight(zone, ordinal + 1) <= seconds else ordinal


@lru_cache(maxsize=1 << 14)
def midnight(zone: str, ordinal: int) -> int:
    """Return the epoch second at which a local date begins."""
    return _read(zone, ordinal, 0)


def _check_minutes(start: int, end: int) -> None:
    if not (0 <= start < MINUTES_PER_DAY and 0 <= end <= MINUTES_PER_DAY):
        raise ValueError("hours start from 0 to 1439 and end from 0 to 1440 minutes after midnight")


def _check_dates(first: date, last: date) -> None:
    if first > last:
        raise ValueError("a range of dates must not end before it begins")


def _shared(begin: date, end: date, first: int, last: int) -> range:
    """Return the ordinals from `first` to `last` that are also dates from `begin` to `end`."""
    return range(max(begin.toordinal(), first), min(end.toordinal(), last) + 1)


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
