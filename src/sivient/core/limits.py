"""Booking limits: how many bookings, or minutes of them, a day, ISO week, month or year may hold."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sivient.core.availability import local_ordinal, midnight
from sivient.core.interval import Pair

Period = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` bookings and at most `minutes` of meetings per period; None: as many as you like."""

    per: Period
    count: int | None = None
    minutes: int | None = None

    def __post_init__(self) -> None:
        if self.per not in get_args(Period):
            raise ValueError("a limit is per day, week, month or year")
        if self.count is None and self.minutes is None:
            raise ValueError("a limit needs a count or minutes")
        if min(self.count or 0, self.minutes or 0) < 0:
            raise ValueError("a limit must not be negative")

    def allows(self, count: int, seconds: int) -> bool:
        """Say whether a period may hold `count` bookings that last `seconds` in all."""
        return (self.count is None or count <= self.count) and (self.minutes is None or seconds <= self.minutes * 60)


def full_periods(limits: Iterable[Limit], counted: Iterable[Pair], *, zone: str, duration: int) -> list[Pair]:
    """Return the periods that have no room for one more meeting of `duration` seconds.

    `counted` are the bookings that count; each belongs to the local date of its start.
    """
    bookings = [(local_ordinal(zone, start), end - start) for start, end in counted]
    full = []
    for limit in limits:
        held: dict[Pair, list[int]] = defaultdict(list)
        for ordinal, length in bookings:
            held[_period(limit.per, ordinal)].append(length)
        full += [
            (midnight(zone, first), midnight(zone, beyond))
            for (first, beyond), lengths in held.items()
            if not limit.allows(len(lengths) + 1, sum(lengths) + duration)
        ]
    return full


def periods_around(limits: Iterable[Limit], first: int, last: int) -> Pair:
    """Return the ordinals [first, beyond) of all the periods that have a date from `first` to `last`."""
    around = [(_period(limit.per, first)[0], _period(limit.per, last)[1]) for limit in limits]
    return min(begin for begin, _ in around), max(beyond for _, beyond in around)


def _period(per: Period, ordinal: int) -> Pair:
    """Return the ordinals [first, beyond) of the period that has the date `ordinal`."""
    match per:
        case "day":
            first, beyond = ordinal, ordinal + 1
        case "week":
            first = ordinal - (ordinal - 1) % 7
            beyond = first + 7
        case "month":
            day = date.fromordinal(ordinal).replace(day=1)
            first = day.toordinal()
            beyond = first + monthrange(day.year, day.month)[1]
        case "year":
            year = date.fromordinal(ordinal).year
            first, beyond = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return first, beyond
