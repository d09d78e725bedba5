"""Booking windows by date, business days, and the number of starts that a date may offer."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from sivient.core.availability import Availability, Hours
from sivient.core.interval import Interval, Pair, floor_seconds, moment
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules, booking_window, counting_range, reading_range, starts

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
NOONS = Availability("UTC", tuple(Hours(day, 720, 780) for day in range(7)))
HOUR = timedelta(hours=1)


def days(rules: SlotRules, now: datetime = MONDAY, availability: Availability = NOONS) -> str:
    """Return the weekdays and days of the month that have a start in the sixteen days after MONDAY."""
    window = Interval(MONDAY - timedelta(days=3), MONDAY + timedelta(days=16))
    found = starts(availability, rules, window=window, busy=(), booked=(), now=now)
    return " ".join(f"{moment(start):%a%d}" for start in found)


class TestBusinessDays:
    """Only Mondays to Fridays are counted, and today is always inside."""

    @pytest.mark.parametrize(
        ("today", "n", "last"),
        [
            ("Mon30", 0, "Mon30"),
            ("Mon30", 1, "Tue01"),
            ("Mon30", 4, "Fri04"),
            ("Mon30", 5, "Mon07"),
            ("Mon30", 9, "Fri11"),
            ("Mon30", 10, "Mon14"),
            ("Thu03", 1, "Fri04"),
            ("Thu03", 2, "Mon07"),
            ("Fri04", 0, "Fri04"),
            ("Fri04", 1, "Mon07"),
            ("Fri04", 5, "Fri11"),
            ("Fri04", 6, "Mon14"),
            ("Sat05", 0, "Sat05"),
            ("Sat05", 1, "Mon07"),
            ("Sat05", 5, "Fri11"),
            ("Sat05", 6, "Mon14"),
            ("Sun06", 0, "Sun06"),
            ("Sun06", 1, "Mon07"),
            ("Sun06", 5, "Fri11"),
            ("Sun06", 6, "Mon14"),
        ],
    )
    def test_the_last_date_is_the_nth_business_day_after_today(self, today: str, n: int, last: str) -> None:
        now = MONDAY + timedelta(days=int(today[3:]) % 30, hours=12)
        offered = days(SlotRules(HOUR, window_days=n, business_days=True), now).split()
        assert (offered[0], offered[-1]) == (today, last)

    def test_a_weekend_inside_the_window_may_be_booked(self) -> None:
        assert (
            days(SlotRules(HOUR, window_days=5, business_days=True))
            == "Mon30 Tue01 Wed02 Thu03 Fri04 Sat05 Sun06 Mon07"
        )

    def test_without_a_number_of_days_nothing_is_counted(self) -> None:
        assert days(SlotRules(HOUR, business_days=True)) == days(SlotRules(HOUR))

    def test_a_hundred_years_are_counted_at_once(self) -> None:
        rules = SlotRules(HOUR, window_days=36_525, business_days=True)
        assert moment(booking_window(NOONS, rules, MONDAY)[1]) == MONDAY + timedelta(weeks=7305, days=1)


class TestFirstAndLastDate:
    """Both are part of the window, and local dates of the schedule's zone."""

    def test_both_dates_are_offered(self) -> None:
        rules = SlotRules(HOUR, first_date=date(2026, 12, 2), last_date=date(2026, 12, 4))
        assert days(rules) == "Wed02 Thu03 Fri04"
        assert days(SlotRules(HOUR, last_date=date(2026, 12, 1))) == "Mon30 Tue01"
        assert days(SlotRules(HOUR, first_date=date(2026, 12, 15))) == "Tue15"
        assert days(SlotRules(HOUR, first_date=date(2026, 12, 4), last_date=date(2026, 12, 4))) == "Fri04"

    def test_the_narrower_of_two_windows_holds(self) -> None:
        assert days(SlotRules(HOUR, window_days=2, last_date=date(2026, 12, 1))) == "Mon30 Tue01"
        assert days(SlotRules(HOUR, window_days=1, last_date=date(2026, 12, 9))) == "Mon30 Tue01"
        assert days(SlotRules(HOUR, window_days=1, first_date=date(2026, 12, 2))) == ""

    def test_the_dates_are_those_of_the_schedules_zone(self) -> None:
        island = Availability("Pacific/Kiritimati", tuple(Hours(day, 0, 1440) for day in range(7)))
        rules = SlotRules(HOUR, first_date=date(2026, 12, 2), last_date=date(2026, 12, 2))
        window = Interval(MONDAY, MONDAY + timedelta(days=9))
        found = starts(island, rules, window=window, busy=(), booked=(), now=MONDAY)
        assert (moment(found[0]), moment(found[-1])) == (MONDAY + 34 * HOUR, MONDAY + 57 * HOUR)

    @pytest.mark.parametrize("name", ["first_date", "last_date"])
    @pytest.mark.parametrize("year", [1, 1899, 3000, 9999])
    def test_a_date_outside_the_bookable_years_is_refused_by_name(self, name: str, year: int) -> None:
        with pytest.raises(ValueError, match=f"{name} must be in the years 1900 to 2999"):
            SlotRules(HOUR, **{name: date(year, 12, 31)})  # type: ignore[arg-type]

    def test_the_edges_of_the_bookable_years_are_taken(self) -> None:
        SlotRules(HOUR, first_date=date(1900, 1, 1), last_date=date(2999, 12, 31))

    def test_dates_in_the_wrong_order_are_refused(self) -> None:
        with pytest.raises(ValueError, match="first_date must not be after last_date"):
            SlotRules(HOUR, first_date=date(2026, 12, 2), last_date=date(2026, 12, 1))


class TestMostPerDay:
    """Of each local date only the first free starts are offered, however narrow the window that is asked for."""

    mornings = Availability("UTC", tuple(Hours(day, 540, 720) for day in range(7)))

    def offered(
        self,
        n: int,
        start: float = 0,
        end: float = 24,
        *,
        busy: Iterable[Pair] = (),
        booked: Iterable[Booked] = (),
        now: datetime = MONDAY,
        availability: Availability = mornings,
        **rules: object,
    ) -> list[str]:
        """Return what is offered between two hours after MONDAY."""
        found = starts(
            availability,
            SlotRules(HOUR, most_per_day=n, **rules),  # type: ignore[arg-type]
            window=Interval(MONDAY + start * HOUR, MONDAY + end * HOUR),
            busy=busy,
            booked=booked,
            now=now,
        )
        return [f"{moment(start):%a %H:%M}" for start in found]

    def test_the_first_starts_of_each_date_are_offered(self) -> None:
        assert self.offered(2, end=72) == [f"{day} {time}:00" for day in ("Mon", "Tue", "Wed") for time in ("09", "10")]
        assert self.offered(3) == self.offered(4) == ["Mon 09:00", "Mon 10:00", "Mon 11:00"]

    def test_a_narrow_window_offers_the_same_as_a_wide_one(self) -> None:
        assert self.offered(1, 9, 10) == self.offered(1, 8.5, 9.1) == ["Mon 09:00"]
        assert self.offered(1, 10, 11) == self.offered(1, 9.1, 33) == []
        assert self.offered(1, 9.1, 33.1) == ["Tue 09:00"]

    def test_the_next_start_takes_the_place_of_one_that_is_taken_or_over(self) -> None:
        nine = floor_seconds(MONDAY + 9 * HOUR)
        assert self.offered(2, 11, 12, busy=[(nine, nine + 60)]) == ["Mon 11:00"]
        assert self.offered(2, 11, 12, booked=[Booked(nine - 60, nine, 0, 60)]) == ["Mon 11:00"]
        assert self.offered(2, 11, 12, now=MONDAY + 9.5 * HOUR) == ["Mon 11:00"]
        assert self.offered(2, 11, 12, minimum_notice=10 * HOUR) == ["Mon 11:00"]

    def test_the_dates_are_those_of_the_schedules_zone(self) -> None:
        around = Availability("America/New_York", tuple(Hours(day, 0, 1440) for day in range(7)))
        assert self.offered(2, 0, 29, availability=around) == ["Mon 00:00", "Mon 01:00", "Mon 05:00", "Mon 06:00"]

    def test_the_window_begins_with_a_second_and_ends_before_one(self) -> None:
        second = HOUR / 3600
        assert self.offered(1, 9 + second / HOUR, 12) == []
        assert self.offered(1, 8, 9) == []
        assert self.offered(1, 8, 9 + second / HOUR) == ["Mon 09:00"]

    def test_the_first_second_of_a_date_belongs_to_it(self) -> None:
        always = Availability("UTC", tuple(Hours(day, 0, 1440) for day in range(7)))
        assert self.offered(1, 12, 24 + 1 / 3600, availability=always) == ["Tue 00:00"]
        assert self.offered(1, 12, 24, availability=always) == []

    def test_a_part_of_a_second_holds_no_start(self) -> None:
        nine = MONDAY + 9 * HOUR
        part = Interval(nine + timedelta(microseconds=1), nine + timedelta(microseconds=2))
        assert starts(self.mornings, SlotRules(HOUR, most_per_day=1), window=part, busy=(), booked=(), now=MONDAY) == []

    def test_a_date_that_comes_back_for_an_hour_has_its_starts_once(self) -> None:
        # In St. John's the clocks went from 0:01 on the 7th back to 23:01 on the 6th, at 2:31 UTC.
        always = Availability("America/St_Johns", tuple(Hours(day, 0, 1440) for day in range(7)))
        begin = datetime(2010, 11, 6, 12, tzinfo=UTC)
        rules = SlotRules(timedelta(minutes=30), most_per_day=2)
        window = Interval(begin, begin + timedelta(days=2))
        found = starts(always, rules, window=window, busy=(), booked=(), now=begin)
        assert [f"{moment(start):%d %H:%M}" for start in found] == [
            *["06 12:00", "06 12:30"],
            *["07 02:30", "07 03:00"],
            *["08 03:30", "08 04:00"],
        ]

    def test_all_of_the_dates_must_be_read(self) -> None:
        window = Interval(MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)
        rules = SlotRules(HOUR, most_per_day=1, buffer_before=HOUR, limits=(Limit("day", 1),))
        read = reading_range(rules, window, longest_buffer=2 * HOUR)
        assert [moment(bound) for bound in read] == [window.start - 50 * HOUR, window.end + 51 * HOUR]
        counted = counting_range(NOONS, rules, window) or (0, 0)
        assert [moment(bound) for bound in counted] == [MONDAY, MONDAY + 24 * HOUR]

    @pytest.mark.parametrize("n", [0, -1])
    def test_no_starts_at_all_are_refused(self, n: int) -> None:
        with pytest.raises(ValueError, match="most_per_day must be 1 or more"):
            SlotRules(HOUR, most_per_day=n)
