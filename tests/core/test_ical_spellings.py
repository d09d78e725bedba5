"""Times that are written in another way than the standard's, or long ago, mean what they say."""

import pytest

from sivient.core.ical_times import NO_START, UNKNOWN_ZONE
from tests.core.ical import busy, file, read, spans


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20261210T090000.0000000Z", "12-10 09:00-10:00"),
        ("DTSTART:20261210T100000.0000000", "12-10 09:00-10:00"),
        ("DTSTART:20261210T0900Z", "12-10 09:00-10:00"),
        ("DTSTART:20261210T090000+0000", "12-10 09:00-10:00"),
        ("DTSTART:20261210T040000-05", "12-10 09:00-10:00"),
        ("DTSTART:2026-12-10T14:30:00+05:30", "12-10 09:00-10:00"),
        ("DTSTART:2026-12-10T05:30:00-03:30", "12-10 09:00-10:00"),
        ("DTSTART:2026-12-10T09:00:00Z", "12-10 09:00-10:00"),
        ("DTSTART:2026-12-10T09:00Z", "12-10 09:00-10:00"),
        ("DTSTART;TZID=Europe/Berlin:2026-12-10T10:00:00", "12-10 09:00-10:00"),
        ("DTSTART;_TZID=Europe/Berlin:20261210T100000", "12-10 09:00-10:00"),
        ("DTSTART_;_TZID_=_Europe/Berlin_:_20261210T100000", "12-10 09:00-10:00"),
        ('DTSTART;_TZID="Europe/Berlin"_:20261210T100000', "12-10 09:00-10:00"),
        ("DTSTART;X-NOTE=a:b;TZID=Europe/Berlin:20261210T100000", "12-10 09:00-10:00"),
        ("DTSTART:20261209T240000Z", "12-10 00:00-01:00"),
        ("DTSTART:20261231T24:00Z", "01-01 00:00-01:00"),
    ],
)
def test_a_start_in_another_spelling_takes_its_time(start: str, expected: str) -> None:
    reading, troubles = read(file(f"{start} DURATION:PT1H".replace("_", "\t")))
    assert (spans(reading), troubles) == ([expected], {})


def test_a_date_with_hyphens_is_a_day() -> None:
    assert busy("DTSTART;VALUE=DATE:2026-12-10") == ["12-09 23:00-12-10 23:00"]


@pytest.mark.parametrize(
    "zone", ["(UTC+01:00)\tAmsterdam,\tBerlin,\tRome", "UTC+01:00", '"Am:ster"dam', "a;b:c", "a=b:c"]
)
@pytest.mark.parametrize("time", ["20261210T090000", "2026-12-10T09:00:00"])
def test_a_zone_whose_name_is_not_quoted_is_one_that_nobody_knows(zone: str, time: str) -> None:
    reading, troubles = read(file(f"DTSTART;TZID={zone}:{time} DURATION:PT1H"))
    assert spans(reading) == ["12-09 19:00-12-10 22:00"]
    assert list(troubles) == [UNKNOWN_ZONE]


def test_a_zone_whose_name_is_not_quoted_is_the_one_that_the_file_describes() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:(UTC+03:00) Here, PHX\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "TZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE"
    )
    body = "DTSTART;TZID=(UTC+03:00)_Here,_PHX:20261210T090000 DURATION:PT1H"
    assert spans(read(file(body, zones=zone).replace("_", " "))[0]) == ["12-10 06:00-07:00"]


@pytest.mark.parametrize("start", ["soon", "2026-1210T090000Z", "20261210T250000Z", "20261210T240001Z", "2026121"])
def test_what_is_no_time_is_none_in_any_spelling(start: str) -> None:
    assert read(file(f"DTSTART:{start} DURATION:PT1H"))[1] == {NO_START: 1}


def test_what_is_left_out_in_a_zone_that_nobody_knows_takes_its_time() -> None:
    """Whether the two name the same moment, nobody knows."""
    series = "DTSTART:20261210T090000Z DURATION:PT1H RRULE:FREQ=DAILY;COUNT=2 EXDATE;TZID={}:20261211T{}0000"
    assert len(busy(series.format("Europe/Berlin", "10"))) == 1
    assert "12-11 09:00-10:00" in busy(series.format("Nowhere", "09"))
    unknown = series.replace("DTSTART:20261210T090000Z", "DTSTART;TZID=Nowhere:20261210T090000")
    assert busy(unknown.format("Nowhere", "09")) == ["12-09 19:00-12-10 22:00"]
    for other in ("UTC", "Elsewhere"):
        assert busy(unknown.format(other, "09")) == ["12-09 19:00-12-11 22:00"]  # both, which overlap


@pytest.mark.parametrize("year", ["1604", "1601", "1899", "1000"])
def test_what_comes_every_year_since_long_ago_keeps_its_day(year: str) -> None:
    assert busy(f"DTSTART;VALUE=DATE:{year}0601 RRULE:FREQ=YEARLY") == ["05-31 22:00-06-01 22:00"]


def test_what_comes_every_week_since_long_ago_keeps_its_weekday_and_hour() -> None:
    found = busy("DTSTART;TZID=Europe/Berlin:18991204T100000 DURATION:PT1H RRULE:FREQ=WEEKLY")  # a Monday
    assert found[:2] == ["12-07 09:00-10:00", "12-14 09:00-10:00"]


def test_what_comes_too_often_since_long_ago_blocks_whole() -> None:
    assert busy("DTSTART:16010101T100000Z DURATION:PT1H RRULE:FREQ=DAILY;INTERVAL=2") == ["12-01 00:00-12-01 00:00"]


def test_what_begins_before_all_that_can_be_computed_with_still_takes_its_time() -> None:
    assert busy("DTSTART:00010101T000000Z DTEND:20261202T000000Z") == ["12-01 00:00-12-02 00:00"]
