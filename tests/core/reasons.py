"""One question about one start, on a day that can be checked by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sivient.core.availability import Availability, Hours
from sivient.core.explain import Reason, explain
from sivient.core.interval import Pair, floor_seconds
from sivient.core.slots import Booked, SlotRules

DAY = datetime(2026, 12, 1, tzinfo=UTC)  # a Tuesday
WEEKDAYS = tuple(Hours(day, 540, 1020) for day in range(5))
NINE_TO_FIVE = Availability("UTC", WEEKDAYS)
HALF_HOUR = SlotRules(timedelta(minutes=30))


def at(clock: str, day: datetime = DAY) -> int:
    hour, minute = clock.split(":")
    return floor_seconds(day + timedelta(hours=int(hour), minutes=int(minute)))


def reason(
    clock: str,
    availability: Availability = NINE_TO_FIVE,
    rules: SlotRules = HALF_HOUR,
    *,
    busy: Iterable[Pair] = (),
    booked: Iterable[Booked] = (),
    now: datetime = DAY,
) -> Reason:
    return explain(availability, rules, at(clock), busy=busy, booked=booked, now=now)


def asked(minutes: int = 30, **others: object) -> SlotRules:
    lengths = {name: timedelta(minutes=n) if type(n) is int else n for name, n in others.items()}
    return SlotRules(timedelta(minutes=minutes), **lengths)  # type: ignore[arg-type]
