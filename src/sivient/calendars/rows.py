"""The stored busy times of a calendar: what a page of a sync says replaces what was known under the same names."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sivient.calendars.models import BusyTime, Calendar
from sivient.core.interval import Interval
from sivient.ports.calendars import Change

NAME_LIMIT = 1024
SLICE = 400  # changes that are stored by one set of statements: databases limit how many values one may have
T = TypeVar("T")
Times = frozenset[tuple[datetime, datetime]]


def slices(changes: Iterable[T]) -> Iterator[list[T]]:
    """Yield them in order, so many at a time as one set of statements takes."""
    rest = iter(changes)
    while some := list(islice(rest, SLICE)):
        yield some


def replace(calendar: Calendar, changes: Iterable[Change], *, window: Interval) -> bool:
    """Store what a slice of changes says, the last one of each name, under the calendar's present round; in a
    transaction. Return whether the times that are taken have changed.
    """
    wanted = {stored_name(change.name): _times(change, window) for change in changes}
    stale, kept, missing = [], [], {name: set(times) for name, times in wanted.items()}
    for row in BusyTime.objects.filter(calendar=calendar, name__in=list(wanted)).only("pk", "name", "start", "end"):
        time = (row.start, row.end)
        if time in missing[row.name]:
            missing[row.name].discard(time)
            kept.append(row.pk)
        else:
            stale.append(row.pk)
    for pks in slices(kept):
        BusyTime.objects.filter(pk__in=pks).update(round=calendar.round)
    for pks in slices(stale):
        BusyTime.objects.filter(pk__in=pks).delete()
    new = [
        BusyTime(
            calendar_id=calendar.pk, host_id=calendar.host_id, name=name, start=start, end=end, round=calendar.round
        )
        for name, times in missing.items()
        for start, end in times
    ]
    BusyTime.objects.bulk_create(new)
    return bool(stale or new)


def delete_older(calendar: Calendar) -> bool:
    """Delete what only earlier rounds have seen; return whether there was any."""
    return bool(BusyTime.objects.filter(calendar=calendar, round__lt=calendar.round).delete()[0])


def forget_name(calendar: Calendar, name: str) -> bool:
    """Delete what is stored under a name; return whether there was any."""
    return bool(BusyTime.objects.filter(calendar=calendar, name=stored_name(name)).delete()[0])


def stored_name(name: str) -> str:
    """Return the name as it is kept: one that is too long by its digest, so that no two become one."""
    if len(name) <= NAME_LIMIT:
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _times(change: Change, window: Interval) -> Times:
    """Return the times of a change that touch the window. What ends before it starts is no time."""
    if change.gone:
        return frozenset()
    return frozenset(
        (busy.start, busy.end)
        for busy in change.busy
        if busy.start < busy.end and busy.end > window.start and busy.start < window.end
    )
