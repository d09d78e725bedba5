"""Whether an event type offers any time at all, and which of its own settings keeps it from that."""

from collections.abc import Iterable
from datetime import datetime

from sivient.accounts.models import User
from sivient.console.event_types_words import duration
from sivient.core.availability import local_ordinal
from sivient.core.interval import Pair
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.scheduling.rules import limits_of, whole_window


def without_times(host: User, event_types: Iterable[EventType], now: datetime) -> dict[int, str]:
    """Return, by their numbers, those that guests could book but that have no free time, with a sentence why.

    The sentence is "" where nothing but what is booked, or closed for now, stands in the way.
    """
    running = [each for each in event_types if each.active and queries.pause_note(each) is None]
    first = queries.first_offered(host, running, now=now)
    return {
        each.pk: impossible(each, now)
        for each in running
        if each.pk not in first and not any(_offers(each, minutes, now) for minutes in each.more_minutes)
    }


def impossible(event_type: EventType, now: datetime) -> str:
    """Return which rules can never give a time together, "" if they can."""
    shortest = min(event_type.durations)
    for limit in limits_of(event_type):
        if limit.minutes is not None and limit.minutes < shortest:
            most = f"at most {duration(limit.minutes)} can be booked a {limit.per}"
            return f"a meeting takes {duration(shortest)}, and {most}."
    longest = _longest_opening(event_type, now)
    if longest == 0:
        return "its schedule has no hours on the dates that can be booked."
    if longest < shortest:
        return f"a meeting takes {duration(shortest)}, and its hours last {duration(longest)} at most."
    return ""


def _offers(event_type: EventType, minutes: int, now: datetime) -> bool:
    return bool(queries.offering(event_type, now=now, minutes=minutes).after())


def _longest_opening(event_type: EventType, now: datetime) -> int:
    """Return the minutes of the longest time without a gap in the hours of the dates that can be booked."""
    window, schedule = whole_window(event_type, now), event_type.schedule
    open_hours = queries.availability_of(schedule, window=window)
    first, last = (local_ordinal(schedule.timezone, second) for second in window.seconds())
    pairs = (pair for hours in open_hours.openings(first, last) for pair in hours)
    return max((end - start for start, end in _joined(pairs)), default=0) // 60


def _joined(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the times with those that touch or overlap as one, such as the two sides of midnight."""
    joined: list[Pair] = []
    for start, end in sorted(pairs):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
