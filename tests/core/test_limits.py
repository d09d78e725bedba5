"""Booking limits: how a full day, week, month or year takes its starts away."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.availability import Availability, Hours
from sivient.core.interval import Interval, floor_seconds, moment
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules, counting_range, starts

NEW_YORK = Availability("America/New_York", tuple(Hours(day, 540, 660) for day in range(7)))
NOW = datetime(2026, 12, 20, 12, tzinfo=UTC)


def booked(*times: str, minutes: int = 60, counts: bool = True) -> list[Booked]:
    """Return bookings at times given in UTC."""
    first = [floor_seconds(datetime.fromisoformat(time).replace(tzinfo=UTC)) for time in times]
    return [Booked(start, start + 60 * minutes, 0, 0, counts) for start in first]


def dates(*limits: Limit, booked: list[Booked], days: int = 16) -> str:
    """Return the days of the month that have a start, by the clock of New York."""
    window = Interval(NOW, NOW + timedelta(days=days))
    found = starts(
        NEW_YORK,
        SlotRules(timedelta(hours=1), limits=limits),
        window=window,
        busy=(),
        booked=booked,
        now=NOW,
    )
    return " ".join(dict.fromkeys(f"{moment(start) - timedelta(hours=5):%d}" for start in found))


ALL = "20 21 22 23 24 25 26 27 28 29 30 31 01 02 03 04"


def test_a_full_day_offers_nothing() -> None:
    two = booked("2026-12-22 15:00", "2026-12-23 15:00", "2026-12-23 20:00")
    assert dates(Limit("day", 2), booked=two) == "20 21 22 24 25 26 27 28 29 30 31 01 02 03 04"
    assert dates(Limit("day", 3), booked=two) == ALL


def test_a_booking_belongs_to_the_local_date_of_its_start() -> None:
    late = booked("2026-12-24 04:59")  # 23:59 on the 23rd in New York, and it ends on the 24th
    assert dates(Limit("day", 1), booked=late) == "20 21 22 24 25 26 27 28 29 30 31 01 02 03 04"


def test_a_week_is_the_iso_week_across_the_new_year() -> None:
    assert dates(Limit("week", 1), booked=booked("2026-12-31 15:00")) == "20 21 22 23 24 25 26 27 04"
    assert dates(Limit("week", 1), booked=booked("2026-12-14 15:00")) == ALL.removeprefix("20 ")


def test_a_month_and_a_year_end_with_december() -> None:
    for per in ("month", "year"):
        assert dates(Limit(per, 1), booked=booked("2026-12-01 15:00")) == "01 02 03 04"  # type: ignore[arg-type]
        assert dates(Limit(per, 1), booked=booked("2027-01-31 15:00")) == ALL[: ALL.index(" 01")]  # type: ignore[arg-type]
    assert dates(Limit("month", 1), booked=booked("2026-11-30 15:00")) == ALL
    assert dates(Limit("year", 1), booked=booked("2026-01-01 15:00")) == "01 02 03 04"


def test_minutes_are_counted_with_those_of_the_meeting_that_is_asked_for() -> None:
    one = booked("2026-12-22 15:00", minutes=30)
    assert dates(Limit("day", minutes=90), booked=one) == ALL
    assert dates(Limit("day", minutes=89), booked=one) == ALL.replace("22 ", "", 1)


def test_a_limit_that_no_meeting_fits_offers_nothing() -> None:
    assert dates(Limit("year", minutes=59), booked=[]) == ""
    assert dates(Limit("day", 0), booked=[]) == ""


def test_where_a_limit_leaves_room_busy_time_stands_in_the_way() -> None:
    nine = floor_seconds(datetime(2026, 12, 23, 14, tzinfo=UTC))
    rules = SlotRules(timedelta(hours=1), limits=(Limit("day", 1),))
    window = Interval(moment(nine), moment(nine + 2 * 3600))
    for counted in ([], booked("2026-12-22 15:00")):
        found = starts(NEW_YORK, rules, window=window, busy=[(nine, nine + 60)], booked=counted, now=NOW)
        assert found == [nine + 3600]


def test_bookings_that_do_not_count_fill_nothing() -> None:
    assert dates(Limit("day", 1), booked=booked("2026-12-22 20:00", counts=False)) == ALL


def test_the_strictest_of_several_limits_decides() -> None:
    one = booked("2026-12-22 20:00")
    assert dates(Limit("day", 1), Limit("month", 5), booked=one) == ALL.replace("22 ", "", 1)
    assert dates(Limit("day", 5), Limit("month", 1), booked=one) == "01 02 03 04"


@pytest.mark.parametrize(
    ("per", "start", "end"),
    [
        ("day", "2026-12-19", "2026-12-22"),
        ("week", "2026-12-14", "2026-12-28"),
        ("month", "2026-12-01", "2027-01-01"),
        ("year", "2026-01-01", "2027-01-01"),
    ],
)
def test_bookings_are_counted_in_every_period_that_the_window_touches(per: str, start: str, end: str) -> None:
    asked = SlotRules(timedelta(hours=1), limits=(Limit(per, 1),))  # type: ignore[arg-type]
    # From the 19th, 23:00, to the last second of the 21st, by the clock of New York, which is 5 hours behind.
    window = Interval(datetime(2026, 12, 20, 4, tzinfo=UTC), datetime(2026, 12, 22, 5, tzinfo=UTC))
    counted = counting_range(NEW_YORK, asked, window)
    bounds = [datetime.fromisoformat(day).replace(hour=5, tzinfo=UTC) for day in (start, end)]
    assert counted == tuple(map(floor_seconds, bounds))


def test_the_first_second_of_a_date_is_counted_with_it() -> None:
    asked = SlotRules(timedelta(hours=1), limits=(Limit("day", 1),))
    midnight = datetime(2026, 12, 22, 5, tzinfo=UTC)
    for end, last in ((midnight, midnight), (midnight + timedelta(seconds=1), midnight + timedelta(days=1))):
        counted = counting_range(NEW_YORK, asked, Interval(midnight - timedelta(seconds=1), end))
        assert counted == (floor_seconds(midnight - timedelta(days=1)), floor_seconds(last))


def test_the_widest_of_several_limits_says_what_is_counted() -> None:
    window = Interval(datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2026, 12, 31, 18, tzinfo=UTC))
    asked = SlotRules(timedelta(hours=1), limits=(Limit("month", 1), Limit("day", 1), Limit("week", 1)))
    # The month begins before the week, and the week ends after the month.
    bounds = (datetime(2026, 12, 1, 5, tzinfo=UTC), datetime(2027, 1, 4, 5, tzinfo=UTC))
    assert counting_range(NEW_YORK, asked, window) == tuple(map(floor_seconds, bounds))


def test_without_limits_nothing_is_counted() -> None:
    window = Interval(NOW, NOW + timedelta(days=1))
    assert counting_range(NEW_YORK, SlotRules(timedelta(hours=1)), window) is None


@pytest.mark.parametrize("values", [{"per": "hour", "count": 1}, {"per": "day"}, {"per": "day", "count": -1}], ids=str)
def test_a_limit_that_means_nothing_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limit(**values)  # type: ignore[arg-type]
