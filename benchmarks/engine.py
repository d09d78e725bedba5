"""The slot engine alone: 9 to 17 on weekdays, half hours; one host, and many."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.figures import Row, percentile
from sivient.core.availability import Availability, Hours
from sivient.core.hosts import all_of, any_of
from sivient.core.interval import Interval, Pair
from sivient.core.slots import SlotRules, starts

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WEEKDAYS = Availability("Europe/Berlin", tuple(Hours(day, 540, 1020) for day in range(5)))
RULES = SlotRules(duration=timedelta(minutes=30))
TARGETS = {(30, 100): "<= 0.3 ms", (30, 1000): "<= 1 ms", (365, 1000): "<= 6 ms"}
HOSTS_BUSY = 100


def measure() -> Iterator[Row]:
    """Compute windows of three lengths with three numbers of busy events, then many hosts at once."""
    for days in (30, 60, 365):
        for busy in (0, 100, 1000):
            milliseconds = _median(partial(_starts, days, _busy(days, busy)))
            target = TARGETS.get((days, busy), "")
            yield Row(f"Slots, 1 host, {days} days, {busy} busy", milliseconds, "ms", target=target)
    for name, combine in (("any", any_of), ("all", all_of)):
        for hosts in (10, 50):
            busy_of = {host: _busy(30, HOSTS_BUSY, shift=host * 60) for host in range(hosts)}
            milliseconds = _median(partial(_combined, combine, busy_of), rounds=60)
            target = "<= 12 ms" if hosts == 50 else ""
            yield Row(
                f"Slots, {name} of {hosts} hosts, 30 days, {HOSTS_BUSY} busy each", milliseconds, "ms", target=target
            )


def _starts(days: int, busy: list[Pair]) -> list[int]:
    return starts(WEEKDAYS, RULES, window=Interval(NOW, NOW + timedelta(days=days)), busy=busy, booked=(), now=NOW)


def _combined(combine: Callable[[Mapping[int, list[int]]], object], busy_of: Mapping[int, list[Pair]]) -> object:
    return combine({host: _starts(30, busy) for host, busy in busy_of.items()})


def _busy(days: int, count: int, *, shift: int = 0) -> list[Pair]:
    """Return `count` events of a quarter of an hour, spread evenly over the days."""
    begin = int(NOW.timestamp()) + shift
    return [(begin + n * days * 86400 // count, begin + n * days * 86400 // count + 900) for n in range(count)]


def _median(compute: Callable[[], object], rounds: int = 200) -> float:
    """Return the milliseconds of the median round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        compute()
        times.append((time.perf_counter() - begun) * 1000)
    return percentile(times, 0.5)
