"""The slot engine: which starts a host offers. Architecture, section 4, rules 4 to 6.

Everything is computed on starts, not on meetings. Whatever stands in a meeting's way is turned into a range of
starts that are taken; open time becomes pieces, each with the grid it belongs to; what is left of the pieces
between the taken ranges is offered.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sivient.core.availability import Availability, local_ordinal, midnight
from sivient.core.grid import Piece, pieces, runs
from sivient.core.interval import SECOND, YEARS, Interval, Pair, ceil_seconds, floor_seconds, require_bookable
from sivient.core.limits import Limit, full_periods, periods_around

_LONGEST = timedelta(days=366)
_LONGEST_WINDOW = 36_525  # days: a hundred years
_LONGEST_DATE = 2 * 86400  # seconds: in zones that crossed the date line eastwards a date came twice
_NEVER = 1 << 62  # epoch seconds, after every date that a calendar can name


@dataclass(frozen=True, slots=True)
class SlotRules:
    """What an event type asks of a start. Lengths in whole seconds, at most 366 days (ValueError).

    `step` is the duration unless given. `window_days` n offers starts on local dates up to today + n; with
    `business_days` only Mondays to Fridays are counted, from tomorrow on. `first_date` and `last_date` are local
    dates, inclusive. `most_per_day` n offers only the first n free starts of each local date. All local dates are
    those of the schedule's zone.
    """

    duration: timedelta
    step: timedelta | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    minimum_notice: timedelta = timedelta(0)
    window_days: int | None = None
    business_days: bool = False
    first_date: date | None = None
    last_date: date | None = None
    most_per_day: int | None = None
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        for name in ("duration", "step", "buffer_before", "buffer_after", "minimum_notice"):
            length = getattr(self, name)
            if length is None:
                continue
            if not timedelta(0) <= length <= _LONGEST or length.microseconds:
                raise ValueError(f"{name} must be whole seconds from 0 to 366 days")
            if not length and name in ("duration", "step"):
                raise ValueError(f"{name} must be longer than 0")
        if self.window_days is not None and not 0 <= self.window_days <= _LONGEST_WINDOW:
            raise ValueError(f"window_days must be from 0 to {_LONGEST_WINDOW}")
        if self.most_per_day is not None and self.most_per_day < 1:
            raise ValueError("most_per_day must be 1 or more")
        self._check_dates()

    def _check_dates(self) -> None:
        for name in ("first_date", "last_date"):
            day = getattr(self, name)
            if day is not None and day.year not in YEARS:
                raise ValueError(f"{name} must be in the years {YEARS[0]} to {YEARS[-1]}")
        if self.first_date is not None and self.last_date is not None and self.first_date > self.last_date:
            raise ValueError("first_date must not be after last_date")


class Booked(NamedTuple):
    """A meeting of the host with its own buffers, all in seconds; any tuple of this shape will do.

    `counts` says whether the limits of the event type count it.
    """

    start: int
    end: int
    buffer_before: int = 0
    buffer_after: int = 0
    counts: bool = False


def starts(
    availability: Availability,
    rules: SlotRules,
    *,
    window: Interval,
    busy: Iterable[Pair],
    booked: Iterable[tuple[int, int, int, int, bool]],
    now: datetime,
) -> list[int]:
    """Return what is offered: the starts in `window` that a guest may book, in order, in epoch seconds.

    `busy` (of calendars) and `booked` (our own, see `Booked`) may be in any order and overlap; they must hold
    all that lies in `reading_range` and, for the limits, in `counting_range`. More does no harm.
    """
    require_bookable(now)
    first, beyond = ceil_seconds(window.start), ceil_seconds(window.end)
    if first == beyond:
        return []
    if rules.most_per_day is None:
        return _free(availability, rules, first, beyond, busy, booked, now)
    zone = availability.zone
    begins = midnight(zone, local_ordinal(zone, first))
    ends = midnight(zone, local_ordinal(zone, beyond - 1) + 1)
    free = _free(availability, rules, begins, ends, busy, booked, now)
    kept = _first_of_each_date(free, rules.most_per_day, zone)
    return kept[bisect_left(kept, first) : bisect_left(kept, beyond)]


def booking_window(availability: Availability, rules: SlotRules, now: datetime) -> Pair:
    """Return the epoch seconds [first, beyond) of the local dates that can be booked; the notice is not part of it."""
    zone = availability.zone
    first, beyond = -_NEVER, _NEVER
    if rules.window_days is not None:
        today = local_ordinal(zone, floor_seconds(now))
        last = _business_day(today, rules.window_days) if rules.business_days else today + rules.window_days
        beyond = midnight(zone, last + 1)
    if rules.first_date is not None:
        first = midnight(zone, rules.first_date.toordinal())
    if rules.last_date is not None:
        beyond = min(beyond, midnight(zone, rules.last_date.toordinal() + 1))
    return first, beyond


def reading_range(rules: SlotRules, window: Interval, *, longest_buffer: timedelta = timedelta(0)) -> Pair:
    """Return how wide busy time and bookings must be read to offer starts in `window`, in epoch seconds.

    `longest_buffer` is the longest buffer that any booking of the host carries: it can reach into the window. To find
    the first starts of a date, all of it must be known, in whatever zone.
    """
    before = max(rules.buffer_before, longest_buffer) // SECOND
    after = (rules.duration + max(rules.buffer_after, longest_buffer)) // SECOND
    start, end = window.seconds()
    if rules.most_per_day is not None:
        before += _LONGEST_DATE
        after += _LONGEST_DATE
    return start - before, end + after


def counting_range(availability: Availability, rules: SlotRules, window: Interval) -> Pair | None:
    """Return where bookings that count must be read for the limits, by their start; None without limits."""
    if not rules.limits:
        return None
    zone = availability.zone
    start, end = window.seconds()
    first, beyond = periods_around(rules.limits, local_ordinal(zone, start), local_ordinal(zone, end - 1))
    return midnight(zone, first), midnight(zone, beyond)


def nearest(offered: Sequence[int], wanted: int, n: int = 3) -> list[int]:
    """Return the `n` offered starts nearest to the wanted one, in order of time; of two as near, the earlier."""
    low = high = bisect_left(offered, wanted)
    while high - low < n and (low > 0 or high < len(offered)):
        if high == len(offered) or (low > 0 and wanted - offered[low - 1] <= offered[high] - wanted):
            low -= 1
        else:
            high += 1
    return list(offered[low:high])


def _free(
    availability: Availability,
    rules: SlotRules,
    first: int,
    beyond: int,
    busy: Iterable[Pair],
    booked: Iterable[tuple[int, int, int, int, bool]],
    now: datetime,
) -> list[int]:
    """Return the starts from `first` up to `beyond` that every rule but `most_per_day` allows."""
    duration = rules.duration // SECOND
    window_first, window_beyond = booking_window(availability, rules, now)
    first = max(first, window_first, ceil_seconds(now) + rules.minimum_notice // SECOND)
    beyond = min(beyond, window_beyond)
    if first >= beyond or not all(limit.allows(1, duration) for limit in rules.limits):
        return []
    taken = _taken(rules, busy, booked, availability.zone)
    open_time = pieces(availability, first, beyond + duration)
    return _sweep(open_time, taken, first, beyond, duration, (rules.step or rules.duration) // SECOND)


def _first_of_each_date(free: Sequence[int], n: int, zone: str) -> list[int]:
    """Return the first `n` of the starts of each local date."""
    kept: list[int] = []
    i = 0
    while i < len(free):
        tomorrow = bisect_left(free, midnight(zone, local_ordinal(zone, free[i]) + 1), i)
        kept += free[i : min(i + n, tomorrow)]
        i = tomorrow
    return kept


def _business_day(today: int, n: int) -> int:
    """Return the ordinal of the n-th Monday to Friday after `today`; of 0, today itself."""
    if n == 0:
        return today
    weekday = (today - 1) % 7  # 0 is Monday
    friday_or_before = min(weekday, 4)
    return today - (weekday - friday_or_before) + n + (friday_or_before + n) // 5 * 2


def _taken(
    rules: SlotRules, busy: Iterable[Pair], booked: Iterable[tuple[int, int, int, int, bool]], zone: str
) -> list[Pair]:
    """Return the ranges of starts at which something stands in the way, in order of their beginnings.

    A meeting misses another one, and both miss the other's buffers, exactly when its start lies neither in the
    other nor in what is before it: the duration and the longer of the two buffers between them. The last second
    of all that is free: a meeting may end as the other's buffer begins.
    """
    duration = rules.duration // SECOND
    before, after = rules.buffer_before // SECOND, rules.buffer_after // SECOND
    lead = duration + after - 1
    taken = [(start - lead, end + before) for start, end in busy if start < end]
    counted = []
    for start, end, own_before, own_after, counts in booked:
        if start < end:
            taken.append((start - duration - max(after, own_before) + 1, end + max(before, own_after)))
        if counts:
            counted.append((start, end))
    if rules.limits and counted:
        taken += full_periods(rules.limits, counted, zone=zone, duration=duration)
    taken.sort()
    return taken


def _sweep(open_time: list[Piece], taken: list[Pair], first: int, beyond: int, duration: int, step: int) -> list[int]:
    """Return the grid points from `first` up to `beyond` whose meeting stays in open time, and that are not taken."""
    offered: list[int] = []
    taken = [*taken, (_NEVER, _NEVER)]
    i = 0
    for (start, end, anchor), run_end in zip(open_time, runs(open_time), strict=True):
        low, high = max(start, first), min(end, run_end - duration + 1, beyond)
        while low < high:
            taken_from, taken_to = taken[i]
            if low < taken_from:
                offered.extend(range(low + (anchor - low) % step, min(taken_from, high), step))
            if taken_from >= high:
                break  # it may stand in the way of the next piece
            if taken_to > low:
                low = taken_to
            if low < high:
                i += 1
    return offered
