"""Graph's dateTimeTimeZone (calendars contract, chapter 2.4): seven digits of fraction, no offset, the zone beside it.

We ask for UTC in every call. Windows' names of zones are never needed for that, and are not read.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sivient.core.interval import Interval
from sivient.ports.calendars import Busy

LONGEST_VIEW = timedelta(days=1825)  # that Graph shows of a calendar; it refuses more
NAMES_OF_UTC = {"", "utc", "etc/utc", "z", "gmt", "etc/gmt", "tzone://microsoft/utc"}
NO_TIME = "The time of an event cannot be read."
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


class Unreadable(Exception):
    """What an event says cannot be understood; the text is a sentence for the host."""


def times(event: dict[str, Any], zone: str) -> Busy | None:
    """Return when an event is; None when it takes no time. All-day events lie on their own dates in `zone` (IANA).

    Raise Unreadable.
    """
    if event.get("isAllDay") is True:  # they float: midnight to midnight, whatever zone was asked for
        start, end = (_midnight(_text(event.get(name))[:10], zone) for name in ("start", "end"))
    else:
        start, end = (_moment(event.get(name)) for name in ("start", "end"))
    if end == start:
        return None
    start, end = min(start, end), max(start, end)  # of one that ends before it begins, the time between counts
    try:
        Interval(start, end)
    except ValueError:  # in another age
        raise Unreadable(NO_TIME) from None
    return Busy(start, end)


def said(moment: datetime) -> dict[str, str]:
    """Return an instant as Graph wants it."""
    return {"dateTime": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0", "timeZone": "UTC"}


def widened(window: Interval) -> tuple[datetime, datetime]:
    """Return the window with a day on either side: all-day events lie in another zone than the question."""
    return window.start - timedelta(days=1), window.end + timedelta(days=1)


def in_query(moment: datetime) -> str:
    """Return an instant as a parameter of calendarView."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(value: Any) -> str:
    """Return a wall time, with an offset if there is one, which Graph does not write today."""
    text = value.get("dateTime") if isinstance(value, dict) else None
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        raise Unreadable(NO_TIME)
    return text


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))  # of a longer fraction, six digits count
        return (moment if moment.tzinfo else moment.replace(tzinfo=_zone(value.get("timeZone")))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(NO_TIME) from None


def _zone(name: Any) -> tzinfo:
    if name is None or str(name).strip().lower() in NAMES_OF_UTC:
        return UTC
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise Unreadable("An event is in a time zone that we do not know.") from None


def _midnight(day: str, zone: str) -> datetime:
    """Return the first instant of a day; where the clocks jump over midnight, it is read as before the jump."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(NO_TIME) from None
