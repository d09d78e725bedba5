"""What the engine is told and what it answers are values: nobody changes them once they are checked."""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, date, datetime, timedelta

import pytest

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.explain import Reason, Rule
from sivient.core.interval import Interval
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
VALUES = [
    Interval(NOON, NOON + timedelta(hours=1)),
    Hours(0, 540, 1020),
    Travel(date(2026, 12, 1), date(2026, 12, 2), "UTC"),
    Availability("UTC"),
    SlotRules(timedelta(hours=1)),
    Limit("day", 1),
    Reason(Rule.OFFERED, ""),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_does_not_change(value: object) -> None:
    for each in fields(value):  # type: ignore[arg-type]
        with pytest.raises(FrozenInstanceError):
            setattr(value, each.name, None)
    assert not hasattr(value, "__dict__")


def test_availabilities_that_say_the_same_are_equal_and_show_what_they_say() -> None:
    assert Availability("UTC", (Hours(0, 0, 60),)) == Availability("UTC", (Hours(0, 0, 60),))
    assert Availability("UTC") != Availability("Europe/Berlin")
    assert repr(Availability("UTC")) == (
        "Availability(zone='UTC', weekly=(), overrides={}, time_off=(), holidays=frozenset(), travel=())"
    )


def test_a_booking_has_no_buffers_and_does_not_count_unless_it_says_so() -> None:
    assert Booked(10, 20) == (10, 20, 0, 0, False)


def test_a_reason_has_nothing_in_the_way_unless_it_says_so() -> None:
    assert Reason(Rule.PAST, "").stands is None


DAY = date(2026, 12, 1)
HOURS = "hours start from 0 to 1439 and end from 0 to 1440 minutes after midnight"
RANGE = "a range of dates must not end before it begins"
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Hours(7, 0, 60), "a weekday is a number from 0 (Monday) to 6"),
    (lambda: Hours(0, 1440, 60), HOURS),
    (lambda: Availability("UTC", (), {DAY: ((0, 1441),)}), HOURS),
    (lambda: Availability("UTC", time_off=((DAY, date(2026, 11, 30)),)), RANGE),
    (lambda: Travel(DAY, date(2026, 11, 30), "UTC"), RANGE),
    (
        lambda: Availability("UTC", travel=(Travel(DAY, DAY, "UTC"), Travel(DAY, DAY, "UTC"))),
        "a date has one zone: travels must not overlap",
    ),
    (lambda: Interval(NOON, NOON), "an interval must end after it starts"),
    (lambda: Interval(NOON.replace(tzinfo=None), NOON), "a time needs a UTC offset"),
    (lambda: Interval(NOON.replace(year=1899), NOON), "the year must be from 1900 to 2999"),
    (lambda: Limit("fortnight", 1), "a limit is per day, week, month or year"),  # type: ignore[arg-type]
    (lambda: Limit("day"), "a limit needs a count or minutes"),
    (lambda: Limit("day", -1), "a limit must not be negative"),
    (lambda: SlotRules(timedelta(0)), "duration must be longer than 0"),
    (lambda: SlotRules(timedelta(days=367)), "duration must be whole seconds from 0 to 366 days"),
    (lambda: SlotRules(timedelta(1), window_days=36_526), "window_days must be from 0 to 36525"),
    (lambda: SlotRules(timedelta(1), most_per_day=0), "most_per_day must be 1 or more"),
    (lambda: SlotRules(timedelta(1), last_date=date(1899, 1, 1)), "last_date must be in the years 1900 to 2999"),
    (
        lambda: SlotRules(timedelta(1), first_date=DAY, last_date=date(2026, 11, 30)),
        "first_date must not be after last_date",
    ),
]


@pytest.mark.parametrize(("made", "sentence"), REFUSED)
def test_what_means_nothing_is_refused_in_words_that_say_what_is_allowed(
    made: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        made()
