"""The slot engine alone: 30 days, 9 to 17 on weekdays, half hours."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Row, percentile
from sivient.core.availability import Availability, Hours
from sivient.core.interval import Interval
from sivient.core.slots import SlotRules, starts

ROUNDS = 300


def measure() -> Iterator[Row]:
    """Compute the same window with 100 and with 1,000 busy events."""
    for busy, target in ((100, "<= 0.3 ms"), (1000, "<= 1 ms")):
        yield Row(f"Slots, 30 days, {busy} busy", percentile(_times(busy), 0.5), "ms", target=target)


def _times(busy: int) -> list[float]:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    weekdays = tuple(Hours(day, 540, 1020) for day in range(5))
    availability = Availability("Europe/Berlin", weekdays)
    window = Interval(now, now + timedelta(days=30))
    begin = int(now.timestamp())
    events = [(begin + n * 30 * 86400 // busy, begin + n * 30 * 86400 // busy + 900) for n in range(busy)]
    rules = SlotRules(duration=timedelta(minutes=30))
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        starts(availability, rules, window=window, busy=events, booked=(), now=now)
        times.append((time.perf_counter() - begun) * 1000)
    return times
