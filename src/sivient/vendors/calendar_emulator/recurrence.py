"""A series and its occurrences (RFC 5545 3.8.5.3). Wall time of the series' zone stays over clock changes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped, unused-ignore]

from sivient.vendors.calendar_emulator.records import Event, Moment, Window, instant, place, stamp

A_DAY = timedelta(days=1)


def occurrences(series: Event, exceptions: Mapping[str, Event], window: Window, zone: str) -> Iterator[Event]:
    """Yield what the series has in the window; an exception (by stamp) stands for its occurrence, cancelled or not."""
    met = set()
    for start in originals(series, (window[0] - series.length - A_DAY, window[1] + A_DAY)):
        mark = stamp(start)
        met.add(mark)
        found = exceptions.get(mark) or _occurrence(series, start)
        if touches(found, window, zone):
            yield found
    # One that was moved into the window from far away.
    yield from (each for mark, each in exceptions.items() if mark not in met and touches(each, window, zone))


def occurrence(series: Event, mark: str) -> Event | None:
    """Return the occurrence with this stamp, as the rule gives it; None: the rule gives none."""
    try:
        if len(mark) == 8:
            about = datetime.strptime(mark, "%Y%m%d").replace(tzinfo=UTC)
        else:
            about = datetime.strptime(mark, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    near = originals(series, (about - A_DAY, about + A_DAY))
    return next((_occurrence(series, start) for start in near if stamp(start) == mark), None)


def originals(series: Event, window: Window) -> Iterator[Moment]:
    """Yield the starts that the rule gives, a little before the window and after it too."""
    if isinstance(series.start, datetime):
        rule = rrulestr(series.rule, dtstart=series.start.astimezone(place(series.zone)))
        yield from (start.astimezone(UTC) for start in rule.between(*window, inc=True))
        return
    rule = rrulestr(series.rule, dtstart=datetime.combine(series.start, time()))
    first, last = (edge.replace(tzinfo=None) for edge in window)
    yield from (start.date() for start in rule.between(first, last, inc=True))


def touches(event: Event, window: Window, zone: str) -> bool:
    """Whether any of its time lies in the window."""
    start, end = instant(event.start, zone), instant(event.end, zone)
    return start < window[1] and (end > window[0] or start == end >= window[0])


def _occurrence(series: Event, start: Moment) -> Event:
    mark = stamp(start)
    return replace(
        series,
        id=f"{series.id}_{mark}",
        start=start,
        end=start + series.length,
        rule="",
        series=series.id,
        original=start,
        vanished={},
        cancelled=series.cancelled,
    )
