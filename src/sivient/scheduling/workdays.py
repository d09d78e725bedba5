"""When hosts work: schedules, dates with other hours, time off, travel and holidays, as the database has them.

A host changes this seldom, and every booking asks for it. So this process keeps what it has read of a host for as long
as `Timetable.hours_version` stays the same; each verb that changes it makes that version grow in its own transaction.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import NamedTuple

from sivient.accounts.models import User
from sivient.core.availability import Availability, Hours, Travel
from sivient.core.interval import Interval, Pair
from sivient.scheduling import holidays, models

MOST_HOSTS = 500
AROUND = timedelta(days=4)  # a date's hours may begin an evening earlier, in a zone that is a day ahead


class Settings(NamedTuple):
    """What says whether something kept is still true: the version of the hours, and the holidays the host keeps."""

    hours_version: int = 0
    country: str = ""
    region: str = ""
    worked: frozenset[str] = frozenset()


class ScheduleHours(NamedTuple):
    """One schedule: its zone, its week, and the dates that have other hours."""

    zone: str
    weekly: tuple[Hours, ...]
    overrides: Mapping[date, tuple[Pair, ...]]


_CLOSED = ScheduleHours("UTC", (), {})  # a schedule that was deleted while somebody read


@dataclass(frozen=True, slots=True)
class Workdays:
    """When one host works from the date `first` on. Never changes."""

    settings: Settings
    first: date
    schedules: Mapping[int, ScheduleHours]
    time_off: tuple[tuple[date, date], ...]
    travel: tuple[Travel, ...]
    _availabilities: dict[tuple[int, int, int], Availability] = field(default_factory=dict, repr=False, compare=False)

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


_kept: OrderedDict[int, Workdays] = OrderedDict()
_lock = Lock()


class Versions(NamedTuple):
    """What says whether something that was kept of a host is still true.

    `calendars` is the version of what is known of their calendars; 0: none has ever blocked times.
    """

    timetable: int = 0
    calendars: int = 0
    settings: Settings = Settings()

    @property
    def times(self) -> int:
        """The version of all that decides when the host can be booked: both grow, so either changes it."""
        return self.timetable + self.calendars


def versions(host_id: int) -> Versions:
    """Return the present versions of a host."""
    fields = (
        *("timetable__version", "busy_store__version", "timetable__hours_version"),
        *("page__holiday_country", "page__holiday_region", "page__holidays_worked"),
    )
    row = User.objects.filter(pk=host_id).values_list(*fields).first()
    if row is None:
        return Versions()
    timetable, calendars, hours_version, country, region, worked = row
    settings = Settings(hours_version or 0, country or "", region or "", frozenset(worked or ()))
    return Versions(timetable or 0, calendars or 0, settings)


def workdays(host_id: int, settings: Settings, since: datetime, *, keep: bool) -> Workdays:
    """Return when a host works from about `since` on; `settings` was read at the same moment as this is.

    `keep` must be False within a verb: it may have changed what is read, and may yet be rolled back. What was kept
    before is true there too, as nobody has changed anything under a version that is still the present one.
    """
    first = (since - AROUND).date()
    with _lock:
        kept = _kept.get(host_id)
        if kept is not None and kept.settings == settings and kept.first <= first:
            _kept.move_to_end(host_id)
            return kept
    found = Workdays(settings, first, _schedules(host_id, first), *_away(host_id, first))
    if keep:
        with _lock:
            _kept[host_id] = found
            _kept.move_to_end(host_id)
            while len(_kept) > MOST_HOSTS:
                _kept.popitem(last=False)
    return found


def forget() -> None:
    """Forget everything that was kept."""
    with _lock:
        _kept.clear()


def _schedules(host_id: int, first: date) -> dict[int, ScheduleHours]:
    rows = models.Schedule.objects.filter(host=host_id).values_list(
        "pk", "timezone", "hours__weekday", "hours__start", "hours__end"
    )
    overrides: dict[int, dict[date, tuple[Pair, ...]]] = defaultdict(dict)
    dated = models.DateHours.objects.filter(schedule__host=host_id, date__gte=first)
    for schedule, day, hours in dated.values_list("schedule", "date", "hours"):
        overrides[schedule][day] = tuple((start, end) for start, end in hours)
    zones: dict[int, str] = {}
    weeks: dict[int, list[Hours]] = defaultdict(list)
    for schedule, zone, weekday, start, end in rows:
        zones[schedule] = zone
        if weekday is not None:
            weeks[schedule].append(Hours(weekday, start, end))
    return {key: ScheduleHours(zone, tuple(weeks[key]), overrides[key]) for key, zone in zones.items()}


def _away(host_id: int, first: date) -> tuple[tuple[tuple[date, date], ...], tuple[Travel, ...]]:
    """Return the host's time off and journeys that have a day from `first` on."""
    off = models.TimeOff.objects.filter(host=host_id, last__gte=first).values_list("first", "last")
    journeys = models.Travel.objects.filter(host=host_id, last__gte=first)
    return tuple(off), tuple(Travel(*row) for row in journeys.values_list("first", "last", "timezone"))
