"""What a stored schedule gives in the next days, from the engine, and why a day is closed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sivient.core import moments
from sivient.core.availability import Availability, local_ordinal, midnight
from sivient.core.interval import Interval, Pair
from sivient.scheduling import holidays
from sivient.scheduling.models import Schedule, SchedulingPage, TimeOff
from sivient.scheduling.queries import availability_of
from sivient.site import zones

DAYS_AHEAD = 14
SECONDS_PER_DAY = 86400


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One of the next days: its hours in words, what decides about it, and the zone of a journey.

    `hours` are clock times of the schedule's zone. `reason` is empty for the hours of the weekday. `tail` is when the
    hours of the day before end, "" if that is before midnight.
    """

    day: date
    hours: list[str]
    tail: str
    reason: str
    elsewhere: str
    clocks_change: bool


def next_days(schedule: Schedule, now: datetime) -> list[DayAhead]:
    """Return what the stored schedule gives from its today on."""
    window = Interval(now, now + timedelta(days=DAYS_AHEAD + 1))
    open_hours = availability_of(schedule, window=window)
    first = date.fromordinal(local_ordinal(schedule.timezone, int(now.timestamp())))
    days = [first + timedelta(days=number) for number in range(DAYS_AHEAD)]
    reasons = _reasons(schedule, days)
    return [_day_ahead(open_hours, day, reasons.get(day, "")) for day in days]


def _day_ahead(open_hours: Availability, day: date, reason: str) -> DayAhead:
    zone, there = open_hours.zone, open_hours.zone_on(day)
    opened = [pair for pairs in open_hours.openings(day.toordinal(), day.toordinal()) for pair in pairs]
    return DayAhead(
        day,
        [_words(zone, day, pair) for pair in opened],
        _tail(open_hours, day.toordinal()),
        reason,
        zones.label(there, datetime.fromtimestamp(midnight(there, day.toordinal()), UTC)) if there != zone else "",
        any(_clocks_change(each, day) for each in {zone, there}),
    )


def _tail(open_hours: Availability, ordinal: int) -> str:
    zone = open_hours.zone
    ends = [end for pairs in open_hours.openings(ordinal - 1, ordinal - 1) for _, end in pairs]
    end = max(ends, default=0)
    return _moment(zone, end, dated=False) if end > midnight(zone, ordinal) else ""


def _reasons(schedule: Schedule, days: list[date]) -> dict[date, str]:
    """Return what decides about a date before its weekday does, in the order of core.availability."""
    first, last = days[0], days[-1]
    reasons = _holidays(schedule.host_id, first, last)
    reasons |= dict.fromkeys(
        schedule.date_hours.filter(date__range=(first, last)).values_list("date", flat=True), "Your hours for this date"
    )
    for off in TimeOff.objects.filter(host=schedule.host_id, first__lte=last, last__gte=first):
        words = f"Time off: {off.note}" if off.note else "Time off"
        reasons |= {day: words for day in days if off.first <= day <= off.last}
    return reasons


def _holidays(host_id: int, first: date, last: date) -> dict[date, str]:
    """Return the names of the holidays that are closed."""
    page = SchedulingPage.objects.filter(host=host_id).first()
    if page is None or not page.holiday_country:
        return {}
    closed = holidays.closed_dates(page, first, last)
    names = holidays.holidays_of(page.holiday_country, page.holiday_region, first, last)
    return {day: name for day, name in names.items() if day in closed}


def _words(zone: str, day: date, pair: Pair) -> str:
    """Return hours such as '09:00 to 17:00'; those of a journey may begin on another date."""
    if pair == (midnight(zone, day.toordinal()), midnight(zone, day.toordinal() + 1)):
        return "All day"
    moves = local_ordinal(zone, pair[0]) != day.toordinal()
    return " to ".join(_moment(zone, second, dated=moves) for second in pair)


def _moment(zone: str, second: int, *, dated: bool) -> str:
    clock = moments.clock(datetime.fromtimestamp(second, UTC), zone)
    return f"{date.fromordinal(local_ordinal(zone, second)):%a} {clock}" if dated else clock


def _clocks_change(zone: str, day: date) -> bool:
    """Say whether a local date is not 24 hours long."""
    return midnight(zone, day.toordinal() + 1) - midnight(zone, day.toordinal()) != SECONDS_PER_DAY
