"""What Google says about time: instants with an offset or a zone, and dates in the calendar's zone."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sivient.core import interval
from sivient.core.interval import YEARS, Interval

# What lies outside the years of bookings is cut: an event from the year 1 on still takes today.
FIRST = datetime(YEARS[0], 1, 1, tzinfo=UTC)
LAST = datetime(YEARS[-1], 12, 31, tzinfo=UTC)


def zone_named(name: object) -> ZoneInfo | None:
    """Return the zone of an IANA name, None for anything else."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # not a zone, no name, a folder of zones
        return None


def instant(said: Any, zone: ZoneInfo) -> datetime:
    """Return the instant of a `start` or an `end`; `zone` is the calendar's. ValueError: it cannot be read."""
    if not isinstance(said, dict):
        raise ValueError("no time")
    if isinstance(said.get("dateTime"), str):
        return moment(said["dateTime"], zone_named(said.get("timeZone")) or zone)
    if isinstance(said.get("date"), str):
        return _bounded(datetime.combine(date.fromisoformat(said["date"]), time(), zone))
    raise ValueError("neither a time nor a date")


def moment(text: Any, zone: ZoneInfo | None = None) -> datetime:
    """Return the instant of an RFC 3339 text; one without an offset is wall time in `zone`. ValueError: neither."""
    if not isinstance(text, str):
        raise ValueError("not a text")
    wall = datetime.fromisoformat(text.strip().upper())
    if wall.tzinfo is None and zone is None:
        raise ValueError("a time without an offset")
    return _bounded(wall if wall.tzinfo else wall.replace(tzinfo=zone))


def bounds(window: Interval) -> tuple[datetime, datetime]:
    """Return a window in whole seconds, no shorter than it is: Google reads no fractions."""
    start, end = window.seconds()
    return interval.moment(start), interval.moment(end)


def written(at: datetime) -> str:
    """Return an instant as Google's parameters take it: UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _bounded(at: datetime) -> datetime:
    try:
        return min(max(at.astimezone(UTC), FIRST), LAST)
    except OverflowError:  # the first hours of year 1, the last ones of 9999
        return FIRST if at.year < YEARS[0] else LAST
