"""The host's verbs for when they work: schedules, dates with other hours, time off, travel and holidays.

Those that change a schedule raise Gone when it is not there any more.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.timezone import now

from sivient.accounts.gone import Gone
from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.core.availability import MINUTES_PER_DAY, zone_named
from sivient.core.availability import Hours as OpenHours
from sivient.core.interval import YEARS
from sivient.core.text import clean_line
from sivient.scheduling import holidays, weekly
from sivient.scheduling.models import (
    DateHours,
    EventType,
    Hours,
    Schedule,
    SchedulingPage,
    TimeOff,
    Timetable,
    Travel,
)

MOST_SCHEDULES = 20  # per host
MOST_DATES = 400  # still to come that have other hours, per schedule
MOST_ABSENCES = 200  # still to come, times off as well as journeys, per host
MOST_WORKED = 100
LONGEST_NAME = 60


class HoursUnfit(Exception):
    """Some hours cannot stay. `problems` has a sentence for each, by its place."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class ScheduleUnfit(Exception):
    """Something else cannot stay. `problems` has a sentence for each argument of the verb, by its name."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class TravelOverlaps(ScheduleUnfit):
    """The host is already elsewhere on some of these dates."""


class ScheduleInUse(Exception):
    """Event types use the schedule. `event_types` says which."""

    def __init__(self, event_types: Sequence[EventType]) -> None:
        super().__init__("Event types use this schedule.")
        self.event_types = list(event_types)


class LastSchedule(Exception):
    """A host keeps one schedule."""


def save_schedule(
    host: User, schedule: Schedule | None, *, name: str, timezone: str, hours: Sequence[OpenHours]
) -> Schedule:
    """Change a schedule of the host, or add one (None): name, zone (IANA) and weekly hours, all of them.

    Raises ScheduleUnfit (`name`, `timezone`) or HoursUnfit.
    """
    name = clean_line(name, LONGEST_NAME + 1)
    _require(_naming_problems(name, timezone))
    if found := weekly.problems(hours):
        raise HoursUnfit(found)
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        schedule = _fresh(host, schedule) if schedule else _new(host)
        schedule.name, schedule.timezone = name, timezone
        schedule.save()
        store_hours(schedule, hours)
        _record(host, "availability changed", f"schedule:{schedule.pk}")
    return schedule


def delete_schedule(host: User, schedule: Schedule) -> None:
    """Take a schedule away. Raises ScheduleInUse or LastSchedule."""
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        schedule = _fresh(host, schedule)
        if users := list(schedule.event_types.all()):
            raise ScheduleInUse(users)
        if host.schedules.count() == 1:
            raise LastSchedule
        _record(host, "schedule deleted", f"schedule:{schedule.pk}")
        schedule.delete()


def duplicate_schedule(host: User, schedule: Schedule) -> Schedule:
    """Add a copy with the same hours and dates. Raises ScheduleUnfit when the host has too many."""
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        schedule = _fresh(host, schedule)
        copy = _new(host)
        name = schedule.name.removesuffix(" (copy)")
        copy.name, copy.timezone = f"{name[: LONGEST_NAME - 7]} (copy)", schedule.timezone
        copy.save()
        store_hours(copy, [OpenHours(each.weekday, each.start, each.end) for each in schedule.hours.all()])
        DateHours.objects.bulk_create(
            DateHours(schedule=copy, date=each.date, hours=each.hours) for each in schedule.date_hours.all()
        )
        _record(host, "availability changed", f"schedule:{copy.pk}")
    return copy


def save_date_hours(host: User, schedule: Schedule, date: date, hours: Sequence[tuple[int, int]]) -> DateHours:
    """Give one local date hours of its own, in minutes as in Hours; none: closed.

    Raises HoursUnfit, or ScheduleUnfit (`date`).
    """
    if found := _hours_of_date_problems(hours):
        raise HoursUnfit(found)
    _require(_year_problems(date=date))
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        schedule = _fresh(host, schedule)
        if schedule.date_hours.filter(date__gte=_yesterday()).exclude(date=date).count() >= MOST_DATES:
            raise ScheduleUnfit(
                {"date": f"A schedule has up to {MOST_DATES} dates with other hours. Remove one first."}
            )
        stored = [list(each) for each in sorted(hours)]
        saved, _ = DateHours.objects.update_or_create(schedule=schedule, date=date, defaults={"hours": stored})
        _record(host, "availability changed", f"schedule:{schedule.pk}")
    return saved


def remove_date_hours(host: User, schedule: Schedule, date: date) -> None:
    """Let a date have the hours of its weekday again."""
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        DateHours.objects.filter(schedule__host=host, schedule=schedule, date=date).delete()
        _record(host, "availability changed", f"schedule:{schedule.pk}")


def add_time_off(host: User, *, first: date, last: date, note: str = "") -> TimeOff:
    """Close the host's dates from `first` to `last`, both inclusive. Raises ScheduleUnfit (`first`, `last`, `note`)."""
    note = clean_line(note, 101)
    found = _range_problems(first, last)
    if len(note) > 100:
        found["note"] = "A note has up to 100 characters."
    _require(found)
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        if (other := host.time_off.filter(first__lte=last, last__gte=first).first()) is not None:
            raise ScheduleUnfit(
                {"first": f"You have time off {_dates_of(other)} already. Remove that, or leave it out."}
            )
        if host.time_off.filter(last__gte=_yesterday()).count() >= MOST_ABSENCES:
            raise ScheduleUnfit({"first": f"Up to {MOST_ABSENCES} times off are kept. Remove one first."})
        added = TimeOff.objects.create(host=host, first=first, last=last, note=note)
        _record(host, "time off changed", f"time_off:{added.pk}")
    return added


def remove_time_off(host: User, time_off: TimeOff) -> None:
    """Open the dates again."""
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        host.time_off.filter(pk=time_off.pk).delete()
        _record(host, "time off changed", f"time_off:{time_off.pk}")


def add_travel(host: User, *, first: date, last: date, timezone: str) -> Travel:
    """Read the host's hours from `first` to `last`, both inclusive, as wall time of another zone (IANA).

    Raises TravelOverlaps, or ScheduleUnfit (`first`, `last`, `timezone`).
    """
    _require(_range_problems(first, last) | _zone_problems(timezone))
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        if host.travels.filter(first__lte=last, last__gte=first).exists():
            raise TravelOverlaps({"first": "You are elsewhere on some of these dates already."})
        if host.travels.filter(last__gte=_yesterday()).count() >= MOST_ABSENCES:
            raise ScheduleUnfit({"first": f"Up to {MOST_ABSENCES} journeys are kept. Remove one first."})
        added = Travel.objects.create(host=host, first=first, last=last, timezone=timezone)
        _record(host, "travel changed", f"travel:{added.pk}")
    return added


def remove_travel(host: User, travel: Travel) -> None:
    """Read the hours of these dates in the schedule's own zone again."""
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        host.travels.filter(pk=travel.pk).delete()
        _record(host, "travel changed", f"travel:{travel.pk}")


def save_holidays(host: User, *, country: str, region: str, worked: Sequence[str]) -> None:
    """Close the public holidays of a country ("" for none) and region, but those named in `worked`.

    Raises ScheduleUnfit (`country`, `region`).
    """
    if country and country not in dict(holidays.countries()):
        raise ScheduleUnfit({"country": "Choose a country from the list."})
    if region and region not in dict(holidays.regions(country)):
        raise ScheduleUnfit({"region": "Choose a region of this country."})
    names = list(dict.fromkeys(clean_line(name, 200) for name in worked))[:MOST_WORKED]
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        page, _ = SchedulingPage.objects.get_or_create(host=host)
        page.holiday_country, page.holiday_region, page.holidays_worked = country, region, names
        page.save(update_fields=["holiday_country", "holiday_region", "holidays_worked"])
        _record(host, "holidays changed", country)


def store_hours(schedule: Schedule, hours: Sequence[OpenHours]) -> None:
    """Replace the weekly hours of a schedule, within a verb."""
    schedule.hours.all().delete()
    Hours.objects.bulk_create(
        Hours(schedule=schedule, weekday=each.weekday, start=each.start, end=each.end) for each in hours
    )


def _fresh(host: User, schedule: Schedule) -> Schedule:
    """Return the host's schedule as it is under the lock, or raise Gone."""
    found = host.schedules.filter(pk=schedule.pk).first()
    if found is None:
        raise Gone
    return found


def _new(host: User) -> Schedule:
    if host.schedules.count() >= MOST_SCHEDULES:
        raise ScheduleUnfit({"name": f"Up to {MOST_SCHEDULES} schedules are kept. Delete one first."})
    return Schedule(host=host)


def _dates_of(off: TimeOff) -> str:
    """Return 'on 24 December 2026', or 'from 24 December 2026 to 2 January 2027'."""
    first, last = (f"{day.day} {day:%B} {day.year}" for day in (off.first, off.last))
    return f"on {first}" if first == last else f"from {first} to {last}"


def _yesterday() -> date:
    """Return a date that has begun everywhere: what lies before it takes no room."""
    return now().date() - timedelta(days=1)


def _record(host: User, event: str, subject: str) -> None:
    record(event, account=host.pk, actor="host", subject=subject)


def _require(problems: dict[str, str]) -> None:
    if problems:
        raise ScheduleUnfit(problems)


def _naming_problems(name: str, timezone: str) -> dict[str, str]:
    found = _zone_problems(timezone)
    if not name:
        found["name"] = "Enter a name."
    elif len(name) > LONGEST_NAME:
        found["name"] = f"A name has up to {LONGEST_NAME} characters."
    return found


def _zone_problems(timezone: str) -> dict[str, str]:
    try:
        zone_named(timezone)
    except ValueError:
        return {"timezone": "Choose a time zone from the list."}
    return {}


def _range_problems(first: date, last: date) -> dict[str, str]:
    if found := _year_problems(first=first, last=last):
        return found
    return {"last": "The last date is before the first."} if last < first else {}


def _year_problems(**dates: date) -> dict[str, str]:
    return {name: "Enter a date in the years to come." for name, day in dates.items() if day.year not in YEARS}


def _hours_of_date_problems(hours: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Return a sentence for each of a date's hours that cannot stay, by its place."""
    found = {
        place: "Enter times from 0:00 to 24:00."
        for place, (start, end) in enumerate(hours)
        if not (0 <= start < MINUTES_PER_DAY and 0 <= end <= MINUTES_PER_DAY)
    }
    return found or weekly.problems([OpenHours(0, start, end) for start, end in hours])
