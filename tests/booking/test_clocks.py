"""A law moves the clocks of a zone: the bookings stand where they are, and their hosts are asked."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sivient.audit.models import Entry
from sivient.booking import clocks
from sivient.booking.models import Booking
from sivient.booking.services import AlreadyMoved, NotOffered, NotStanding, SlotTaken, cancel, reschedule
from sivient.booking.wall import has_shifted, meant_start, wall_time
from sivient.jobs.models import Work
from sivient.jobs.registry import handler, periodic
from sivient.scheduling.models import EventType, Platform, Travel
from tests.factories import BERLIN, MONDAY_10, NOW, make_booking, make_event_type, make_host, make_request
from tests.new_law import new_law

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = MONDAY_10.astimezone(BERLIN).date()


@pytest.fixture
def event_type() -> EventType:
    """Half an hour of a host in Berlin, by telephone."""
    return make_event_type(make_host(platform=Platform.PHONE, platform_details="+49 30 1"))


@pytest.fixture
def booking(event_type: EventType) -> Booking:
    """Monday at ten in Berlin."""
    return make_booking(event_type)


def compare(*, now: datetime | None = None) -> None:
    """Do what happens each night."""
    clocks.compare_clocks(now=now or timezone.now())


def asked() -> set[int]:
    """The bookings that are marked."""
    return set(Booking.objects.exclude(wall_asked_at=None).values_list("pk", flat=True))


def test_a_booking_keeps_the_wall_time_and_the_zone_of_its_schedule(event_type: EventType) -> None:
    event_type.schedule.timezone = "Asia/Tokyo"
    event_type.schedule.save()
    start = datetime.combine(MONDAY, time(10), ZoneInfo("Asia/Tokyo")).astimezone(UTC)
    booking = make_booking(event_type, start=start)
    assert (booking.wall_start, booking.wall_zone) == (f"{MONDAY}T10:00", "Asia/Tokyo")
    moved = reschedule(booking, start + HOUR, by="host", now=timezone.now())
    assert moved.wall_start == f"{MONDAY}T11:00"


def test_on_a_journey_the_wall_time_is_that_of_the_place(event_type: EventType) -> None:
    Travel.objects.create(host=event_type.host, first=MONDAY, last=MONDAY, timezone="Europe/Lisbon")
    booking = make_booking(event_type)
    assert (booking.wall_start, booking.wall_zone) == (f"{MONDAY}T09:00", "Europe/Lisbon")
    moved = reschedule(booking, MONDAY_10 + DAY, by="host", now=timezone.now())
    assert (moved.wall_start, moved.wall_zone) == (f"{MONDAY + DAY}T10:00", "Europe/Berlin")


def test_without_its_event_type_a_booking_keeps_its_zone(booking: Booking) -> None:
    Booking.objects.update(event_type=None, wall_zone="Asia/Tokyo")
    moved = reschedule(booking, MONDAY_10 + HOUR, by="host", now=timezone.now())
    assert (moved.wall_zone, moved.wall_start) == ("Asia/Tokyo", wall_time(MONDAY_10 + HOUR, "Asia/Tokyo"))


def test_it_is_done_each_night() -> None:
    assert periodic()["booking.clocks"] == DAY
    assert handler("booking.clocks")


def test_as_long_as_no_law_changes_nobody_is_asked(booking: Booking) -> None:
    compare()
    assert (asked(), Work.objects.filter(kind=clocks.TELL).exists()) == (set(), False)


def test_bookings_ahead_of_which_the_law_has_moved_the_clocks_are_marked_and_nothing_moves(
    event_type: EventType, booking: Booking, tmp_path: Path
) -> None:
    request = make_request(make_event_type(event_type.host, requires_approval=True), start=MONDAY_10 + HOUR)
    gone = cancel(make_booking(event_type, start=MONDAY_10 + 2 * HOUR), by="host", now=NOW)
    elsewhere = make_booking(make_event_type(make_host(timezone="Asia/Tokyo")), start=_tokyo_ten())
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        compare()
        assert asked() == {booking.pk, request.pk}
        assert not {gone.pk, elsewhere.pk} & asked()
        before = Booking.objects.get(pk=booking.pk).wall_asked_at
        compare()
    same = Booking.objects.get(pk=booking.pk)
    assert (same.start, same.version, same.wall_start) == (MONDAY_10, 1, f"{MONDAY}T10:00")
    assert same.wall_asked_at == before, "it is found once"
    assert Entry.objects.filter(event="clocks ask", subject=f"booking:{booking.pk}").count() == 1
    assert [work.payload["user"] for work in Work.objects.filter(kind=clocks.TELL)] == [booking.host_id]


def _tokyo_ten() -> datetime:
    return datetime.combine(MONDAY, time(10), ZoneInfo("Asia/Tokyo")).astimezone(UTC)


def test_what_has_begun_is_not_asked_about(booking: Booking, tmp_path: Path) -> None:
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        compare(now=booking.start)
    assert asked() == set()


def test_any_number_of_bookings_is_gone_through_in_bounded_batches(
    event_type: EventType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {make_booking(event_type, start=MONDAY_10 + n * HOUR / 2).pk for n in range(5)}
    monkeypatch.setattr(clocks, "AT_ONCE", 2)
    batches: list[None] = []
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        clocks.compare_clocks(now=timezone.now(), before_each=lambda: batches.append(None))
    assert (asked(), len(batches)) == (made, 3)


def test_a_booking_that_is_moved_while_it_is_looked_at_is_not_asked_about(booking: Booking, tmp_path: Path) -> None:
    def move() -> None:
        reschedule(booking, MONDAY_10 + 2 * HOUR, by="host", now=timezone.now())

    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        clocks.compare_clocks(now=timezone.now(), before_each=move)
    assert asked() == set()


def test_a_law_that_is_taken_back_ends_the_question(booking: Booking, tmp_path: Path) -> None:
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        compare()
    compare()
    assert asked() == set()


def test_a_zone_that_is_gone_cannot_be_compared(booking: Booking) -> None:
    for zone in ("Europe/Nowhere", "../etc/passwd"):
        Booking.objects.update(wall_zone=zone)
        compare()
        assert asked() == set()


def test_to_leave_it_is_to_agree_to_what_the_clocks_show_now(booking: Booking, tmp_path: Path) -> None:
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        compare()
        with pytest.raises(AlreadyMoved):
            clocks.leave_clock(booking, version=7)
        left = clocks.leave_clock(booking, version=1)
        assert (left.start, left.version, left.wall_start) == (MONDAY_10, 1, f"{MONDAY}T09:00")
        compare()
        assert asked() == set()


def test_to_let_it_follow_is_to_reschedule_it(booking: Booking, tmp_path: Path) -> None:
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"):
        compare()
        moved = clocks.follow_clock(booking, now=timezone.now(), version=1)
        assert (moved.start, moved.version, moved.wall_start) == (MONDAY_10 + HOUR, 2, f"{MONDAY}T10:00")
        assert asked() == set(), "at once"
        compare()
    assert (moved.previous_start, moved.rescheduled_by, asked()) == (MONDAY_10, "host", set())


def test_it_does_not_follow_to_where_another_booking_is(
    event_type: EventType, booking: Booking, tmp_path: Path
) -> None:
    make_booking(event_type, start=MONDAY_10 + HOUR)
    with new_law(tmp_path, "Europe/Berlin", like="Europe/London"), pytest.raises(SlotTaken):
        clocks.follow_clock(booking, now=timezone.now())
    assert Booking.objects.get(pk=booking.pk).start == MONDAY_10


def test_what_stands_no_more_is_not_answered_for(booking: Booking) -> None:
    cancel(booking, by="guest", now=timezone.now())
    with pytest.raises(NotStanding):
        clocks.leave_clock(booking)


def test_a_time_that_the_clocks_skip_cannot_be_had_and_the_first_of_two_is_meant(booking: Booking) -> None:
    spring, autumn = date(2027, 3, 28), date(2027, 10, 31)
    booking.wall_start = f"{spring}T02:30"
    assert meant_start(booking) is None
    with pytest.raises(NotOffered):
        clocks.follow_clock(booking, now=timezone.now())
    booking.wall_start = f"{autumn}T02:30"
    assert meant_start(booking) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_no_change_either_time(booking: Booking) -> None:
    for hour in (0, 1):
        booking.start = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
        booking.wall_start = wall_time(booking.start, booking.wall_zone)
        assert (booking.wall_start, has_shifted(booking)) == ("2027-10-31T02:30", False)
