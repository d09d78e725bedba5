"""Which weekly hours cannot stand together, compared with a minute-by-minute calendar of the week."""

from hypothesis import given
from hypothesis import strategies as st

from sivient.core.availability import Hours
from sivient.scheduling import weekly

WEEK = weekly.MINUTES_PER_WEEK
QUARTERS = st.integers(0, 95).map(lambda quarter: quarter * 15)
HOURS = st.builds(Hours, st.integers(0, 6), QUARTERS, st.integers(0, 96).map(lambda quarter: quarter * 15))


def minutes(hours: Hours) -> set[int]:
    """Every minute of the week in which they are open."""
    begins = hours.weekday * 1440 + hours.start
    length = (hours.end - hours.start) if hours.end > hours.start else hours.end + 1440 - hours.start
    return {(begins + minute) % WEEK for minute in range(length)}


@given(st.lists(HOURS, max_size=6))
def test_overlaps_are_those_of_a_calendar(week: list[Hours]) -> None:
    same = {place for place, hours in enumerate(week) if hours.start == hours.end != 0}
    expected = dict.fromkeys(same, weekly.SAME_TIME)
    for place, later in enumerate(week):
        earlier = [minutes(week[each]) for each in range(place) if each not in same]
        if place not in same and any(each & minutes(later) for each in earlier):
            expected[place] = weekly.OVERLAP
    assert weekly.problems(week) == expected


def test_sunday_night_runs_into_monday() -> None:
    night, early = Hours(6, 22 * 60, 3 * 60), Hours(0, 2 * 60, 5 * 60)
    assert weekly.problems([early, night]) == {1: weekly.OVERLAP}


def test_midnight_to_midnight_is_a_whole_day() -> None:
    assert weekly.problems([Hours(0, 0, 1440), Hours(1, 0, 0)]) == {}
    assert weekly.problems([Hours(3, 60, 60)]) == {0: weekly.SAME_TIME}


def test_hours_without_a_length_overlap_nothing() -> None:
    assert weekly.problems([Hours(0, 600, 600), Hours(0, 540, 1020), Hours(1, 60, 120)]) == {0: weekly.SAME_TIME}
