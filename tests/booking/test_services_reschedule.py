"""A booking moves: it stays the same booking, and everybody hears of it."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.accounts.models import Plan, User
from sivient.audit.models import Entry
from sivient.booking.models import Booking, Conference
from sivient.booking.services import (
    AlreadyMoved,
    NotBooked,
    NotOffered,
    NotOpen,
    NotStanding,
    OverLimit,
    SlotTaken,
    TooLate,
    TooOften,
    cancel,
    may_reschedule,
    reschedule,
)
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType, Hold, SchedulingPage
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def kinds(booking: Booking) -> set[str]:
    """The kinds of the steps at the booking's present version."""
    return set(
        Work.objects.filter(key__startswith=f"booking:{booking.pk}:{booking.version}").values_list("kind", flat=True)
    )


def linked(booking: Booking) -> Conference:
    """Give the booking its Zoom meeting."""
    return Conference.objects.create(
        booking=booking,
        vendor="zoom",
        external_id="812",
        join_url="https://zoom.example/j/812",
        vendor_start=booking.start,
        created_at=NOW,
    )


def test_it_keeps_all_that_made_it_known_and_says_where_it_was() -> None:
    booking = make_booking()
    moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    moved.refresh_from_db()
    assert (moved.pk, moved.uid, moved.token, moved.hold_id) == (
        booking.pk,
        booking.uid,
        booking.token,
        booking.hold_id,
    )
    assert (moved.start, moved.end) == (MONDAY_10 + HOUR, MONDAY_10 + 3 * HALF_HOUR)
    assert (moved.version, moved.previous_start, moved.rescheduled_by) == (2, MONDAY_10, "guest")
    assert moved.rescheduled_at == NOW
    assert (Hold.objects.get().start, Hold.objects.get().end) == (moved.start, moved.end)
    assert Entry.objects.filter(event="booking rescheduled", actor="guest").count() == 1


def test_the_old_time_is_free_again_and_the_new_one_taken() -> None:
    event_type = make_event_type()
    reschedule(make_booking(event_type), MONDAY_10 + HOUR, by="guest", now=NOW)
    make_booking(event_type)
    with pytest.raises(SlotTaken):
        make_booking(event_type, start=MONDAY_10 + HOUR)


def test_its_own_time_buffers_and_count_do_not_stand_in_its_way() -> None:
    event_type = make_event_type(
        step_minutes=15, buffer_after=HOUR, limits=[{"per": "day", "count": 1, "minutes": None}]
    )
    booking = make_booking(event_type)
    assert reschedule(booking, MONDAY_10 + HALF_HOUR / 2, by="guest", now=NOW).version == 2


def test_asking_twice_is_asking_once() -> None:
    booking = make_booking()
    for _ in range(2):
        moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW, version=1)
    assert moved.version == 2
    assert Entry.objects.filter(event="booking rescheduled").count() == 1


def test_a_page_that_is_older_than_the_last_change_moves_nothing() -> None:
    booking = make_booking()
    reschedule(booking, MONDAY_10 + HOUR, by="host", now=NOW)
    with pytest.raises(AlreadyMoved):
        reschedule(booking, MONDAY_10 + 2 * HOUR, by="guest", now=NOW, version=1)


def test_a_taken_time_is_refused_with_the_nearest_ones_and_nothing_changes() -> None:
    event_type = make_event_type()
    make_booking(event_type, start=MONDAY_10 + HOUR)
    booking = make_booking(event_type)
    with pytest.raises(SlotTaken) as refused:
        reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    wanted = int(MONDAY_10.timestamp())
    assert refused.value.nearest == [wanted + 1800, wanted + 5400, wanted + 7200]
    booking.refresh_from_db()
    assert (booking.start, booking.version) == (MONDAY_10, 1)


def test_a_guest_moves_within_what_is_offered_and_the_host_anywhere_that_is_free() -> None:
    event_type = make_event_type(limits=[{"per": "day", "count": 1, "minutes": None}])
    booking, at_night = make_booking(event_type), MONDAY_10.replace(hour=1, minute=7)
    make_booking(event_type, start=MONDAY_10 + DAY)
    with pytest.raises(NotOffered):
        reschedule(booking, at_night, by="guest", now=NOW)
    with pytest.raises(OverLimit):
        reschedule(booking, MONDAY_10 + DAY + HOUR, by="guest", now=NOW)
    assert reschedule(booking, MONDAY_10 + DAY + HOUR, by="host", now=NOW).version == 2
    assert reschedule(booking, at_night, by="host", now=NOW).start == at_night


def test_other_bookings_and_their_buffers_stand_in_the_hosts_way() -> None:
    event_type = make_event_type(buffer_after=HALF_HOUR)
    make_booking(event_type, start=MONDAY_10 + 4 * HOUR)
    booking = make_booking(event_type)
    for start in (MONDAY_10 + 4 * HOUR, MONDAY_10 + 4 * HOUR + HALF_HOUR, MONDAY_10 + 3 * HOUR + HALF_HOUR):
        with pytest.raises(SlotTaken):
            reschedule(booking, start, by="host", now=NOW)
    reschedule(booking, MONDAY_10 + 3 * HOUR, by="host", now=NOW)


@pytest.mark.parametrize("start", [NOW, NOW - DAY, MONDAY_10 + timedelta(seconds=1), datetime.max.replace(tzinfo=UTC)])
def test_the_host_cannot_move_a_booking_out_of_the_calendar(start: datetime) -> None:
    with pytest.raises(NotOffered):
        reschedule(make_booking(), start, by="host", now=NOW)


def test_shortly_before_the_start_only_the_host_may_move_it() -> None:
    booking = make_booking(make_event_type(reschedule_notice=DAY))
    assert may_reschedule(booking, booking.start - DAY)
    late = booking.start - DAY + timedelta(seconds=1)
    assert not may_reschedule(booking, late)
    with pytest.raises(TooLate):
        reschedule(booking, MONDAY_10 + 2 * DAY, by="guest", now=late)
    assert reschedule(booking, MONDAY_10 + 2 * DAY, by="host", now=late).version == 2


def test_a_meeting_that_has_begun_stays_where_it_is() -> None:
    booking = make_booking()
    assert not may_reschedule(booking, booking.start)
    with pytest.raises(TooLate):
        reschedule(booking, MONDAY_10 + DAY, by="host", now=booking.start)


def test_a_cancelled_booking_moves_no_more() -> None:
    booking = cancel(make_booking(), by="guest", now=NOW)
    assert not may_reschedule(booking, NOW)
    for by in ("guest", "host"):
        with pytest.raises(NotStanding):
            reschedule(booking, MONDAY_10 + HOUR, by=by, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("close", ["plan", "inactive", "paused", "page paused", "deleted"])
def test_where_nothing_is_offered_the_guest_cannot_choose_and_the_host_can(close: str) -> None:
    booking = make_booking()
    match close:
        case "plan":
            User.objects.update(plan=Plan.FREE)
        case "inactive":
            EventType.objects.update(active=False)
        case "paused":
            EventType.objects.update(paused=True)
        case "page paused":
            SchedulingPage.objects.update(paused=True)
        case _:
            EventType.objects.all().delete()
    booking = Booking.objects.get(pk=booking.pk)
    assert not may_reschedule(booking, NOW)
    with pytest.raises(NotOpen):
        reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert reschedule(booking, MONDAY_10 + HOUR, by="host", now=NOW).version == 2


def test_a_booking_of_a_deleted_event_type_still_meets_others() -> None:
    host = make_host()
    booking = make_booking(make_event_type(host))
    EventType.objects.all().delete()
    make_booking(make_event_type(host), start=MONDAY_10 + HOUR)
    with pytest.raises(SlotTaken) as refused:
        reschedule(booking, MONDAY_10 + HOUR, by="host", now=NOW)
    assert refused.value.nearest == []


def test_a_hidden_event_type_needs_no_link_to_move_within_it() -> None:
    booking = make_booking()
    EventType.objects.update(hidden=True)
    assert reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW).version == 2


def test_a_duration_that_is_offered_no_more_is_kept() -> None:
    booking = make_booking()
    EventType.objects.update(minutes=60, more_minutes=[], step_minutes=30)
    moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert moved.end - moved.start == HALF_HOUR


def test_a_link_that_lasts_is_kept_and_the_invites_leave_at_once() -> None:
    event_type = make_event_type()
    conference = linked(make_booking(event_type, others=()))
    moved = reschedule(conference.booking, MONDAY_10 + 25 * DAY, by="guest", now=NOW)
    assert kinds(moved) == {"delivery.invite", "delivery.host_invite"}
    now = database_now()
    assert all(work.run_at <= now for work in Work.objects.filter(key=f"booking:{moved.pk}:2"))
    conference.refresh_from_db()
    assert (conference.unused, conference.replaced_at) == (False, None)


def test_beyond_what_the_link_lasts_a_new_one_is_made() -> None:
    conference = linked(make_booking())
    moved = reschedule(conference.booking, MONDAY_10 + 28 * DAY, by="guest", now=NOW)
    assert kinds(moved) == {"delivery.conference", "delivery.invite", "delivery.host_invite", "delivery.link_due"}
    conference.refresh_from_db()
    assert (conference.unused, conference.replaced_at) == (True, NOW)


def test_how_long_a_link_lasts_counts_from_the_date_it_was_made_for() -> None:
    conference = linked(make_booking())
    for days, kept in ((21, True), (28, False)):
        reschedule(conference.booking, MONDAY_10 + days * DAY, by="guest", now=NOW)
        assert Conference.objects.filter(unused=False).exists() == kept


def test_others_hear_of_it_too() -> None:
    booking = make_booking(make_event_type(most_others=1), others=("bo@guest.example",))
    moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert Work.objects.get(kind="delivery.other_invite", key=f"booking:{moved.pk}:2:0").payload["other"] == 0


def test_a_request_that_moves_is_still_a_request_and_never_waits_beyond_its_start() -> None:
    request = make_request(make_event_type(requires_approval=True, approval_patience=60 * DAY))
    moved = reschedule(request, MONDAY_10 - HALF_HOUR, by="guest", now=NOW)
    assert (moved.status, moved.version, moved.answer_by) == ("pending", 2, MONDAY_10 - HALF_HOUR)
    assert kinds(moved) == {"delivery.request", "delivery.request_received", "booking.expire"}
    later = reschedule(request, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert later.answer_by == MONDAY_10 - HALF_HOUR


def test_what_left_before_it_moved_is_not_taken_for_the_new_invite() -> None:
    booking = make_booking()
    Booking.objects.update(invited_at=NOW, link_invited_at=NOW)
    moved = reschedule(booking, MONDAY_10 + HOUR, by="host", now=NOW)
    moved.refresh_from_db()
    assert (moved.invited_at, moved.link_invited_at) == (None, None)


def test_a_guest_does_not_move_a_booking_without_end_and_the_host_still_can() -> None:
    booking = make_booking()
    for n in range(10):
        assert may_reschedule(booking, NOW)
        booking = reschedule(booking, MONDAY_10 + (1 + n % 2) * HOUR, by="guest", now=NOW)
    assert not may_reschedule(booking, NOW)
    with pytest.raises(TooOften):
        reschedule(booking, MONDAY_10, by="guest", now=NOW)
    assert reschedule(booking, MONDAY_10, by="host", now=NOW).start == MONDAY_10


def test_where_the_years_end_nothing_can_be_booked() -> None:
    booking = make_booking()
    for start in (datetime(2999, 12, 31, 23, 45, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        for by in ("guest", "host"):
            with pytest.raises(NotBooked):
                reschedule(booking, start, by=by, now=NOW)  # type: ignore[arg-type]
