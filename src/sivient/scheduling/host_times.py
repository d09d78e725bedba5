"""Everything of a host that decides when they can be booked, read from the database as it was at one moment."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from sivient.calendars import queries as calendars
from sivient.core.interval import Pair, ceil_seconds, floor_seconds
from sivient.core.slots import Booked
from sivient.scheduling import models
from sivient.scheduling.workdays import Workdays, versions, workdays

END = ceil_seconds(datetime(2999, 12, 31, tzinfo=UTC))  # after all that can be booked


class Reach(NamedTuple):
    """How wide holds and busy times are read: those that touch [start, end), in epoch seconds; `end` None: all that
    follow.

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

    `version` is the one that all this belongs to, see `version`. `busy` is what stands in the host's calendars: merged,
    in order, in epoch seconds. From `known_until` on nothing is known of them; None: no calendar blocks times. Both
    belong to the version `calendars` of what is known of the host's calendars.
    """

    reach: Reach
    version: int
    workdays: Workdays
    taken: tuple[Taken, ...]
    busy: tuple[Pair, ...] = ()
    known_until: int | None = None
    calendars: int = 0

    @property
    def size(self) -> int:
        """Of how many holds and busy times it consists."""
        return len(self.taken) + len(self.busy)

    def busy_within(self, first: int, beyond: int) -> list[Pair]:
        """Return the busy times that touch [first, beyond); what is not known is never free."""
        low = bisect_right(self.busy, first, key=_end)
        found = list(self.busy[low : bisect_left(self.busy, beyond, low, key=_start)])
        if self.known_until is not None and self.known_until < beyond:
            found.append((self.known_until, END))
        return found

    def booked(self, event_type: int | None, *, without: int | None = None) -> list[Booked]:
        """Return what has been taken, as it counts for an event type; not the hold `without`."""
        return [
            Booked(start, end, before, after, counts_for == event_type is not None)
            for hold, start, end, before, after, counts_for in self.taken
            if hold != without
        ]


def read(host_id: int, reach: Reach, known: HostTimes | None = None) -> HostTimes:
    """Read from the database, all as it was at one moment. Of what is `known` already, without an end, busy times
    may still be true.

    Two questions while the host's workdays are kept in this process, six when they are not, however much there is; of
    a host whose calendars block times, two more when they have changed.
    """
    keep = not connection.in_atomic_block
    with _one_moment():
        now = versions(host_id)
        days = workdays(host_id, now.settings, _moment(reach.start), keep=keep)
        holds = taken(host_id, reach)
        busy, known_until = _busy(host_id, reach, now.calendars, known) if now.calendars else ((), None)
        return HostTimes(reach, now.times, days, holds, busy, known_until, now.calendars)


def version(of: str = "") -> Combinable:
    """Return the version of all that decides when a host can be booked; `of` leads to them, such as "host__"."""
    return Coalesce(F(f"{of}timetable__version"), 0) + Coalesce(F(f"{of}busy_store__version"), 0)


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


def _busy(host_id: int, reach: Reach, version: int, known: HostTimes | None) -> tuple[tuple[Pair, ...], int | None]:
    """Return what stands in the host's calendars that block times, and until when that is all known.

    There may be thousands, so a booking does not have them read anew.
    """
    if known is not None and known.calendars == version and known.reach.start <= reach.start:
        return known.busy, known.known_until
    until = calendars.known_until(host_id)
    pairs = tuple(calendars.busy_pairs(host_id, reach.start, reach.end))
    return pairs, floor_seconds(until) if until else None


def _start(pair: Pair) -> int:
    return pair[0]


def _end(pair: Pair) -> int:
    return pair[1]


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
