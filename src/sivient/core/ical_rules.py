"""Which recurrence rules (RFC 5545 3.3.10) are followed at all.

The library that follows them walks to the year 9999 when a rule never matches, or for ever when it stands still: so
only rules are let in whose walk is short, whatever they match.
"""

import re
from datetime import UTC, datetime

from sivient.core.ical_times import Event

MOST_RULES = 3  # of one series
MOST_TIMES = 24  # that a rule names in one day
MOST_STEPS = 60_000  # from the first date to the end of the window
MOST_DATES = 5_000  # that a series names one by one, replaced ones among them
MOST_FOLLOWING = 100  # that replace all that follow: each occurrence is looked up among them
_DAYS_IN = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
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
_DAYS = {"MONTHLY": 31, "YEARLY": 366}  # that BYSETPOS has to choose from; of a week those that BYDAY names
_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
# What each frequency may select by, besides the clock; RFC 5545 forbids some of the rest, nobody writes the others.
_ALLOWED = {
    "HOURLY": frozenset[str](),
    "DAILY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY")),
    "WEEKLY": frozenset(("BYMONTH", "BYDAY", "BYSETPOS")),
    "MONTHLY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")),
    "YEARLY": frozenset(("BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO")),
}


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
    parts = dict(part.partition("=")[::2] for part in rule.rstrip(";").split(";"))
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
    if times > MOST_TIMES or steps * times > MOST_STEPS:
        return False
    choice = times * _DAYS.get(every, len(parts.get("BYDAY", "").split(",")))
    return _happens(parts) and _numbered(parts.get("BYSETPOS", "1"), 1, choice, from_end=True)


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


def _happens(parts: dict[str, str]) -> bool:
    """Say whether one of the rule's months has one of its days: the 30th of February never comes."""
    if "BYMONTH" not in parts or "BYMONTHDAY" not in parts:
        return True
    longest = max(_DAYS_IN.get(int(month), 31) for month in parts["BYMONTH"].split(","))
    return any(1 <= abs(int(day)) <= longest for day in parts["BYMONTHDAY"].split(","))
