"""What takes time in a calendar's events: series expanded, exceptions put in their places (RFC 5545 3.8.5).

Whatever cannot be read blocks as much as it may mean, and is counted; a wrong "busy" is a pity, a wrong "free" is a
double booking.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from sivient.core.ical_lines import components
from sivient.core.ical_rules import followable
from sivient.core.ical_series import Series
from sivient.core.ical_times import NO_START, ODD_REPEAT, Event, NoStart, Time, event
from sivient.core.ical_zones import UNREADABLE, Zones
from sivient.core.interval import Interval, Pair, ceil_seconds, floor_seconds, merge

MOST = 10_000  # occurrences of one series in the window
TOO_MANY = "Events that repeat more than 10,000 times: all the time from their first to their last date blocks."
TOO_SLOW = "Events that repeat in a way that takes too long to follow: all the time from their first date on blocks."
# An unknown zone lies somewhere between UTC-12 and UTC+14.
EAST, WEST = timedelta(hours=14), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Reading:
    """What some events of one UID come to. `start` and `end` are those of a single event; `busy` lies in the window."""

    uid: str
    busy: tuple[Pair, ...]
    start: datetime | None = None
    end: datetime | None = None
    answers: tuple[tuple[str, str], ...] = ()
    troubles: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Expansion:
    """How events are read: into `window`, dates in the zone `floating`. `mine` returns the host's own addresses, and is
    asked only when somebody declined. `late`: whether there is no more time for what takes long.
    """

    window: Interval
    floating: tzinfo
    mine: Callable[[], Collection[str]]
    late: Callable[[], bool]

    def read(self, events: Iterable[Event]) -> Reading:
        """Return what the events of one UID come to."""
        group = list(events)
        troubles = set[str]().union(*(each.troubles for each in group))
        exceptions = _exceptions(group)
        placed = {id(each) for each in exceptions}
        pairs: list[Pair] = []
        for each in group:
            # Files with several events of one UID exist: each of them takes its time.
            if each.replaces is None and each.repeats:
                pairs += self._series(each, exceptions, troubles)
            elif id(each) not in placed:
                pairs += self._single(each)
        start, end = self._times(group)
        answers = group[0].answers if group else ()
        uid = group[0].uid if group else ""
        return Reading(uid, tuple(self._cut(merge(pairs))), start, end, answers, frozenset(troubles))

    def _times(self, group: list[Event]) -> tuple[datetime | None, datetime | None]:
        if len(group) != 1 or group[0].repeats:
            return None, None
        start, end = instant(group[0].start, self.floating), instant(group[0].end, self.floating)
        return start, max(end, start)

    def _single(self, one: Event) -> Iterator[Pair]:
        if not self._free(one):
            yield self._pair(one.start, one.end, one.blurred, repeats=False)

    def _series(self, master: Event, exceptions: list[Event], troubles: set[str]) -> list[Pair]:
        if all(self._free(each) for each in (master, *exceptions)):
            return []
        trouble = TOO_SLOW if self.late() else ODD_REPEAT
        if not master.odd and not self.late() and followable(master, exceptions, self.window.end):
            try:
                return list(self._expanded(master, exceptions))
            except _TooMuch as error:
                trouble = str(error)
            except UNREADABLE:
                trouble = ODD_REPEAT
        troubles.add(trouble)
        named = (each[0] if isinstance(each, tuple) else each for each in master.extra)
        first = min(instant(each, self.floating) for each in (master.start, *named))
        everything = [(floor_seconds(first) - 86400, ceil_seconds(self.window.end))]
        return everything + [pair for each in exceptions for pair in self._single(each)]

    def _expanded(self, master: Event, exceptions: list[Event]) -> Iterator[Pair]:
        series = Series(master, exceptions, self.floating)
        for each in series.alone:
            yield from self._single(each)
        if not self._free(master):
            for start, end in series.beside():
                yield self._pair(start, end, master.blurred)
        for count, (start, end, free) in enumerate(series.occurrences(self.window, self._free), 1):
            if count > MOST:
                raise _TooMuch(TOO_MANY)
            if count % 100 == 0 and self.late():
                raise _TooMuch(TOO_SLOW)
            if not free:
                yield self._pair(start, end, master.blurred)

    def _free(self, one: Event) -> bool:
        declined = {address for address, answer in one.answers if answer == "DECLINED"}
        return one.free or bool(declined and declined & set(self.mine()))

    def _pair(self, start: Time, end: Time, blurred: bool, *, repeats: bool = True) -> Pair:
        first, last = instant(start, self.floating), instant(end, self.floating)
        if (
            isinstance(start, datetime)
            and isinstance(end, datetime)
            and start.tzinfo is end.tzinfo
            and (repeats or _is_left_out(start))
        ):
            # When the clocks change, hours on the wall and hours that pass differ: where it is not said which ones an
            # event has, the later end counts. A single event that begins at a time that there is says its own end.
            last = max(last, first + (end - start))
        if blurred:
            first, last = first - EAST, last + WEST
        return floor_seconds(first), ceil_seconds(last)

    def _cut(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        begin, finish = self.window.seconds()
        for start, end in pairs:
            if start < finish and begin < end:
                yield max(start, begin), min(end, finish)


def _is_left_out(at: datetime) -> bool:
    """Whether the clocks never show this time, as they jump over it."""
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None)


def _exceptions(group: list[Event]) -> list[Event]:
    """Return those that replace an occurrence of the series among them; none when it may be another's occurrence."""
    series = [each for each in group if each.replaces is None and each.repeats]
    if len(series) != 1 or not series[0].key:
        return []
    return [each for each in group if each.replaces is not None and each.key == series[0].key]


class _TooMuch(Exception):
    """A series has more occurrences, or takes longer to follow, than is bearable; its text is for the host."""


def instant(time: Time, floating: tzinfo) -> datetime:
    """Return when something begins or ends, in UTC; a date begins at midnight in the zone `floating`."""
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day, tzinfo=floating)
    return time.astimezone(UTC)


def events(lines: Iterable[str], zones: Zones, troubles: Counter[str]) -> Iterator[Event]:
    """Yield the events of a small file, its zones known first; count those that nobody can place in `troubles`.

    NotACalendar: it is no iCalendar file, or not a whole one.
    """
    found = list(components(lines))
    for each in found:
        if each.name == "VTIMEZONE":
            zones.add(each)
    for each in found:
        if each.name == "VEVENT":
            try:
                yield event(each, zones)
            except NoStart:
                troubles[NO_START] += 1
