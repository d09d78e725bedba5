"""Everything of a host that decides when they can be booked, read from the database as it was at one moment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from sivient.accounts.models import User
from sivient.core.availability import Availability, Hours, Travel
from sivient.core.interval import Interval, Pair
from sivient.core.slots import Booked
from sivient.scheduling import holidays, models

AROUND = timedelta(days=4)  # a date's hours may begin an evening earlier, in a zone that is a day ahead


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


class ScheduleHours(NamedTuple):
    """One schedule: its zone, its week, and the dates that have other hours."""

    zone: str
    weekly: tuple[Hours, ...]
    overrides: Mapping[date, tuple[Pair, ...]]


_CLOSED = ScheduleHours("UTC", (), {})  # a schedule that was deleted while somebody read


class _Settings(NamedTuple):
    """The version of the host's timetable, and the holidays they keep."""

    version: int = 0
    country: str = ""
    region: str = ""
    worked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HostTimes:
    """When a host works and what has been taken. Never changes: what was read at one moment."""

    reach: Reach
    settings: _Settings
    schedules: Mapping[int, ScheduleHours]
    time_off: tuple[tuple[date, date], ...]
    travel: tuple[Travel, ...]
    taken: tuple[Taken, ...]
    _availabilities: dict[tuple[int, int, int], Availability] = field(default_factory=dict, repr=False, compare=False)

    @property
    def version(self) -> int:
        """The version of the host's timetable that all this belongs to."""
        return self.settings.version

    def availability(self, schedule: int, window: Interval) -> Availability:
        """Return the opening hours of a schedule, with the holidays of the years around `window`."""
        years = (window.start - AROUND).year, (window.end + AROUND).year
        key = (schedule, *years)
        found = self._availabilities.get(key)
        if found is None:
            zone, weekly, overrides = self.schedules.get(schedule, _CLOSED)
            _, country, region, worked = self.settings
            closed = holidays.closed(country, region, worked, date(years[0], 1, 1), date(years[1], 12, 31))
            found = Availability(zone, weekly, overrides, self.time_off, closed, self.travel)
            self._availabilities[key] = found
        return found

    def booked(self, event_type: int | None, *, without: int | None = None) -> list[Booked]:
        """Return what has been taken, as it counts for an event type; not the hold `without`."""
        return [
            Booked(start, end, before, after, counts_for == event_type is not None)
            for hold, start, end, before, after, counts_for in self.taken
            if hold != without
        ]


def read(host_id: int, reach: Reach) -> HostTimes:
    """Read from the database, all as it was at one moment; six questions, however much there is."""
    with _one_moment():
        settings = _settings(host_id)
        schedules = _schedules(host_id, _dates(reach))
        time_off, travel = _away(host_id, _dates(reach))
        return HostTimes(reach, settings, schedules, time_off, travel, taken(host_id, reach))


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


def _dates(reach: Reach) -> tuple[date, date]:
    """Return the first and the last date whose hours matter."""
    last = date.max if reach.end is None else (_moment(reach.end) + AROUND).date()
    return (_moment(reach.start) - AROUND).date(), last


def _settings(host_id: int) -> _Settings:
    fields = ("timetable__version", "page__holiday_country", "page__holiday_region", "page__holidays_worked")
    row = User.objects.filter(pk=host_id).values_list(*fields).first()
    if row is None:
        return _Settings()
    version, country, region, worked = row
    return _Settings(version or 0, country or "", region or "", frozenset(worked or ()))


def _schedules(host_id: int, dates: tuple[date, date]) -> dict[int, ScheduleHours]:
    rows = models.Schedule.objects.filter(host=host_id).values_list(
        "pk", "timezone", "hours__weekday", "hours__start", "hours__end"
    )
    overrides: dict[int, dict[date, tuple[Pair, ...]]] = defaultdict(dict)
    dated = models.DateHours.objects.filter(schedule__host=host_id, date__range=dates)
    for schedule, day, hours in dated.values_list("schedule", "date", "hours"):
        overrides[schedule][day] = tuple((start, end) for start, end in hours)
    zones: dict[int, str] = {}
    weeks: dict[int, list[Hours]] = defaultdict(list)
    for schedule, zone, weekday, start, end in rows:
        zones[schedule] = zone
        if weekday is not None:
            weeks[schedule].append(Hours(weekday, start, end))
    return {key: ScheduleHours(zone, tuple(weeks[key]), overrides[key]) for key, zone in zones.items()}


def _away(host_id: int, dates: tuple[date, date]) -> tuple[tuple[tuple[date, date], ...], tuple[Travel, ...]]:
    """Return the host's time off and journeys that have a day within the dates."""
    first, last = dates
    off = models.TimeOff.objects.filter(host=host_id, last__gte=first, first__lte=last).values_list("first", "last")
    journeys = models.Travel.objects.filter(host=host_id, last__gte=first, first__lte=last)
    return tuple(off), tuple(Travel(*row) for row in journeys.values_list("first", "last", "timezone"))


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
