"""Requests in JSON get the answers that one works out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.slot_request import answer, answer_why
from tests.core.slot_requests import Json, clock_times, request, rule, written

HALF_HOURS = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


def hours(start: str, end: str, *days: str) -> Json:
    """Return a schedule of these hours, on Tuesdays unless other days are named."""
    return {"weekly": [{"days": list(days) or ["tue"], "start": start, "end": end}]}


def span(start: str, end: str, day: str = "2026-12-01") -> Json:
    """Return times of one UTC date."""
    return {"start": f"{day}T{start}:00Z", "end": f"{day}T{end}:00Z"}


def test_the_least_request_has_four_keys_and_is_answered_in_utc() -> None:
    assert answer(written(request(window=span("09:00", "10:00")))) == {
        "slots": ["2026-12-01T09:00:00Z", "2026-12-01T09:30:00Z"]
    }


def test_a_schedule_without_hours_is_never_open() -> None:
    assert clock_times({**request(), "schedule": {}}) == []


def test_an_array_of_requests_gives_an_array_of_answers_in_their_order() -> None:
    one, none = request(window=span("09:00", "09:01")), request(schedule={"weekly": []})
    assert answer(written([one, none])) == [{"slots": ["2026-12-01T09:00:00Z"]}, {"slots": []}]
    assert answer(b"[]") == []


def test_window_ends_before_a_start_that_lies_on_its_end() -> None:
    assert clock_times(request(window=span("09:30", "10:30"))) == ["09:30", "10:00"]


def test_times_are_read_with_any_offset_and_in_small_letters() -> None:
    window = {"start": "2026-12-01t14:30:00+05:30", "end": "2026-12-01t02:00:00.000-08:00"}
    assert clock_times(request(window=window)) == ["09:00", "09:30"]
    busy = [{"start": "2026-12-01T23:15:00+14:00", "end": "2026-11-30t21:30:00-12:00"}]  # 09:15Z to 09:30Z
    assert clock_times(request(busy=busy)) == HALF_HOURS[1:]


@pytest.mark.parametrize("fraction", [".5", ".000001", ".0000000001"])
def test_a_fraction_of_a_second_never_makes_room(fraction: str) -> None:
    late = f"2026-12-01T09:00:00{fraction}Z"
    assert clock_times(request(window={"start": late, "end": "2026-12-02T00:00:00Z"})) == HALF_HOURS[1:]
    assert clock_times(request(now=late)) == HALF_HOURS[1:]
    assert clock_times(request(busy=[{"start": "2026-12-01T08:00:00Z", "end": late}])) == HALF_HOURS[1:]
    assert clock_times(request(window={"start": "2026-12-01T00:00:00Z", "end": late})) == ["09:00"]


def test_step_is_the_duration_unless_given() -> None:
    assert clock_times(request(event_type={"duration": 60})) == ["09:00", "10:00", "11:00"]
    assert clock_times(request(event_type={"duration": 60, "step": 45})) == ["09:00", "09:45", "10:30"]


def test_several_rows_may_name_one_day() -> None:
    rows = [*hours("09:00", "10:00")["weekly"], *hours("09:30", "10:30", "mon", "tue")["weekly"]]
    assert clock_times(request(schedule={"weekly": rows})) == ["09:00", "09:30", "10:00"]


def test_hours_that_end_at_or_before_their_start_run_into_the_next_day() -> None:
    night = request(schedule=hours("23:00", "01:00"), window=span("00:00", "23:59", "2026-12-02"))
    assert clock_times(night) == ["00:00", "00:30"]
    assert clock_times(request(schedule=hours("22:00", "24:00"))) == ["22:00", "22:30", "23:00", "23:30"]
    assert len(clock_times(request(schedule=hours("00:00", "00:00")))) == 48


def test_an_override_replaces_the_hours_of_its_date_and_rows_of_one_date_add_up() -> None:
    def on(*rows: Json) -> list[str]:
        return clock_times(request(schedule={"overrides": [{"date": "2026-12-01", **row} for row in rows]}))

    afternoon, evening = {"start": "15:00", "end": "16:00"}, {"start": "18:00", "end": "18:30"}
    assert on({"hours": [afternoon]}) == ["15:00", "15:30"]
    assert on({"hours": [evening]}, {"hours": [afternoon]}, {}) == ["15:00", "15:30", "18:00"]
    assert on({"hours": []}) == on({}) == []


def test_out_of_office_dates_are_inclusive_and_beat_overrides() -> None:
    override = [{"date": "2026-12-01", "hours": [{"start": "15:00", "end": "16:00"}]}]

    def away(first: str, last: str) -> list[str]:
        off = [{"start": first, "end": last}]
        return clock_times(request(schedule={"overrides": override, "out_of_office": off}))

    assert (
        away("2026-12-01", "2026-12-01") == away("2026-11-20", "2026-12-01") == away("2026-12-01", "2026-12-24") == []
    )
    assert away("2026-11-20", "2026-11-30") == away("2026-12-02", "2026-12-24") == ["15:00", "15:30"]


def test_travel_dates_are_inclusive_and_their_hours_are_wall_time_of_the_other_zone() -> None:
    journey = {"start": "2026-12-01", "end": "2026-12-02", "timezone": "America/New_York"}
    schedule = {"timezone": "Europe/Berlin", "weekly": request()["schedule"]["weekly"], "travel": [journey]}
    in_berlin = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]
    in_new_york = ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
    for day, offered in ((30, in_berlin), (1, in_new_york), (2, in_new_york), (3, in_berlin)):
        assert clock_times(request(f"2026-{11 if day == 30 else 12}-{day:02}", schedule=schedule)) == offered


def test_hours_follow_the_clock_changes_of_their_zone() -> None:
    berlin = {"timezone": "Europe/Berlin", **hours("09:00", "10:00", "sat", "sun", "mon")}
    assert clock_times(request("2026-10-24", schedule=berlin)) == ["07:00", "07:30"]
    assert clock_times(request("2026-10-25", schedule=berlin)) == ["08:00", "08:30"]
    # From 2 to 4 in the night: the hour from 2 to 3 comes twice in autumn, and not at all in spring.
    night = {"timezone": "Europe/Berlin", **hours("02:00", "04:00", "sun")}
    assert clock_times(request("2026-10-25", schedule=night)) == ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]
    assert clock_times(request("2027-03-28", schedule=night)) == ["01:00", "01:30"]


def test_buffers_notice_and_busy_time_keep_starts_away() -> None:
    busy = [span("10:00", "10:30")]
    assert clock_times(request(busy=busy)) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    assert clock_times(request(busy=busy, event_type={"buffer_before": 1})) == ["09:00", "09:30", "11:00", "11:30"]
    assert clock_times(request(busy=busy, event_type={"buffer_after": 31})) == ["10:30", "11:00", "11:30"]
    assert clock_times(request(now="2026-12-01T08:00:00Z", event_type={"minimum_notice": 121})) == HALF_HOURS[3:]


def test_bookings_bring_their_own_buffers() -> None:
    booking = span("10:00", "10:30")
    assert clock_times(request(bookings=[booking])) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    assert clock_times(request(bookings=[{**booking, "buffer_before": 30}])) == ["09:00", "10:30", "11:00", "11:30"]
    assert clock_times(request(bookings=[{**booking, "buffer_after": 30}])) == ["09:00", "09:30", "11:00", "11:30"]


def test_window_days_reach_to_the_end_of_the_last_local_date() -> None:
    # At noon UTC of 30 November it is 1 December in Auckland (+13); 9 to 12 there are 20 to 23 UTC of the date before.
    auckland = {"timezone": "Pacific/Auckland"}
    now = "2026-11-30T12:00:00Z"
    evening = ["20:00", "20:30", "21:00", "21:30", "22:00", "22:30"]
    for day, n, offered in (("11-30", 0, evening), ("12-01", 0, []), ("12-01", 1, evening), ("12-02", 1, [])):
        asked = request(f"2026-{day}", schedule=auckland, now=now, event_type={"window_days": n})
        assert clock_times(asked) == offered, (day, n)


@pytest.mark.parametrize(
    ("limit", "offered"),
    [
        ({"per": "day", "count": 1}, HALF_HOURS),
        ({"per": "week", "count": 1}, []),
        ({"per": "week", "count": 2}, HALF_HOURS),
        ({"per": "week", "minutes": 89}, []),
        ({"per": "week", "count": 9, "minutes": 90}, HALF_HOURS),
        ({"per": "month", "count": 1}, HALF_HOURS),
        ({"per": "year", "count": 1}, []),
        ({"per": "year", "count": 0}, []),
    ],
)
def test_a_limit_leaves_room_for_one_more_or_it_does_not(limit: Json, offered: list[str]) -> None:
    monday = span("15:00", "16:00", "2026-11-30")  # the day before, of the same week and another month
    assert clock_times(request(bookings=[monday], event_type={"limits": [limit]})) == offered


def test_bookings_count_unless_they_say_that_they_do_not() -> None:
    booked = [{**span("15:00", "16:00"), "counts": counts} for counts in (True, False)]
    once = {"limits": [{"per": "day", "count": 1}]}
    assert clock_times(request(bookings=booked[1:], event_type=once)) == HALF_HOURS
    for rows in (booked[:1], [span("15:00", "16:00")]):
        assert clock_times(request(bookings=rows, event_type=once)) == []


def test_ten_thousand_busy_rows_with_offsets_are_right() -> None:
    first = datetime(2026, 12, 1, 0, 5, tzinfo=UTC)
    rows = []
    for n in range(10_000):  # five minutes of every hour but those from 10 to 11 UTC
        start = (first + timedelta(hours=n)).isoformat().replace("+00:00", "-00:00")
        if start[11:13] != "10":
            rows.append({"start": start, "end": start.replace(":05:", ":10:")})
    assert clock_times(request(busy=rows)) == ["09:30", "10:00", "10:30", "11:30"]


def test_explain_tells_the_rule_and_what_stands_in_the_way() -> None:
    asked = request(bookings=[span("10:00", "10:15")])
    found = answer_why(written(asked), "2026-12-01T11:00:00+01:00")
    assert isinstance(found, dict)
    sentence = found.pop("reason")  # type: ignore[misc]
    assert sentence.endswith(".")
    assert found == {
        "start": "2026-12-01T10:00:00Z",
        "offered": False,
        "rule": "booked",
        "stands": {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:15:00Z"},
    }


def test_explain_says_offered_of_what_is_offered_and_of_nothing_else() -> None:
    asked = request(busy=[span("10:00", "10:15")], window=span("09:00", "11:30"))
    offered = clock_times(asked)
    for minute in range(8 * 60, 13 * 60, 15):
        clock = f"{minute // 60:02}:{minute % 60:02}"
        assert (rule(asked, f"2026-12-01T{clock}:00Z") == "offered") == (clock in offered), clock
    assert rule(asked, "2026-12-01T11:30:00Z") == "window"


def test_explain_says_of_a_free_time_that_the_request_did_not_ask_for_it() -> None:
    assert answer_why(written(request("2026-12-02")), "2026-12-01T09:00:00Z") == {
        "start": "2026-12-01T09:00:00Z",
        "offered": False,
        "rule": "window",
        "reason": "The time lies outside the window of the request.",
        "stands": None,
    }


def test_explain_looks_into_every_request_of_an_array() -> None:
    found = answer_why(written([request(), request(schedule={"weekly": []})]), "2026-12-01T09:00:00Z")
    assert isinstance(found, list)
    assert [each["rule"] for each in found] == ["offered", "closed"]
