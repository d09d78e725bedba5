"""What calendars write becomes the times that are taken, and nothing of it becomes free by mistake."""

from datetime import UTC, datetime

import pytest

from sivient.core.ical_events import TOO_SLOW
from sivient.core.ical_times import NO_END, NO_START, ODD_REPEAT, ODD_UID, REVERSED, UNKNOWN_ZONE
from sivient.core.interval import Interval
from tests.core.ical import busy, file, read, spans

NINE = "DTSTART:20261210T090000Z DTEND:20261210T100000Z"
SERIES = "DTSTART;TZID=Europe/Berlin:20270325T090000 DTEND;TZID=Europe/Berlin:20270325T100000 RRULE:FREQ=DAILY;COUNT=5"
CUSTOM = """
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NINE, "12-10 09:00-10:00"),
        ("DTSTART:20261210T090000Z DURATION:PT45M", "12-10 09:00-09:45"),
        ("DTSTART;TZID=Europe/Berlin:20261210T090000 DURATION:PT1H", "12-10 08:00-09:00"),
        ("DTSTART;TZID=America/New_York:20261210T090000 DURATION:PT1H", "12-10 14:00-15:00"),
        ("DTSTART;TZID=W.\u00a0Europe:20261210T090000Z DURATION:PT1H", "12-10 09:00-10:00"),
        ('DTSTART;TZID="/mozilla.org/2005/Asia/Tokyo":20261210T090000 DURATION:PT1H', "12-10 00:00-01:00"),
        ("DTSTART:20261210T090000 DURATION:PT1H", "12-10 08:00-09:00"),  # floating: in the calendar's zone
        ("DTSTART;VALUE=DATE:20261210", "12-09 23:00-12-10 23:00"),
        ("DTSTART;VALUE=DATE:20261210 DTEND;VALUE=DATE:20261212", "12-09 23:00-12-11 23:00"),
        ("DTSTART;VALUE=DATE:20261210 DTEND;VALUE=DATE:20261210", "12-09 23:00-12-10 23:00"),
        ("DTSTART;VALUE=DATE:20270328", "03-27 23:00-03-28 22:00"),  # the day that has 23 hours
        (f"{NINE} STATUS:TENTATIVE", "12-10 09:00-10:00"),
        (f"{NINE} CLASS:PRIVATE", "12-10 09:00-10:00"),
        ("DTSTART:20261210T235960Z DURATION:PT1H", "12-10 23:59-12-11 00:59"),
        ("DTSTART:20261130T230000Z DTEND:20261201T010000Z", "12-01 00:00-01:00"),  # cut to the window
        ("DTSTART:20271130T230000Z DTEND:99991231T235959Z", "11-30 23:00-12-01 00:00"),
    ],
)
def test_a_single_event_takes_its_time(body: str, expected: str) -> None:
    assert [span.replace(":59:59", ":59") for span in busy(body)] == [expected]


@pytest.mark.parametrize(
    "free", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "ATTENDEE;PARTSTAT=DECLINED:MAILTO:Me@x.org"]
)
def test_an_event_that_is_free_cancelled_or_declined_takes_none(free: str) -> None:
    assert busy(f"{NINE} {free}", mine=("me@x.org",)) == []
    assert busy(f"{SERIES} {free}", mine=("me@x.org",)) == []


def test_what_somebody_else_declined_takes_time() -> None:
    assert busy(f"{NINE} ATTENDEE;PARTSTAT=DECLINED:mailto:you@x.org", mine=("me@x.org",)) == ["12-10 09:00-10:00"]


def test_a_series_keeps_its_hour_on_the_wall_when_the_clocks_change() -> None:
    assert busy(SERIES) == [
        "03-25 08:00-09:00",
        "03-26 08:00-09:00",
        "03-27 08:00-09:00",
        "03-28 07:00-08:00",
        "03-29 07:00-08:00",
    ]


def test_an_hour_that_exists_twice_or_not_at_all_is_taken() -> None:
    body = "DTSTART;TZID=Europe/Berlin:{}T023000 DTEND;TZID=Europe/Berlin:{}T033000"
    assert busy(body.format("20270328", "20270328")) == ["03-28 01:30-02:30"]
    assert busy(body.format("20271031", "20271031")) == ["10-31 00:30-02:30"]


def test_exceptions_additions_and_moves_are_in_their_places() -> None:
    master = (
        f"{SERIES} EXDATE;TZID=Europe/Berlin:20270326T090000 RDATE;TZID=Europe/Berlin:20270405T120000 "
        "RDATE;VALUE=PERIOD:20270406T100000Z/PT3H"
    )
    moved = "RECURRENCE-ID:20270327T080000Z DTSTART:20270401T150000Z DTEND:20270401T153000Z"
    cancelled = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20270328T090000 STATUS:CANCELLED DTSTART:20270328T070000Z DURATION:PT1H"
    )
    assert busy(master, moved, cancelled) == [
        "03-25 08:00-09:00",
        "03-29 07:00-08:00",
        "04-01 15:00-15:30",
        "04-05 10:00-11:00",
        "04-06 10:00-13:00",
    ]


def test_one_occurrence_of_a_free_series_may_take_time() -> None:
    busy_one = "RECURRENCE-ID:20270327T080000Z DTSTART:20270327T080000Z DURATION:PT1H"
    assert busy(f"{SERIES} TRANSP:TRANSPARENT", busy_one) == ["03-27 08:00-09:00"]


def test_a_move_of_all_that_follow_moves_them() -> None:
    later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20270328T070000Z DTSTART:20270328T120000Z DURATION:PT1H"
    assert busy(SERIES, later)[3:] == ["03-28 12:00-13:00", "03-29 12:00-13:00"]


def test_the_first_time_of_a_series_is_taken_whatever_its_rules_say() -> None:
    assert busy(f"{NINE} RRULE:FREQ=DAILY;UNTIL=20261101T000000Z") == ["12-10 09:00-10:00"]
    assert busy(f"{NINE} RRULE:FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20261209T230000Z") == ["12-10 09:00-10:00"]
    assert busy("DTSTART;VALUE=DATE:20261210 RRULE:FREQ=DAILY;UNTIL=20261209") == ["12-09 23:00-12-10 23:00"]
    assert busy(f"{NINE} RRULE:FREQ=DAILY;UNTIL=20261101T000000Z EXDATE:20261210T090000Z") == []


def test_exceptions_without_their_series_and_several_events_of_one_uid_all_take_time() -> None:
    assert busy("RECURRENCE-ID:20261210T090000Z DTSTART:20261210T110000Z DURATION:PT1H") == ["12-10 11:00-12:00"]
    assert busy(NINE, "DTSTART:20261211T090000Z DURATION:PT1H") == ["12-10 09:00-10:00", "12-11 09:00-10:00"]


def test_all_day_series_lie_in_the_zone_of_the_calendar() -> None:
    assert busy("DTSTART;VALUE=DATE:20270327 RRULE:FREQ=DAILY;UNTIL=20270329 EXDATE;VALUE=DATE:20270328") == [
        "03-26 23:00-03-27 23:00",
        "03-28 22:00-03-29 22:00",
    ]


def test_a_zone_that_the_file_describes_counts_for_this_file_alone() -> None:
    body = "DTSTART;TZID=Customized\u00a0Time\u00a0Zone:20261210T090000 DURATION:PT1H".replace("\u00a0", "_")
    zones = CUSTOM.replace("Customized Time Zone", "Customized_Time_Zone")
    first = zones.format(winter="+0300", summer="+0400")
    second = zones.format(winter="-0800", summer="-0700")
    assert busy(body, zones=first) == ["12-10 06:00-07:00"]
    assert busy(body, zones=second) == ["12-10 17:00-18:00"]
    assert busy(body.replace("1210", "0610").replace("2026", "2027"), zones=second) == ["06-10 16:00-17:00"]


def test_an_unknown_zone_blocks_all_that_it_may_mean() -> None:
    reading, troubles = read(file("DTSTART;TZID=Nowhere:20261210T090000 DURATION:PT1H"))
    assert spans(reading) == ["12-09 19:00-12-10 22:00"]  # UTC+14 to UTC-12
    assert list(troubles) == [UNKNOWN_ZONE]


@pytest.mark.parametrize(
    ("body", "expected", "trouble"),
    [
        ("DTSTART:20261210T100000Z DTEND:20261210T090000Z", ["12-10 09:00-10:00"], REVERSED),
        ("DTSTART:20261210T090000Z DTEND:soon", ["12-10 09:00-12-11 09:00"], NO_END),
        ("DTSTART:20261210T090000Z DURATION:P99999999D", ["12-10 09:00-12-11 09:00"], NO_END),
        ("DTEND:20261210T090000Z", [], NO_START),
        ("DTSTART:20269999T090000Z", [], NO_START),
        (f"{NINE} UID:{'x' * 400}", ["12-10 09:00-10:00"], None),
        (f"{NINE} RDATE:never", ["12-09 09:00-12-01 00:00"], ODD_REPEAT),
        (f"{NINE} RRULE:FREQ=SOMETIMES", ["12-09 09:00-12-01 00:00"], ODD_REPEAT),
    ],
)
def test_what_cannot_be_read_blocks_what_it_may_mean_and_is_counted(
    body: str, expected: list[str], trouble: str | None
) -> None:
    reading, troubles = read(file(body))
    assert spans(reading) == expected
    assert list(troubles) == ([trouble] if trouble else [])


def test_an_id_with_line_breaks_is_not_repeated() -> None:
    reading, troubles = read(file(NINE).replace("UID:one@x", "UID:one\\nATTENDEE:x"))
    assert (reading.uid, list(troubles)) == ("", [ODD_UID])
    assert spans(reading) == ["12-10 09:00-10:00"]


TWICE = [
    "DTSTART:20261207T090000Z DURATION:PT1H RRULE:FREQ=DAILY;COUNT=3",
    "DTSTART:20261207T090000Z DURATION:PT30M RRULE:FREQ=DAILY;COUNT=3",
    "RECURRENCE-ID:20261208T090000Z DTSTART:20261208T090000Z DURATION:PT30M STATUS:CANCELLED",
]


@pytest.mark.parametrize("uid", ["UID:one@x", "X-NONE:", "UID:one\\nline", f"UID:{'x' * 400}"])
def test_series_of_one_id_or_without_any_do_not_free_each_others_times(uid: str) -> None:
    reading, _ = read(file(*TWICE).replace("UID:one@x", uid))
    assert spans(reading) == ["12-07 09:00-10:00", "12-08 09:00-10:00", "12-09 09:00-10:00"]


def test_an_exception_with_an_odd_id_belongs_to_the_series_with_the_same() -> None:
    reading, _ = read(file(TWICE[0], TWICE[2]).replace("UID:one@x", f"UID:{'x' * 400}"))
    assert spans(reading) == ["12-07 09:00-10:00", "12-09 09:00-10:00"]
    other = file(TWICE[0], TWICE[2]).replace("UID:one@x", "UID:two@x", 1)
    assert len(spans(read(other)[0])) == 3


@pytest.mark.parametrize("breaks", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
@pytest.mark.parametrize("after", ["End: 5 pm", "BEGIN: 9am", "TRANSP:TRANSPARENT", "STATUS:CANCELLED", "END:VEVENT"])
def test_what_only_unicode_calls_the_end_of_a_line_is_part_of_a_title(breaks: str, after: str) -> None:
    title = f"DESCRIPTION:Plan{breaks}"
    reading, troubles = read(file(f"{NINE} X-HERE:").replace("X-HERE:", title + after))
    assert (spans(reading), troubles) == (["12-10 09:00-10:00"], {})


def test_a_line_that_opens_no_component_is_a_line() -> None:
    reading, _ = read(file(f"{NINE} X-HERE:").replace("X-HERE:", "DESCRIPTION:Plan\r\nEnd: 5 pm\r\nbegin:9am"))
    assert spans(reading) == ["12-10 09:00-10:00"]


def test_a_series_that_comes_when_there_is_no_more_time_blocks_whole() -> None:
    reading, troubles = read(file(SERIES), late=True)
    assert spans(reading) == ["03-24 08:00-12-01 00:00"]
    assert list(troubles) == [TOO_SLOW]


def test_a_single_event_says_when_it_is_even_outside_the_window() -> None:
    past = Interval(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
    reading, _ = read(file(NINE), window=past)
    assert (reading.busy, reading.start) == ((), datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert read(file(SERIES))[0].start is None
