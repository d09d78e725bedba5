"""The slot engine, rule by rule, on days that can be checked by hand."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sivient.core.availability import Availability, Hours
from sivient.core.interval import Interval, Pair, floor_seconds, moment
from sivient.core.slots import Booked, SlotRules, nearest, reading_range, starts

DAY = datetime(2026, 12, 1, tzinfo=UTC)  # a Tuesday
NINE_TO_TWELVE = Availability("UTC", (Hours(1, 540, 720),))
HALF_HOURS = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


def at(clock: str, day: datetime = DAY) -> datetime:
    hour, minute = clock.split(":")
    return day + timedelta(hours=int(hour), minutes=int(minute))


def pair(start: str, end: str) -> Pair:
    return floor_seconds(at(start)), floor_seconds(at(end))


def rules(minutes: int = 30, **others: int) -> SlotRules:
    """Return rules whose lengths are given in minutes."""
    return SlotRules(timedelta(minutes=minutes), **{name: timedelta(minutes=n) for name, n in others.items()})  # type: ignore[arg-type]


def offered(
    availability: Availability = NINE_TO_TWELVE,
    asked: SlotRules | None = None,
    *,
    window: Interval | None = None,
    busy: Iterable[Pair] = (),
    booked: Iterable[Booked] = (),
    now: datetime = DAY,
    zone: str = "UTC",
) -> list[str]:
    """Return the starts offered on DAY, or in `window`, as times of the clock in `zone`."""
    found = starts(
        availability,
        asked or rules(),
        window=window or Interval(DAY, DAY + timedelta(days=1)),
        busy=busy,
        booked=booked,
        now=now,
    )
    return [f"{moment(start).astimezone(ZoneInfo(zone)):%H:%M}" for start in found]


def test_open_hours_are_offered_from_their_beginning_to_the_last_whole_meeting() -> None:
    assert offered() == HALF_HOURS
    assert offered(asked=rules(50)) == ["09:00", "09:50", "10:40"]
    assert offered(asked=rules(180)) == ["09:00"]
    assert offered(asked=rules(181)) == []


def test_the_step_is_the_duration_unless_given() -> None:
    assert offered(asked=rules(60)) == ["09:00", "10:00", "11:00"]
    assert offered(asked=rules(60, step=45)) == ["09:00", "09:45", "10:30"]


def test_a_busy_time_takes_starts_away_and_moves_none() -> None:
    assert offered(busy=[pair("09:40", "10:05")]) == ["09:00", "10:30", "11:00", "11:30"]


def test_meetings_may_touch() -> None:
    assert offered(busy=[pair("09:30", "10:00")]) == ["09:00", "10:00", "10:30", "11:00", "11:30"]


def test_a_single_second_in_common_is_too_much() -> None:
    nine, ten = pair("09:00", "10:00")
    for busy in ((nine - 60, nine + 1), (ten - 1, ten + 60)):
        assert starts_at_nine_and_half_past(busy=[busy]) == starts_at_nine_and_half_past(booked=[Booked(*busy)])
    assert starts_at_nine_and_half_past(busy=[(nine - 60, nine + 1)]) == ["09:30"]
    assert starts_at_nine_and_half_past(busy=[(ten - 1, ten + 60)]) == ["09:00"]


def starts_at_nine_and_half_past(busy: Iterable[Pair] = (), booked: Iterable[Booked] = ()) -> list[str]:
    return offered(window=Interval(at("09:00"), at("10:00")), busy=busy, booked=booked)


def test_an_event_without_length_takes_no_time() -> None:
    assert offered(busy=[pair("09:40", "09:40")]) == HALF_HOURS


def test_a_long_event_that_hides_short_ones_is_not_forgotten() -> None:
    busy = [pair("08:00", "11:00"), pair("08:30", "08:45"), pair("09:10", "09:20")]
    assert offered(busy=busy) == ["11:00", "11:30"]
    two_mornings = Availability("UTC", (Hours(1, 540, 600), Hours(1, 660, 720)))
    assert offered(two_mornings, busy=[pair("09:30", "11:30"), pair("09:35", "09:40")]) == ["09:00", "11:30"]


def test_a_buffer_is_time_without_meetings() -> None:
    busy = [pair("10:00", "10:30")]
    assert offered(asked=rules(buffer_before=5), busy=busy) == ["09:00", "09:30", "11:00", "11:30"]
    assert offered(asked=rules(buffer_after=5), busy=busy) == ["09:00", "10:30", "11:00", "11:30"]


def test_the_buffers_of_a_booking_count_too() -> None:
    assert offered(booked=[Booked(*pair("10:00", "10:30"), 300, 0)]) == ["09:00", "10:30", "11:00", "11:30"]
    assert offered(booked=[Booked(*pair("10:00", "10:30"), 0, 300)]) == ["09:00", "09:30", "11:00", "11:30"]


def test_two_buffers_may_overlap_each_other() -> None:
    asked = rules(10, buffer_before=20, buffer_after=20)
    booked = [Booked(*pair("10:00", "10:30"), 20 * 60, 20 * 60)]
    assert offered(asked=asked, booked=booked) == [
        "09:00",
        "09:10",
        "09:20",
        "09:30",
        "10:50",
        "11:00",
        "11:10",
        "11:20",
        "11:30",
        "11:40",
        "11:50",
    ]


def test_working_hours_do_not_contain_buffers() -> None:
    assert offered(asked=rules(buffer_before=60, buffer_after=60)) == HALF_HOURS


def test_nothing_is_offered_before_now_and_the_notice() -> None:
    assert offered(now=at("10:00")) == ["10:00", "10:30", "11:00", "11:30"]
    assert offered(now=at("10:00") + timedelta(microseconds=1)) == ["10:30", "11:00", "11:30"]
    assert offered(asked=rules(minimum_notice=61), now=at("10:00")) == ["11:30"]


def test_the_window_that_is_asked_for_is_half_open_and_moves_nothing() -> None:
    assert offered(window=Interval(at("09:10"), at("10:30"))) == ["09:30", "10:00"]
    assert offered(window=Interval(at("09:30") + timedelta(microseconds=1), at("10:30"))) == ["10:00"]


def test_a_single_start_can_be_asked_for() -> None:
    assert offered(window=Interval(at("09:30"), at("10:00"))) == ["09:30"]
    assert offered(window=Interval(at("09:15"), at("09:16"))) == []


@pytest.mark.parametrize("days", [0, 1, 30])
def test_the_booking_window_ends_with_a_local_date(days: int) -> None:
    island = Availability("Pacific/Kiritimati", tuple(Hours(day, 0, 1440) for day in range(7)))
    window = Interval(DAY, DAY + timedelta(days=60))
    asked = SlotRules(timedelta(hours=1), window_days=days)
    # It is half past ten in the evening of the first of December there, 14 hours ahead.
    found = starts(island, asked, window=window, busy=(), booked=(), now=at("08:30"))
    assert moment(found[0]) == at("09:00")
    assert moment(found[-1]) == at("09:00") + timedelta(days=days)


def test_each_date_begins_its_own_grid_and_meetings_run_on_into_it() -> None:
    day_and_night = Availability("UTC", tuple(Hours(day, 0, 1440) for day in range(7)))
    around_midnight = Interval(at("22:00"), at("26:00"))
    assert offered(day_and_night, rules(50), window=around_midnight) == ["22:30", "23:20", "00:00", "00:50", "01:40"]


def test_a_start_belongs_to_the_latest_date_whose_hours_contain_it() -> None:
    overrides = {date(2026, 12, 1): ((1320, 240),), date(2026, 12, 2): ((65, 125),)}
    night = Interval(at("21:00"), at("30:00"))
    assert offered(Availability("UTC", (), overrides), rules(30), window=night) == [
        *["22:00", "22:30", "23:00", "23:30", "00:00", "00:30", "01:00"],
        *["01:05", "01:35"],
        *["02:30", "03:00", "03:30"],
    ]


def test_hours_of_the_evening_before_are_read() -> None:
    evening = Availability("UTC", (Hours(0, 1320, 120),))
    assert offered(evening) == ["00:00", "00:30", "01:00", "01:30"]


def test_a_repeated_hour_is_offered_twice() -> None:
    berlin = Availability("Europe/Berlin", (Hours(6, 60, 240),))
    night = Interval(datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert offered(berlin, rules(60), window=night, now=night.start, zone="Europe/Berlin") == [
        *["01:00", "02:00", "02:00", "03:00"]
    ]


def test_a_missing_hour_is_not_offered() -> None:
    berlin = Availability("Europe/Berlin", (Hours(6, 60, 300),))
    night = Interval(datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC))
    assert offered(berlin, rules(60), window=night, now=night.start, zone="Europe/Berlin") == [
        *["01:00", "03:00", "04:00"]
    ]


def test_busy_time_must_be_read_as_wide_as_buffers_and_duration_reach() -> None:
    asked = rules(30, buffer_before=5, buffer_after=10)
    window = Interval(at("09:00"), at("12:00"))
    assert reading_range(asked, window) == pair("08:55", "12:40")
    assert reading_range(asked, window, longest_buffer=timedelta(hours=1)) == pair("08:00", "13:30")


def test_the_nearest_starts_are_found_on_both_sides_in_order() -> None:
    free = [10, 20, 30, 40, 50]
    assert nearest(free, 31) == [20, 30, 40]
    assert nearest(free, 25, n=1) == [20]
    assert nearest(free, 0) == [10, 20, 30]
    assert nearest(free, 99, n=2) == [40, 50]
    assert nearest([10], 10) == [10]
    assert nearest([], 10) == []
    assert nearest([10, 20], 15) == [10, 20]
    assert nearest([10, 20, 40], 21, n=2) == [10, 20]
    assert nearest([10, 20, 30], 25) == [10, 20, 30]


@pytest.mark.parametrize(
    "values",
    [
        {"duration": timedelta(0)},
        {"duration": timedelta(minutes=-1)},
        {"duration": timedelta(days=367)},
        {"duration": timedelta(seconds=1.5)},
        {"step": timedelta(0)},
        {"buffer_before": timedelta(minutes=-1)},
        {"buffer_after": timedelta(minutes=-1)},
        {"minimum_notice": timedelta(minutes=-1)},
        {"window_days": -1},
        {"window_days": 36_526},
    ],
    ids=str,
)
def test_rules_that_mean_nothing_are_refused_by_name(values: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        SlotRules(**{"duration": timedelta(minutes=30)} | values)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", [DAY.replace(tzinfo=None), datetime(9999, 12, 31, tzinfo=UTC)], ids=["naive", "far"])
def test_a_strange_now_is_refused(now: datetime) -> None:
    with pytest.raises(ValueError, match=r"UTC offset|year"):
        offered(now=now)


def test_the_ends_of_the_calendar_are_answered() -> None:
    far = datetime(2999, 12, 31, tzinfo=UTC)
    always = Availability("Pacific/Kiritimati", tuple(Hours(day, 0, 1440) for day in range(7)))
    asked = SlotRules(timedelta(days=366), step=timedelta(hours=12), window_days=36_525)
    assert len(offered(always, asked, window=Interval(far, far + timedelta(hours=23)), now=far)) == 2
