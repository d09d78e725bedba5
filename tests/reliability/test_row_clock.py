"""Rows 39 and 41 of the table of failures: clocks that change, leap days, the year 2038, and zones with new names."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sivient.booking.models import Booking
from sivient.booking.services import book as book_then
from sivient.core.interval import Interval
from sivient.integrations.models import Grant
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hours, Timetable
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, event_of
from tests.factories import make_event_type, make_guest, make_host
from tests.reliability.living import GUEST, book, connected_host, link_of, work_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
HALF = timedelta(minutes=30)
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)
OLD_AND_NEW = [("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("US/Eastern", "America/New_York")]
WORST = [
    datetime(2028, 2, 29, 12, tzinfo=UTC),  # a leap day
    datetime(2038, 1, 19, 3, tzinfo=UTC),  # seven minutes later, 32 bits are full
    datetime(2100, 2, 28, 23, 30, tzinfo=UTC),  # the next day is 1 March: no leap year
    datetime(2400, 2, 29, 12, tzinfo=UTC),
]


@pytest.fixture
def event_type() -> EventType:
    """Half an hour, day and night, for two years."""
    event_type = make_event_type(make_host(timezone="UTC"), window_days=730, minimum_notice=timedelta())
    event_type.schedule.hours.all().delete()
    Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=day, start=0, end=1440) for day in range(7))
    return event_type


def move_to(event_type: EventType, zone: str) -> EventType:
    """Let the host's hours be of another zone."""
    Timetable.take(event_type.host_id, hours=True)
    event_type.schedule.timezone = zone
    event_type.schedule.save()
    return EventType.objects.select_related("schedule", "host__page").get(pk=event_type.pk)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zone=st.sampled_from(ZONES), days=st.integers(2, 727), changes=st.booleans())
def test_row_39_no_time_in_a_gap_is_offered_and_a_repeated_hour_is_offered_twice(
    event_type: EventType, zone: str, days: int, changes: bool
) -> None:
    today = timezone.now().date()
    day = next_change(zone, today + timedelta(days=2)) if changes else today + timedelta(days=days)
    first, end = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    window = Interval(first.astimezone(UTC), end.astimezone(UTC))
    seconds = queries.offered(move_to(event_type, zone), window=window, now=timezone.now())
    offered = [datetime.fromtimestamp(each, UTC) for each in seconds]
    length = window.end - window.start  # 23, 24 or 25 hours, or what else a zone has
    assert offered == [window.start + n * HALF for n in range(length // HALF)]
    walls = [f"{each.astimezone(ZoneInfo(zone)):%H:%M}" for each in offered]
    assert len(walls) - len(set(walls)) == max(0, (length - timedelta(days=1)) // HALF)


def test_row_39_a_booking_is_an_instant_and_keeps_it_when_the_clocks_change_before_it(
    zoom: ZoomEmulator, post: Post
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    change = next_change(zone.key, timezone.now().date() + timedelta(days=2))
    monday = change + timedelta(days=8 - change.isoweekday())
    start = datetime.combine(monday, time(10), zone)
    assert start.utcoffset() != timezone.now().astimezone(zone).utcoffset(), "the clocks change in between"
    booking = book(make_event_type(connected_host(zoom), window_days=730), start.astimezone(UTC))
    work_on(rounds=2)
    assert Booking.objects.get().start == start
    assert event_of(post.to(GUEST)[-1])[1]["DTSTART"].dt == start
    page = Client().get(f"/b/{booking.token}?tz=Europe/Berlin").content.decode()
    assert "10:00" in page


@pytest.mark.parametrize("start", WORST, ids=lambda start: f"{start:%Y-%m-%d}")
def test_row_41_leap_days_and_the_year_2038_are_days_like_others(
    start: datetime, event_type: EventType, zoom: ZoomEmulator
) -> None:
    now = start - timedelta(days=3)
    around = Interval(start - HALF, start + 2 * HALF)
    assert queries.offered(event_type, window=around, now=now) == [
        int(each.timestamp()) for each in (start - HALF, start, start + HALF)
    ]
    booking = book_then(event_type, start, make_guest(), key="leap", now=now)
    booking.refresh_from_db()
    assert (booking.start, booking.end) == (start, start + HALF)
    assert queries.offered(event_type, window=around, now=now) == [
        int(each.timestamp()) for each in (start - HALF, start + HALF)
    ]


@pytest.mark.parametrize(("old", "new"), OLD_AND_NEW)
def test_row_41_a_zone_under_its_old_name_is_the_same_zone(
    old: str, new: str, event_type: EventType, zoom: ZoomEmulator, post: Post
) -> None:
    now = timezone.now()
    week = Interval(now, now + timedelta(days=7))
    assert queries.offered(move_to(event_type, old), window=week, now=now) == queries.offered(
        move_to(event_type, new), window=week, now=now
    )
    ten = datetime.combine(now.date() + timedelta(days=14 - now.weekday()), time(10), ZoneInfo(old))
    booking = book(make_event_type(connected_host(zoom, timezone=old)), ten.astimezone(UTC), tz=old)
    work_on(rounds=2)
    assert ZoneInfo(booking.guest_timezone).utcoffset(booking.start.replace(tzinfo=None)) == ZoneInfo(new).utcoffset(
        booking.start.replace(tzinfo=None)
    )
    assert link_of(booking)
    assert Grant.objects.count() == 1
    assert event_of(post.to(GUEST)[-1])[1]["DTSTART"].dt == booking.start


def next_change(zone: str, after: date) -> date:
    """Return the next day that is not 24 hours long, or `after` for a zone without one in two years."""
    for n in range(720):
        day = after + timedelta(days=n)
        noon = [datetime.combine(each, time(12), ZoneInfo(zone)) for each in (day, day + timedelta(days=1))]
        if noon[0].utcoffset() != noon[1].utcoffset():
            return day + timedelta(days=1)
    return after
