"""What stands in a host's calendars is not offered, and what is not known of them neither."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sivient.calendars.models import Calendar
from sivient.core.explain import Rule
from sivient.core.interval import Interval
from sivient.integrations.models import Grant
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Timetable
from tests.factories import MONDAY_10, NOW, make_event_type
from tests.scheduling.calendars import busy, connect_calendar
from tests.scheduling.offers import MONDAY, again, all_offered, clocks, hold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


def asked(event_type: EventType) -> int:
    """How often a page asks the database."""
    with CaptureQueriesContext(connection) as statements:
        read = again(event_type)
        assert queries.page_starts(read, now=NOW)
        assert not queries.unread(read)
    return sum("FROM " in each["sql"] for each in statements)


def test_a_busy_time_is_offered_neither_on_the_page_nor_to_the_verbs() -> None:
    event_type = make_event_type()
    calendar = connect_calendar(event_type.host)
    assert MONDAY_10.timestamp() in queries.page_starts(again(event_type), now=NOW)
    busy(calendar, MONDAY_10)
    assert MONDAY_10.timestamp() not in queries.page_starts(again(event_type), now=NOW)
    assert queries.page_starts(again(event_type), now=NOW) == all_offered(event_type)
    refused = queries.refusal(event_type, MONDAY_10, now=NOW)
    assert refused is not None
    assert refused.rule == Rule.BUSY


def test_a_calendar_that_does_not_block_changes_nothing() -> None:
    event_type = make_event_type()
    offered = all_offered(event_type)
    busy(connect_calendar(event_type.host, blocks=False, synced_at=None, known_until=None), MONDAY_10)
    assert all_offered(event_type) == queries.page_starts(again(event_type), now=NOW) == offered
    assert not queries.unread(again(event_type))


def test_only_the_buffers_of_the_meeting_keep_their_distance_to_an_event() -> None:
    """An event has none of its own: 30 minutes before and 15 after belong to the meeting (architecture 4.5)."""
    event_type = make_event_type(step_minutes=15, buffer_before=HALF_HOUR, buffer_after=timedelta(minutes=15))
    busy(connect_calendar(event_type.host), MONDAY_10, minutes=60)
    free = clocks(event_type, MONDAY)
    around = ["09:00", "09:15", "09:30", "09:45", "10:00", "10:30", "11:00", "11:15", "11:30", "11:45"]
    assert [each for each in around if each in free] == ["09:00", "09:15", "11:30", "11:45"]


def test_an_event_that_began_long_before_the_window_is_seen() -> None:
    event_type = make_event_type()
    busy(connect_calendar(event_type.host), MONDAY_10 - 40 * DAY, minutes=60 * 24 * 60)
    assert clocks(event_type, MONDAY) == []
    assert queries.offered(event_type, window=Interval(MONDAY_10, MONDAY_10 + HALF_HOUR), now=NOW) == []


def test_a_long_meeting_sees_an_event_that_begins_well_after_its_start() -> None:
    event_type = make_event_type(minutes=240, step_minutes=30)
    busy(connect_calendar(event_type.host), MONDAY_10 + timedelta(hours=3, minutes=30))
    assert "10:00" not in clocks(event_type, MONDAY)
    assert "09:30" in clocks(event_type, MONDAY)


def test_beyond_what_was_read_of_a_calendar_nothing_is_offered() -> None:
    event_type = make_event_type()
    connect_calendar(event_type.host, known_until=MONDAY_10 + HALF_HOUR)
    offered = queries.page_starts(again(event_type), now=NOW)
    assert offered[-1] == MONDAY_10.timestamp()
    reason = queries.explain(event_type, MONDAY_10 + HALF_HOUR, now=NOW)
    assert (reason.rule, reason.stands) == (Rule.UNREAD, None)
    assert "not known yet" in reason.sentence


def test_the_reason_names_the_calendar_that_stands_in_the_way() -> None:
    event_type = make_event_type()
    busy(connect_calendar(event_type.host, name="Choir"), MONDAY_10)
    busy(connect_calendar(event_type.host, name="Elsewhere"), MONDAY_10 + DAY)
    sentence = queries.explain(event_type, MONDAY_10, now=NOW).sentence
    assert sentence == "10:00 lies in a busy time of “Choir” from 10:00 to 10:30."


def test_a_sync_turns_the_page_over_and_costs_it_no_question_of_its_own() -> None:
    event_type = make_event_type()
    calendar = connect_calendar(event_type.host)
    queries.page_starts(again(event_type), now=NOW)
    assert asked(event_type) == 1
    busy(calendar, MONDAY_10)
    assert asked(event_type) == 1 + 4  # versions, holds, until when, busy times
    assert asked(event_type) == 1


def test_a_booking_does_not_have_the_calendars_read_anew() -> None:
    event_type = make_event_type()
    calendar = connect_calendar(event_type.host)
    busy(calendar, MONDAY_10)
    assert asked(event_type) == 1 + 8
    hold(event_type.host, MONDAY_10 + HALF_HOUR)
    Timetable.take(event_type.host_id)
    assert asked(event_type) == 1 + 2
    free = queries.page_starts(again(event_type), now=NOW)
    assert free == all_offered(event_type)
    assert not {MONDAY_10.timestamp(), (MONDAY_10 + HALF_HOUR).timestamp()} & {*free}


@pytest.mark.parametrize(
    "trouble",
    [
        {"synced_at": None},
        {"synced_at": datetime.now(UTC) - timedelta(minutes=61)},
        {"gone_at": datetime.now(UTC)},
    ],
)
def test_a_calendar_that_was_not_read_lately_is_unread(trouble: dict[str, object]) -> None:
    event_type = make_event_type()
    connect_calendar(event_type.host)
    assert not queries.unread(again(event_type))
    connect_calendar(event_type.host, **trouble)
    assert queries.unread(again(event_type))
    assert queries.unread(event_type), "also of an event type that was read without it"
    assert all(each.calendars_unread for each in queries.event_types(event_type.host))  # type: ignore[attr-defined]


def test_so_is_one_whose_account_has_to_be_connected_again() -> None:
    event_type = make_event_type()
    calendar = connect_calendar(event_type.host)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    assert queries.unread(again(event_type))
    Calendar.objects.filter(pk=calendar.pk).update(blocks=False)
    assert not queries.unread(again(event_type))
