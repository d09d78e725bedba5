"""The slot engine, asked about an event type with the times of its host."""

from collections.abc import Callable
from datetime import datetime

from sivient.core import explain as core_explain
from sivient.core import slots
from sivient.core.explain import Reason, Rule
from sivient.core.interval import SECOND, Interval, Pair, floor_seconds
from sivient.core.slots import reading_range
from sivient.scheduling import host_times, rules
from sivient.scheduling.host_times import END, HostTimes
from sivient.scheduling.models import EventType
from sivient.scheduling.rules import rules_of

UNKNOWN = "What stands in your calendars at that time is not known yet, so it is not offered."


def fresh_times(event_type: EventType, window: Interval, minutes: int | None = None) -> HostTimes:
    """Read from the database what decides about the starts in `window`."""
    return host_times.read(event_type.host_id, rules.reach_of(event_type, rules_of(event_type, minutes), window))


def starts(
    event_type: EventType,
    times: HostTimes,
    window: Interval,
    now: datetime,
    *,
    minutes: int | None = None,
    without: int | None = None,
) -> list[int]:
    """Return the starts in `window` that are offered, as if the hold `without` were not there."""
    asked = rules_of(event_type, minutes)
    return slots.starts(
        times.workdays.availability(event_type.schedule_id, window),
        asked,
        window=window,
        busy=times.busy_within(*reading_range(asked, window)),
        booked=times.booked(event_type.pk, without=without),
        now=now,
    )


def reason(
    event_type: EventType,
    times: HostTimes,
    start: datetime,
    now: datetime,
    *,
    minutes: int | None = None,
    without: int | None = None,
    busy_name: Callable[[Pair], str] = core_explain.unnamed,
) -> Reason:
    """Return why `start` is not offered, or that it is. `busy_name` puts a busy time into words."""
    asked, instant = rules_of(event_type, minutes), Interval(start, start + SECOND)
    found = core_explain.explain(
        times.workdays.availability(event_type.schedule_id, instant),
        asked,
        floor_seconds(start),
        busy=times.busy_within(*reading_range(asked, instant)),
        booked=times.booked(event_type.pk, without=without),
        now=now,
        busy_name=busy_name,
    )
    if found.stands is not None and found.stands[1] == END:
        return Reason(Rule.UNREAD, UNKNOWN)
    return found
