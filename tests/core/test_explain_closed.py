"""What closes a time is said by name: hours, time off, override, holiday, and in which zone."""

from datetime import UTC, date, datetime

import pytest

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.explain import Reason, Rule, explain
from sivient.core.interval import floor_seconds
from tests.core.reasons import DAY, HALF_HOUR, WEEKDAYS, asked, reason


def test_outside_the_hours_of_the_day() -> None:
    hours = Availability("Europe/Berlin", (Hours(1, 540, 720), Hours(1, 780, 1020)))
    assert reason("11:30", hours) == Reason(
        Rule.CLOSED,
        "12:30 lies outside the hours of Tuesday 1 December 2026: from 09:00 to 12:00 and from 13:00 to 17:00.",
    )


def test_the_hours_are_half_open() -> None:
    assert reason("9:00").rule is Rule.OFFERED
    assert reason("16:30").rule is Rule.OFFERED
    for clock in ("8:59", "17:00"):
        assert "lies outside the hours" in reason(clock).sentence


def test_a_meeting_that_would_outlast_the_hours() -> None:
    assert reason("16:31") == Reason(Rule.CLOSED, "A meeting from 16:31 to 17:01 is too long: the hours end at 17:00.")


def test_hours_that_run_on_do_not_end() -> None:
    two = Availability("UTC", (Hours(1, 540, 1440), Hours(2, 0, 60)))
    assert reason("23:30", two, asked(60, step=30)).rule is Rule.OFFERED
    assert reason("23:30", two, asked(91, step=30)).sentence == (
        "A meeting from 23:30 to 01:01 on Wednesday 2 December 2026 is too long: "
        "the hours end at 01:00 on Wednesday 2 December 2026."
    )


def test_a_day_without_hours() -> None:
    assert reason("14:00", Availability("UTC", (Hours(0, 540, 1020),))).sentence == "There are no hours on a Tuesday."


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (1, "14:00 lies in time off on Tuesday 1 December 2026."),
        (3, "14:00 lies in time off from Tuesday 1 December 2026 to Thursday 3 December 2026."),
    ],
)
def test_time_off(last: int, words: str) -> None:
    off = Availability(
        "UTC",
        WEEKDAYS,
        overrides={DAY.date(): ()},
        holidays=frozenset({DAY.date()}),
        time_off=((date(2026, 11, 1), date(2026, 11, 30)), (DAY.date(), date(2026, 12, last))),
    )
    assert reason("14:00", off) == Reason(Rule.CLOSED, words)


def test_an_override_without_hours_and_one_with_others() -> None:
    closed = Availability("UTC", WEEKDAYS, {DAY.date(): ()}, holidays=frozenset({DAY.date()}))
    assert reason("14:00", closed).sentence == "Tuesday 1 December 2026 is closed by an override."
    morning = Availability("UTC", (), {DAY.date(): ((540, 600),)}, holidays=frozenset({DAY.date()}))
    assert reason("14:00", morning).sentence == (
        "14:00 lies outside the hours of Tuesday 1 December 2026: from 09:00 to 10:00."
    )


def test_a_holiday() -> None:
    holiday = Availability("UTC", WEEKDAYS, holidays=frozenset({DAY.date()}))
    assert reason("14:00", holiday).sentence == "Tuesday 1 December 2026 is a holiday."


def test_the_zone_of_a_journey() -> None:
    tokyo = Availability("UTC", WEEKDAYS, travel=(Travel(DAY.date(), DAY.date(), "Asia/Tokyo"),))
    assert reason("14:00", tokyo).sentence == (
        "14:00 lies outside the hours of Tuesday 1 December 2026, read in Tokyo, UTC+9: from 00:00 to 08:00."
    )
    # At 16:00 it is one o'clock on Wednesday in Tokyo, but on Wednesday the host is back.
    assert "hours of Tuesday" in reason("16:00", tokyo).sentence


def test_the_date_is_that_of_the_place_where_the_host_is() -> None:
    # At 16:00 it is one o'clock on Wednesday in Tokyo, and the host is still there.
    tokyo = Availability("UTC", WEEKDAYS, travel=(Travel(DAY.date(), date(2026, 12, 2), "Asia/Tokyo"),))
    assert reason("16:00", tokyo).sentence == (
        "16:00 lies outside the hours of Wednesday 2 December 2026, read in Tokyo, UTC+9: "
        "from 00:00 on Wednesday 2 December 2026 to 08:00 on Wednesday 2 December 2026."
    )
    assert "hours of Wednesday" in reason("15:00", tokyo).sentence  # its first second
    assert "hours of Tuesday" in reason("14:59", tokyo).sentence
    # At 5:00 on Wednesday it is still Tuesday in Niue.
    niue = Availability("UTC", WEEKDAYS, travel=(Travel(DAY.date(), date(2026, 12, 2), "Pacific/Niue"),))
    assert "hours of Tuesday 1 December 2026, read in Niue, UTC-11" in reason("29:00", niue).sentence


def test_the_later_of_two_dates_that_a_journey_brings_at_the_same_time() -> None:
    # At 11:30 it is half past midnight on Tuesday in Niue, and half past one on Wednesday at home.
    away = (Travel(DAY.date(), DAY.date(), "Pacific/Niue"),)
    home = Availability("Pacific/Kiritimati", WEEKDAYS, travel=away)
    assert reason("11:30", home).sentence == (
        "01:30 lies outside the hours of Wednesday 2 December 2026: from 09:00 to 17:00."
    )


def test_hours_that_the_clocks_skip() -> None:
    night = Availability("Europe/Berlin", (Hours(6, 120, 180),))
    sunday = floor_seconds(datetime(2027, 3, 28, 1, tzinfo=UTC))
    found = explain(night, HALF_HOUR, sunday, busy=(), booked=(), now=DAY)
    assert found.sentence == "The hours of Sunday 28 March 2027 do not exist: the clocks change."


def test_the_eve_of_a_date_that_nobody_saw() -> None:
    samoa = Availability("Pacific/Apia", (), {date(2011, 12, 30): ((540, 1020),)})
    friday = floor_seconds(datetime(2011, 12, 30, 9, 59, tzinfo=UTC))  # the last minute of Thursday
    found = explain(samoa, HALF_HOUR, friday, busy=(), booked=(), now=datetime(2011, 1, 1, tzinfo=UTC))
    assert found.sentence == "There are no hours on a Thursday."


def test_a_time_on_no_date_at_all_because_the_host_is_on_the_way() -> None:
    # Tuesday ends at home at 10:00; Wednesday begins in Niue 25 hours later.
    away = (Travel(date(2026, 12, 2), date(2026, 12, 2), "Pacific/Niue"),)
    home = Availability("Pacific/Kiritimati", WEEKDAYS, travel=away)
    assert reason("20:00", home).sentence == (
        "10:00 lies outside the hours of Wednesday 2 December 2026, read in Niue, UTC-11: "
        "from 10:00 on Thursday 3 December 2026 to 18:00 on Thursday 3 December 2026."
    )
