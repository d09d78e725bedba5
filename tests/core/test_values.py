"""What the engine is told and what it answers are values: nobody changes them once they are checked."""

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
