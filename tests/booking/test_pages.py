"""How offered times look: pure presentation, checked with times that are written down here."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sivient.booking.pages import (
    EventTimes,
    Length,
    duration_words,
    event_times,
    length,
    notice_words,
    window_words,
)
from sivient.booking.preferences import Preferences
from sivient.booking.stretch import around, ends, packed, stretch
from sivient.core.interval import Interval
from sivient.scheduling.models import EventType, Window
from sivient.site import zones

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)  # a Sunday
LISBON = Preferences("Europe/Lisbon", 24, guessed=False)


class Listed:
    """Free times that stand in a list."""

    def __init__(self, all_of_them: list[int]) -> None:
        self.all = all_of_them

    def starts(self, window: Interval | None = None) -> list[int]:
        low, high = window.seconds() if window else (0, 1 << 40)
        return [start for start in self.all if low <= start < high]

    def after(self, instant: int | None = None, n: int = 1) -> list[int]:
        return [start for start in self.all if start >= (instant or 0)][:n]

    def before(self, instant: int | None = None, n: int = 1) -> list[int]:
        return [start for start in self.all if instant is None or start < instant][-n:]


def at(text: str, zone: str = "UTC") -> int:
    """Epoch seconds of a wall time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def shown(*starts: str, look: Preferences = LISBON, wanted: date | None = None, now: datetime = NOW) -> EventTimes:
    """The page of these starts, given in UTC."""
    times = event_times(Listed([at(start) for start in starts]), look, now=now, wanted=wanted)
    assert times is not None
    return times


def faces(times: EventTimes) -> dict[str, list[str]]:
    """The times of the chosen day by part of the day."""
    return {group.part.name: [f"{time.time} {time.half}".strip() for time in group.times] for group in times.parts}


def test_without_starts_there_is_nothing_to_show() -> None:
    assert event_times(Listed([]), LISBON, now=NOW, wanted=None) is None


def test_the_five_weeks_begin_with_the_week_of_the_first_free_day() -> None:
    times = shown("2026-12-10T10:00", "2026-12-21T10:00")
    assert len(times.weeks) == 5
    assert all(len(week) == 7 for week in times.weeks)
    assert times.weeks[0][0].day == date(2026, 12, 7)
    assert times.chosen == date(2026, 12, 10)


def test_a_day_belongs_to_the_guests_zone() -> None:
    times = shown("2026-11-24T16:00", look=Preferences("Asia/Tokyo", 24, guessed=False))
    assert times.chosen == date(2026, 11, 25)
    assert faces(times) == {"Night": ["01:00"]}


def test_times_stand_in_parts_of_the_day() -> None:
    times = shown(*(f"2026-11-24T{hour:02}:00" for hour in (0, 5, 6, 11, 12, 16, 17, 21, 22, 23)))
    assert faces(times) == {
        "Night": ["00:00", "05:00"],
        "Morning": ["06:00", "11:00"],
        "Afternoon": ["12:00", "16:00"],
        "Evening": ["17:00", "21:00"],
        "Late evening": ["22:00", "23:00"],
    }
    assert [group.part.dark for group in times.parts] == [True, False, False, False, True]


def test_a_twelve_hour_clock_says_which_half() -> None:
    times = shown("2026-11-24T00:00", "2026-11-24T12:30", look=Preferences("UTC", 12, guessed=False))
    assert faces(times) == {"Night": ["12:00 am"], "Afternoon": ["12:30 pm"]}


def test_an_hour_that_the_clocks_repeat_is_told_apart() -> None:
    berlin = Preferences("Europe/Berlin", 24, guessed=False)
    times = shown("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30", look=berlin, now=NOW - timedelta(days=40))
    assert faces(times) == {"Night": ["02:30 UTC+2", "02:30 UTC+1", "03:30"]}


def test_a_wanted_day_is_chosen_and_its_weeks_are_turned_to() -> None:
    times = shown("2026-11-24T10:00", "2027-01-05T10:00", wanted=date(2027, 1, 5))
    assert times.chosen == date(2027, 1, 5)
    assert times.weeks[0][0].day == date(2026, 11, 23) + timedelta(days=35)
    assert (times.earlier, times.later) == (date(2026, 11, 24), None)


@pytest.mark.parametrize("wanted", [date(2026, 11, 25), date(1, 1, 1), date(9999, 12, 31), None])
def test_a_wanted_day_without_times_gives_way(wanted: date | None) -> None:
    times = shown("2026-11-24T10:00", "2026-11-26T10:00", wanted=wanted)
    expected = date(2026, 11, 26) if wanted == date(2026, 11, 25) else date(2026, 11, 24)
    assert times.chosen == expected


def test_earlier_and_later_pass_over_weeks_without_times() -> None:
    starts = ("2026-11-24T10:00", "2026-11-30T10:00", "2027-03-01T10:00", "2027-07-01T10:00")
    times = shown(*starts, wanted=date(2027, 3, 1))
    assert (times.earlier, times.later) == (date(2026, 11, 24), date(2027, 7, 1))


def test_a_day_says_how_much_of_it_is_free() -> None:
    cells = {cell.day: cell for week in shown(*(f"2026-11-24T{h:02}:00" for h in range(8, 17))).weeks for cell in week}
    assert (cells[date(2026, 11, 24)].free, cells[date(2026, 11, 24)].bar) == (9, 5)
    assert cells[date(2026, 11, 25)].free == 0
    many = shown(*(f"2026-11-24T{h:02}:{m}" for h in range(8, 17) for m in ("00", "30")))
    assert max(cell.bar for week in many.weeks for cell in week) == 6


def test_today_is_the_guests_today() -> None:
    late = datetime(2026, 11, 23, 20, tzinfo=UTC)
    look = Preferences("Asia/Tokyo", 24, guessed=False)
    cells = [cell for week in shown("2026-11-26T10:00", look=look, now=late).weeks for cell in week if cell.today]
    assert [cell.day for cell in cells] == [date(2026, 11, 24)]


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("2026-11-24", "Nov \N{EN DASH} Dec 2026"),
        ("2026-12-15", "Dec 2026 \N{EN DASH} Jan 2027"),
        ("2027-02-01", "Feb \N{EN DASH} Mar 2027"),
    ],
)
def test_the_weeks_are_named_after_their_months(first: str, title: str) -> None:
    assert shown(f"{first}T10:00").title == title


def test_the_next_free_time_is_one_for_people_who_sleep() -> None:
    times = shown("2026-11-24T03:00", "2026-11-24T06:59", "2026-11-24T07:00")
    assert (times.next.time, times.early and times.early.time) == ("07:00", "03:00")


def test_a_night_without_a_day_after_it_is_offered_all_the_same() -> None:
    times = shown("2026-11-24T22:00", "2026-11-24T23:00")
    assert (times.next.time, times.early) == ("22:00", None)


def test_the_strip_marks_minutes_of_the_local_day() -> None:
    assert shown("2026-11-24T00:00", "2026-11-24T13:45").strip == "M0 0v18M825 0v18"


def test_a_link_carries_the_instant_and_no_wall_time() -> None:
    assert (
        shown("2026-11-24T13:00", look=Preferences("Asia/Kathmandu", 24, guessed=False)).next.at == "2026-11-24T13:00Z"
    )


@given(st.lists(st.integers(29_000_000, 31_000_000), unique=True, max_size=50).map(sorted))
def test_packed_starts_can_be_unpacked(minutes: list[int]) -> None:
    assert unpacked(packed([minute * 60 for minute in minutes])) == minutes


def unpacked(text: str) -> list[int]:
    """The minutes, read as the page's module does."""
    counted = (part.partition("x") for part in text.split())
    steps = [int(step) for step, _, times in counted for _ in range(int(times or 1))]
    return list(accumulate(steps))


def test_times_in_a_regular_distance_take_little_room() -> None:
    assert packed([29_700_000 * 60 + 300 * n for n in range(288)]) == "29700000 5x287"
    assert packed([]) == ""


def test_the_page_knows_five_weeks_and_where_the_times_go_on() -> None:
    starts = [at(f"2026-11-24T{hour}:00") + 86400 * day for day in (0, 1, 200, 600) for hour in ("09", "10")]
    source = Listed(starts)
    of = ends(source)
    assert of == (starts[0], starts[-1])
    known = stretch(source, around(date(2027, 5, 31)), of)
    assert (known.starts, known.before, known.after) == (starts[4:6], starts[3], starts[6])
    assert known.soon == starts[:4]
    opening = stretch(source, around(date(2026, 11, 23)), of)
    assert (opening.starts, opening.before, opening.soon) == (starts[:4], None, starts[:4])
    last = stretch(source, around(date(2028, 7, 10)), of)
    assert (last.starts, last.before, last.after) == (starts[6:], starts[5], None)


@given(
    minutes=st.lists(st.integers(29_700_000, 29_900_000), unique=True, min_size=1, max_size=40).map(sorted),
    zone=st.sampled_from(zones.COMMON),
    wanted=st.none() | st.dates(),
)
def test_every_start_is_on_exactly_one_day_whatever_the_zone(
    minutes: list[int], zone: str, wanted: date | None
) -> None:
    look = Preferences(zone, 24, guessed=False)
    seen: dict[date, int] = {}
    source = Listed([minute * 60 for minute in minutes])
    times = event_times(source, look, now=NOW, wanted=None)
    while times:
        seen |= {cell.day: cell.free for week in times.weeks for cell in week if cell.free}
        assert any(cell.chosen and cell.free for week in times.weeks for cell in week)
        if times.later is None:
            break
        times = event_times(source, look, now=NOW, wanted=times.later)
    assert sum(seen.values()) == len(minutes)
    assert event_times(source, look, now=NOW, wanted=wanted)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (30, "30 minutes"), (60, "1 hour"), (75, "1 hour 15 minutes"), (1440, "24 hours")],
)
def test_a_length_in_words(minutes: int, words: str) -> None:
    assert duration_words(minutes) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [(timedelta(days=2), "2 days"), (timedelta(hours=36), "36 hours"), (timedelta(minutes=90), "1 hour 30 minutes")],
)
def test_a_notice_in_words(length: timedelta, words: str) -> None:
    assert notice_words(length) == words


@pytest.mark.parametrize(
    ("days", "words"), [(56, "8 weeks"), (14, "2 weeks"), (10, "10 days"), (7, "7 days"), (1, "1 day")]
)
def test_a_window_in_words(days: int, words: str) -> None:
    assert window_words(EventType(window_days=days)) == f"in the next {words}"


def test_a_window_of_business_days_or_dates_in_words() -> None:
    business = EventType(window_kind=Window.BUSINESS_DAYS, window_days=7)
    dates = EventType(window_kind=Window.DATES, first_date=date(2026, 12, 1), last_date=date(2027, 1, 8))
    one = EventType(window_kind=Window.DATES, first_date=date(2026, 12, 1), last_date=date(2026, 12, 1))
    assert window_words(business) == "in the next 7 business days"
    assert window_words(dates) == "between 1 December 2026 and 8 January 2027"
    assert window_words(one) == "on 1 December 2026"


@pytest.mark.parametrize(
    ("durations", "number", "unit"),
    [
        ([30], "30", "min"),
        ([60], "60", "min"),
        ([90], "1 h 30", "min"),
        ([1440], "24", "h"),
        ([15, 90, 30], "15-90", "min"),
        ([60, 120], "1-2", "h"),
    ],
)
def test_a_length_fits_into_a_narrow_list(durations: list[int], number: str, unit: str) -> None:
    assert length(durations) == Length(number.replace("-", "\N{EN DASH}"), unit)
