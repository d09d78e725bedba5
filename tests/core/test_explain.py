"""The reasons: which rule is named, what stands in the way, and the sentence that the host reads."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sivient.core.availability import Availability, Hours
from sivient.core.explain import Reason, Rule, explain
from sivient.core.interval import floor_seconds
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules
from tests.core.reasons import DAY, HALF_HOUR, NINE_TO_FIVE, asked, at, reason


def test_a_start_that_is_offered_says_so() -> None:
    assert reason("14:00") == Reason(Rule.OFFERED, "14:00 is offered.")


def test_a_rule_is_written_in_small_letters() -> None:
    assert [str(rule) for rule in Rule] == [rule.name.lower() for rule in Rule]


def test_a_start_that_has_passed_is_told_apart_from_one_that_is_now() -> None:
    assert reason("14:00", now=DAY + timedelta(hours=14)).rule is Rule.OFFERED
    late = reason("14:00", now=DAY + timedelta(hours=14, microseconds=1))
    assert late == Reason(Rule.PAST, "14:00 has passed.")


def test_a_time_between_two_starts_names_the_grid() -> None:
    assert reason("14:10") == Reason(
        Rule.GRID, "14:10 lies between two starts: starts are every 30 minutes from 09:00."
    )
    assert reason("14:00", rules=asked(60, step=120)).rule is Rule.GRID
    assert reason("15:00", rules=asked(60, step=120)).rule is Rule.OFFERED
    assert reason("9:50", rules=asked(50)).rule is Rule.OFFERED
    assert "every 2 hours from 09:00" in reason("14:00", rules=asked(60, step=120)).sentence


def test_where_two_dates_touch_the_later_one_has_the_grid() -> None:
    night = Availability("UTC", (Hours(1, 1380, 1440), Hours(2, 0, 60)))
    assert reason("24:00", night, asked(50)).rule is Rule.OFFERED
    assert reason("23:50", night, asked(50)).rule is Rule.OFFERED


def test_the_notice_says_how_long_it_lasts() -> None:
    now = DAY + timedelta(hours=10)
    assert reason("14:00", rules=asked(minimum_notice=240), now=now).rule is Rule.OFFERED
    a_bit_later = now + timedelta(microseconds=1)
    assert reason("14:00", rules=asked(minimum_notice=240), now=a_bit_later) == Reason(
        Rule.NOTICE, "14:00 is too soon: the minimum notice of 4 hours lasts until 14:01."
    )
    assert reason("14:00", rules=asked(minimum_notice=2880)).sentence == (
        "14:00 is too soon: the minimum notice of 2 days lasts until 00:00 on Thursday 3 December 2026."
    )


def test_the_booking_window_names_its_first_or_last_date() -> None:
    assert reason("38:00").rule is Rule.OFFERED
    short = SlotRules(timedelta(minutes=30), window_days=0)
    assert reason("14:00", rules=short).rule is Rule.OFFERED
    assert reason("38:00", rules=short) == Reason(
        Rule.WINDOW,
        "Wednesday 2 December 2026 is after the last date that can be booked, Tuesday 1 December 2026.",
    )
    later = SlotRules(timedelta(minutes=30), first_date=date(2026, 12, 2), last_date=date(2026, 12, 2))
    assert reason("38:00", rules=later).rule is Rule.OFFERED
    assert reason("14:00", rules=later) == Reason(
        Rule.WINDOW,
        "Tuesday 1 December 2026 is before the first date that can be booked, Wednesday 2 December 2026.",
    )
    assert reason("62:00", rules=later).sentence == (
        "Thursday 3 December 2026 is after the last date that can be booked, Wednesday 2 December 2026."
    )


def test_a_booking_window_without_dates_says_on_which_side_of_it_a_time_lies() -> None:
    always = Availability("UTC", tuple(Hours(day, 0, 1440) for day in range(7)))
    never = SlotRules(timedelta(minutes=30), window_days=0, first_date=date(2026, 12, 2))
    assert reason("23:30", always, never).sentence == (
        "Tuesday 1 December 2026 is before the first date that can be booked, Wednesday 2 December 2026."
    )
    assert reason("24:00", always, never).sentence == (
        "Wednesday 2 December 2026 is after the last date that can be booked, Tuesday 1 December 2026."
    )


def test_the_booking_window_is_exact_to_the_second() -> None:
    always = Availability("UTC", tuple(Hours(day, 0, 1440) for day in range(7)))
    rules = SlotRules(
        timedelta(minutes=1), timedelta(seconds=1), first_date=date(2026, 12, 2), last_date=date(2026, 12, 2)
    )
    for start, rule in (
        (at("24:00") - 1, Rule.WINDOW),
        (at("24:00"), Rule.OFFERED),
        (at("48:00") - 1, Rule.OFFERED),
        (at("48:00"), Rule.WINDOW),
    ):
        assert explain(always, rules, start, busy=(), booked=(), now=DAY).rule is rule


def test_a_busy_time_and_a_booking_stand_in_the_way_by_name() -> None:
    pair = at("13:30"), at("14:30")
    assert reason("14:00", busy=[pair]) == Reason(
        Rule.BUSY, "14:00 lies in a busy time of a calendar from 13:30 to 14:30.", pair
    )
    assert reason("14:00", booked=[Booked(*pair)]) == Reason(
        Rule.BOOKED, "14:00 lies in a booking from 13:30 to 14:30.", pair
    )
    later = at("14:29"), at("15:00")
    assert reason("14:00", booked=[Booked(*later)]) == Reason(
        Rule.BOOKED, "A meeting at 14:00 runs into a booking from 14:29 to 15:00.", later
    )
    exactly = at("14:00"), at("14:30")
    assert reason("14:00", busy=[exactly]).sentence.startswith("14:00 lies in")


def test_what_only_touches_stands_in_nobodys_way() -> None:
    around = [(at("13:30"), at("14:00")), (at("14:30"), at("15:00")), (at("14:10"), at("14:10"))]
    assert reason("14:00", busy=around, booked=[Booked(*pair) for pair in around]).rule is Rule.OFFERED
    assert reason("14:00", busy=[(at("13:30"), at("14:00") + 1)]).rule is Rule.BUSY
    assert reason("14:00", booked=[Booked(at("14:30") - 1, at("15:00"))]).rule is Rule.BOOKED


def test_of_several_in_the_way_the_first_is_named_in_whatever_order_they_come() -> None:
    first, second = (at("13:00"), at("14:10")), (at("14:05"), at("14:06"))
    for busy in ([first, second], [second, first]):
        assert reason("14:00", busy=busy, booked=[Booked(*first)]).stands == first
        assert reason("14:00", booked=[Booked(*pair) for pair in busy]).stands == first


class TestBuffer:
    """The longer of two buffers that meet is the one that counts."""

    @pytest.mark.parametrize(
        ("other", "rules", "minutes"),
        [
            (("13:00", "13:51", 0, 0), asked(buffer_before=10), 10),
            (("13:00", "13:51", 0, 0), asked(buffer_before=10, buffer_after=60), 10),
            (("13:00", "13:51", 3600, 600), asked(), 10),
            (("13:00", "13:51", 0, 600), asked(buffer_before=5), 10),
            (("14:39", "15:00", 0, 0), asked(buffer_after=10), 10),
            (("14:39", "15:00", 0, 0), asked(buffer_after=10, buffer_before=60), 10),
            (("14:39", "15:00", 600, 3600), asked(), 10),
            (("14:39", "15:00", 600, 0), asked(buffer_after=5), 10),
        ],
    )
    def test_a_booking_too_close(self, other: tuple[str, str, int, int], rules: SlotRules, minutes: int) -> None:
        start, end, before, after = other
        pair = at(start), at(end)
        assert reason("14:00", rules=rules, booked=[Booked(*pair, before, after)]) == Reason(
            Rule.BUFFER,
            f"A meeting from 14:00 to 14:30 is too close to a booking from {start} to {end}: "
            f"at least {minutes} minutes must lie between them.",
            pair,
        )
        away = 60 if pair[0] > at("14:00") else -60
        moved = Booked(pair[0] + away, pair[1] + away, before, after)
        assert reason("14:00", rules=rules, booked=[moved]).rule is Rule.OFFERED

    def test_what_touches_is_too_close_on_the_side_of_the_buffer_alone(self) -> None:
        before, after = [(at("13:30"), at("14:00"))], [(at("14:30"), at("15:00"))]
        assert reason("14:00", rules=asked(buffer_before=10), busy=before).rule is Rule.BUFFER
        assert reason("14:00", rules=asked(buffer_before=10), busy=after).rule is Rule.OFFERED
        assert reason("14:00", rules=asked(buffer_after=10), busy=before).rule is Rule.OFFERED
        assert reason("14:00", rules=asked(buffer_after=10), busy=after).rule is Rule.BUFFER

    def test_a_busy_time_too_close(self) -> None:
        pair = at("14:30"), at("15:00")
        assert reason("14:00", rules=asked(buffer_after=1), busy=[pair]) == Reason(
            Rule.BUFFER,
            "A meeting from 14:00 to 14:30 is too close to a busy time of a calendar from 14:30 to 15:00: "
            "at least 1 minute must lie between them.",
            pair,
        )


class TestLimit:
    """A full period, and a meeting that no period could hold."""

    morning = Booked(at("9:00"), at("9:30"), 0, 0, True)

    @pytest.mark.parametrize(
        ("limit", "words"),
        [
            (Limit("day", 1), "1 booking a day"),
            (Limit("month", minutes=59), "59 minutes a month"),
            (Limit("week", 1, 600), "1 booking and 600 minutes a week"),
            (Limit("year", 0), "0 bookings a year"),
            (Limit("day", minutes=29), "29 minutes a day"),
        ],
    )
    def test_a_limit_is_named(self, limit: Limit, words: str) -> None:
        found = reason("14:00", rules=asked(limits=(Limit("year", 99), limit)), booked=[self.morning])
        assert found == Reason(Rule.LIMIT, f"The limit of {words} leaves no room for this meeting.")

    def test_a_limit_with_room_for_one_more_offers(self) -> None:
        for limit in (Limit("day", 2), Limit("day", minutes=60)):
            assert reason("14:00", rules=asked(limits=(limit,)), booked=[self.morning]).rule is Rule.OFFERED

    def test_a_full_day_begins_and_ends_at_midnight(self) -> None:
        always = Availability("UTC", tuple(Hours(day, 0, 1440) for day in range(7)))
        full = asked(limits=(Limit("day", 1),))
        rules = [reason(clock, always, full, booked=[self.morning]).rule for clock in ("0:00", "23:30", "24:00")]
        assert rules == [Rule.LIMIT, Rule.LIMIT, Rule.OFFERED]

    def test_bookings_that_do_not_count_and_other_periods_leave_room(self) -> None:
        limits = asked(limits=(Limit("day", 1),))
        others = [Booked(at("9:00"), at("9:30")), Booked(at("-24:00"), at("-23:00"), 0, 0, True)]
        others.append(Booked(at("24:00"), at("25:00"), 0, 0, True))
        assert reason("14:00", rules=limits, booked=others).rule is Rule.OFFERED


def test_a_start_after_the_first_ones_of_the_day_is_not_offered() -> None:
    two = SlotRules(timedelta(minutes=30), most_per_day=2)
    assert reason("9:30", rules=two).rule is Rule.OFFERED
    assert reason("10:00", rules=two) == Reason(
        Rule.FULL_DAY, "10:00 comes after the first 2 free starts of the day; no more are offered."
    )
    assert reason("10:00", rules=two, busy=[(at("9:00"), at("9:10"))]).rule is Rule.OFFERED
    one = SlotRules(timedelta(minutes=30), most_per_day=1)
    assert "after the first free start of the day" in reason("9:30", rules=one).sentence


def test_times_are_those_of_the_schedules_zone_and_dated_when_they_are_of_another_day() -> None:
    berlin = Availability("Europe/Berlin", tuple(Hours(day, 0, 1440) for day in range(7)))
    night = at("22:30"), at("47:00") + 5
    assert reason("23:00", berlin, busy=[night]).sentence == (
        "00:00 lies in a busy time of a calendar from 23:30 on Tuesday 1 December 2026 "
        "to 00:00:05 on Thursday 3 December 2026."
    )


def test_a_length_is_said_in_its_largest_whole_unit() -> None:
    for minutes, words in ((1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (1440, "1 day"), (1500, "25 hours")):
        rules = asked(minimum_notice=minutes)
        found = reason("14:00", rules=rules, now=DAY + timedelta(hours=14) - timedelta(seconds=1))
        assert f"minimum notice of {words} lasts" in found.sentence
    seconds = SlotRules(timedelta(minutes=30), step=timedelta(seconds=45))
    assert "every 45 seconds" in explain(NINE_TO_FIVE, seconds, at("14:00") + 1, busy=(), booked=(), now=DAY).sentence


def test_rules_are_named_in_one_order() -> None:
    """Everything refuses; each obstacle that goes away brings the next rule to light."""
    pair = at("13:00"), at("14:05")
    near = Booked(at("14:31"), at("15:00"), 600, 600, True)
    limits = (Limit("day", 1),)
    whole = {"minimum_notice": 30 * 1440, "last_date": date(2026, 12, 1), "buffer_after": 5, "limits": limits}
    named = [
        reason("14:00", NINE_TO_FIVE, asked(**whole), now=DAY + timedelta(days=1)),
        reason("14:00", Availability("UTC", ()), asked(**whole)),
        reason("14:00", NINE_TO_FIVE, asked(step=7, **whole)),
        reason("14:00", rules=asked(**whole), now=DAY - timedelta(days=20)),
        reason("38:00", rules=asked(last_date=date(2026, 12, 1)), busy=[(at("38:00"), at("39:00"))]),
        reason("14:00", rules=asked(buffer_after=5, limits=limits), busy=[pair], booked=[Booked(*pair), near]),
        reason("14:00", rules=asked(buffer_after=5, limits=limits), booked=[Booked(*pair), near]),
        reason("14:00", rules=asked(buffer_after=5, limits=limits), booked=[near]),
        reason("14:00", rules=asked(1, step=1, limits=limits), booked=[near._replace(buffer_before=0)]),
    ]
    assert [each.rule for each in named] == [
        *[Rule.PAST, Rule.CLOSED, Rule.GRID, Rule.NOTICE, Rule.WINDOW],
        *[Rule.BUSY, Rule.BOOKED, Rule.BUFFER, Rule.LIMIT],
    ]


@pytest.mark.parametrize("year", [1, 1899, 3000, 9999])
def test_a_start_that_nobody_could_book_is_refused(year: int) -> None:
    start = floor_seconds(datetime(year, 6, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="from 1900 to 2999"):
        explain(NINE_TO_FIVE, HALF_HOUR, start, busy=(), booked=(), now=DAY)


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        reason("14:00", now=DAY.replace(tzinfo=None))
