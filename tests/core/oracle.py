"""The slot rules once more, slow and obvious: minute by minute, with a table of each zone's clock.

Written from the rules, not from the engine: it shares no code with it but the classes that carry the input. All
times are whole minutes since 1970; every zone used has offsets of whole minutes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sivient.core.availability import Availability
from sivient.core.interval import Interval
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """What the clock on the wall of a zone shows in every minute of the days (UTC) from `first` up to `beyond`."""

    def __init__(self, zone: str, first: int, beyond: int) -> None:
        place, minutes = ZoneInfo(zone), range(first * 1440, beyond * 1440)
        self.walls = [(m, (EPOCH + m * MINUTE).astimezone(place).replace(tzinfo=None)) for m in minutes]
        self.date: dict[int, date] = {}
        self._first: dict[datetime, int] = {}
        latest = date.min  # a clock that goes back over midnight does not bring the date back
        for minute, wall in self.walls:
            latest = self.date[minute] = max(latest, wall.date())
            self._first.setdefault(wall, minute)
        self.dates = sorted(set(self.date.values()))

    def read(self, wall: datetime) -> int:
        """Return the first minute that shows `wall`; if none does, count on from the last one before it."""
        if wall in self._first:
            return self._first[wall]
        minute, shown = next((m, w) for m, w in reversed(self.walls) if w < wall)
        return minute + (wall - shown) // MINUTE


clock = lru_cache(maxsize=32)(Clock)


@dataclass
class Question:
    """All that the engine is told, and the answer to be expected."""

    availability: Availability
    rules: SlotRules
    window: Interval
    busy: list[tuple[int, int]]
    booked: list[Booked]
    now: datetime

    def answer(self) -> list[int]:
        """Return the starts that are offered, in epoch seconds."""
        first, end = _minute(self.window.start), _minute(self.window.end)
        zones = {self.availability.zone, *(each.zone for each in self.availability.travel)}
        clocks = {zone: clock(zone, first // 1440 - 7, end // 1440 + 9) for zone in zones}
        grid = self._grid(clocks)
        dates = clocks[self.availability.zone].date
        offered, of_date = [], Counter[date]()
        for minute in (m for m in sorted(grid) if dates[m] >= dates[first] and m < end):
            if self._on_grid(grid, minute) and self._allowed(grid, dates, minute):
                of_date[dates[minute]] += 1
                if minute >= first and of_date[dates[minute]] <= (self.rules.most_per_day or 10**9):
                    offered.append(60 * minute)
        return offered

    def _grid(self, clocks: dict[str, Clock]) -> dict[int, int]:
        """Return for each open minute where its grid begins. Later dates write over earlier ones."""
        grid: dict[int, int] = {}
        whole = [clock.dates[2:-3] for clock in clocks.values()]
        for day in sorted({day for dates in whole for day in dates}):
            its_clock = clocks[self._zone(day)]
            if day not in its_clock.dates:
                continue  # a host who crosses the date line westwards never sees it
            minutes: set[int] = set()
            for start, stop in self._hours(day):
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
                until = midnight + timedelta(days=1 if stop <= start else 0, minutes=stop)
                minutes.update(range(its_clock.read(midnight + start * MINUTE), its_clock.read(until)))
            anchor = 0
            for minute in sorted(minutes):
                if minute - 1 not in minutes:
                    anchor = minute
                grid[minute] = anchor
        return grid

    def _zone(self, day: date) -> str:
        for each in self.availability.travel:
            if each.first <= day <= each.last:
                return each.zone
        return self.availability.zone

    def _hours(self, day: date) -> Iterable[tuple[int, int]]:
        if any(first <= day <= last for first, last in self.availability.time_off):
            return []
        if day in self.availability.overrides:
            return self.availability.overrides[day]
        if day in self.availability.holidays:
            return []
        return [(h.start, h.end) for h in self.availability.weekly if h.weekday == day.weekday()]

    def _on_grid(self, grid: dict[int, int], start: int) -> bool:
        step = self.rules.step or self.rules.duration
        return (start - grid[start]) % (step // MINUTE) == 0

    def _allowed(self, grid: dict[int, int], dates: dict[int, date], start: int) -> bool:
        rules = self.rules
        meeting = set(range(start, start + rules.duration // MINUTE))
        around = set(range(start - rules.buffer_before // MINUTE, max(meeting) + 1 + rules.buffer_after // MINUTE))
        if not meeting <= grid.keys() or EPOCH + start * MINUTE < self.now + rules.minimum_notice:
            return False
        if not self._bookable(dates, dates[start]):
            return False
        if any(around & set(range(begin // 60, end // 60)) for begin, end in self.busy):
            return False
        for other in self.booked:
            its_meeting = set(range(other.start // 60, other.end // 60))
            its_around = range((other.start - other.buffer_before) // 60, (other.end + other.buffer_after) // 60)
            if its_meeting and (around & its_meeting or meeting & set(its_around)):
                return False
        return all(self._room(limit, dates, dates[start]) for limit in rules.limits)

    def _bookable(self, dates: dict[int, date], day: date) -> bool:
        """Say whether a local date lies in the booking window."""
        rules = self.rules
        today = dates[_minute(self.now)]
        if rules.window_days is not None:
            later = [today + n * DAY for n in range(1, (day - today).days + 1)]
            counted = [each for each in later if each.isoweekday() <= 5 or not rules.business_days]
            beyond_the_last = later and rules.business_days and len(counted) == rules.window_days and day not in counted
            if len(counted) > rules.window_days or beyond_the_last:
                return False
        return (rules.first_date or day) <= day <= (rules.last_date or day)

    def _room(self, limit: Limit, dates: dict[int, date], day: date) -> bool:
        same = [
            (b.end - b.start) // 60
            for b in self.booked
            if b.counts and _period(limit.per, dates[b.start // 60]) == _period(limit.per, day)
        ]
        minutes = sum(same) + self.rules.duration // MINUTE
        fits = limit.count is None or len(same) + 1 <= limit.count
        return fits and (limit.minutes is None or minutes <= limit.minutes)


def _period(per: str, day: date) -> object:
    names = {"day": day, "week": day.isocalendar()[:2], "month": (day.year, day.month), "year": day.year}
    return names[per]


def _minute(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE
