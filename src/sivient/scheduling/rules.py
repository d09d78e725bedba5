"""The rules of an event type as the slot engine reads them, and how far they reach."""

from datetime import UTC, datetime, time, timedelta

from sivient.core.availability import Availability
from sivient.core.interval import Interval
from sivient.core.limits import Limit
from sivient.core.slots import SlotRules, counting_range, reading_range
from sivient.scheduling.host_times import Reach
from sivient.scheduling.models import EventType, Window

LONGEST_BUFFER = timedelta(hours=24)  # the editors refuse more, so reading this much wider is enough
_DAY = timedelta(days=1)


def rules_of(event_type: EventType, minutes: int | None = None) -> SlotRules:
    """Return the rules of an event type for a booking of so many minutes (None: the duration chosen at first)."""
    dates = event_type.window_kind == Window.DATES
    return SlotRules(
        duration=event_type.duration if minutes is None else timedelta(minutes=minutes),
        step=None if event_type.step_minutes is None else timedelta(minutes=event_type.step_minutes),
        buffer_before=event_type.buffer_before,
        buffer_after=event_type.buffer_after,
        minimum_notice=event_type.minimum_notice,
        window_days=None if dates else event_type.window_days,
        business_days=event_type.window_kind == Window.BUSINESS_DAYS,
        first_date=event_type.first_date if dates else None,
        last_date=event_type.last_date if dates else None,
        most_per_day=event_type.most_per_day,
        limits=tuple(limits_of(event_type)),
    )


def limits_of(event_type: EventType) -> list[Limit]:
    """Return the limits of an event type."""
    return [Limit(row["per"], row["count"], row["minutes"]) for row in event_type.limits]


def stored(limits: tuple[Limit, ...]) -> list[dict[str, object]]:
    """Return the limits as an event type keeps them."""
    return [{"per": each.per, "count": each.count, "minutes": each.minutes} for each in limits]


def whole_window(event_type: EventType, now: datetime) -> Interval:
    """Return a window that holds every start that can be offered now, whatever the zone."""
    start, days = now, event_type.window_days
    if event_type.window_kind == Window.BUSINESS_DAYS:
        days = days * 7 // 5 + 4  # a weekend before, and those between
    if event_type.window_kind != Window.DATES:
        return Interval(start, now + timedelta(days=days + 2))
    end = now + _DAY
    if event_type.first_date is not None:
        start = max(start, datetime.combine(event_type.first_date, time(), UTC) - _DAY)
    if event_type.last_date is not None:
        end = datetime.combine(event_type.last_date, time(), UTC) + 3 * _DAY
    return Interval(start, max(end, start + _DAY))


def reach_of(event_type: EventType, rules: SlotRules, window: Interval) -> Reach:
    """Return how wide the host's holds must be read to offer the event type in `window`."""
    reading = reading_range(rules, window, longest_buffer=LONGEST_BUFFER)
    counting = counting_range(Availability(event_type.schedule.timezone), rules, window)
    return Reach(*reading, counted=counting and (event_type.pk, counting))


def since(event_type: EventType, rules: SlotRules, now: datetime) -> int:
    """Return from when on holds must be known to offer the event type in any window from `now` on, in epoch seconds.

    It is the beginning of a day (UTC), and a little early: the same for all event types without limits.
    """
    start, _, counted = reach_of(event_type, rules, Interval(now, now + timedelta(seconds=1)))
    early = min(start, counted[1][0] if counted else start, int((now - 3 * _DAY).timestamp()))
    return early - 2 * 86400 - early % 86400
