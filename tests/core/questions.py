"""Hypothesis strategies: questions to the slot engine around the clock changes of unusual zones."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.interval import Interval, floor_seconds
from sivient.core.limits import Limit
from sivient.core.slots import Booked, SlotRules
from tests.core.oracle import Question

T = TypeVar("T")

# A zone, and days (UTC) on which its clocks change or that are peculiar in another way.
DAYS = [
    ("Europe/Berlin", (2026, 10, 25)),
    ("Europe/Berlin", (2027, 3, 28)),
    ("America/New_York", (2026, 11, 1)),
    ("America/New_York", (2027, 3, 14)),
    ("Australia/Lord_Howe", (2027, 4, 3)),  # half an hour
    ("Australia/Lord_Howe", (2026, 10, 3)),
    ("Pacific/Chatham", (2027, 4, 3)),  # +12:45, at 3:45
    ("Pacific/Chatham", (2026, 9, 26)),
    ("Africa/Cairo", (2026, 10, 29)),  # at midnight: 23:00 comes twice
    ("Africa/Cairo", (2027, 4, 29)),  # at midnight: the day begins at 1:00
    ("Asia/Kathmandu", (2026, 12, 31)),  # +5:45, year's end
    ("Pacific/Kiritimati", (2027, 1, 1)),  # +14
    ("Antarctica/Troll", (2027, 3, 28)),  # two hours
    ("Antarctica/Troll", (2026, 10, 25)),
    ("America/Nuuk", (2027, 3, 27)),  # the evening's 22:00 to 23:00 does not exist
    ("America/Scoresbysund", (2027, 3, 27)),  # 23:00 to midnight does not exist
    ("Pacific/Apia", (2011, 12, 30)),  # a whole date does not exist
    ("America/St_Johns", (2010, 11, 7)),  # at 0:01: the date before comes back for an hour
    ("Pacific/Kwajalein", (1993, 8, 21)),  # a whole date does not exist
]
FAR = ["Pacific/Niue", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Kathmandu", "America/New_York", "Africa/Cairo"]

clock_times = st.one_of(
    st.sampled_from([0, 30, 60, 90, 120, 150, 180, 540, 1020, 1320, 1380, 1410, 1439]), st.integers(0, 1439)
)
hours_of_a_day = st.tuples(clock_times, st.one_of(clock_times, st.just(1440)))
long_hours = st.sampled_from([(0, 1440), (30, 1410), (540, 539), (540, 1020), (1320, 1200)])


window_minutes = st.one_of(st.integers(1, 2500), st.integers(1400, 2500))


def seldom(unusual: st.SearchStrategy[T], usual: T) -> st.SearchStrategy[T]:
    """Return a strategy that gives the usual value two times in three."""
    return st.sampled_from([st.just(usual), st.just(usual), unusual]).flatmap(lambda chosen: chosen)


def lengths(*minutes: int) -> st.SearchStrategy[timedelta]:
    """Return a strategy for one of these lengths."""
    return st.sampled_from([timedelta(minutes=m) for m in minutes])


limits = st.builds(
    Limit,
    per=st.sampled_from(["day", "week", "month", "year"]),
    count=st.integers(1, 3),
    minutes=st.one_of(st.none(), st.integers(30, 240)),
)
rules = st.builds(
    SlotRules,
    duration=lengths(7, 15, 15, 30, 30, 50, 60, 90, 1500),
    step=st.one_of(st.none(), lengths(1, 5, 10, 15, 30, 45, 90)),
    buffer_before=lengths(0, 0, 5, 30),
    buffer_after=lengths(0, 0, 10, 60),
    minimum_notice=seldom(lengths(1, 240, 1440), timedelta(0)),
    window_days=seldom(st.integers(0, 3), None),
    business_days=st.booleans(),
    most_per_day=seldom(st.integers(1, 4), None),
    limits=seldom(st.lists(limits, min_size=1, max_size=2).map(tuple), ()),
)


@st.composite
def availabilities(draw: st.DrawFn, zone: str, middle: date) -> Availability:
    """Draw hours on every day, and more of them on some, with everything that can be said about single dates."""
    weekly = draw(st.lists(st.builds(lambda day, h: Hours(day, *h), st.integers(0, 6), hours_of_a_day), max_size=9))
    every_day = draw(st.lists(st.one_of(long_hours, hours_of_a_day), min_size=1, max_size=2))
    weekly += [Hours(day, *hours) for day in range(7) for hours in every_day]
    dates = st.integers(-3, 4).map(lambda n: middle + timedelta(days=n))
    ranges = st.lists(st.tuples(dates, dates).map(sorted).map(tuple), max_size=1)
    bounds = draw(st.lists(dates, max_size=4, unique=True).map(sorted))
    return Availability(
        zone,
        tuple(weekly),
        overrides=draw(st.dictionaries(dates, st.lists(hours_of_a_day, max_size=2).map(tuple), max_size=2)),
        time_off=tuple(draw(seldom(ranges, []))),
        holidays=draw(seldom(st.frozensets(dates, max_size=2), frozenset())),
        travel=tuple(
            Travel(*span, draw(st.sampled_from(FAR))) for span in zip(bounds[::2], bounds[1::2], strict=False)
        ),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a question about one or two days around one of DAYS."""
    zone, day = draw(st.sampled_from(DAYS))
    noon = datetime(*day, 12, tzinfo=UTC)

    def minutes(low: int, high: int) -> datetime:
        return noon + timedelta(minutes=draw(st.integers(low, high)))

    def span(longest: int) -> tuple[int, int]:
        start = floor_seconds(minutes(-3000, 4000))
        return start, start + 60 * draw(st.integers(0, longest))

    start = minutes(-1500, 1000)
    booked = [
        Booked(*span(120), 60 * draw(st.integers(0, 40)), 60 * draw(st.integers(0, 40)), draw(st.booleans()))
        for _ in range(draw(st.integers(0, 4)))
    ]
    asked = draw(rules)
    if draw(seldom(st.just(True), False)):
        first, last = sorted(noon.date() + timedelta(days=n) for n in draw(st.tuples(*[st.integers(-2, 3)] * 2)))
        asked = replace(asked, first_date=draw(st.sampled_from([first, None])), last_date=last)
    return Question(
        availability=draw(availabilities(zone, noon.date())),
        rules=asked,
        window=Interval(start, start + timedelta(minutes=draw(window_minutes))),
        busy=[span(400) for _ in range(draw(st.integers(0, 5)))],
        booked=booked,
        now=start + timedelta(minutes=draw(st.integers(-3000, 200))),
    )
