"""The time zones of an iCalendar file: IANA's where the name leads to one, else as the file itself describes them.

A file's description counts for that file alone: the names in it are anybody's choice ("Customized Time Zone"). It also
counts for the names whose clocks never change ("EST"): people write them, and mean the hours of a place.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from sivient.core.ical_lines import Component, Line, read_line

LARGEST = 1000  # lines of one description
MOST = 1000  # descriptions of one file that are kept
# What the libraries raise over text that makes no sense to them.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_FIXED = re.compile(r"EST|MST|HST|UTC|GMT([+-]?0)?|UCT|Zulu|Universal|Greenwich|Etc/.+")
# A zone's own rules are followed to the end of time, so only what clock changes really look like is let in.
_YEARLY = re.compile(
    r"(FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=[0-9TZ]{8,16}|BYMONTH=([1-9]|1[0-2])|BYDAY=(-?[1-4])?[A-Z]{2}"
    r"|BYMONTHDAY=([1-9]|1[0-9]|2[0-8])(,([1-9]|1[0-9]|2[0-8]))*)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def named(name: str) -> ZoneInfo | None:
    """Return the zone that a name means: IANA's, Windows's, or IANA's behind a prefix (`/x.org/1/Asia/Tokyo`)."""
    name = name.strip()
    known = _iana(WINDOWS_TO_OLSON.get(name, name))
    parts = name.split("/")
    for count in (3, 2):
        if known is None and len(parts) > count:
            known = _iana("/".join(parts[-count:]))
    return known


def _iana(name: str) -> ZoneInfo | None:
    if name in ("GMT", "Z", "Etc/UTC"):
        return ZoneInfo("UTC")
    if not _KEY.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of the data, a file that is no zone, nothing at all
        return None


def described(zone: Component) -> tzinfo | None:
    """Return the zone that a VTIMEZONE means; None: that cannot be said."""
    lines = list(zone.lines())
    location = next((line.value for line in lines if line.name == "X-LIC-LOCATION"), "")
    names = [known for name in (_own_name(zone), location) if (known := named(name))]
    changing = next((known for known in names if not _fixed(known)), None)
    if changing:
        return changing
    summer = any(raw.upper().startswith("BEGIN:DAYLIGHT") for raw in zone.raw)
    return _made(zone, lines) or (names[0] if names and not summer else None)


def _fixed(zone: ZoneInfo) -> bool:
    return _FIXED.fullmatch(zone.key) is not None


def _own_name(zone: Component) -> str:
    """Return the name that a VTIMEZONE gives itself."""
    lines = (read_line(raw) for raw in zone.raw if raw[:4].upper() == "TZID")
    return next((line.value for line in lines if line.name == "TZID"), "")


def _made(zone: Component, lines: list[Line]) -> tzinfo | None:
    rules = [line.value for line in lines if line.name == "RRULE"]
    if len(lines) > LARGEST or not all(_yearly(rule) for rule in rules):
        return None
    raw = [line for line in zone.raw if not line.upper().startswith("TZID")]
    # Under a name of ours: icalendar remembers every description by its name, for the whole process.
    text = "\r\n".join(["BEGIN:VTIMEZONE", "TZID:described-in-a-file", *raw, "END:VTIMEZONE", ""])
    try:
        made = cast(Timezone, Timezone.from_ical(text)).to_tz(lookup_tzid=False)
    except UNREADABLE:
        return None
    return Described(made) if isinstance(made, tzinfo) else None


class Described(tzinfo):
    """A zone that a file describes. A time that its clocks leave out counts by the clock before (RFC 5545 3.3.5); the
    library's own zone takes the clock after, an hour too early.
    """

    def __init__(self, zone: tzinfo) -> None:
        """`zone` is the library's own."""
        self._zone = zone

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """Return how far the clocks are from UTC."""
        offset = self._zone.utcoffset(at.replace(tzinfo=self._zone)) if at else None
        if at is None or offset is None:
            return None
        return self._zone.fromutc((at - offset).replace(tzinfo=self._zone)).utcoffset()

    def fromutc(self, at: datetime) -> datetime:
        """Return what the clocks show, see `datetime.tzinfo.fromutc`."""
        return self._zone.fromutc(at.replace(tzinfo=self._zone)).replace(tzinfo=self)

    def dst(self, at: datetime | None) -> timedelta | None:
        """None: nobody asks."""
        return None

    def tzname(self, at: datetime | None) -> str | None:
        """None: nobody asks."""
        return None


def _yearly(rule: str) -> bool:
    parts = rule.split(";")
    return "FREQ=YEARLY" in rule.upper() and all(_YEARLY.fullmatch(part) for part in parts)


class Zones:
    """The zones of one file: what its names mean."""

    def __init__(self, floating: tzinfo, late: Callable[[], bool] = lambda: False) -> None:
        """`floating` is where times lie that name no zone. `late`: whether there is no time to work out another one."""
        self.floating = floating
        self._late = late
        self._written: dict[str, Component] = {}
        self._described: dict[str, tzinfo | None] = {}

    def add(self, zone: Component) -> None:
        """Take a VTIMEZONE of the file in; what it means is worked out when an event names it."""
        if len(self._written) < MOST:
            self._written[_own_name(zone)] = zone

    def find(self, name: str) -> tzinfo | None:
        """Return what the file means with a TZID, None when nobody knows."""
        known = named(name)
        if (known and not _fixed(known)) or name not in self._written:
            return known
        if name not in self._described:
            if known is None and self._late():
                return None
            self._described[name] = described(self._written[name])
        return self._described[name]
