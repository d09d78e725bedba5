"""What guests may book of one event type, read part by part: nobody computes two years to show five weeks."""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime

from sivient.core.interval import Interval, moment
from sivient.scheduling import engine
from sivient.scheduling.host_times import HostTimes
from sivient.scheduling.models import EventType

_DAY = 86400  # seconds
_SOON = 2 * _DAY  # most hosts have a free time so soon
_FURTHEST = 128 * _DAY  # as much as is computed at a time


@dataclass(frozen=True, slots=True)
class Offering:
    """The starts of an event type, from the times of its host as they were at one moment; nothing is asked again.

    `whole` holds all of them. The hold `without` neither stands in the way nor counts. The start `but` (epoch seconds)
    is left out, the start `also` is among them whatever the rules say of it. What is computed grows with the part that
    is asked for, and never with all that is free.
    """

    event_type: EventType
    times: HostTimes
    whole: Interval
    now: datetime
    minutes: int | None = None
    without: int | None = None
    but: int | None = None
    also: int | None = None

    def starts(self, window: Interval | None = None) -> list[int]:
        """Return the starts in `window` (None: all of them), in order, in epoch seconds."""
        return self._within(*(window or self.whole).seconds())

    def after(self, instant: int | None = None, n: int = 1) -> list[int]:
        """Return the first `n` starts from an epoch second on (None: of all), in order; fewer where there are none.

        It looks further and further ahead, up to the end of all that can be booked.
        """
        low, end = self.whole.seconds()
        low = low if instant is None else max(low, instant)
        found: list[int] = []
        step = _SOON
        while low < end and len(found) < n:
            found += self._within(low, low + step)
            low, step = low + step, min(2 * step, _FURTHEST)
        return found[:n]

    def before(self, instant: int | None = None, n: int = 1) -> list[int]:
        """Return the last `n` starts before an epoch second (None: of all), in order; fewer where there are none."""
        begin, high = self.whole.seconds()
        high = high if instant is None else min(high, instant)
        found: list[int] = []
        step = _SOON
        while high > begin and len(found) < n:
            found = self._within(high - step, high) + found
            high, step = high - step, min(2 * step, _FURTHEST)
        return found[-n:]

    def _within(self, low: int, high: int) -> list[int]:
        begin, end = self.whole.seconds()
        low, high = max(low, begin), min(high, end)
        if low >= high:
            return []
        found = engine.starts(
            self.event_type,
            self.times,
            Interval(moment(low), moment(high)),
            self.now,
            minutes=self.minutes,
            without=self.without,
        )
        if self.but is not None:
            found = [start for start in found if start != self.but]
        if self.also is not None and low <= self.also < high and self.also not in found:
            insort(found, self.also)
        return found
