"""A zone as a file describes it: with many lines, without a name, in the hour that comes twice."""

import pytest

from sivient.core.ical_times import UNKNOWN_ZONE
from sivient.core.ical_zones import LARGEST, named
from tests.core.ical import busy, file, read, spans
from tests.core.test_ical_zones import ALWAYS

NINE = "DTSTART:20261210T090000Z DTEND:20261210T100000Z"
OURS = "DTSTART;TZID=Ours:20261210T090000 DURATION:PT1H"


def test_a_zone_without_a_name_does_not_keep_the_file_from_being_read() -> None:
    zones = ALWAYS.format(name="", offset="+0300").replace("TZID:\n", "")
    assert busy(NINE, zones=zones) == ["12-10 09:00-10:00"]
    assert busy("DTSTART;TZID=:20261210T090000 DURATION:PT1H", zones=zones) == ["12-10 06:00-07:00"]


@pytest.mark.parametrize(("more", "known"), [(0, True), (1, False)])
def test_a_description_may_have_1000_lines_and_no_more(more: int, known: bool) -> None:
    zones = ALWAYS.format(name="Ours", offset="+0300").strip()
    lines = len(zones.splitlines()) - 2  # without the BEGIN and END of the whole
    padded = zones.replace("TZID:Ours\n", "TZID:Ours\n" + "COMMENT:x\n" * (LARGEST - lines + more))
    reading, troubles = read(file(OURS, zones=padded))
    assert list(troubles) == ([] if known else [UNKNOWN_ZONE])
    assert spans(reading) == (["12-10 06:00-07:00"] if known else ["12-09 19:00-12-10 22:00"])


@pytest.mark.parametrize("name", ["UTC", "GMT", "Z", "Etc/UTC", " UTC "])
def test_utc_has_one_name_whatever_it_is_called(name: str) -> None:
    assert busy(f"DTSTART;TZID={name.strip()}:20261210T090000 DURATION:PT1H") == ["12-10 09:00-10:00"]
    zone = named(name)
    assert zone is not None
    assert zone.key == "UTC"


@pytest.mark.parametrize("name", ["Europe/Berlin", "/x.org/1/Europe/Berlin", "W. Europe Standard Time"])
def test_a_place_is_known_by_its_own_name_behind_a_prefix_and_as_windows_calls_it(name: str) -> None:
    zone = named(name)
    assert zone is not None
    assert zone.key == "Europe/Berlin"


@pytest.mark.parametrize("name", ["", "Europe", "../etc/passwd", "/etc/passwd", "Europe/Atlantis", "a b", "tzdata.zi"])
def test_what_names_no_place_is_no_zone(name: str) -> None:
    assert named(name) is None
