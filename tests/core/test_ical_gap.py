"""Times in an hour that the clocks leave out in spring: they count by the clock before (RFC 5545 3.3.5)."""

from datetime import UTC, datetime

import pytest

from tests.core.ical import busy, file, read, spans

ZONE = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""
OURS = pytest.mark.parametrize("zone", ["Europe/Berlin", "Ours"], ids=["known", "described"])
NIGHTS = "RRULE:FREQ=DAILY;COUNT=4"
BEFORE, IN_IT, AFTER = ["03-26 01:30-02:00", "03-27 01:30-02:00"], ["03-28 01:30-02:00"], ["03-29 00:30-01:00"]


def nightly(zone: str) -> str:
    """Return a series at half past two, from 26 March 2027 on."""
    return f"DTSTART;TZID={zone}:20270326T023000 DURATION:PT30M {NIGHTS}"


@OURS
@pytest.mark.parametrize("ends", ["DURATION:PT30M", "DTEND;TZID={zone}:20270328T030000", "DTEND:20270328T020000Z"])
def test_a_time_that_the_clocks_leave_out_is_half_an_hour_later_and_no_shorter(zone: str, ends: str) -> None:
    text = file(f"DTSTART;TZID={zone}:20270328T023000 {ends.format(zone=zone)}", zones=ZONE)
    reading, troubles = read(text)
    assert (reading.busy, troubles) == (((_seconds(1, 30), _seconds(2)),), {})
    assert reading.start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert reading.end is not None
    assert reading.end >= reading.start


def _seconds(hour: int, minute: int = 0) -> int:
    return int(datetime(2027, 3, 28, hour, minute, tzinfo=UTC).timestamp())


@OURS
def test_a_series_has_its_time_on_that_night_too(zone: str) -> None:
    assert busy(nightly(zone), zones=ZONE) == [*BEFORE, *IN_IT, *AFTER]


@OURS
@pytest.mark.parametrize(
    "named",
    [
        ":20270328T013000Z",
        ";TZID={zone}:20270328T023000",
        ";TZID={zone}:20270328T033000",
        ";TZID=Europe/Paris:20270328T023000",
        ";TZID=Asia/Tokyo:20270328T103000",
    ],
)
def test_an_occurrence_there_is_left_out_or_moved_by_any_name_of_its_instant(zone: str, named: str) -> None:
    named = named.format(zone=zone)
    assert busy(f"{nightly(zone)} EXDATE{named}", zones=ZONE) == [*BEFORE, *AFTER]
    moved = f"RECURRENCE-ID{named} DTSTART:20270401T100000Z DURATION:PT30M"
    assert busy(nightly(zone), moved, zones=ZONE) == [*BEFORE, *AFTER, "04-01 10:00-10:30"]


@OURS
@pytest.mark.parametrize("other", [":20270328T003000Z", ":20270328T023000Z", ";TZID={zone}:20270328T013000"])
def test_another_instant_of_that_night_leaves_it_alone(zone: str, other: str) -> None:
    exception = f"EXDATE{other.format(zone=zone)}"
    assert busy(f"{nightly(zone)} {exception}", zones=ZONE) == [*BEFORE, *IN_IT, *AFTER]


@OURS
def test_the_occurrence_an_hour_later_on_other_days_stays(zone: str) -> None:
    later = f"DTSTART;TZID={zone}:20270327T033000 DURATION:PT30M RRULE:FREQ=DAILY;COUNT=3"
    without = ["03-27 02:30-03:00", "03-29 01:30-02:00"]
    assert busy(f"{later} EXDATE:20270328T013000Z", zones=ZONE) == without
    assert len(busy(f"{later} EXDATE:20270327T013000Z", zones=ZONE)) == 3


@OURS
@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ("DTEND;TZID={zone}:20270328T120000", "03-28 10:00"),
        ("DURATION:P1D", "03-28 10:00"),
        ("DURATION:PT24H", "03-28 11:00"),
        ("DURATION:P1DT1H", "03-28 11:00"),
        ("DTEND:20270328T103000Z", "03-28 10:30"),
    ],
)
def test_one_that_lasts_over_such_a_night_ends_when_it_says(zone: str, ends: str, last: str) -> None:
    event = f"DTSTART;TZID={zone}:20270327T120000 {ends.format(zone=zone)}"
    assert busy(event, zones=ZONE) == [f"03-27 11:00-{last}"]


@OURS
@pytest.mark.parametrize(
    ("ends", "last"),
    [("PT30M", "01:15"), ("PT1H", "01:45"), ("PT2H", "02:45")],
)
def test_hours_pass_also_while_an_hour_comes_twice(zone: str, ends: str, last: str) -> None:
    reading, troubles = read(file(f"DTSTART;TZID={zone}:20271031T024500 DURATION:{ends}", zones=ZONE))
    assert (spans(reading), troubles) == ([f"10-31 00:45-{last}"], {})
