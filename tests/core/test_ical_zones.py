"""A zone's name means what its file describes wherever the name itself knows no summer."""

import pytest

from tests.core.ical import busy, file, read, spans

NEW_YORK = """
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
"""
ALWAYS = """
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
"""
JULY = "DTSTART;TZID={}:20270726T100000 DURATION:PT1H"
JANUARY = "DTSTART;TZID={}:20270126T100000 DURATION:PT1H"


@pytest.mark.parametrize("name", ["EST", "GMT", "UTC", "Etc/GMT+5", "UTC-11"])
def test_a_name_that_knows_no_summer_has_the_one_that_the_file_describes(name: str) -> None:
    zones = NEW_YORK.format(name=name)
    assert busy(JULY.format(name), zones=zones) == ["07-26 14:00-15:00"]
    assert busy(JANUARY.format(name), zones=zones) == ["01-26 15:00-16:00"]
    assert spans(read(file(JULY.format(name), zones=zones), late=True)[0]) == ["07-26 14:00-15:00"]


def test_a_name_that_knows_no_summer_has_the_hour_that_the_file_describes() -> None:
    assert busy(JULY.format("EST"), zones=ALWAYS.format(name="EST", offset="+1000")) == ["07-26 00:00-01:00"]
    assert busy(JULY.format("UTC"), zones=ALWAYS.format(name="UTC", offset="+0000")) == ["07-26 10:00-11:00"]


def test_a_place_that_the_file_names_beside_it_is_meant() -> None:
    zones = NEW_YORK.format(name="EST\nX-LIC-LOCATION:America/Chicago")
    assert busy(JULY.format("EST"), zones=zones) == ["07-26 15:00-16:00"]


def test_a_name_that_knows_no_summer_is_itself_where_nothing_is_described() -> None:
    assert busy(JULY.format("EST")) == ["07-26 15:00-16:00"]
    assert busy(JULY.format("UTC"), zones="BEGIN:VTIMEZONE\nTZID:UTC\nEND:VTIMEZONE") == ["07-26 10:00-11:00"]


def test_a_summer_that_cannot_be_read_blocks_all_that_it_may_mean() -> None:
    zones = NEW_YORK.format(name="EST").replace("BYDAY=2SU;BYMONTH=3", "BYEASTER=0")
    assert busy(JULY.format("EST"), zones=zones) == ["07-25 20:00-07-26 23:00"]


def test_the_name_of_a_place_means_the_place() -> None:
    zones = NEW_YORK.format(name="Europe/Berlin")
    assert busy(JULY.format("Europe/Berlin"), zones=zones) == ["07-26 08:00-09:00"]
