"""A file of any length, read event by event: only series and their exceptions are held until its end."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from sivient.core.ical_events import Expansion, Reading
from sivient.core.ical_lines import Component, NotACalendar, components
from sivient.core.ical_times import NO_START, Event, NoStart, event
from sivient.core.ical_zones import MOST, Zones, named
from sivient.core.interval import Interval, moment
from sivient.core.text import clean_line
from sivient.ports.calendars import Busy, Change, Page, Skipped
from sivient.ports.errors import Rejected
from sivient.vendors.ics.feed import Feed

PAGE = 200  # changes
STRETCH = 2000  # events that are read between two pages, whatever they come to: with each page we say that we go on
ENOUGH = 6.0  # seconds for the repetitions of a whole file
NAME_LIMIT = 200
NOT_A_CALENDAR = "At this address there is no calendar file, or not a whole one."


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself; `timezone` (IANA) is "" when it does not say."""

    name: str
    timezone: str
    zones: tuple[Component, ...]


def header(feed: Feed) -> Header:
    """Read a file once to its end. Rejected: it is no whole iCalendar file, so nothing of it is believed."""
    zones: list[Component] = []
    own: dict[str, str] = {}
    try:
        for each in components(feed.lines()):
            if each.name == "VTIMEZONE":
                zones += [each] * (len(zones) < MOST)
            elif each.name == "VCALENDAR":
                own = {line.name: line.value for line in each.lines()} | own
    except NotACalendar as error:
        raise Rejected(NOT_A_CALENDAR) from error
    zone = named(own.get("X-WR-TIMEZONE", ""))
    return Header(clean_line(own.get("X-WR-CALNAME", ""), NAME_LIMIT), zone.key if zone else "", tuple(zones))


def pages(feed: Feed, window: Interval, zone: str, *, cursor: str) -> Iterator[Page]:
    """Yield what lies in the window; dates lie in the file's own zone, or in `zone`. Many pages may be empty."""
    known = header(feed)
    yield Page(())
    floating = ZoneInfo(known.timezone or zone)
    ends = time.monotonic() + ENOUGH
    expansion = Expansion(window, floating, lambda: (), lambda: time.monotonic() > ends)
    zones = Zones(floating, expansion.late)
    for each in known.zones:
        zones.add(each)
    part: list[Change] = []
    skipped: list[Skipped] = []
    for number, (name, reading) in enumerate(_readings(feed, zones, expansion.read), 1):
        skipped += [Skipped(name, trouble) for trouble in sorted(reading.troubles)]
        if reading.busy:
            part.append(_change(name, reading))
        if len(part) == PAGE or len(skipped) > PAGE or number % STRETCH == 0:
            yield Page(tuple(part), skipped=tuple(skipped))
            part, skipped = [], []
    yield Page(tuple(part), cursor=cursor, skipped=tuple(skipped))


def _readings(feed: Feed, zones: Zones, read: Callable[[list[Event]], Reading]) -> Iterator[tuple[str, Reading]]:
    """Yield what each event, or series, comes to, under a name that is the same while it says the same; of what belongs
    to a series, nothing before the end.
    """
    series: dict[str, list[Event]] = {}
    for component in components(feed.lines()):
        if component.name != "VEVENT":
            continue
        try:
            found = event(component, zones)
        except NoStart:
            yield _name("alone", *component.raw), Reading("", (), troubles=frozenset((NO_START,)))
            continue
        if not (found.repeats or found.replaces is not None):
            yield _name(found.uid, str(found.start), str(found.end)), read([found])
        elif found.key:
            series.setdefault(found.key, []).append(found)
            yield "", Reading("", ())
        else:
            yield _name("alone", *component.raw), read([found])
    while series:
        key, group = series.popitem()
        yield _name("series", key), read(group)


def _change(name: str, reading: Reading) -> Change:
    busy = tuple(Busy(moment(start), moment(end)) for start, end in reading.busy)
    return Change(name, busy=busy, uid=reading.uid, start=reading.start, end=reading.end)


def _name(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
