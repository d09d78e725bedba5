"""Everything of a host that decides when they can be booked, read from the database as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from sivient.core.interval import Pair
from sivient.core.slots import Booked
from sivient.scheduling import models
from sivient.scheduling.workdays import Workdays, versions, workdays


class Reach(NamedTuple):
    """How wide holds are read: those that touch [start, end), in epoch seconds; `end` None: all that follow.

    `counted` adds the holds of one event type (its number) that touch another range: what its limits count.
    """

    start: int
    end: int | None
    counted: tuple[int, Pair] | None = None


class Taken(NamedTuple):
    """A hold as the slot engine reads it, in seconds, and the event type that it counts for (None: for none)."""

    hold: int
    start: int
    end: int
    buffer_before: int
    buffer_after: int
    counts_for: int | None


@dataclass(frozen=True, slots=True)
class HostTimes:
    """When a host works and what has been taken, as it was at one moment. Never changes.

    `version` is the one of the host's timetable that all this belongs to.
    """

    reach: Reach
    version: int
    workdays: Workdays
    taken: tuple[Taken, ...]

    def booked(self, event_type: int | None, *, without: int | None = None) -> list[Booked]:
        """Return what has been taken, as it counts for an event type; not the hold `without`."""
        return [
            Booked(start, end, before, after, counts_for == event_type is not None)
            for hold, start, end, before, after, counts_for in self.taken
            if hold != without
        ]


def read(host_id: int, reach: Reach) -> HostTimes:
    """Read from the database, all as it was at one moment.

    Two questions while the host's workdays are kept in this process, six when they are not, however much there is.
    """
    keep = not connection.in_atomic_block
    with _one_moment():
        version, settings = versions(host_id)
        days = workdays(host_id, settings, _moment(reach.start), keep=keep)
        return HostTimes(reach, version, days, taken(host_id, reach))


def version(host_id: int) -> int:
    """Return the present version of the host's timetable."""
    return models.Timetable.objects.filter(pk=host_id).values_list("version", flat=True).first() or 0


def taken(host_id: int, reach: Reach) -> tuple[Taken, ...]:
    """Return the holds of a host within reach, in order."""
    start, end = reach.start, reach.end
    wanted = _touching(start, end)
    if reach.counted:
        event_type, (first, beyond) = reach.counted
        wanted |= _touching(first, beyond) & Q(event_type=event_type, counts=True)
        start = min(start, first)  # said once for both, so that the index (host, end) is used from there on
    rows = (
        models.Hold.objects.filter(wanted, host=host_id, end__gt=_moment(start))
        .order_by("start")
        .values_list("pk", "start", "end", "buffer_before", "buffer_after", "event_type", "counts")
    )
    return tuple(
        Taken(
            hold,
            int(begins.timestamp()),
            int(ends.timestamp()),
            int(before.total_seconds()),
            int(after.total_seconds()),
            of if counts else None,
        )
        for hold, begins, ends, before, after, of, counts in rows
    )


def _touching(start: int, end: int | None) -> Q:
    later = Q(end__gt=_moment(start))
    return later if end is None else later & Q(start__lt=_moment(end))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything as it was at one moment, without standing in anybody's way.

    PostgreSQL: REPEATABLE READ. SQLite: a deferred transaction reads a snapshot and takes no lock; `atomic()` would
    take the one for writing (transaction_mode IMMEDIATE). Within a caller's transaction we read as that one does.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")  # nothing was written
