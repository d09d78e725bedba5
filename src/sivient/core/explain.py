"""Why a start is not offered: the rule that refuses it, and what stands in the way. Architecture, section 4, rule 7.

The sentences are for the host. Their times are of the schedule's zone, and they say nothing about who booked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sivient.core import moments
from sivient.core.availability import Availability, local_ordinal
from sivient.core.grid import pieces, runs
from sivient.core.interval import SECOND, Interval, Pair, ceil_seconds, moment, require_bookable
from sivient.core.limits import Limit, full_periods
from sivient.core.slots import Booked, SlotRules, booking_window, starts

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Rule(StrEnum):
    """The rule that decides about a start. Of several that refuse it, the first in the order of `explain`."""

    OFFERED = "offered"
    PAST = "past"
    NOTICE = "notice"
    WINDOW = "window"
    CLOSED = "closed"
    GRID = "grid"
    BUSY = "busy"
    BOOKED = "booked"
    BUFFER = "buffer"
    LIMIT = "limit"
    FULL_DAY = "full_day"
    UNREAD = "unread"  # what stands in a calendar then is not known: said by who reads calendars, never by `explain`


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule, a sentence for the host, and the busy time or booking that stands in the way, in epoch seconds."""

    rule: Rule
    sentence: str
    stands: Pair | None = None


def unnamed(_: Pair) -> str:
    """Return the words for a busy time of which nobody knows the calendar."""
    return "a busy time of a calendar"


def explain(
    availability: Availability,
    rules: SlotRules,
    start: int,
    *,
    busy: Iterable[Pair],
    booked: Iterable[tuple[int, int, int, int, bool]],
    now: datetime,
    busy_name: Callable[[Pair], str] = unnamed,
) -> Reason:
    """Say why `start` is not offered, or that it is: OFFERED exactly when `starts` offers it.

    What it is told is what `starts` is told; `busy_name` puts a busy time into words.
    Raises ValueError for a start outside the bookable years.
    """
    require_bookable(now)
    require_bookable(moment(start))
    case = _Case(
        availability,
        rules,
        start,
        start + rules.duration // SECOND,
        tuple(sorted((begin, stop) for begin, stop in busy if begin < stop)),
        tuple(sorted(Booked(*each) for each in booked)),
        now,
        busy_name,
    )
    return (
        case.past()
        or case.closed()
        or case.off_grid()
        or case.too_soon()
        or case.outside_window()
        or case.meets_busy()
        or case.meets_booking()
        or case.too_close()
        or case.over_limit()
        or case.full_day()
        or Reason(Rule.OFFERED, f"{case.at(start)} is offered.")
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One start that is looked into: each method is a rule, and returns the reason if it refuses the start."""

    availability: Availability
    rules: SlotRules
    start: int
    end: int
    busy: tuple[Pair, ...]
    booked: tuple[Booked, ...]
    now: datetime
    busy_name: Callable[[Pair], str]

    def at(self, seconds: int) -> str:
        """Return the time of day, with its date unless that is the one of the start."""
        ordinal = local_ordinal(self.availability.zone, seconds)
        local = moment(seconds).astimezone(ZoneInfo(self.availability.zone))
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        same_date = ordinal == local_ordinal(self.availability.zone, self.start)
        return clock if same_date else f"{clock} on {_day(ordinal)}"

    def span(self, pair: Pair) -> str:
        """Return both times, each with its date: 'from 9:00 to 17:00 on Friday' would begin on the start's date."""
        return f"from {self.at(pair[0])} to {self.at(pair[1])}"

    def past(self) -> Reason | None:
        if self.start >= ceil_seconds(self.now):
            return None
        return Reason(Rule.PAST, f"{self.at(self.start)} has passed.")

    def closed(self) -> Reason | None:
        open_time = pieces(self.availability, self.start, self.end)
        for piece, run_end in zip(open_time, runs(open_time), strict=True):
            if piece.start <= self.start < piece.end:
                if self.end <= run_end:
                    return None
                return Reason(
                    Rule.CLOSED,
                    f"A meeting {self.span((self.start, self.end))} is too long: the hours end at {self.at(run_end)}.",
                )
        return Reason(Rule.CLOSED, _why_closed(self))

    def off_grid(self) -> Reason | None:
        step = self.rules.step or self.rules.duration
        piece = next(p for p in pieces(self.availability, self.start, self.end) if p.start <= self.start < p.end)
        if (self.start - piece.anchor) % (step // SECOND) == 0:
            return None
        every = f"starts are every {_length(step // SECOND)} from {self.at(piece.anchor)}"
        return Reason(Rule.GRID, f"{self.at(self.start)} lies between two starts: {every}.")

    def too_soon(self) -> Reason | None:
        notice = self.rules.minimum_notice // SECOND
        earliest = ceil_seconds(self.now) + notice
        if self.start >= earliest:
            return None
        until = -(-earliest // 60) * 60  # nobody wants to read seconds here
        return Reason(
            Rule.NOTICE,
            f"{self.at(self.start)} is too soon: the minimum notice of {_length(notice)} lasts until {self.at(until)}.",
        )

    def outside_window(self) -> Reason | None:
        zone = self.availability.zone
        first, beyond = booking_window(self.availability, self.rules, self.now)
        if first <= self.start < beyond:
            return None
        if self.start < first:
            limit = f"before the first date that can be booked, {_day(local_ordinal(zone, first))}"
        else:
            limit = f"after the last date that can be booked, {_day(local_ordinal(zone, beyond - 1))}"
        return Reason(Rule.WINDOW, f"{_day(local_ordinal(zone, self.start))} is {limit}.")

    def meets_busy(self) -> Reason | None:
        return self._meets(Rule.BUSY, self.busy_name, self.busy)

    def meets_booking(self) -> Reason | None:
        return self._meets(Rule.BOOKED, _a_booking, [(each.start, each.end) for each in self._meetings()])

    def _meetings(self) -> list[Booked]:
        return [each for each in self.booked if each.start < each.end]

    def _meets(self, rule: Rule, what: Callable[[Pair], str], pairs: Iterable[Pair]) -> Reason | None:
        for pair in pairs:
            if pair[0] < self.end and pair[1] > self.start:
                lies = pair[0] <= self.start
                meeting = f"{self.at(self.start)} lies in" if lies else f"A meeting at {self.at(self.start)} runs into"
                return Reason(rule, f"{meeting} {what(pair)} {self.span(pair)}.", pair)
        return None

    def too_close(self) -> Reason | None:
        before, after = self.rules.buffer_before // SECOND, self.rules.buffer_after // SECOND
        around = [(Booked(*pair), self.busy_name) for pair in self.busy]
        around += [(each, _a_booking) for each in self._meetings()]
        for other, what in around:
            gap = max(before, other.buffer_after) if other.end <= self.start else max(after, other.buffer_before)
            if other.start < self.end + gap and other.end > self.start - gap:
                pair = other.start, other.end
                meeting = (
                    f"A meeting {self.span((self.start, self.end))} is too close to {what(pair)} {self.span(pair)}"
                )
                return Reason(Rule.BUFFER, f"{meeting}: at least {_length(gap)} must lie between them.", pair)
        return None

    def over_limit(self) -> Reason | None:
        zone, duration = self.availability.zone, self.end - self.start
        counted = [(each.start, each.end) for each in self.booked if each.counts]
        for limit in self.rules.limits:
            full = full_periods([limit], counted, zone=zone, duration=duration)
            if not limit.allows(1, duration) or any(first <= self.start < beyond for first, beyond in full):
                return Reason(Rule.LIMIT, f"The limit of {_most(limit)} leaves no room for this meeting.")
        return None

    def full_day(self) -> Reason | None:
        most = self.rules.most_per_day
        at = moment(self.start)
        alone = Interval(at, at + timedelta(microseconds=1))
        if most is None or starts(
            self.availability, self.rules, window=alone, busy=self.busy, booked=self.booked, now=self.now
        ):
            return None
        first = "first free start" if most == 1 else f"first {most} free starts"
        return Reason(Rule.FULL_DAY, f"{self.at(self.start)} comes after the {first} of the day; no more are offered.")


def _a_booking(_: Pair) -> str:
    return "a booking"


def _why_closed(case: _Case) -> str:
    """Say what closes the date on which a start falls."""
    availability, at = case.availability, case.at(case.start)
    ordinal = _date_of(availability, case.start)
    day, name = date.fromordinal(ordinal), _day(ordinal)
    for first, last in availability.time_off:
        if first <= day <= last:
            whole = f"on {name}" if first == last else f"from {_day(first.toordinal())} to {_day(last.toordinal())}"
            return f"{at} lies in time off {whole}."
    if not availability.overrides.get(day, True):
        return f"{name} is closed by an override."
    if day in availability.holidays and day not in availability.overrides:
        return f"{name} is a holiday."
    if day not in availability.overrides and all(hours.weekday != day.weekday() for hours in availability.weekly):
        return f"There are no hours on a {day:%A}."
    zone = availability.zone_on(day)
    read = (
        ""
        if zone == availability.zone
        else f", read in {moments.city(zone)}, {moments.offset(moment(case.start), zone)}"
    )
    opened = availability.openings(ordinal, ordinal)
    if not opened or not opened[0]:
        return f"The hours of {name}{read} do not exist: the clocks change."
    spans = " and ".join(case.span(pair) for pair in opened[0])
    return f"{at} lies outside the hours of {name}{read}: {spans}."


def _date_of(availability: Availability, start: int) -> int:
    """Return the ordinal of the latest date on which `start` falls where the host is on that date."""
    first, last = availability.dates_around(start, start + 1)
    for ordinal in range(last, first, -1):
        if local_ordinal(availability.zone_on(date.fromordinal(ordinal)), start) == ordinal:
            return ordinal
    return local_ordinal(availability.zone, start)  # a date that the host never saw


def _day(ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _length(seconds: int) -> str:
    """Return a length in the largest unit that it is whole in: '90 minutes', '1 day'."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return _many(seconds // size, unit)


def _most(limit: Limit) -> str:
    count = [] if limit.count is None else [_many(limit.count, "booking")]
    minutes = [] if limit.minutes is None else [_many(limit.minutes, "minute")]
    return f"{' and '.join(count + minutes)} a {limit.per}"


def _many(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"
