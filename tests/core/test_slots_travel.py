"""What is offered on a journey: rule 3 on dates that overlap, and dates that stay those of the schedule's zone."""

from datetime import UTC, date, datetime, timedelta

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.interval import Interval, moment
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules, starts

WEEK = tuple(Hours(day, 540, 1080) for day in range(7))
# At home the clocks are 14 hours ahead; on Wednesday and Thursday the host is where they are 11 hours behind.
ISLANDS = Availability(
    "Pacific/Kiritimati", WEEK, travel=(Travel(date(2026, 12, 2), date(2026, 12, 3), "Pacific/Niue"),)
)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def offered(rules: SlotRules, start: datetime, end: datetime, booked: tuple[Booked, ...] = ()) -> list[str]:
    found = starts(ISLANDS, rules, window=Interval(start, end), busy=(), booked=booked, now=NOW)
    return [f"{moment(start):%d %H:%M}" for start in found]


def test_a_start_belongs_to_the_latest_date_also_when_that_begins_first() -> None:
    # Thursday in Niue is open from 20:00 to 5:00 UTC, Friday at home from 19:00 to 4:00 the same night.
    night = datetime(2026, 12, 3, 18, tzinfo=UTC), datetime(2026, 12, 4, 6, tzinfo=UTC)
    assert offered(SlotRules(timedelta(minutes=50)), *night) == [
        *["03 19:00", "03 19:50", "03 20:40", "03 21:30", "03 22:20", "03 23:10"],
        *["04 00:00", "04 00:50", "04 01:40", "04 02:30", "04 03:20"],  # Friday's, the last runs on into Thursday's
    ]
    # Friday's grid has 3:20 and 3:45, the next would be 4:10; Thursday's has 3:55 and 4:20.
    assert offered(SlotRules(timedelta(minutes=30), step=timedelta(minutes=25)), *night)[-3:] == [
        *["04 03:20", "04 03:45", "04 04:20"]
    ]


def test_the_gap_of_the_way_there_is_closed() -> None:
    # Tuesday ends at home at 4:00 UTC on the first; Wednesday opens in Niue at 20:00 UTC on the second.
    way = datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 2, 21, tzinfo=UTC)
    assert offered(SlotRules(timedelta(hours=1)), *way) == ["01 03:00", "02 20:00"]


def test_dates_of_windows_are_those_of_the_schedules_zone() -> None:
    # The second of December ends in Kiritimati at 10:00 UTC, before it has opened in Niue.
    whole = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 6, tzinfo=UTC)
    until = SlotRules(timedelta(hours=9), last_date=date(2026, 12, 2))
    assert offered(until, *whole) == []
    until = SlotRules(timedelta(hours=9), last_date=date(2026, 12, 3))
    assert offered(until, *whole) == ["02 20:00"]


def test_limits_and_numbers_of_starts_count_dates_of_the_schedules_zone() -> None:
    # Friday at home begins at 10:00 UTC on the third; Thursday in Niue opens at 20:00 UTC, on that Friday.
    whole = datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 5, tzinfo=UTC)
    assert offered(SlotRules(timedelta(hours=1), most_per_day=1), *whole) == ["02 20:00", "03 19:00", "04 19:00"]
    thursday = int(datetime(2026, 12, 3, 10, tzinfo=UTC).timestamp())
    for start, free in ((thursday, ["02 20:00", "04 19:00"]), (thursday - 1, ["03 19:00", "04 19:00"])):
        rules = SlotRules(timedelta(hours=9), limits=(Limit("day", 1),))
        booked = (Booked(start, start + 1, counts=True),)
        found = offered(rules, *whole, booked=booked)
        assert [each for each in found if each in ("02 20:00", "03 19:00", "04 19:00")] == free
