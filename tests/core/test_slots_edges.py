"""The slot engine with thousands of rows, rows in any order or of no length, and at the ends of the calendar."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from sivient.core.availability import Availability, Hours
from sivient.core.explain import Rule, explain
from sivient.core.interval import Interval, floor_seconds, moment
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules, reading_range, starts

BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = 3600
ALWAYS = tuple(Hours(day, 0, 1440) for day in range(7))
DAY = Availability("UTC", ALWAYS)
WHOLE = Interval(BEGIN, BEGIN + timedelta(days=1))
HOURLY = SlotRules(timedelta(hours=1))


def hours(found: list[int]) -> list[float]:
    return [(start - floor_seconds(BEGIN)) / HOUR for start in found]


def test_ten_thousand_busy_rows_in_any_order_leave_what_one_would() -> None:
    begin = floor_seconds(BEGIN)
    rows = [(begin + 5 * n, begin + 5 * n + 10) for n in range(10_000)]
    Random(1).shuffle(rows)  # noqa: S311
    one = [(begin, begin + 5 * 9_999 + 10)]
    found = starts(DAY, HOURLY, window=WHOLE, busy=rows, booked=(), now=BEGIN)
    assert found == starts(DAY, HOURLY, window=WHOLE, busy=one, booked=(), now=BEGIN)
    assert hours(found) == list(range(14, 24))


def test_rows_that_repeat_and_hide_each_other_are_one() -> None:
    begin = floor_seconds(BEGIN)
    rows = [(begin + 2 * HOUR, begin + 20 * HOUR), *[(begin + 3 * HOUR, begin + 4 * HOUR)] * 3000]
    for each in (rows, rows[::-1]):
        assert hours(starts(DAY, HOURLY, window=WHOLE, busy=each, booked=(), now=BEGIN)) == [0, 1, 20, 21, 22, 23]


def test_rows_far_outside_do_no_harm() -> None:
    begin = floor_seconds(BEGIN)
    rows = [(begin - 10**9, begin), (begin + 86400, begin + 10**10), (-(10**12), -(10**11))]
    assert len(starts(DAY, HOURLY, window=WHOLE, busy=rows, booked=(), now=BEGIN)) == 24


def test_rows_without_length_take_no_time_but_such_a_booking_counts() -> None:
    noon = floor_seconds(BEGIN) + 12 * HOUR + 60
    rules = SlotRules(timedelta(hours=1), buffer_before=timedelta(hours=2), buffer_after=timedelta(hours=2))
    nothing = Booked(noon, noon, HOUR, HOUR)
    found = starts(DAY, rules, window=WHOLE, busy=[(noon, noon)], booked=[nothing], now=BEGIN)
    assert len(found) == 24
    assert explain(DAY, rules, found[12], busy=[(noon, noon)], booked=[nothing], now=BEGIN).rule is Rule.OFFERED
    one = SlotRules(timedelta(hours=1), limits=(Limit("day", 1),))
    assert starts(DAY, one, window=WHOLE, busy=(), booked=[nothing._replace(counts=True)], now=BEGIN) == []


def test_rows_that_end_before_they_start_take_no_time() -> None:
    noon = floor_seconds(BEGIN) + 12 * HOUR
    found = starts(
        DAY, HOURLY, window=WHOLE, busy=[(noon, noon - HOUR)], booked=[Booked(noon + HOUR, noon - HOUR)], now=BEGIN
    )
    assert len(found) == 24


def test_a_row_of_one_second_takes_every_start_whose_meeting_contains_it() -> None:
    noon = floor_seconds(BEGIN) + 12 * HOUR
    minutes = SlotRules(timedelta(minutes=30), step=timedelta(seconds=1))
    window = Interval(moment(noon - HOUR), moment(noon + HOUR))
    for rows, booked in ([(noon, noon + 1)], []), ([], [Booked(noon, noon + 1)]):
        found = set(starts(DAY, minutes, window=window, busy=rows, booked=booked, now=BEGIN))
        assert set(range(noon - HOUR, noon + HOUR)) - found == set(range(noon - 1799, noon + 1))


def test_the_last_meeting_ends_in_the_last_second_of_the_hours() -> None:
    rules = SlotRules(timedelta(minutes=30), step=timedelta(seconds=1))
    beyond = floor_seconds(BEGIN) + 24 * HOUR
    for hours_of_day in ((0, 1439), (0, 1440)):
        day = Availability("UTC", (), {BEGIN.date(): (hours_of_day,)})
        found = starts(day, rules, window=WHOLE, busy=(), booked=(), now=BEGIN)
        assert found[-1] == beyond - 1800 - 60 * (1440 - hours_of_day[1])


def test_buffers_keep_exactly_their_seconds() -> None:
    noon = floor_seconds(BEGIN) + 12 * HOUR
    seconds = timedelta(seconds=1)
    window = Interval(moment(noon - HOUR), moment(noon + HOUR))
    rules = SlotRules(60 * seconds, step=seconds, buffer_before=7 * seconds, buffer_after=5 * seconds)
    every = set(range(noon - HOUR, noon + HOUR))
    busy = starts(DAY, rules, window=window, busy=[(noon, noon + 100)], booked=(), now=BEGIN)
    assert every - set(busy) == set(range(noon - 64, noon + 107))
    longer = starts(DAY, rules, window=window, busy=(), booked=[Booked(noon, noon + 100, 9, 8)], now=BEGIN)
    assert every - set(longer) == set(range(noon - 68, noon + 108))
    shorter = starts(DAY, rules, window=window, busy=(), booked=[Booked(noon, noon + 100, 4, 6)], now=BEGIN)
    assert shorter == busy


def test_the_reading_range_is_exact_to_the_second() -> None:
    second = timedelta(seconds=1)
    rules = SlotRules(60 * second, buffer_before=7 * second, buffer_after=5 * second)
    window = Interval(BEGIN, BEGIN + second)
    begin = floor_seconds(BEGIN)
    assert reading_range(rules, window) == (begin - 7, begin + 1 + 65)
    assert reading_range(rules, window, longest_buffer=9 * second) == (begin - 9, begin + 1 + 69)
    assert reading_range(rules, window, longest_buffer=6 * second) == (begin - 7, begin + 1 + 66)
    assert all(type(end) is int for end in reading_range(rules, window))


class TestEndsOfTheCalendar:
    """The years 1900 and 2999, in zones whose clocks were odd then, and at the far ends of the earth."""

    first = datetime(1900, 1, 1, tzinfo=UTC)
    last = datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)
    zones = ("UTC", "Pacific/Kiritimati", "Pacific/Niue", "Europe/Amsterdam", "Africa/Monrovia", "Asia/Kolkata")

    @pytest.mark.parametrize("zone", zones)
    @pytest.mark.parametrize("most", [None, 24])
    def test_the_first_and_the_last_day_are_answered(self, zone: str, most: int | None) -> None:
        rules = SlotRules(timedelta(hours=1), most_per_day=most)
        for start in (self.first, self.last - timedelta(days=1)):
            window = Interval(start, start + timedelta(days=1))
            found = starts(Availability(zone, ALWAYS), rules, window=window, busy=(), booked=(), now=self.first)
            assert len(found) == 24, start

    def test_the_last_second_has_a_start_and_a_reason(self) -> None:
        rules = SlotRules(timedelta(hours=1), step=timedelta(seconds=1), limits=(Limit("year", 1),))
        last = floor_seconds(self.last)
        counted = [Booked(last, last + 60, 0, 0, True)]
        assert explain(DAY, rules, last, busy=(), booked=(), now=BEGIN).rule is Rule.OFFERED
        assert explain(DAY, rules, last, busy=(), booked=counted, now=BEGIN).rule is Rule.BOOKED
        assert explain(DAY, rules, last - 2 * HOUR, busy=(), booked=counted, now=BEGIN).rule is Rule.LIMIT

    def test_a_hundred_years_of_notice_and_window_pass(self) -> None:
        rules = SlotRules(
            timedelta(days=366), minimum_notice=timedelta(days=366), window_days=36_525, business_days=True
        )
        window = Interval(self.last - timedelta(hours=1), self.last)
        assert starts(DAY, rules, window=window, busy=(), booked=(), now=self.last) == []

    def test_periods_of_limits_reach_over_the_ends(self) -> None:
        for per in ("day", "week", "month", "year"):
            rules = SlotRules(timedelta(hours=1), limits=(Limit(per, 1),))  # type: ignore[arg-type]
            for start in (self.first, datetime(2999, 12, 31, tzinfo=UTC)):
                window = Interval(start, start + timedelta(hours=20))
                booked = [Booked(floor_seconds(start), floor_seconds(start) + 1, 0, 0, True)]
                assert starts(DAY, rules, window=window, busy=(), booked=booked, now=self.first) == []
