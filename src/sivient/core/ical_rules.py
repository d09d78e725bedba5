"""Which recurrence rules (RFC 5545 3.3.10) are followed at all.

The library that follows them walks to the year 9999 when a rule never matches, or for ever when it stands still: so
only rules are let in whose walk is short, and of those that never match it does not hear (`comes`).
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from math import gcd

from icalendar import Calendar, vRecur
from icalendar import Event as Written
from recurring_ical_events import CalendarQuery

from sivient.core.ical_times import Event, Time

MOST_RULES = 3  # of one series
MOST_TIMES = 24  # that a rule names in one day
MOST_STEPS = 60_000  # from the first date to the end of the window
MOST_DATES = 5_000  # that a series names one by one, replaced ones among them
MOST_FOLLOWING = 100  # that replace all that follow: each occurrence is looked up among them
_NUMBERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
_WEEKDAYS = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU))*")
_SECONDS = {"HOURLY": 3600, "DAILY": 86400, "WEEKLY": 7 * 86400, "MONTHLY": 28 * 86400, "YEARLY": 365 * 86400}
# The smallest and the largest number of each part, and whether it may count from the end.
_RANGES = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
    "BYSETPOS": (1, 366, True),
}
_WEEKS = {"MONTHLY": 5, "YEARLY": 53}  # that a weekday may be numbered by
_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
# What each frequency may select by, besides the clock; RFC 5545 forbids some of the rest, nobody writes the others.
_ALLOWED = {
    "HOURLY": frozenset[str](),
    "DAILY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY")),
    "WEEKLY": frozenset(("BYMONTH", "BYDAY", "BYSETPOS")),
    "MONTHLY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")),
    "YEARLY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO")),
}
_CYCLE = 400  # years after which the calendar is the same again, weekdays too
_IN_CYCLE = {"WEEKLY": 20_871, "MONTHLY": 4800, "YEARLY": 400}
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def followable(series: Event, exceptions: list[Event], until: datetime) -> bool:
    """Say whether the rules of a series can be followed up to `until` in little time."""
    dates = len(series.extra) + len(series.without) + len(exceptions)
    if len(series.rules) > MOST_RULES or dates > MOST_DATES:
        return False
    if sum(each.following for each in exceptions) > MOST_FOLLOWING:
        return False
    first = datetime(series.start.year, series.start.month, 1, tzinfo=UTC)
    seconds = max(0.0, (until - first).total_seconds())
    return all(_followable(rule, seconds) for rule in series.rules)


def _followable(rule: str, seconds: float) -> bool:
    parts = _parts(rule)
    every = parts.get("FREQ", "")
    interval = parts.get("INTERVAL", "1")
    if every not in _SECONDS or not (interval.isdecimal() and 0 < int(interval[:6]) < 1000):
        return False
    chosen = {name for name in parts if name.startswith("BY")}
    if not chosen <= _ALLOWED[every] | set(_CLOCK) or not _readable(parts):
        return False
    times = 1
    for name in _CLOCK:
        times *= len(parts[name].split(",")) if name in parts else 1
    steps = seconds / _SECONDS[every] / int(interval)
    return times <= MOST_TIMES and steps * times <= MOST_STEPS


def comes(rule: str, start: Time, until: date) -> bool:
    """Say whether a rule that is followed has any time between `start` (on the wall) and `until`, but for its COUNT
    and UNTIL: the 30th of February never comes, nor a Monday every seven days from a Tuesday on.

    Every 400 years the calendar is the same: so the library is asked about the last ones before the year 9999.
    """
    parts = _parts(rule)
    every, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if every == "HOURLY":
        hour, step = start.hour if isinstance(start, datetime) else 0, gcd(interval, 24)
        return "BYHOUR" not in parts or any((int(each) - hour) % step == 0 for each in parts["BYHOUR"].split(","))
    if every == "DAILY":
        return any(_fits(day, parts) for day in _days(start, interval, until))
    years = _CYCLE * interval // gcd(interval, _IN_CYCLE[every])
    later = max(0, (date.max.year - start.year) // years - 1) * years
    endless = ";".join(f"{name}={text}" for name, text in parts.items() if name not in ("COUNT", "UNTIL"))
    clock = start.time() if isinstance(start, datetime) else time()
    found = _first(endless, datetime.combine(start.replace(year=start.year + later), clock))
    return found is not None and found.date().replace(year=found.year - later) <= until


def _first(rule: str, start: datetime) -> datetime | None:
    """Return the first time of a rule as the library walks it, None when it comes to the end of time."""
    whole, written = Calendar(), Written()
    written.add("uid", "rule")
    written.add("dtstart", start)
    written.add("rrule", vRecur.from_ical(rule))
    whole.add_component(written)
    series = CalendarQuery(whole).series[0]
    *_, walked = series.recurrence.rrules  # first come the times that are named one by one
    return next(iter(walked), None)


def _days(start: Time, interval: int, until: date) -> Iterator[date]:
    """Yield the days that a daily rule looks at."""
    for number in range(start.toordinal(), until.toordinal() + 1, interval):
        yield date.fromordinal(number)


def _fits(day: date, parts: dict[str, str]) -> bool:
    """Say whether a daily rule takes this day."""
    if "BYMONTH" in parts and str(day.month) not in _plain(parts["BYMONTH"]):
        return False
    if "BYDAY" in parts and _WEEK[day.weekday()] not in {each[-2:] for each in parts["BYDAY"].split(",")}:
        return False
    if "BYMONTHDAY" not in parts:
        return True
    from_end = day.day - 1 - monthrange(day.year, day.month)[1]
    return not {str(day.day), str(from_end)}.isdisjoint(_plain(parts["BYMONTHDAY"]))


def _plain(numbers: str) -> set[str]:
    """Return the numbers of a list, each written in one way."""
    return {str(int(each)) for each in numbers.split(",")}


def _parts(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.rstrip(";").split(";"))


def _readable(parts: dict[str, str]) -> bool:
    ranges = ((parts[name], *limits) for name, limits in _RANGES.items() if name in parts)
    if not all(_numbered(text, least, most, from_end=both) for text, least, most, both in ranges):
        return False
    return "BYDAY" not in parts or _weekdays(parts["BYDAY"], _WEEKS.get(parts["FREQ"], 53))


def _numbered(text: str, least: int, most: int, *, from_end: bool) -> bool:
    """Say whether a text is a list of numbers that exist."""
    if not _NUMBERS.fullmatch(text):
        return False
    numbers = [abs(int(each)) if from_end else int(each) for each in text.split(",")]
    return all(least <= each <= most for each in numbers)


def _weekdays(text: str, weeks: int) -> bool:
    if not _WEEKDAYS.fullmatch(text):
        return False
    ordinals = [each[:-2] for each in text.split(",") if each[:-2]]
    return not ordinals or _numbered(",".join(ordinals), 1, weeks, from_end=True)
