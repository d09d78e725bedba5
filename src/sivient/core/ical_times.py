"""One VEVENT's times (RFC 5545 3.6.1): when it begins and ends, and what it says about its repetitions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from hashlib import sha256
from typing import cast

from icalendar import vDuration

from sivient.core.ical_lines import Component, Line
from sivient.core.ical_zones import UNREADABLE, Zones
from sivient.core.interval import YEARS

Time = date | datetime
DAY = timedelta(days=1)
LONGEST = timedelta(days=4000)  # of a duration; longer ones are no durations
# Birthdays begin in 1604 or 1601, and a series that began elsewhere would have other days.
EARLIEST = date(1000, 1, 1)
# Wider than RFC 5545 3.3.4 and 3.3.5: as ISO 8601 has it, too. Fractions of a second are left out.
_DATE = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)")
_DATE_TIME = re.compile(
    _DATE.pattern + r"[T ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(?:(Z)|([+-]\d\d):?(\d\d)?)?", re.IGNORECASE
)
_UID_LIMIT = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f]|\\n", re.IGNORECASE)

NO_START = "Events that do not say when they begin: they do not block."
REVERSED = "Events that end before they begin: the time between blocks."
NO_END = "Events whose end cannot be read: a whole day blocks."
ODD_UID = "Events whose id has line breaks or is too long: they block all the same."
UNKNOWN_ZONE = "Events in a time zone that nobody knows: all the time blocks that they may mean."
ODD_REPEAT = "Events that repeat in a way that we cannot follow: all the time from their first date on blocks."


class NoStart(ValueError):
    """Nobody can say when the event begins."""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. `start` and `end` are both dates, or both aware. `blurred`: they are written in an unknown zone, and
    stand here as if in UTC. `odd`: it repeats, but nobody can say how. `key` is the same for events of the same UID,
    "" without one; `uid` is "" for an odd one as well. `troubles` are sentences for the host.
    """

    uid: str
    start: Time
    end: Time
    free: bool
    cancelled: bool
    sequence: int
    replaces: Time | None = None  # RECURRENCE-ID
    following: bool = False  # it replaces all that follow, too
    rules: tuple[str, ...] = ()
    extra: tuple[Time | tuple[datetime, datetime], ...] = ()
    without: tuple[Time, ...] = ()
    blurred: bool = False
    odd: bool = False
    answers: tuple[tuple[str, str], ...] = ()  # address in small letters, PARTSTAT in capitals
    key: str = ""
    troubles: frozenset[str] = field(default_factory=frozenset)

    @property
    def repeats(self) -> bool:
        """Whether it is the first of a series."""
        return bool(self.rules or self.extra or self.odd)


def event(component: Component, zones: Zones) -> Event:
    """Read a VEVENT. NoStart: there is nothing in it that could be placed in time."""
    return _Reader(component, zones).event()


class _Reader:
    """Reads one VEVENT, and notes what is wrong with it."""

    def __init__(self, component: Component, zones: Zones) -> None:
        self.zones = zones
        self.lines: dict[str, list[Line]] = {}
        for line in component.lines():
            self.lines.setdefault(line.name, []).append(line)
        self.troubles: set[str] = set()
        self.blurred = False

    def event(self) -> Event:
        start, end = self._span()
        odd = False
        try:
            extra = tuple(each for line in self.lines.get("RDATE", ()) for each in self._list(line))
        except UNREADABLE:
            extra, odd = (), True
        replaces, following = self._replaces()
        if self.blurred:
            self.troubles.add(UNKNOWN_ZONE)
        return Event(
            uid=self._uid(),
            start=start,
            end=end,
            free=self._word("TRANSP") == "TRANSPARENT" or self._word("STATUS") == "CANCELLED",
            cancelled=self._word("STATUS") == "CANCELLED",
            sequence=int(number) if len(number := self._word("SEQUENCE")) < 10 and number.isdecimal() else 0,
            replaces=replaces,
            following=following,
            rules=tuple(line.value.upper() for line in self.lines.get("RRULE", ())),
            extra=extra,
            without=tuple(self._without()),
            blurred=self.blurred,
            odd=odd,
            answers=tuple(self._answers()),
            key=sha256(uid.encode(errors="replace")).hexdigest() if (uid := self._written_uid()) else "",
            troubles=frozenset(self.troubles),
        )

    def _first(self, name: str) -> Line | None:
        return next(iter(self.lines.get(name, ())), None)

    def _word(self, name: str) -> str:
        line = self._first(name)
        return line.value.upper() if line else ""

    def _written_uid(self) -> str:
        line = self._first("UID")
        return line.value if line else ""

    def _uid(self) -> str:
        uid = self._written_uid()
        if len(uid) > _UID_LIMIT or _CONTROL.search(uid):
            self.troubles.add(ODD_UID)
            return ""
        return uid

    def _span(self) -> tuple[Time, Time]:
        line = self._first("DTSTART")
        try:
            start = self._time(line.value, line) if line else None
        except UNREADABLE:
            start = None
        if start is None:
            raise NoStart
        try:
            end = self._end(start)
        except UNREADABLE:
            self.troubles.add(NO_END)
            end = start + DAY
        if isinstance(start, datetime) != isinstance(end, datetime):
            start, end = self._midnight(start), self._midnight(end)
        if _is_before(end, start):
            self.troubles.add(REVERSED)
            start, end = end, start
        if end == start and not isinstance(start, datetime):
            end = start + DAY  # many programs write a day of their own like that
        return start, end

    def _end(self, start: Time) -> Time:
        if line := self._first("DTEND"):
            return self._time(line.value, line)
        if line := self._first("DURATION"):
            duration = _duration(line.value)
            if abs(duration) > LONGEST:
                raise ValueError("no duration")
            if not isinstance(start, datetime) and duration % DAY:
                start = self._midnight(start)
            return _after(start, duration, line.value)
        return start if isinstance(start, datetime) else start + DAY

    def _midnight(self, time: Time) -> datetime:
        if isinstance(time, datetime):
            return time
        return datetime(time.year, time.month, time.day, tzinfo=self.zones.floating)

    def _replaces(self) -> tuple[Time | None, bool]:
        line = self._first("RECURRENCE-ID")
        if line is None:
            return None, False
        try:
            return self._time(line.value, line), line.parameters.get("RANGE", "").upper() == "THISANDFUTURE"
        except UNREADABLE:
            return None, False  # it stands beside its series then, and both block

    def _without(self) -> Iterator[Time]:
        start = self._first("DTSTART")
        for line in self.lines.get("EXDATE", ()):
            if self._unknown(line) != (start and self._unknown(start)):
                continue  # nobody can say whether they mean the same moment
            try:
                yield from (each for each in self._list(line) if not isinstance(each, tuple))
            except UNREADABLE:
                continue  # what cannot be left out blocks

    def _list(self, line: Line) -> list[Time | tuple[datetime, datetime]]:
        return [self._period(part, line) if "/" in part else self._time(part, line) for part in line.value.split(",")]

    def _period(self, text: str, line: Line) -> tuple[datetime, datetime]:
        begin, _, end = text.partition("/")
        start = self._midnight(self._time(begin, line))
        last = start + _duration(end) if end[:1] in "P+" else self._midnight(self._time(end, line))
        if not timedelta() <= last - start <= LONGEST:
            raise ValueError("no period")
        return start, last

    def _time(self, text: str, line: Line) -> Time:
        if found := _DATE.fullmatch(text):
            return _near(date(int(found[1]), int(found[3]), int(found[4])))
        found = _DATE_TIME.fullmatch(text)
        if found is None:
            raise ValueError("neither a date nor a time")
        day = date(int(found[1]), int(found[3]), int(found[4]))
        hour, minute, second = (int(found[part] or 0) for part in (5, 6, 7))
        if (hour, minute, second) == (24, 0, 0):
            hour, day = 0, day + DAY
        clock = time(hour, minute, min(second, 59))  # a minute may have 61 seconds
        zone = UTC if found[8] else _offset(found[9], found[10]) if found[9] else self._zone(line)
        near = _near(day)
        return datetime.combine(near, clock if near == day else time(), tzinfo=zone)

    def _zone(self, line: Line) -> tzinfo:
        name = line.parameters.get("TZID")
        if name is None:
            return self.zones.floating
        zone = self.zones.find(name)
        self.blurred = self.blurred or zone is None
        return zone or UTC

    def _unknown(self, line: Line) -> str:
        """Return the name of a line's zone when nobody knows that."""
        name = line.parameters.get("TZID", "")
        return name if name and self.zones.find(name) is None else ""

    def _answers(self) -> Iterator[tuple[str, str]]:
        for line in self.lines.get("ATTENDEE", ())[:200]:
            scheme, _, address = line.value.partition(":")
            if scheme.lower() == "mailto" and address:
                yield address.lower(), line.parameters.get("PARTSTAT", "NEEDS-ACTION").upper()


def _duration(text: str) -> timedelta:
    return cast(timedelta, vDuration.from_ical(text))  # type: ignore[no-untyped-call]


def _after(start: Time, duration: timedelta, text: str) -> Time:
    """Return when a duration is over. Its weeks and days are those of the calendar, its hours pass (RFC 5545 3.3.6)."""
    before, _, clock = text.upper().partition("T")
    if not clock or not isinstance(start, datetime):
        return start + duration
    passing = _duration(f"{'-' * before.startswith('-')}PT{clock}")
    return (start + (duration - passing)).astimezone(UTC) + passing


def _offset(hours: str, minutes: str | None) -> tzinfo:
    """Return the zone that is always so far from UTC: "-05", "30"."""
    return timezone(timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes or 0}")))


def _near(day: date) -> date:
    """Return the day, or the nearest one that can still be computed with: some calendars end events in 9999."""
    return min(max(day, EARLIEST), date(YEARS[-1] - 1, 12, 31))


def _is_before(one: Time, other: Time) -> bool:
    """Compare two times; on the same clocks by what these show, as an hour that they leave out turns instants round."""
    if isinstance(one, datetime) and isinstance(other, datetime) and one.tzinfo is other.tzinfo:
        return one.replace(tzinfo=None) < other.replace(tzinfo=None)
    return _instant(one) < _instant(other)


def _instant(time: Time) -> datetime:
    """Return something that times can be compared by; dates only with dates."""
    if isinstance(time, datetime):
        return time.astimezone(UTC)
    return datetime(time.year, time.month, time.day, tzinfo=UTC)
