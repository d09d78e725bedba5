"""A series loses the occurrences that its exceptions name, and no other; when in doubt, its time is taken."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.ical_events import TOO_SLOW, Expansion
from sivient.core.ical_rules import MOST_DATES, MOST_FOLLOWING
from sivient.core.ical_times import ODD_REPEAT, Event
from tests.core.ical import BERLIN, WINDOW, busy, file, read, spans

HOUR = timedelta(hours=1)
TEN = "DTSTART;TZID=Europe/Berlin:20261201T100000 DURATION:PT30M"
TWICE = f"{TEN} RRULE:FREQ=DAILY;BYHOUR=10,11;COUNT=4"
DAILY = f"{TEN} RRULE:FREQ=DAILY;COUNT=3"
DAYS = "DTSTART;VALUE=DATE:20261201 RRULE:FREQ=DAILY;COUNT=3"
FIRST, SECOND, THIRD = "12-01 09:00-09:30", "12-02 09:00-09:30", "12-03 09:00-09:30"


@pytest.mark.parametrize(
    "named",
    ["TZID=Europe/Berlin:20261201T110000", "VALUE=DATE-TIME:20261201T100000Z", "TZID=Asia/Tokyo:20261201T190000"],
)
def test_one_occurrence_left_out_or_moved_leaves_the_others_of_its_day(named: str) -> None:
    remaining = [FIRST, SECOND, "12-02 10:00-10:30"]
    assert busy(f"{TWICE} EXDATE;{named}") == remaining
    moved = f"RECURRENCE-ID;{named} DTSTART:20261220T100000Z DURATION:PT30M"
    assert busy(TWICE, moved) == [*remaining, "12-20 10:00-10:30"]


def test_an_addition_is_left_out_by_its_own_instant_alone() -> None:
    added = f"{DAILY} RDATE;TZID=Europe/Berlin:20261201T110000"
    assert busy(added) == [FIRST, "12-01 10:00-10:30", SECOND, THIRD]
    assert busy(f"{added} EXDATE:20261201T100000Z") == [FIRST, SECOND, THIRD]
    assert busy(f"{added} EXDATE:20261201T090000Z") == ["12-01 10:00-10:30", SECOND, THIRD]


def test_the_same_hour_in_another_zone_is_another_time() -> None:
    assert busy(f"{DAILY} EXDATE;TZID=America/New_York:20261202T100000") == [FIRST, SECOND, THIRD]
    assert busy(f"{DAILY} EXDATE;TZID=America/New_York:20261202T040000") == [FIRST, THIRD]


def test_an_hour_that_comes_twice_is_left_out_by_its_first_instant_alone() -> None:
    night = "DTSTART;TZID=Europe/Berlin:20271030T023000 DURATION:PT15M RRULE:FREQ=DAILY;COUNT=2"
    assert busy(f"{night} EXDATE:20271031T013000Z") == busy(night)
    assert len(busy(f"{night} EXDATE:20271031T003000Z")) == 1


@pytest.mark.parametrize(
    ("series", "zone"),
    [
        ("DTSTART:20261201T100000 DURATION:PT1H RRULE:FREQ=DAILY;UNTIL=20261204T100000", "America/New_York"),
        ("DTSTART:20261201T100000 DURATION:PT1H RRULE:FREQ=DAILY;UNTIL=20261204T150000Z", "America/New_York"),
        ("DTSTART;TZID=America/Denver:20261201T100000 RRULE:FREQ=DAILY;UNTIL=20261204T100000 DURATION:PT1H", BERLIN),
        (f"{TEN} RRULE:UNTIL=20261204;FREQ=DAILY", BERLIN),
        (f"{TEN} RRULE:FREQ=DAILY;UNTIL=20261204T090000Z;INTERVAL=1", BERLIN),
        ("DTSTART;VALUE=DATE:20261201 RRULE:FREQ=DAILY;UNTIL=20261204", BERLIN),
        ("DTSTART;VALUE=DATE:20261201 RRULE:FREQ=DAILY;UNTIL=20261204T120000", BERLIN),
        ("DTSTART;VALUE=DATE:20261201 RRULE:FREQ=DAILY;UNTIL=20261203T230000Z", BERLIN),
        ("DTSTART;VALUE=DATE:20261201 RRULE:FREQ=DAILY;UNTIL=20261204T000000Z", "America/New_York"),
    ],
)
def test_the_last_time_of_a_series_is_taken_and_none_after_it(series: str, zone: str) -> None:
    reading, troubles = read(file(series), zone=zone)
    taken = sum(end - start for start, end in reading.busy)
    days = (4 * 86400, 4 * 86400 - 3600)  # the window begins an hour after the first day in Berlin
    assert (taken in (*days, 4 * 3600, 4 * 1800), troubles) == (True, {})


def test_an_end_on_the_night_when_an_hour_comes_twice_leaves_that_hour_taken() -> None:
    night = "DTSTART;TZID=Europe/Berlin:20271030T024500 DURATION:PT5M RRULE:FREQ=DAILY;UNTIL=20271031T011500Z"
    assert busy(night) == ["10-30 00:45-00:50", "10-31 00:45-00:50"]


@pytest.mark.parametrize("ends", ["99991231T235959Z", "99991231T235959", "99991231", "29991231T235960Z"])
def test_a_series_that_ends_in_9999_has_no_end(ends: str) -> None:
    for first in (TEN, "DTSTART;VALUE=DATE:20261201"):
        reading, troubles = read(file(f"{first} RRULE:FREQ=DAILY;UNTIL={ends}"))
        assert (sum(end - start for start, end in reading.busy) > 300 * 1800, troubles) == (True, {})


@pytest.mark.parametrize("ends", ["soon", "", "20261204T10", "20269999"])
def test_a_series_with_an_end_that_is_no_time_blocks(ends: str) -> None:
    reading, troubles = read(file(f"{TEN} RRULE:FREQ=DAILY;UNTIL={ends}"))
    assert (spans(reading), list(troubles)) == (["12-01 00:00-12-01 00:00"], [ODD_REPEAT])


@pytest.mark.parametrize("following", ["", ";RANGE=THISANDFUTURE"])
def test_an_occurrence_that_is_moved_and_left_out_takes_its_new_time(following: str) -> None:
    moved = (
        f"RECURRENCE-ID{following};TZID=Europe/Berlin:20261203T100000 "
        "DTSTART;TZID=Europe/Berlin:20261203T150000 DURATION:PT1H"
    )
    for left_out in ("TZID=Europe/Berlin:20261203T100000", "VALUE=DATE-TIME:20261203T090000Z"):
        assert busy(f"{DAILY} EXDATE;{left_out}", moved) == [FIRST, SECOND, "12-03 14:00-15:00"]


def test_of_two_that_replace_the_same_occurrence_the_later_counts_and_else_both() -> None:
    moved = "RECURRENCE-ID:20261203T090000Z DTSTART:20261203T{}0000Z DURATION:PT1H SEQUENCE:{}"
    at_two, at_four = "12-03 14:00-15:00", "12-03 16:00-17:00"
    assert busy(DAILY, moved.format(14, 1), moved.format(16, 2)) == [FIRST, SECOND, at_four]
    assert busy(DAILY, moved.format(14, 2), moved.format(16, 2)) == [FIRST, SECOND, at_two, at_four]


def test_a_day_is_left_out_by_its_date_or_its_midnight() -> None:
    whole = busy(DAYS)
    for named in ("VALUE=DATE:20261202", "VALUE=DATE-TIME:20261202T000000Z", "VALUE=DATE-TIME:20261201T230000Z"):
        assert busy(f"{DAYS} EXDATE;{named}") == ["12-01 00:00-23:00", "12-02 23:00-12-03 23:00"]
    assert busy(f"{DAYS} EXDATE:20261202T100000Z") == whole
    assert busy(f"{DAILY} EXDATE;VALUE=DATE:20261202") == [FIRST, THIRD]


def test_additions_of_another_kind_than_their_series_take_time() -> None:
    period = "RDATE;VALUE=PERIOD:20261210T100000Z/PT3H"
    assert busy(f"{DAYS} {period}")[1:] == ["12-10 10:00-13:00"]
    assert busy(f"{DAYS} RDATE:20261210T100000Z")[1:] == ["12-10 10:00-12-11 10:00"]
    assert busy(f"{DAILY} RDATE;VALUE=DATE:20261210")[3:] == ["12-09 23:00-12-10 23:30"]
    assert busy(f"{DAILY} {period} EXDATE:20261210T100000Z") == [FIRST, SECOND, THIRD]
    short = "RDATE;VALUE=PERIOD:20261202T090000Z/PT5M"
    assert busy(f"{DAILY} {short}") == [FIRST, SECOND, THIRD], "and shorten nothing"


@pytest.mark.parametrize(
    ("series", "later"),
    [
        (DAYS, "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261202 DTSTART:20261202T100000Z DURATION:PT1H"),
        (DAILY, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T090000Z DTSTART;VALUE=DATE:20261202"),
        (DAILY, "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261202 DTSTART:20261202T140000Z DURATION:PT1H"),
        (DAILY, "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=No:20261202T090000 DTSTART:20261202T140000Z DURATION:PT1H"),
    ],
)
def test_a_series_whose_rest_nobody_can_place_blocks(series: str, later: str) -> None:
    reading, troubles = read(file(series, later))
    assert spans(reading)[-1].endswith("-12-01 00:00")
    assert ODD_REPEAT in troubles


def test_an_exception_in_an_unknown_zone_frees_nothing() -> None:
    moved = "RECURRENCE-ID;TZID=Nowhere:20261202T090000 DTSTART:20261220T090000Z DURATION:PT1H"
    assert busy(DAILY, moved)[:3] == [FIRST, SECOND, THIRD]


def test_an_odd_series_blocks_from_the_first_of_its_additions() -> None:
    early = "RDATE:20261203T090000Z RRULE:FREQ=SOMETIMES"
    assert busy(f"DTSTART:20261210T090000Z DURATION:PT1H {early}") == ["12-02 09:00-12-01 00:00"]


def test_a_night_when_the_clocks_change_makes_no_later_occurrence_shorter() -> None:
    night = (
        "DTSTART;TZID=Europe/Berlin:20271030T200000 DTEND;TZID=Europe/Berlin:20271031T080000 RRULE:FREQ=DAILY;COUNT=2"
    )
    assert busy(night) == ["10-30 18:00-10-31 08:00", "10-31 19:00-11-01 08:00"]


def test_times_moved_into_the_window_from_far_behind_it_are_taken() -> None:
    every_other = "DTSTART:20261201T090000Z DURATION:PT1H RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYMONTHDAY=10"
    moved = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T090000Z DTSTART:20261002T090000Z DURATION:PT1H"
    assert busy(every_other, moved) == ["11-11 09:00-10:00"]  # of 10 January 2028


def test_the_seconds_of_a_last_time_count() -> None:
    series = "DTSTART:20261201T090030Z DURATION:PT5M RRULE:FREQ=DAILY;UNTIL=20261203T0900{}Z"
    assert [len(busy(series.format(second))) for second in ("29", "30")] == [2, 3]


def _series(count: int, *, following: bool = False) -> list[Event]:
    first = datetime(2026, 12, 1, 10, tzinfo=UTC)
    master = Event("one@x", first, first + HOUR, False, False, 0, rules=("FREQ=DAILY",), key="one")
    slots = (first + timedelta(days=number) for number in range(count))
    return [master, *(replace(master, rules=(), replaces=slot, following=following) for slot in slots)]


@pytest.mark.parametrize(("most", "following"), [(MOST_DATES, False), (MOST_FOLLOWING, True)])
def test_as_many_exceptions_as_are_followed_and_many_more_are_read_in_a_bearable_time(
    most: int, following: bool
) -> None:
    expansion = Expansion(WINDOW, UTC, lambda: (), lambda: False)
    began = time.process_time()
    assert expansion.read(_series(most, following=following)).troubles == frozenset()
    reading = expansion.read(_series(20_000, following=following))
    assert time.process_time() - began < 5
    assert (spans(reading), reading.troubles) == (["12-01 00:00-12-01 00:00"], {ODD_REPEAT})


def test_a_series_for_which_the_time_runs_out_half_way_blocks() -> None:
    asked = iter(range(1000))
    expansion = Expansion(WINDOW, UTC, lambda: (), lambda: next(asked) > 3)
    reading = expansion.read(_series(0))
    assert (spans(reading), reading.troubles) == (["12-01 00:00-12-01 00:00"], {TOO_SLOW})
