"""Times that are read part by part are those of the whole."""

from datetime import timedelta
from itertools import pairwise

import pytest

from sivient.core.interval import Interval, moment
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, TimeOff
from sivient.scheduling.offering import Offering
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def offering(event_type: EventType, **asked: int) -> Offering:
    """What is offered of an event type as it is now."""
    found = queries.event_types_loaded().get(pk=event_type.pk)
    return queries.offering(found, now=NOW, **asked)


@pytest.fixture(params=["plain", "first of each day", "limited", "gap"])
def some(request: pytest.FixtureRequest) -> EventType:
    """Event types whose days hang together in different ways."""
    rules: dict[str, dict[str, object]] = {
        "first of each day": {"most_per_day": 3},
        "limited": {"limits": [{"per": "week", "count": 2, "minutes": None}]},
    }
    event_type = make_event_type(window_days=400, **rules.get(request.param, {}))
    if request.param == "gap":
        away = NOW.date() + timedelta(days=20)
        TimeOff.objects.create(host=event_type.host, first=away, last=away + timedelta(days=150))
    make_booking(event_type)
    make_booking(event_type, start=MONDAY_10 + timedelta(days=1))
    return event_type


def test_parts_are_those_of_the_whole(some: EventType) -> None:
    it = offering(some)
    every = it.starts()
    assert every == queries.offered(some, window=it.whole, now=NOW) != []
    marks = [every[0] + 86400 * n for n in range(-1, 402, 13)]
    parts = [it.starts(Interval(moment(low), moment(high))) for low, high in pairwise(marks)]
    assert [start for part in parts for start in part] == [start for start in every if marks[0] <= start < marks[-1]]


def test_the_neighbours_of_an_instant_are_those_of_the_whole(some: EventType) -> None:
    it = offering(some)
    every = it.starts()
    assert (it.after(n=5), it.before(n=5)) == (every[:5], every[-5:])
    for at in (0, every[0], every[0] + 1, every[len(every) // 2], every[-1], every[-1] + 1, 1 << 45):
        assert it.after(at, 3) == [start for start in every if start >= at][:3]
        assert it.before(at, 3) == [start for start in every if start < at][-3:]


def test_a_start_may_be_left_out() -> None:
    event_type = make_event_type()
    first = offering(event_type).after()[0]
    without = offering(event_type, but=first)
    assert first not in without.starts()
    assert without.after()[0] > first


def test_without_any_times_there_are_no_neighbours() -> None:
    event_type = make_event_type()
    TimeOff.objects.create(host=event_type.host, first=NOW.date(), last=NOW.date() + timedelta(days=800))
    it = offering(event_type)
    assert (it.starts(), it.after(), it.before()) == ([], [], [])
