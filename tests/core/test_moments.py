"""Instants in words: the zone decides the date, the clock and the offset."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.moments import city, clock, day, happened, month, offset, short_day, until

EVENING = datetime(2026, 12, 1, 23, 5, 9, tzinfo=UTC)


def test_an_end_on_another_day_than_the_start_names_it() -> None:
    end = EVENING + timedelta(hours=1)
    assert until(EVENING, end, "UTC") == "00:05 on Wednesday"
    assert until(EVENING, end, "UTC", 12) == "12:05 am on Wednesday"
    assert until(EVENING, end, "Europe/Berlin") == "01:05"
    assert until(EVENING - timedelta(hours=2), EVENING, "Europe/Berlin") == "00:05 on Wednesday"


def test_a_day_is_the_local_date() -> None:
    assert day(EVENING, "UTC") == "Tuesday 1 December 2026"
    assert day(EVENING, "Europe/Berlin") == "Wednesday 2 December 2026"


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (EVENING, ""),
        (EVENING - timedelta(days=183), ""),
        (EVENING - timedelta(days=184), " 2026"),
        (EVENING + timedelta(days=30), ""),
        (EVENING + timedelta(days=31), " 2026"),  # it is 2027 by then
        (EVENING - timedelta(days=730), " 2026"),
    ],
)
def test_a_date_has_its_year_when_it_is_another_one_or_half_a_year_away(now: datetime, year: str) -> None:
    assert short_day(EVENING, "UTC", now) == f"Tue 1 Dec{year}"
    assert month(EVENING, "UTC", now) == f"December{year}"


def test_which_year_it_is_now_depends_on_the_zone() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert month(EVENING, "UTC", new_year) == "December"
    assert month(EVENING, "Europe/Berlin", new_year) == "December 2026"


@pytest.mark.parametrize(
    ("hour", "on_12_hours", "on_24_hours"),
    [
        (0, "12:05 am", "00:05"),
        (1, "1:05 am", "01:05"),
        (11, "11:05 am", "11:05"),
        (12, "12:05 pm", "12:05"),
        (13, "1:05 pm", "13:05"),
        (23, "11:05 pm", "23:05"),
    ],
)
def test_a_clock_shows_the_local_time_on_12_hours_or_on_24(hour: int, on_12_hours: str, on_24_hours: str) -> None:
    at = EVENING.replace(hour=hour)
    assert clock(at, "UTC", 12) == on_12_hours
    assert clock(at, "UTC", 24) == clock(at, "UTC") == on_24_hours
    assert clock(at, "Asia/Kathmandu") == f"{at + timedelta(hours=5, minutes=45):%H:%M}"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Lisbon", "Lisbon"),
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_after_its_place(zone: str, name: str) -> None:
    assert city(zone) == name


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "UTC+1"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("Pacific/Kiritimati", "UTC+14"),
        ("America/New_York", "UTC-5"),
        ("America/St_Johns", "UTC-3:30"),
    ],
)
def test_an_offset_has_its_sign_and_minutes_only_when_there_are_some(zone: str, shown: str) -> None:
    assert offset(EVENING, zone) == shown


def test_what_happened_today_has_its_time_and_all_else_its_date_too() -> None:
    later = EVENING + timedelta(minutes=50)
    assert happened(EVENING, "UTC", later) == "23:05:09"
    assert happened(EVENING, "UTC", later + timedelta(minutes=10)) == "1 Dec, 23:05:09"
    assert happened(EVENING, "Europe/Berlin", later + timedelta(minutes=10)) == "00:05:09"
    assert happened(EVENING, "Pacific/Niue", EVENING - timedelta(hours=13)) == "1 Dec, 12:05:09"
