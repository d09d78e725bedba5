"""What is kept of hosts: for how long it is true, how much of it, and what it saves."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import User
from sivient.scheduling import host_times, queries
from sivient.scheduling.host_times import HostTimes, Reach
from sivient.scheduling.models import DateHours, EventType, TimeOff, Timetable, Travel
from sivient.scheduling.snapshot import Snapshots
from sivient.scheduling.workdays import Settings, Workdays
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host
from tests.scheduling.offers import MONDAY, again, all_offered, hold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
COLD = 6  # versions with settings, schedules, their dates, time off, travel, holds
HOLDS = 2  # versions with settings, holds


def asked(event_type: EventType) -> int:
    """How often the event page asks the database: event type, host, page and schedule, and the times."""
    with CaptureQueriesContext(connection) as statements:
        assert queries.page_starts(again(event_type), now=NOW)
    return sum(each["sql"].startswith("SELECT") for each in statements)


def fill(host: User, count: int) -> None:
    """Give a host much of everything."""
    for n in range(count):
        event_type = make_event_type(host, limits=[{"per": "year", "count": 900, "minutes": None}])
        day = MONDAY + timedelta(days=20 + n)
        DateHours.objects.create(schedule=event_type.schedule, date=day, hours=[[600, 660]])
        TimeOff.objects.create(host=host, first=day, last=day)
        Travel.objects.create(host=host, first=day, last=day, timezone="Asia/Tokyo")
        hold(host, MONDAY_10 + timedelta(days=n), event_type=event_type)


@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_page_costs_one_question_three_after_a_booking_and_seven_after_a_change_of_hours(count: int) -> None:
    event_type = make_event_type()
    fill(event_type.host, count)
    assert asked(event_type) == 1 + COLD
    assert asked(event_type) == 1
    Timetable.take(event_type.host_id)
    assert asked(event_type) == 1 + HOLDS
    assert asked(event_type) == 1
    Timetable.take(event_type.host_id, hours=True)
    assert asked(event_type) == 1 + COLD
    assert asked(event_type) == 1


def test_hours_that_were_rolled_back_are_not_kept() -> None:
    event_type = make_event_type()
    assert asked(event_type) == 1 + COLD
    shown = all_offered(event_type)
    with pytest.raises(RuntimeError), transaction.atomic():
        Timetable.take(event_type.host_id, hours=True)
        TimeOff.objects.create(host=event_type.host, first=MONDAY, last=MONDAY)
        assert all_offered(event_type) != shown
        raise RuntimeError
    with transaction.atomic():
        Timetable.take(event_type.host_id, hours=True)  # the same number once more
    assert all_offered(event_type) == shown


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_of_event_types_costs_no_more_for_many(count: int) -> None:
    host = make_event_type().host
    fill(host, count)
    for expected in (COLD, 0):
        event_types = queries.event_types(host)
        with CaptureQueriesContext(connection) as statements:
            assert len(queries.first_offered(host, event_types, now=NOW)) == count + 1
        assert sum(each["sql"].startswith("SELECT") for each in statements) == expected


def test_limits_that_count_since_new_year_read_once_more_and_serve_the_others_too() -> None:
    plain = make_event_type()
    yearly = make_event_type(plain.host, limits=[{"per": "year", "count": 9, "minutes": None}])
    assert [asked(each) for each in (plain, yearly, plain, yearly)] == [1 + COLD, 1 + COLD, 1, 1]


def test_the_event_type_brings_everything_that_its_page_asks_for() -> None:
    kept = again(make_event_type())
    queries.page_starts(kept, now=NOW)
    with CaptureQueriesContext(connection) as statements:
        queries.page_starts(kept, now=NOW)
        assert queries.pause_note(kept) is None
        assert queries.meeting_of(kept).platform
        assert queries.bookable(kept.host)
    assert len(statements) == 0


def test_a_booking_is_gone_from_the_page_at_once() -> None:
    event_type = make_event_type()
    assert MONDAY_10.timestamp() in queries.page_starts(again(event_type), now=NOW)
    make_booking(event_type)
    assert MONDAY_10.timestamp() not in queries.page_starts(again(event_type), now=NOW)


def test_what_a_transaction_changes_is_not_kept_before_it_is_over() -> None:
    """It may be rolled back, and then the same version belongs to another change."""
    event_type = make_event_type()
    with pytest.raises(RuntimeError), transaction.atomic():
        Timetable.take(event_type.host_id)
        hold(event_type.host, MONDAY_10)
        assert MONDAY_10.timestamp() not in queries.page_starts(again(event_type), now=NOW)
        raise RuntimeError
    with transaction.atomic():
        Timetable.take(event_type.host_id)
    assert MONDAY_10.timestamp() in queries.page_starts(again(event_type), now=NOW)


def test_holds_that_are_over_are_not_read() -> None:
    event_type = make_event_type()
    for n in range(20, 60):
        hold(event_type.host, NOW - timedelta(days=n))
    coming = hold(event_type.host, MONDAY_10)
    since = int((NOW - timedelta(days=6)).timestamp())
    assert [each.hold for each in host_times.read(event_type.host_id, Reach(since, None)).taken] == [coming.pk]


def times(holds: int, version: int = 1, since: int = 0, busy: int = 0) -> HostTimes:
    taken = (host_times.Taken(1, 0, 1, 0, 0, None),) * holds
    pairs = tuple((at, at + 1) for at in range(0, 2 * busy, 2))
    return HostTimes(Reach(since, None), version, Workdays(Settings(), MONDAY, {}, (), ()), taken, pairs)


def test_the_hosts_who_were_not_asked_for_longest_are_forgotten() -> None:
    read: list[int] = []

    def reading(host: int, reach: Reach, kept: HostTimes | None) -> HostTimes:
        read.append(host)
        return times(holds=10, since=reach.start)

    kept = Snapshots(most_hosts=2, most_holds=1000, read=reading)
    for host in (1, 2, 1, 3, 1, 2):
        kept.get(host, version=1, since=0)
    assert read == [1, 2, 3, 2]
    assert len(kept) == 2


def test_no_more_holds_are_kept_than_fit() -> None:
    kept = Snapshots(most_hosts=100, most_holds=25, read=lambda host, reach, kept: times(holds=10))
    for host in range(10):
        kept.get(host, version=1, since=0)
    assert len(kept) == 2
    calendars = Snapshots(most_hosts=100, most_holds=25, read=lambda host, reach, kept: times(holds=5, busy=5))
    for host in range(10):
        calendars.get(host, version=1, since=0)
    assert len(calendars) == 2
    huge = Snapshots(most_hosts=100, most_holds=25, read=lambda host, reach, kept: times(holds=30))
    assert len(huge.get(1, version=1, since=0).taken) == 30
    assert len(huge) == 0


def test_a_host_without_a_timetable_or_schedule_has_times_too() -> None:
    host = make_host()
    event_type = make_event_type(host)
    Timetable.objects.filter(host=host).delete()
    assert queries.page_starts(again(event_type), now=NOW) == all_offered(event_type) != []
    assert host_times.read(host.pk + 1000, Reach(0, None)).workdays.schedules == {}
