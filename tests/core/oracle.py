"""The slot rules once more, slow and obvious: minute by minute, with a table of the zone's clock.

Written from the rules, not from the engine: it shares no code with it but the classes that carry the input. All
times are whole minutes since 1970; every zone used has offsets of whole minutes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sivient.core.availability import Availability
from sivient.core.interval import Interval
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """What the clock on the wall of a zone shows in every minute from `start` to `end`."""

    def __init__(self, zone: str, start: int, end: int) -> None:
        place = ZoneInfo(zone)
        self.walls = [(m, (EPOCH + m * MINUTE).astimezone(place).replace(tzinfo=None)) for m in range(start, end)]
        self.date = {m: wall.date() for m, wall in self.walls}
        self._first: dict[datetime, int] = {}
        for minute, wall in self.walls:
            self._first.setdefault(wall, minute)

    def read(self, wall: datetime) -> int:
        """Return the first minute that shows `wall`; if none does, count on from the last one before it."""
        if wall in self._first:
            return self._first[wall]
        minute, shown = next((m, w) for m, w in reversed(self.walls) if w < wall)
        return minute + (wall - shown) // MINUTE


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
        clock = Clock(self.availability.zone, first - 3 * 1440, end + 4 * 1440)
        grid = self._grid(clock)
        return [60 * m for m in range(first, end) if self._on_grid(grid, m) and self._allowed(grid, clock, m)]

    def _grid(self, clock: Clock) -> dict[int, int]:
        """Return for each open minute where its grid begins. Later dates write over earlier ones."""
        grid: dict[int, int] = {}
        for day in sorted(set(clock.date.values()))[1:-2]:
            minutes: set[int] = set()
            for start, stop in self._hours(day):
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
                until = midnight + timedelta(days=1 if stop <= start else 0, minutes=stop)
                minutes.update(range(clock.read(midnight + start * MINUTE), clock.read(until)))
            anchor = 0
            for minute in sorted(minutes):
                if minute - 1 not in minutes:
                    anchor = minute
                grid[minute] = anchor
        return grid

    def _hours(self, day: date) -> Iterable[tuple[int, int]]:
        if day in self.availability.overrides:
            return self.availability.overrides[day]
        return [(h.start, h.end) for h in self.availability.weekly if h.weekday == day.weekday()]

    def _on_grid(self, grid: dict[int, int], start: int) -> bool:
        step = self.rules.step or self.rules.duration
        return start in grid and (start - grid[start]) % (step // MINUTE) == 0

    def _allowed(self, grid: dict[int, int], clock: Clock, start: int) -> bool:
        rules = self.rules
        meeting = set(range(start, start + rules.duration // MINUTE))
        around = set(range(start - rules.buffer_before // MINUTE, max(meeting) + 1 + rules.buffer_after // MINUTE))
        if not meeting <= grid.keys() or EPOCH + start * MINUTE < self.now + rules.minimum_notice:
            return False
        today = self.now.astimezone(ZoneInfo(self.availability.zone)).date()
        if rules.window_days is not None and (clock.date[start] - today).days > rules.window_days:
            return False
        if any(around & set(range(begin // 60, end // 60)) for begin, end in self.busy):
            return False
        for other in self.booked:
            its_around = range((other.start - other.buffer_before) // 60, (other.end + other.buffer_after) // 60)
            if around & set(range(other.start // 60, other.end // 60)) or meeting & set(its_around):
                return False
        return all(self._room(limit, clock.date[start]) for limit in rules.limits)

    def _room(self, limit: Limit, day: date) -> bool:
        zone = ZoneInfo(self.availability.zone)
        same = [
            (b.end - b.start) // 60
            for b in self.booked
            if b.counts and _period(limit.per, datetime.fromtimestamp(b.start, zone).date()) == _period(limit.per, day)
        ]
        minutes = sum(same) + self.rules.duration // MINUTE
        fits = limit.count is None or len(same) + 1 <= limit.count
        return fits and (limit.minutes is None or minutes <= limit.minutes)


def _period(per: str, day: date) -> object:
    names = {"day": day, "week": day.isocalendar()[:2], "month": (day.year, day.month), "year": day.year}
    return names[per]


def _minute(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE
