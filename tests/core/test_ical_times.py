"""One event of a calendar: when it begins and ends, however that is said, and what it says about itself."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sivient.core.ical_events import events
from sivient.core.ical_lines import text_lines
from sivient.core.ical_times import NO_END, ODD_REPEAT, ODD_UID, REVERSED, Event
from sivient.core.ical_zones import Zones
from tests.core.ical import BERLIN, busy, file, read, spans

NINE = "DTSTART:20261210T090000Z DTEND:20261210T100000Z"
DAY = "DTSTART;VALUE=DATE:20261210"
TAKEN = "12-10 09:00-10:00"


def one(body: str) -> Event:
    """Return the only event of a file."""
    (event,) = events(text_lines(file(body)), Zones(ZoneInfo(BERLIN)), Counter())
    return event


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{DAY} DURATION:PT1H", "12-09 23:00-12-10 00:00"),
        (f"{DAY} DURATION:P1DT12H", "12-09 23:00-12-11 11:00"),
        (f"{DAY} DURATION:P2D", "12-09 23:00-12-11 23:00"),
        (f"{DAY} DTEND:20261210T120000Z", "12-09 23:00-12-10 12:00"),
        ("DTSTART:20261210T120000Z DTEND;VALUE=DATE:20261212", "12-10 12:00-12-11 23:00"),
        ("DTSTART:20261210T090030Z DTEND:20261210T091500Z", "12-10 09:00-09:15"),
    ],
)
def test_a_day_beside_a_time_begins_at_its_midnight_where_the_calendar_is(body: str, expected: str) -> None:
    assert (busy(body), one(body).troubles) == ([expected], frozenset())


def test_whole_days_stay_days_and_the_seconds_of_a_time_are_kept() -> None:
    assert (one(f"{DAY} DURATION:P2D").start, one(f"{DAY} DURATION:P2D").end) == (
        date(2026, 12, 10),
        date(2026, 12, 12),
    )
    assert one(DAY).end == date(2026, 12, 11)
    assert one("DTSTART:20261210T090130Z").start == datetime(2026, 12, 10, 9, 1, 30, tzinfo=UTC)
    assert one("DTSTART:20261210T090160Z").start == datetime(2026, 12, 10, 9, 1, 59, tzinfo=UTC)


def test_a_time_without_an_end_takes_no_time() -> None:
    event = one("DTSTART:20261210T090000Z")
    assert (event.end, event.troubles) == (event.start, frozenset())


def test_a_duration_may_have_4000_days_and_no_more() -> None:
    start = datetime(2026, 12, 10, 9, tzinfo=UTC)
    longest, longer = one("DTSTART:20261210T090000Z DURATION:P4000D"), one("DTSTART:20261210T090000Z DURATION:P4001D")
    assert (longest.end, longest.troubles) == (start + timedelta(days=4000), frozenset())
    assert (longer.end, longer.troubles) == (start + timedelta(days=1), {NO_END})


def test_a_duration_below_nothing_takes_the_time_before() -> None:
    for body in ("DTSTART:20261210T100000Z DURATION:-PT1H", "DTSTART:20261211T090000Z DURATION:-P1D"):
        assert one(body).troubles == {REVERSED}
    assert busy("DTSTART:20261210T100000Z DURATION:-PT1H") == [TAKEN]


def test_hours_pass_backwards_too_and_a_day_from_an_hour_that_was_left_out_is_no_shorter() -> None:
    """In the night of 28 March 2027 Berlin has no time between two and three."""
    assert busy("DTSTART;TZID=Europe/Berlin:20270328T033000 DURATION:-PT1H") == ["03-28 00:30-01:30"]
    assert busy("DTSTART;TZID=Europe/Berlin:20270328T023000 DURATION:P1D") == ["03-28 01:30-03-29 01:30"]


def test_an_end_that_is_no_time_leaves_a_day_of_its_own() -> None:
    assert (one(f"{DAY} DTEND:soon").end, one(f"{DAY} DTEND:soon").troubles) == (date(2026, 12, 11), {NO_END})


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (":20261220T100000Z/PT3H", "12-20 10:00-13:00"),
        (":20261220T100000Z/+PT3H", "12-20 10:00-13:00"),
        (":20261220T100000Z/20261220T130000Z", "12-20 10:00-13:00"),
        (";TZID=Asia/Tokyo:20261220T190000/20261220T220000", "12-20 10:00-13:00"),
        (";TZID=Asia/Tokyo:20261220T190000/PT3H", "12-20 10:00-13:00"),
        (":20261220/P1D", "12-19 23:00-12-20 23:00"),
        (":20261220/20261222", "12-19 23:00-12-21 23:00"),
    ],
)
def test_a_period_that_is_added_ends_after_its_length_or_when_it_says(period: str, expected: str) -> None:
    reading, troubles = read(file(f"{NINE} RDATE;VALUE=PERIOD{period}"))
    assert (spans(reading), troubles) == ([TAKEN, expected], {})


@pytest.mark.parametrize("period", ["20261220T100000Z/PT0S", "20261220T100000Z/P4000D"])
def test_the_shortest_and_the_longest_period_are_read(period: str) -> None:
    assert one(f"{NINE} RDATE;VALUE=PERIOD:{period}").odd is False


@pytest.mark.parametrize("end", ["20261220T090000Z", "P4001D", "-PT1H", "later", "X"])
def test_a_period_that_ends_too_early_too_late_or_never_blocks(end: str) -> None:
    reading, troubles = read(file(f"{NINE} RDATE;VALUE=PERIOD:20261220T100000Z/{end}"))
    assert (spans(reading), list(troubles)) == (["12-09 09:00-12-01 00:00"], [ODD_REPEAT])


@pytest.mark.parametrize(
    ("status", "cancelled", "free"),
    [
        ("STATUS:CANCELLED", True, True),
        ("STATUS:Cancelled", True, True),
        ("STATUS:CONFIRMED", False, False),
        ("TRANSP:TRANSPARENT", False, True),
        ("TRANSP:transparent", False, True),
        ("TRANSP:OPAQUE", False, False),
    ],
)
def test_an_event_says_whether_it_is_cancelled_and_whether_it_takes_time(
    status: str, cancelled: bool, free: bool
) -> None:
    event = one(f"{NINE} {status}")
    assert (event.cancelled, event.free) == (cancelled, free)


@pytest.mark.parametrize(
    ("written", "read_as"), [("", 0), ("7", 7), ("123456789", 123456789), ("1234567890", 0), ("-1", 0), ("two", 0)]
)
def test_a_sequence_is_a_number_of_at_most_nine_digits(written: str, read_as: int) -> None:
    assert one(f"{NINE} SEQUENCE:{written}").sequence == read_as
    assert one(NINE).sequence == 0


def test_the_answers_of_those_with_a_mail_address_are_known() -> None:
    asked = "ATTENDEE;PARTSTAT=accepted:MAILTO:A@x.org ATTENDEE:mailto:b@x.org ATTENDEE;PARTSTAT=DECLINED:tel:1"
    answers = (("a@x.org", "ACCEPTED"), ("b@x.org", "NEEDS-ACTION"))
    assert one(f"{NINE} {asked} ATTENDEE:mailto:").answers == answers
    assert read(file(f"{NINE} {asked}"))[0].answers == answers
    assert one(f"{NINE} ATTENDEE:mailto:b:c@x.org").answers == (("b:c@x.org", "NEEDS-ACTION"),)


def test_only_the_first_200_answers_are_read() -> None:
    assert len(one(f"{NINE} {'ATTENDEE:mailto:a@x.org ' * 201}").answers) == 200


def test_an_id_may_have_300_characters_and_events_of_one_id_share_their_key() -> None:
    def named(uid: str) -> Event:
        (event,) = events(text_lines(file(NINE).replace("UID:one@x", uid)), Zones(ZoneInfo(BERLIN)), Counter())
        return event

    assert (named(f"UID:{'x' * 300}").uid, named(f"UID:{'x' * 300}").troubles) == ("x" * 300, frozenset())
    assert (named(f"UID:{'x' * 301}").uid, named(f"UID:{'x' * 301}").troubles) == ("", {ODD_UID})
    assert named("UID:one").key == named("UID:one").key != named("UID:two").key != ""
    assert (named("X-NONE:").uid, named("X-NONE:").key) == ("", "")
    assert named("UID:\ud800").key, "half a character, as broken files have them"


def test_what_replaces_an_occurrence_says_whether_it_replaces_all_that_follow() -> None:
    slot = datetime(2026, 12, 10, 9, tzinfo=UTC)
    for word, following in (("THISANDFUTURE", True), ("thisandfuture", True), ("THISANDPRIOR", False)):
        event = one(f"RECURRENCE-ID;RANGE={word}:20261210T090000Z {NINE}")
        assert (event.replaces, event.following) == (slot, following)
    for body in (f"RECURRENCE-ID;RANGE=THISANDFUTURE:20269999T090000Z {NINE}", NINE):
        assert (one(body).replaces, one(body).following) == (None, False)


def test_what_is_left_out_unreadably_leaves_the_rest_left_out() -> None:
    series = "DTSTART:20261210T090000Z DTEND:20261210T100000Z RRULE:FREQ=DAILY;COUNT=3"
    for odd in ("EXDATE:never", "EXDATE;TZID=Nowhere:20261210T090000"):
        assert busy(f"{series} {odd} EXDATE:20261211T090000Z") == [TAKEN, "12-12 09:00-10:00"]


def test_the_last_times_of_all_are_the_ones_that_can_still_be_computed_with() -> None:
    end = one("DTSTART:20261210T090000Z DTEND:99991231T235959Z").end
    assert isinstance(end, datetime)
    assert end + timedelta(days=2) > end
    assert (end.hour, end.minute) == (0, 0), "and an hour of the day after them is none of theirs"


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine's own zone be another one than UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("machine_in_tokyo")
def test_a_last_time_and_a_midnight_are_those_of_the_calendar_wherever_the_machine_stands() -> None:
    series = "DTSTART;TZID=Europe/Berlin:20261210T100030 DURATION:PT5M RRULE:FREQ=DAILY;UNTIL=20261211T{}"
    for last, count in (("090030Z", 2), ("100030", 2), ("090029Z", 1), ("100029", 1)):
        assert len(busy(series.format(last))) == count
    assert busy(f"{DAY} DURATION:PT1H") == ["12-09 23:00-12-10 00:00"]
    nights = "DTSTART;TZID=Europe/Berlin:20270327T023000 DURATION:PT30M RRULE:FREQ=DAILY;COUNT=2"
    assert busy(f"{nights} EXDATE:20270328T013000Z") == ["03-27 01:30-02:00"]
