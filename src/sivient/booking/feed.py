"""The free times of an event type as JSON: `slots.json?from&to&tz&duration`, strictly read and quickly answered.

`from` and `to` are local dates, read in `tz`, or RFC 3339 instants. The range is half-open as everywhere: the date
`to` is no longer part of it. Without `to` it reaches as far as a range may (62 days), without `from` it begins now.
`tz` (IANA) is the schedule's zone if left out. With `form=packed` it is the answer for the page's own module: short,
and with the times next to the range, so that nobody asks through months without any.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import QueryDict

from sivient.booking.entrance import Entrance
from sivient.booking.stretch import ends, stretch
from sivient.core.interval import Interval
from sivient.core.json_times import read_date, read_time, write_time
from sivient.core.strict_json import BadInput
from sivient.core.text import clean_line
from sivient.scheduling import queries
from sivient.site import zones

KNOWN = ("from", "to", "tz", "duration", "form")
PACKED = "packed"
LONGEST = timedelta(days=62)
_DAY = 86400  # seconds
_LONGEST_SHOWN = 40  # characters of a wrong value that its sentence repeats


class BadQuery(ValueError):
    """The query cannot be meant. As text it is a sentence that names the parameter."""


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What was asked for."""

    zone: str
    minutes: int
    window: Interval
    packed: bool = False

    @classmethod
    def read(cls, query: QueryDict, entrance: Entrance, now: datetime) -> "FeedQuery":
        """Read the parameters, or raise BadQuery."""
        for name, values in query.lists():
            if name not in KNOWN:
                raise BadQuery(f"{_shown(name)} is not a known parameter: here stand {', '.join(KNOWN)}.")
            if len(values) > 1:
                raise BadQuery(f"{name} must be given only once.")
        zone = _zone(query, entrance.event_type.schedule.timezone)
        if not entrance.offers_duration(query) or query.get("duration") == "":
            offered = ", ".join(map(str, entrance.durations))
            raise BadQuery(f"duration must be one of {offered} (minutes), not {_shown(query.get('duration', ''))}.")
        if query.get("form", PACKED) != PACKED:
            raise BadQuery(f"form must be {PACKED}, or left out, not {_shown(query.get('form', ''))}.")
        return cls(zone, entrance.minutes(query), _window(query, ZoneInfo(zone), now), "form" in query)


def feed(entrance: Entrance, asked: FeedQuery, now: datetime) -> str:
    """Return the answer as JSON text. A paused page has no times."""
    paused = queries.pause_note(entrance.event_type) is not None
    head = f'"timezone":{json.dumps(asked.zone)},"duration":{asked.minutes}'
    if asked.packed:
        return (
            f'{{{head},"times":{json.dumps(None if paused else _packed(entrance, asked, now), separators=(",", ":"))}}}'
        )
    starts = [] if paused else entrance.offering(now, asked.minutes).starts(asked.window)
    return f'{{{head},"slots":[{",".join(map(_written, starts))}]}}'


def _packed(entrance: Entrance, asked: FeedQuery, now: datetime) -> dict[str, object] | None:
    """Return what the page's module needs; None when nothing at all is free."""
    offering = entrance.offering(now, asked.minutes)
    of = ends(offering)
    return None if of is None else stretch(offering, asked.window, of).packed()


def _zone(query: QueryDict, fallback: str) -> str:
    asked = query.get("tz")
    if asked is None:
        return fallback
    zone = zones.known(asked)
    if zone is None:
        raise BadQuery(f"tz must be an IANA time zone such as Europe/Berlin, not {_shown(asked)}.")
    return zone


def _window(query: QueryDict, zone: ZoneInfo, now: datetime) -> Interval:
    first, last = _bound("from", query), _bound("to", query)
    since = "now" if first is None else "from"
    start = now if first is None else _instant(first, zone)
    end = start + LONGEST if last is None else _instant(last, zone)
    length = end - start
    if first and last and not isinstance(first, datetime) and not isinstance(last, datetime):
        length = last - first  # a day on which clocks change is one day
    if length <= timedelta():
        raise BadQuery(f"to must be later than {since}.")
    if length > LONGEST:
        raise BadQuery(f"to must be at most {LONGEST.days} days after {since}.")
    if end.astimezone(UTC) <= start.astimezone(UTC):  # a zone has skipped a whole day: Samoa, 30 December 2011
        raise BadQuery(f"to must be later than {since}: no time lies between these dates in {zone.key}.")
    try:
        return Interval(start, end)
    except ValueError:
        raise BadQuery(f"from must be at least {LONGEST.days} days before the year 3000, or have a to.") from None


def _bound(name: str, query: QueryDict) -> date | datetime | None:
    text = query.get(name)
    if text is None:
        return None
    for read in (read_date, read_time):
        with suppress(BadInput):
            return read(text.replace(" ", "+"))  # a plus sign that was not encoded
    raise BadQuery(
        f"{name} must be a date such as 2026-11-23 or a time with its UTC offset such as 2026-11-23T08:00:00Z, "
        f"in the years 1900 to 2999, not {_shown(text)}."
    )


def _instant(bound: date | datetime, zone: ZoneInfo) -> datetime:
    return bound if isinstance(bound, datetime) else datetime.combine(bound, time(), zone)


def _shown(text: str) -> str:
    return json.dumps(clean_line(text, _LONGEST_SHOWN), ensure_ascii=False)


def _written(start: int) -> str:
    """Return an epoch second as a JSON string: RFC 3339, in UTC."""
    day, second = divmod(start, _DAY)
    return f'"{_date(day)}T{_time(second)}"'


@lru_cache(maxsize=2**12)  # a feed has few dates, and all of them share their times
def _date(day: int) -> str:
    return write_time(day * _DAY).partition("T")[0]


@lru_cache(maxsize=2**12)
def _time(second: int) -> str:
    return write_time(second).partition("T")[2]
