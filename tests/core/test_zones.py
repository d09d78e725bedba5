"""Every time zone over two years of clock changes, and the unusual ones by hand.

The normal run tries a new sample of zones, the nightly one all of them: see conftest.py.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sivient.core.availability import Availability, Hours, local_ordinal, midnight
from sivient.core.interval import Interval, floor_seconds, moment
from sivient.core.slots import SlotRules, starts
from tests.core.oracle import Question

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = range(730)  # days after BEGIN
DAY = timedelta(days=1)
EVERY_DAY = range(7)


def walls(zone: str, *instants: int) -> list[datetime]:
    return [moment(instant).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for instant in instants]


def changes(zone: str) -> Iterator[datetime]:
    """Yield the days (UTC) in which the clocks of a zone change."""
    place = ZoneInfo(zone)
    for n in YEARS:
        if (BEGIN + n * DAY).astimezone(place).utcoffset() != (BEGIN + (n + 1) * DAY).astimezone(place).utcoffset():
            yield BEGIN + n * DAY


def test_every_zone_opens_by_the_clock_on_its_wall(zones: list[str]) -> None:
    """On every date of two years nine and seventeen o'clock are just that, and each start is half an hour later."""
    first = BEGIN.toordinal()
    for zone in zones:
        availability = Availability(zone, tuple(Hours(day, 540, 1020) for day in EVERY_DAY))
        openings = availability.openings(first, first + len(YEARS) - 1)
        assert len(openings) == len(YEARS), zone
        for ordinal, opening in enumerate(openings, first):
            day = datetime.fromordinal(ordinal)
            assert walls(zone, *opening[0]) == [day + timedelta(hours=9), day + timedelta(hours=17)], zone
        window = Interval(BEGIN, BEGIN + len(YEARS) * DAY)
        found = starts(availability, SlotRules(timedelta(minutes=30)), window=window, busy=(), booked=(), now=BEGIN)
        assert abs(len(found) - 16 * len(YEARS)) <= 16, zone
        assert {f"{wall:%H:%M}" for wall in walls(zone, *found[:: len(found) // 97])} <= {
            f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 30)
        }, zone


def test_around_every_clock_change_the_engine_offers_what_the_rules_say(zones: list[str]) -> None:
    """Hours that run over midnight, lie in the night, and begin or end where clocks change, and every few minutes."""
    nights = [(0, 90), (100, 170), (210, 300), (540, 545), (1260, 1380), (1400, 30)]
    weekly = tuple(Hours(day, *hours) for day in EVERY_DAY for hours in nights)
    rules = SlotRules(timedelta(minutes=10), step=timedelta(minutes=5))
    for zone in zones:
        for day in changes(zone):
            availability, now = Availability(zone, weekly), day - DAY
            window = Interval(day - DAY / 2, day + 2 * DAY)
            found = starts(availability, rules, window=window, busy=(), booked=(), now=now)
            assert found == Question(availability, rules, window, [], [], now).answer(), (zone, day)


def test_every_instant_belongs_to_the_date_that_began_last(zones: list[str]) -> None:
    for zone in zones:
        for n in YEARS:
            ordinal = BEGIN.toordinal() + n
            begins = midnight(zone, ordinal)
            assert begins < midnight(zone, ordinal + 1), zone
            assert local_ordinal(zone, begins - 1) == ordinal - 1, zone
            assert local_ordinal(zone, begins) == ordinal, zone


# What one date offers, as UTC times: hours of the date, then the starts of meetings of an hour.
BY_HAND = [
    # Half an hour back at 2:00 on 5 April 2026: 1:30 to 2:00 comes twice.
    ("Australia/Lord_Howe", date(2026, 4, 5), (60, 180), "04 14:00, 04 15:00"),
    ("Australia/Lord_Howe", date(2026, 4, 5), (120, 240), "04 15:30, 04 16:30"),
    # Half an hour forward at 2:00 on 4 October 2026: 2:00 is read as 2:30, the end of a short hour.
    ("Australia/Lord_Howe", date(2026, 10, 4), (60, 240), "03 14:30, 03 15:30"),
    ("Australia/Lord_Howe", date(2026, 10, 4), (120, 210), "03 15:30"),
    # At 2:45 standard time, +12:45: 3:45 becomes 2:45 on 5 April, 2:45 becomes 3:45 on 27 September 2026.
    ("Pacific/Chatham", date(2026, 4, 5), (120, 240), "04 12:15, 04 13:15, 04 14:15"),
    ("Pacific/Chatham", date(2026, 9, 27), (120, 285), "26 13:15"),
    ("Pacific/Chatham", date(2026, 9, 27), (165, 225), ""),
    # Friday 24 April 2026 begins at 1:00; Thursday 29 October ends with a second 23:00.
    ("Africa/Cairo", date(2026, 4, 24), (0, 120), "23 22:00"),
    ("Africa/Cairo", date(2026, 4, 24), (0, 60), ""),
    ("Africa/Cairo", date(2026, 10, 29), (1320, 1440), "29 19:00, 29 20:00, 29 21:00"),
    ("Africa/Cairo", date(2026, 10, 29), (1380, 60), "29 20:00, 29 21:00, 29 22:00"),
    # No clock ever changes here.
    ("Asia/Kathmandu", date(2026, 12, 31), (1380, 60), "31 17:15, 31 18:15"),
    ("Pacific/Kiritimati", date(2027, 1, 1), (0, 120), "31 10:00, 31 11:00"),
    # Two hours at 1:00 UTC, from 1:00 to 3:00 and back.
    ("Antarctica/Troll", date(2027, 3, 28), (0, 300), "28 00:00, 28 01:00, 28 02:00"),
    ("Antarctica/Troll", date(2027, 3, 28), (60, 180), ""),
    ("Antarctica/Troll", date(2026, 10, 25), (60, 180), "24 23:00, 25 00:00, 25 01:00, 25 02:00"),
    # The Friday that Samoa left out: an evening before it goes on in Saturday's morning.
    ("Pacific/Apia", date(2011, 12, 30), (540, 660), ""),
    ("Pacific/Apia", date(2011, 12, 29), (1320, 120), "30 08:00, 30 09:00, 30 10:00, 30 11:00"),
    ("Pacific/Apia", date(2011, 12, 31), (0, 120), "30 10:00, 30 11:00"),
]


@pytest.mark.parametrize(("zone", "day", "hours", "expected"), BY_HAND)
def test_unusual_clocks_by_hand(zone: str, day: date, hours: tuple[int, int], expected: str) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = starts(
        Availability(zone, (), {day: (hours,)}),
        SlotRules(timedelta(hours=1)),
        window=Interval(noon - 2 * DAY, noon + 2 * DAY),
        busy=(),
        booked=(),
        now=noon - 3 * DAY,
    )
    assert ", ".join(f"{moment(start):%d %H:%M}" for start in found) == expected


def test_a_date_of_47_hours_is_one_date() -> None:
    """Kwajalein crossed the date line eastwards at the end of 30 September 1969, and had that day twice."""
    always = Availability("Pacific/Kwajalein", tuple(Hours(day, 0, 1440) for day in EVERY_DAY))
    begin = datetime(1969, 9, 28, tzinfo=UTC)
    window = Interval(begin, begin + 6 * DAY)
    found = starts(always, SlotRules(timedelta(hours=1), most_per_day=1), window=window, busy=(), booked=(), now=begin)
    lengths = [(later - earlier) // 3600 for earlier, later in pairwise(found)]
    assert sorted(lengths)[-1] >= 47
    assert len({local_ordinal("Pacific/Kwajalein", start) for start in found}) == len(found)
    assert floor_seconds(begin) == found[0]
