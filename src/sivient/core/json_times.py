"""Readers of times, dates, zones and lengths, in the one way each that JSON from outside may write them."""

import re
from datetime import UTC, date, datetime, timedelta

from sivient.core.availability import MINUTES_PER_DAY, zone_named
from sivient.core.interval import YEARS, moment
from sivient.core.strict_json import whole, wrong

_LONGEST = 366 * MINUTES_PER_DAY  # minutes; the engine refuses longer
_IN_YEARS = f"in the years {YEARS[0]} to {YEARS[-1]}"
_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK = re.compile(_HOUR)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(rf"{_DATE.pattern}T{_HOUR}:[0-5][0-9](?:\.(?P<fraction>[0-9]+))?(?:Z|[+-]{_HOUR})", re.IGNORECASE)

minutes = whole(0, _LONGEST, " of minutes")
"""Reads a length that may be 0, as a number of minutes."""
_some_minutes = whole(1, _LONGEST, " of minutes")


def read_time(value: object) -> datetime:
    """Read an instant, as RFC 3339 section 5.6 writes it, in UTC; leap seconds are refused.

    Digits finer than a microsecond are lost, but what lies after a whole second stays after it.
    """
    written = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        found = datetime.fromisoformat(written[0].upper()).astimezone(UTC) if written else None
    except (ValueError, OverflowError):  # a date that no calendar has, or no calendar in UTC
        found = None
    if written is None or found is None or found.year not in YEARS:
        raise wrong(value, f"a time with its UTC offset, such as 2026-11-23T08:00:00Z, {_IN_YEARS}")
    beyond = (written["fraction"] or "").strip("0")
    return found.replace(microsecond=1) if beyond and not found.microsecond else found


def read_date(value: object) -> date:
    """Read a local date."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:  # as above
        found = None
    if found is None or found.year not in YEARS:
        raise wrong(value, f"a date such as 2026-12-24, {_IN_YEARS}")
    return found


def read_zone(value: object) -> str:
    """Read the name of an IANA time zone."""
    if isinstance(value, str):
        try:
            return zone_named(value).key
        except ValueError:
            pass
    raise wrong(value, "an IANA time zone such as Europe/Berlin")


def read_opening(value: object) -> int:
    """Read the time of day at which hours begin, as minutes since midnight."""
    return _clock(value, "a time of day from 00:00 to 23:59")


def read_closing(value: object) -> int:
    """Read the time of day at which hours end, as minutes since midnight: 24:00 is 1440."""
    return MINUTES_PER_DAY if value == "24:00" else _clock(value, "a time of day from 00:00 to 24:00")


def read_length(value: object) -> timedelta:
    """Read whole minutes, which may be 0."""
    return timedelta(minutes=minutes(value))


def read_some_length(value: object) -> timedelta:
    """Read whole minutes, at least one."""
    return timedelta(minutes=_some_minutes(value))


def write_time(seconds: int) -> str:
    """Return an epoch second as RFC 3339 writes it in UTC."""
    return f"{moment(seconds):%Y-%m-%dT%H:%M:%SZ}"


def _clock(value: object, expected: str) -> int:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise wrong(value, expected)
    hour, _, minute = value.partition(":")
    return int(hour) * 60 + int(minute)
