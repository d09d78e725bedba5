"""Open hours: wall time of a zone read per local date."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sivient.core.availability import Availability, Hours, Travel, local_ordinal, midnight, zone_named
from sivient.core.interval import floor_seconds, moment

DAY_HOURS = Mapping[date, tuple[tuple[int, int], ...]]


def opened(zone: str, day: date, *hours: tuple[int, int]) -> list[str]:
    """Return what is open by the hours of one date, as UTC times of the clock."""
    openings = Availability(zone, (), {day: hours}).openings(day.toordinal(), day.toordinal())
    return [f"{moment(start):%d %H:%M}-{moment(end):%d %H:%M}" for one in openings for start, end in one]


def test_hours_follow_the_offset_of_their_date() -> None:
    assert opened("Europe/Berlin", date(2026, 7, 1), (540, 1020)) == ["01 07:00-01 15:00"]
    assert opened("Europe/Berlin", date(2026, 12, 1), (540, 1020)) == ["01 08:00-01 16:00"]
    assert opened("Asia/Kathmandu", date(2026, 12, 1), (540, 1020)) == ["01 03:15-01 11:15"]


def test_hours_that_end_at_or_before_their_start_run_into_the_next_day() -> None:
    assert opened("UTC", date(2026, 12, 1), (1320, 120)) == ["01 22:00-02 02:00"]
    assert opened("UTC", date(2026, 12, 1), (540, 540)) == ["01 09:00-02 09:00"]
    assert opened("UTC", date(2026, 12, 1), (540, 0)) == ["01 09:00-02 00:00"]


def test_1440_is_midnight() -> None:
    assert opened("UTC", date(2026, 12, 1), (1380, 1440)) == ["01 23:00-02 00:00"]


def test_hours_of_a_date_are_merged() -> None:
    assert opened("UTC", date(2026, 12, 1), (780, 1020), (540, 720), (700, 780)) == ["01 09:00-01 17:00"]


def test_weekly_hours_hold_on_their_weekday_and_an_override_replaces_them() -> None:
    monday = date(2026, 11, 23)
    week = Availability(
        "UTC", tuple(Hours(day, 60 * day, 1440) for day in range(7)), {monday: (), date(2026, 11, 24): ((0, 60),)}
    )
    openings = week.openings(monday.toordinal() - 1, monday.toordinal() + 2)
    starts = [f"{moment(start):%a %H:%M}-{moment(end):%H:%M}" for one in openings for start, end in one]
    assert starts == ["Sun 06:00-00:00", "Tue 00:00-01:00", "Wed 02:00-00:00"]


class TestClocksGoForward:
    """Berlin, 28 March 2027: 02:00 to 03:00 does not exist. The gap is at 01:00 UTC."""

    day = date(2027, 3, 28)

    def test_a_missing_wall_time_is_read_with_the_offset_before_the_gap(self) -> None:
        assert opened("Europe/Berlin", self.day, (60, 150)) == ["28 00:00-28 01:30"]
        assert opened("Europe/Berlin", self.day, (120, 300)) == ["28 01:00-28 03:00"]

    def test_hours_that_vanish_offer_nothing(self) -> None:
        assert opened("Europe/Berlin", self.day, (120, 180)) == []
        assert opened("Europe/Berlin", self.day, (150, 180)) == []

    def test_the_hours_of_the_evening_before_lose_an_hour(self) -> None:
        assert opened("Europe/Berlin", date(2027, 3, 27), (1320, 360)) == ["27 21:00-28 04:00"]

    def test_a_day_that_begins_at_one_o_clock_begins_there(self) -> None:
        assert opened("Africa/Cairo", date(2027, 4, 30), (0, 120)) == ["29 22:00-29 23:00"]
        assert opened("Africa/Cairo", date(2027, 4, 29), (1380, 1440)) == ["29 21:00-29 22:00"]

    def test_a_date_that_does_not_exist_has_no_hours(self) -> None:
        assert opened("Pacific/Apia", date(2011, 12, 30), (540, 1020)) == []
        assert opened("Pacific/Apia", date(2011, 12, 31), (540, 1020)) == ["30 19:00-31 03:00"]


class TestClocksGoBack:
    """Berlin, 25 October 2026: 02:00 to 03:00 comes twice, first at 00:00 UTC."""

    day = date(2026, 10, 25)

    def test_a_repeated_wall_time_is_the_first(self) -> None:
        assert opened("Europe/Berlin", self.day, (60, 150)) == ["24 23:00-25 00:30"]
        assert opened("Europe/Berlin", self.day, (150, 240)) == ["25 00:30-25 03:00"]

    def test_the_hours_of_the_evening_before_gain_an_hour(self) -> None:
        assert opened("Europe/Berlin", date(2026, 10, 24), (1320, 360)) == ["24 20:00-25 05:00"]

    def test_an_evening_that_comes_twice_is_open_twice(self) -> None:
        assert opened("Africa/Cairo", date(2026, 10, 29), (1320, 1440)) == ["29 19:00-29 22:00"]


def test_a_date_begins_at_its_first_instant() -> None:
    day = date(2027, 4, 30).toordinal()
    begins = midnight("Africa/Cairo", day)
    assert moment(begins) == datetime(2027, 4, 29, 22, tzinfo=UTC)
    assert local_ordinal("Africa/Cairo", begins) == day
    assert local_ordinal("Africa/Cairo", begins - 1) == day - 1


def test_a_date_that_comes_back_for_an_hour_is_over_since_the_next_one_began() -> None:
    """St. John's, 7 November 2010: at 0:01 (02:31 UTC) the clock goes back to 23:01 of the sixth."""
    sixth = date(2010, 11, 6).toordinal()
    begins = floor_seconds(datetime(2010, 11, 7, 2, 30, tzinfo=UTC))
    assert [local_ordinal("America/St_Johns", begins + n) - sixth for n in (-1, 0, 60, 3599, 86400)] == [0, 1, 1, 1, 1]


NOT_IANA = ["localtime", "posixrules", "Factory", "posix/Europe/Berlin", "right/Europe/Berlin", "right/UTC"]


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "Europe", "../etc/passwd", "\x00", "\ud800", "x" * 5000, *NOT_IANA]
)
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        zone_named(name)
    with pytest.raises(ValueError, match="unknown time zone"):
        Availability(name, ())


@pytest.mark.parametrize(
    ("weekday", "start", "end"), [(7, 0, 60), (-1, 0, 60), (0, 1440, 60), (0, -1, 60), (0, 0, 1441)]
)
def test_hours_outside_the_week_or_the_day_are_refused(weekday: int, start: int, end: int) -> None:
    with pytest.raises(ValueError, match=r"weekday|minutes"):
        Hours(weekday, start, end)


def test_an_override_outside_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="minutes"):
        Availability("UTC", (), {date(2026, 12, 24): ((540, 1500),)})


class TestSingleDates:
    """Time off beats an override, an override beats a holiday, a holiday beats the week."""

    tuesday = date(2026, 12, 1)
    week = tuple(Hours(day, 540, 600) for day in range(7))

    def days(self, **dates: Any) -> str:
        """Return the days of the month that are open in the week around the first of December."""
        first = self.tuesday.toordinal() - 2
        openings = Availability("UTC", self.week, **dates).openings(first, first + 6)
        return " ".join(f"{moment(start):%d}" for one in openings for start, _ in one)

    def test_time_off_is_closed_on_its_first_date_its_last_and_all_between(self) -> None:
        assert self.days() == "29 30 01 02 03 04 05"
        assert self.days(time_off=((date(2026, 12, 1), date(2026, 12, 3)),)) == "29 30 04 05"
        assert self.days(time_off=((self.tuesday, self.tuesday),)) == "29 30 02 03 04 05"
        assert self.days(time_off=((date.min, self.tuesday), (date(2026, 12, 4), date.max))) == "02 03"
        assert self.days(time_off=((date.min, date(2026, 11, 28)), (date(2026, 12, 6), date.max))) == self.days()

    def test_hours_past_midnight_belong_to_the_date_on_which_they_begin(self) -> None:
        nights = Availability(
            "UTC", (Hours(0, 1320, 120), Hours(1, 1320, 120)), time_off=((self.tuesday, self.tuesday),)
        )
        ordinal = self.tuesday.toordinal()
        openings = nights.openings(ordinal - 1, ordinal + 1)
        assert [f"{moment(start):%d %H:%M}-{moment(end):%d %H:%M}" for one in openings for start, end in one] == [
            "30 22:00-01 02:00"
        ]

    def test_time_off_beats_an_override(self) -> None:
        override = {self.tuesday: ((600, 660),)}
        assert self.days(time_off=((self.tuesday, self.tuesday),), overrides=override) == "29 30 02 03 04 05"

    def test_a_holiday_is_closed_unless_an_override_names_the_date(self) -> None:
        holidays = frozenset({self.tuesday, date(2026, 12, 3)})
        assert self.days(holidays=holidays) == "29 30 02 04 05"
        assert self.days(holidays=holidays, overrides={self.tuesday: ((600, 660),)}) == "29 30 01 02 04 05"
        assert self.days(holidays=holidays, overrides={self.tuesday: ()}) == "29 30 02 04 05"

    def test_time_off_and_travel_must_not_end_before_they_begin(self) -> None:
        eve = self.tuesday - timedelta(days=1)
        with pytest.raises(ValueError, match="must not end before it begins"):
            Availability("UTC", time_off=((self.tuesday, eve),))
        with pytest.raises(ValueError, match="must not end before it begins"):
            Travel(self.tuesday, eve, "UTC")
