"""Where the host may put a meeting: anywhere but on another one, or too close to it."""

from datetime import timedelta

import pytest

from sivient.accounts.models import User
from sivient.core.interval import Interval
from sivient.scheduling import queries
from sivient.scheduling.models import Hold
from tests.factories import make_event_type
from tests.scheduling.offers import MONDAY, at, hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def held() -> Hold:
    """A meeting from 12:00 to 13:00 that wants 10 minutes before and 20 after it."""
    host = make_event_type().host
    before, after = timedelta(minutes=10), timedelta(minutes=20)
    return hold(host, at(MONDAY, 12), minutes=60, buffer_before=before, buffer_after=after)


def may_take(
    host: User, start: tuple[int, int], *, before: int = 0, after: int = 0, without: int | None = None
) -> bool:
    begins = at(MONDAY, *start)
    return queries.host_may_take(
        host.pk,
        Interval(begins, begins + timedelta(minutes=30)),
        buffer_before=timedelta(minutes=before),
        buffer_after=timedelta(minutes=after),
        without=without,
    )


@pytest.mark.parametrize(
    ("start", "buffers", "free"),
    [
        ((12, 15), (0, 0), False),
        ((11, 31), (0, 0), False),
        ((11, 21), (0, 0), False),  # in the other's buffer before
        ((11, 20), (0, 0), True),
        ((11, 20), (0, 11), False),
        ((11, 20), (0, 10), True),  # two buffers may overlap
        ((13, 19), (0, 0), False),
        ((13, 20), (0, 0), True),
        ((13, 20), (21, 0), False),
        ((13, 20), (20, 0), True),
        ((3, 0), (0, 0), True),  # outside the hours
    ],
)
def test_only_holds_stand_in_the_way(held: Hold, start: tuple[int, int], buffers: tuple[int, int], free: bool) -> None:
    assert may_take(held.host, start, before=buffers[0], after=buffers[1]) is free
    assert may_take(held.host, start, before=buffers[0], after=buffers[1], without=held.pk)


def test_a_day_long_buffer_is_seen_from_far_away(held: Hold) -> None:
    hold(held.host, at(MONDAY + timedelta(days=1), 13), buffer_before=timedelta(hours=24))
    assert not may_take(held.host, (15, 0))


def test_the_past_can_be_taken_and_another_hosts_holds_do_not_matter(held: Hold) -> None:
    past = Interval(at(MONDAY - timedelta(days=700), 3), at(MONDAY - timedelta(days=700), 4))
    nothing = timedelta()
    assert queries.host_may_take(held.host_id, past, buffer_before=nothing, buffer_after=nothing)
    assert may_take(make_event_type().host, (12, 15))
