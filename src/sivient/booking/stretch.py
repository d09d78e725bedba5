"""How much of the free times a page knows: five weeks and where they go on, never the two years there may be."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from sivient.core.interval import Interval, floor_seconds, moment

SPAN = timedelta(days=35)  # five whole weeks
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SOON = 8 * 86400  # seconds


class Source(Protocol):
    """Free times that are read part by part; see `scheduling.offering.Offering`."""

    def starts(self, window: Interval | None = None) -> list[int]:
        """Return the starts in `window`."""

    def after(self, instant: int | None = None, n: int = 1) -> list[int]:
        """Return the first `n` starts from `instant` on."""

    def before(self, instant: int | None = None, n: int = 1) -> list[int]:
        """Return the last `n` starts before `instant`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """All free times in `window`, and the ones next to it on both sides (None: there are none). In epoch seconds.

    `first` and `last` are those of all that can be booked, `soon` the ones of eight days from `first` on.
    """

    window: Interval
    starts: list[int]
    before: int | None
    after: int | None
    first: int
    last: int
    soon: list[int]

    def packed(self) -> dict[str, object]:
        """Return it for the page's module, in minutes since the epoch."""
        begin, end = self.window.seconds()
        return {
            "from": begin // 60,
            "to": end // 60,
            "starts": packed(self.starts),
            "before": None if self.before is None else self.before // 60,
            "after": None if self.after is None else self.after // 60,
            "first": self.first // 60,
            "last": self.last // 60,
            "soon": packed(self.soon),
        }


def ends(source: Source) -> tuple[int, int] | None:
    """Return the first and the last of all starts, None when nothing is free."""
    first, last = source.after(), source.before()
    return (first[0], last[0]) if first and last else None


def stretch(source: Source, window: Interval, of: tuple[int, int]) -> Stretch:
    """Return what is free in `window` and next to it; `of` are the `ends` of all of it."""
    (first, last), (begin, end) = of, window.seconds()
    starts = source.starts(window)
    before = source.before(begin) if first < begin else []
    after = source.after(end) if last >= end else []
    return Stretch(
        window=window,
        starts=starts,
        before=before[0] if before else None,
        after=after[0] if after else None,
        first=first,
        last=last,
        soon=_soon(source, first, starts if begin <= first <= end - _SOON else None),
    )


def _soon(source: Source, first: int, known: list[int] | None) -> list[int]:
    """Return the starts of eight days from the first one on; out of the `known` ones where they hold them."""
    if known is None:
        return source.starts(Interval(moment(first), moment(first + _SOON)))
    return known[: bisect_left(known, first + _SOON)]


def around(first: date) -> Interval:
    """Return the window that holds the five weeks from the date `first` on, whatever the zone, and a week more.

    A guest whose zone the server does not know yet may see weeks that begin a week later.
    """
    midnight = datetime.combine(first, time(), UTC)
    return Interval(midnight - _DAY, midnight + SPAN + _WEEK + _DAY)


def chosen_day(source: Source, of: tuple[int, int], zone: ZoneInfo, wanted: date | None) -> date:
    """Return the wanted day or the next one with free times, else the first one of all."""
    opening, last = (local_date(end, zone) for end in of)
    if wanted is None or not opening < wanted <= last:
        return opening
    there = source.after(floor_seconds(datetime.combine(wanted, time(), zone)))
    return local_date(there[0], zone) if there else opening


def first_shown(opening: date, day: date) -> date:
    """Return the first day of the five weeks that show `day`.

    They begin with the week of `opening`, the first free day, and turn in steps of five.
    """
    monday = opening - opening.weekday() * _DAY
    return monday + (day - monday) // SPAN * SPAN


def local_date(start: int, zone: ZoneInfo) -> date:
    """Return the date on which a start falls in a zone."""
    return datetime.fromtimestamp(start, zone).date()


def packed(starts: list[int]) -> str:
    """Return starts for the page's module: minutes since the epoch, each as the difference to the one before.

    Differences that follow each other are counted: '29700000 5x11 65 5x11' are two hours, every five minutes.
    """
    minutes = [start // 60 for start in starts]
    steps = (minute - before for before, minute in zip([0, *minutes], minutes, strict=False))
    counted = ((step, sum(1 for _ in same)) for step, same in groupby(steps))
    return " ".join(f"{step}x{times}" if times > 1 else str(step) for step, times in counted)
