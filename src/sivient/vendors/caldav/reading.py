"""From the iCalendar text of a resource to what the port speaks of."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC
from zoneinfo import ZoneInfo

from sivient.core.ical_events import Expansion, Reading, events, instant
from sivient.core.ical_lines import NotACalendar, text_lines
from sivient.core.ical_zones import Zones
from sivient.core.interval import Interval, Pair, moment
from sivient.ports.calendars import Answer, Busy, Change, Stored
from sivient.vendors.caldav.dav import CALDAV, DAV, Resource

NOT_READABLE = "Entries that are no calendar file: all the days block on which the server has them."
ENOUGH = 3.0  # seconds for the repetitions of one page
_ANSWERS = {"ACCEPTED": Answer.ACCEPTED, "DECLINED": Answer.DECLINED, "TENTATIVE": Answer.TENTATIVE}


def expansion(window: Interval, zone: str, mine: Callable[[], Collection[str]]) -> Expansion:
    """Return how one page is read, from now on."""
    ends = time.monotonic() + ENOUGH
    return Expansion(window, ZoneInfo(zone), mine, lambda: time.monotonic() > ends)


def read(text: str, expansion: Expansion) -> tuple[Reading | None, Collection[str]]:
    """Return what a resource's text comes to, None when nobody can say that; and what is wrong with it.

    What does not say when it begins is skipped: where the server has it says nothing, as servers list such an entry at
    every time or at none. What else is in the resource takes its own time.
    """
    unplaced: Counter[str] = Counter()
    try:
        reading = expansion.read(events(text_lines(text), Zones(expansion.floating, expansion.late), unplaced))
    except NotACalendar:
        return None, (NOT_READABLE,)
    return reading, {*reading.troubles, *unplaced}


def change(resource: Resource, expansion: Expansion) -> tuple[Change | None, Collection[str]]:
    """Return what a resource has now, None when it cannot be read; and what is wrong with it."""
    reading, troubles = read(resource.text(f"{CALDAV}calendar-data"), expansion)
    if reading is None:
        return None, troubles
    now = Change(
        resource.name,
        busy=busy(reading.busy),
        uid=reading.uid,
        start=reading.start,
        end=reading.end,
        etag=resource.text(f"{DAV}getetag"),
        answers=answers(reading.answers),
    )
    return now, troubles


def stored(text: str, name: str, etag: str) -> Stored | None:
    """Return an event of ours as its resource says it is; None when that is no event any more."""
    try:
        found = list(events(text_lines(text), Zones(UTC), Counter()))
    except NotACalendar:
        return None
    if not found:
        return None
    first = found[0]
    start, end = (instant(each, UTC) for each in (first.start, first.end))
    return Stored(name, first.uid, etag, start, end, first.cancelled, answers(first.answers))


def busy(pairs: Iterable[Pair]) -> tuple[Busy, ...]:
    """Return the times of some pairs."""
    return tuple(Busy(moment(start), moment(end)) for start, end in pairs)


def answers(given: Iterable[tuple[str, str]]) -> dict[str, Answer]:
    """Return what the attendees have answered."""
    return {address: _ANSWERS.get(said, Answer.NONE) for address, said in given}
