"""The times of one series (RFC 5545 3.8.5), by the library that walks rules.

The library takes two times for one when their instants or their walls are alike, and UNTIL for UTC. So it is given
the wall of the series' own zone alone, and learns of no zone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar import Calendar, vRecur
from icalendar import Event as Written
from recurring_ical_events import CalendarQuery

from sivient.core.ical_rules import comes
from sivient.core.ical_times import DAY, Event, Time
from sivient.core.interval import Interval

_UNTIL = re.compile(r"UNTIL=([^;]*)")
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


@dataclass(frozen=True, slots=True)
class Wall:
    """What a series counts by: the clock on the wall in `zone`, or whole days (None) of the zone `floating`."""

    zone: tzinfo | None
    floating: tzinfo

    def slot(self, at: Time) -> Time | None:
        """Return when an occurrence begins that is named by `at`, on the wall; None: none of this series is meant."""
        if self.zone is None:
            return at if not isinstance(at, datetime) else self._day(at)
        if not isinstance(at, datetime):
            return None
        wall = at.astimezone(self.zone).replace(tzinfo=None, fold=0)
        # An hour on the wall that comes twice means the first.
        return wall if wall.replace(tzinfo=self.zone).astimezone(UTC) == at.astimezone(UTC) else None

    def slots(self, at: Time) -> set[Time]:
        """Return `slot` and, where the clocks have just left an hour out, when the wall would have shown it in that
        hour: one instant, whatever it is called.
        """
        slot = self.slot(at)
        if slot is None:
            return set()
        if not isinstance(at, datetime) or self.zone is None:
            return {slot}
        now = at.astimezone(UTC)
        before = (now - DAY).astimezone(self.zone).utcoffset() or timedelta()
        left_out = (now + before).replace(tzinfo=None)
        return {slot, left_out} if left_out.replace(tzinfo=self.zone).astimezone(UTC) == now else {slot}

    def _day(self, midnight: datetime) -> date | None:
        walls = (midnight, midnight.astimezone(self.floating))
        return next((each.date() for each in walls if each.time() == time()), None)

    def of(self, at: Time) -> Time:
        """Return what the wall shows then."""
        return at.astimezone(self.zone).replace(tzinfo=None, fold=0) if self.zone and isinstance(at, datetime) else at

    def back(self, wall: Time) -> Time:
        """Return when the wall shows that."""
        return wall.replace(tzinfo=self.zone) if isinstance(wall, datetime) else wall

    def until(self, rule: str) -> str:
        """Return a rule with its UNTIL on the wall. ValueError: it has one that is no time."""
        return _UNTIL.sub(self._until, rule)

    def _until(self, found: re.Match[str]) -> str:
        parts = _WHEN.fullmatch(found[1])
        if parts is None:
            raise ValueError("neither a date nor a time")
        clock = parts.groups()[3:6] if parts[4] else ("23", "59", "59")  # a date lasts to its end
        year, month, day, hour, minute, second = (int(part) for part in (*parts.groups()[:3], *clock))
        last = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        wall = (self._of_utc(last) if parts[7] else last).replace(tzinfo=None)
        if self.zone is None:
            # Midnight in UTC may be meant as a day of the calendar, or as that day's midnight in its zone.
            return "UNTIL=" + max(last.date(), wall.date()).isoformat().replace("-", "")
        return "UNTIL=" + wall.isoformat().replace("-", "").replace(":", "")

    def _of_utc(self, at: datetime) -> datetime:
        try:
            wall = at.astimezone(self.zone or self.floating)
        except OverflowError:  # the year 9999: for ever
            return at
        return wall + timedelta(hours=wall.fold)  # the whole of an hour that comes twice


class Series:
    """One series and those that replace its occurrences. ValueError: nobody can say what they come to."""

    def __init__(self, master: Event, exceptions: list[Event], floating: tzinfo) -> None:
        self._master = master
        self._wall = Wall(master.start.tzinfo if isinstance(master.start, datetime) else None, floating)
        self._length = _length(master)
        slots: dict[Time, list[Event]] = {}
        self.alone: list[Event] = []
        """The exceptions that count, each with its own time."""
        for each in exceptions:
            slot = self._slot(each)
            if slot is None:
                self.alone.append(each)
            else:
                slots.setdefault(slot, []).append(each)
        for those in slots.values():
            latest = max(each.sequence for each in those)
            self.alone += [each for each in those if each.sequence == latest]
        self._following = [each for each in exceptions if each.following]
        if any(len(those) > 1 and any(each.following for each in those) for those in slots.values()):
            raise ValueError("nobody can say which of them the rest follows")
        # One that is moved and left out at the same time takes its new time.
        moved = {slot for slot, those in slots.items() if those[0].following}
        named = [*master.without, *(each.replaces for slot in slots.keys() - moved for each in slots[slot])]
        self._without = {slot for at in named if at is not None for slot in self._wall.slots(at)} - moved

    def _slot(self, exception: Event) -> Time | None:
        """Return which occurrence is replaced; None: that cannot be said, so it stands beside its series."""
        master = self._master
        replaces = exception.replaces if exception.blurred == master.blurred else None
        slot = None if replaces is None else self._wall.slot(replaces)
        if exception.following:
            alike = isinstance(exception.start, datetime) == isinstance(master.start, datetime)
            if slot is None or not alike or any(isinstance(each, tuple) for each in master.extra):
                raise ValueError("nobody can say when those are that follow")
        return slot

    def beside(self) -> Iterator[tuple[Time, Time]]:
        """Yield the additions (RDATE) that go by no rule: periods, and times of another kind than the series' own."""
        for each in self._master.extra:
            if isinstance(each, tuple):
                if self._wall.slot(each[0]) not in self._without:
                    yield each
            elif self._wall.slot(each) is None:
                if isinstance(each, datetime):
                    yield each, each + self._length
                else:  # at which hour of that day, nobody knows
                    midnight = datetime(each.year, each.month, each.day, tzinfo=self._wall.zone)
                    yield midnight, midnight + DAY + self._length

    def occurrences(self, window: Interval, free: Callable[[Event], bool]) -> Iterator[tuple[Time, Time, bool]]:
        """Yield start, end and whether it takes no time, of each occurrence that nothing replaces."""
        # Walls are compared as if they stood in UTC, so more is looked at on both sides, and cut away afterwards.
        start, end = (each.astimezone(UTC).replace(tzinfo=None) for each in (window.start, window.end))
        whole, until = Calendar(), (end + 3 * DAY).toordinal() + max(map(_moved, self._following), default=0)
        for one in (self._master, *self._following):
            whole.add_component(self._written(one, free(one), date.fromordinal(min(until, date.max.toordinal()))))
        mixed = any(free(one) for one in (self._master, *self._following))
        for series in CalendarQuery(whole).series:
            for found in series.between(start - 2 * DAY, end + 2 * DAY):
                is_free = mixed and found.as_component(False).get("TRANSP") == "TRANSPARENT"
                yield self._wall.back(found.start), self._wall.back(found.end), is_free

    def _written(self, one: Event, free: bool, until: date) -> Written:
        """Return an event as the library wants it, with nothing that does not matter: no rule without a time by then,
        as the library looks for one to the end of time.
        """
        written, wall = Written(), self._wall
        start = wall.of(one.start)
        written.add("uid", "series")
        written.add("dtstart", start)
        written.add("dtend", start + _length(one))
        written.add("transp", "TRANSPARENT" if free else "OPAQUE")
        if one.following and one.replaces is not None:
            written.add("recurrence-id", wall.slot(one.replaces))
            written["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
            return written
        for rule in (each for each in one.rules if comes(each, start, until)):
            written.add("rrule", vRecur.from_ical(wall.until(rule)))
        # The first time counts whatever the rules say; the library forgets it when they end before it (UNTIL).
        slots = (wall.slot(each) for each in one.extra if not isinstance(each, tuple))
        written.add("rdate", [start, *(slot for slot in slots if slot is not None)])
        if self._without:
            written.add("exdate", list(self._without))
        # A date leaves out all that begin on that day.
        days = [each for each in one.without if wall.zone and not isinstance(each, datetime)]
        if days:
            written.add("exdate", days)
        return written


def _moved(one: Event) -> int:
    """Return by how many days an event stands elsewhere than what it replaces."""
    return abs(one.start.toordinal() - one.replaces.toordinal()) if one.replaces else 0


def _length(one: Event) -> timedelta:
    """Return how long an event takes: on the wall or as time passes, whichever is longer."""
    if isinstance(one.start, datetime) and isinstance(one.end, datetime):
        wall = one.end.astimezone(one.start.tzinfo) - one.start
        return max(wall, one.end.astimezone(UTC) - one.start.astimezone(UTC))
    return date(one.end.year, one.end.month, one.end.day) - date(one.start.year, one.start.month, one.start.day)
