"""No rule keeps anybody busy for long: those that would are not followed, and block."""

import time

import pytest

from sivient.core import ical_zones
from sivient.core.ical_events import TOO_MANY
from sivient.core.ical_lines import NotACalendar, components, unfolded
from sivient.core.ical_times import ODD_REPEAT, UNKNOWN_ZONE
from tests.core.ical import file, read

START = "DTSTART:20260101T090000Z DTEND:20260101T091500Z"
ENDLESS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;INTERVAL=15",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4,5,6",
    "FREQ=YEARLY;BYMONTHDAY=1;BYEASTER=1",
    "FREQ=YEARLY;BYMONTH=" + ",".join(["2"] * 9999),
    "FREQ=MONTHLY;BYDAY=99XX",
    "FREQ=DAILY;COUNT=1;COUNT",
    "INTERVAL=2",
    "",
]


@pytest.mark.parametrize("rule", ENDLESS, ids=range(len(ENDLESS)))
def test_a_rule_without_end_is_over_soon_and_blocks(rule: str) -> None:
    began = time.monotonic()
    reading, troubles = read(file(f"{START} RRULE:{rule}"))
    assert time.monotonic() - began < 10
    if list(troubles) == [ODD_REPEAT]:
        assert reading.busy[0][1] - reading.busy[-1][0] > 86400 * 300
    else:
        assert troubles == {}
        assert len(reading.busy) <= 1


def test_more_than_10_000_times_block_as_one() -> None:
    reading, troubles = read(
        file(f"DTSTART:20261130T000000Z DURATION:PT1M RRULE:FREQ=DAILY;BYHOUR={_hours()};BYMINUTE=0")
    )
    assert troubles == {}
    reading, troubles = read(file("DTSTART:20261130T000000Z DURATION:PT1M RRULE:FREQ=HOURLY;BYMINUTE=1,2,3,4"))
    assert list(troubles) == [TOO_MANY]
    assert len(reading.busy) == 1


def _hours() -> str:
    return ",".join(map(str, range(24)))


NEVER = [
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=DAILY;BYMONTH=0",
    "FREQ=DAILY;BYMONTH=-2",
    "FREQ=DAILY;BYMONTH=0002",
    "FREQ=DAILY;BYDAY=XX",
    "FREQ=MONTHLY;BYMONTHDAY=40",
    "FREQ=DAILY;BYMONTHDAY=0",
    "FREQ=DAILY;BYMONTHDAY=-32",
    "FREQ=YEARLY;BYYEARDAY=367",
    "FREQ=YEARLY;BYWEEKNO=54",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;BYHOUR=-1",
    "FREQ=HOURLY;BYMINUTE=60",
    "FREQ=HOURLY;BYSECOND=61",
    "FREQ=MONTHLY;BYDAY=6MO",
    "FREQ=YEARLY;BYDAY=54MO",
]


@pytest.mark.parametrize("rule", NEVER)
def test_numbers_that_no_calendar_has_are_not_followed(rule: str) -> None:
    began = time.monotonic()
    reading, troubles = read(file(f"{START} RRULE:{rule}"))
    assert time.monotonic() - began < 1
    assert list(troubles) == [ODD_REPEAT]
    assert len(reading.busy) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYDAY=-53MO",
        "FREQ=MONTHLY;BYDAY=-5MO,5FR",
        "FREQ=DAILY;BYMONTHDAY=-31,31;BYHOUR=0,23",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-2",
        "FREQ=WEEKLY;BYSETPOS=1",
    ],
)
def test_the_last_numbers_that_a_calendar_has_are_followed(rule: str) -> None:
    assert read(file(f"{START} RRULE:{rule}"))[1] == {}


def _zone(name: str) -> str:
    inside = "DTSTART:19000101T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    return f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\n{inside}END:STANDARD\r\nEND:VTIMEZONE\r\n"


def test_a_zone_is_worked_out_only_when_an_event_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(ical_zones, "_made", lambda zone, lines: made.append(zone))
    many = "".join(_zone(f"Ours-{number}") for number in range(ical_zones.MOST + 1))
    last = f"DTSTART;TZID=Ours-{ical_zones.MOST}:20261210T090000"
    text = file(*["DTSTART;TZID=Ours-7:20261210T090000"] * 3, last, zones=many)
    assert list(read(text)[1]) == [UNKNOWN_ZONE]
    assert len(made) == 1, "and only so many are kept"
    read(text, late=True)
    assert len(made) == 1, "and none when there is no more time"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Sign in</html>",
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT\nEND:VEVENT",
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:x\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:x\nEND:VEVENT\n",
        "BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 100_000,
        "UID:x\nBEGIN:VCALENDAR\nEND:VCALENDAR",
    ],
    ids=range(8),
)
def test_what_is_no_whole_file_is_refused(text: str) -> None:
    with pytest.raises(NotACalendar):
        list(components(text.splitlines()))


def test_folded_lines_become_whole_and_nothing_but_times_is_kept() -> None:
    assert list(unfolded(["SUMMARY:a", " b", "\tc", "", "X:1"])) == ["SUMMARY:abc", "X:1"]
    kept = next(iter(components(file("DTSTART:20261210T090000Z SUMMARY:secret DESCRIPTION:secret").splitlines())))
    assert kept.raw == ("UID:one@x", "DTSTART:20261210T090000Z")
