"""A promise is one transaction: the booking, its hold, its steps and its audit row, or nothing."""

from datetime import timedelta

import pytest

from sivient.accounts.models import Plan, User
from sivient.audit.models import Entry
from sivient.booking.models import Booking
from sivient.booking.services import (
    KeyReused,
    NotCancellable,
    NotOffered,
    PageClosed,
    SlotTaken,
    book,
    cancel,
    nearest_free,
)
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType, Hold, SchedulingPage
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_guest, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)


def test_a_booking_comes_with_its_hold_its_steps_and_its_audit_row() -> None:
    booking = make_booking()
    assert booking.hold is not None
    assert booking.hold.end - booking.hold.start == HALF_HOUR
    kinds = ("delivery.conference", "delivery.invite", "delivery.host_invite", "delivery.link_due")
    assert set(Work.objects.values_list("kind", "key")) == {(kind, f"booking:{booking.pk}:1") for kind in kinds}
    assert Entry.objects.get().event == "booking made"


def test_an_event_type_without_zoom_needs_no_conference_step() -> None:
    host = make_host(platform="phone", platform_details="+49 30 1234567")
    booking = make_booking(make_event_type(host))
    assert (booking.platform, booking.platform_details) == ("phone", "+49 30 1234567")
    assert not Work.objects.filter(kind="delivery.conference").exists()


def test_the_second_guest_of_a_time_is_told_that_it_is_taken() -> None:
    event_type = make_event_type()
    make_booking(event_type)
    with pytest.raises(SlotTaken):
        make_booking(event_type)
    assert Booking.objects.count() == 1


def test_another_event_type_of_the_host_cannot_overlap() -> None:
    event_type = make_event_type()
    make_booking(event_type)
    longer = make_event_type(event_type.host, minutes=90)
    with pytest.raises(SlotTaken):
        make_booking(longer, start=MONDAY_10 - timedelta(hours=1))


def test_meetings_that_touch_are_both_booked() -> None:
    event_type = make_event_type()
    make_booking(event_type)
    make_booking(event_type, start=MONDAY_10 + HALF_HOUR)
    assert Hold.objects.count() == 2


@pytest.mark.parametrize(
    "start",
    [
        NOW - timedelta(days=7),
        MONDAY_10 + timedelta(minutes=7),
        MONDAY_10 - timedelta(microseconds=1),
        MONDAY_10 + timedelta(days=730),
        MONDAY_10.replace(hour=2),
        MONDAY_10 - timedelta(days=2),
        NOW + timedelta(hours=1),
    ],
    ids=[
        "past",
        "off the grid",
        "a microsecond off",
        "two years ahead",
        "at night",
        "on a Saturday",
        "within the notice",
    ],
)
def test_a_time_that_is_not_offered_is_refused(start: object) -> None:
    with pytest.raises(NotOffered):
        make_booking(start=start)  # type: ignore[arg-type]
    assert not Hold.objects.exists()
    assert not Work.objects.exists()


def test_the_same_form_twice_is_one_booking() -> None:
    event_type = make_event_type()
    first = book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW)
    again = book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW)
    assert first.pk == again.pk
    assert Booking.objects.count() == 1


def test_the_same_form_again_is_its_booking_even_when_the_page_has_closed_or_the_booking_is_cancelled() -> None:
    event_type = make_event_type()
    first = book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW)
    User.objects.update(plan=Plan.FREE)
    assert book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW).pk == first.pk
    User.objects.update(plan=Plan.PRO)
    cancel(first, by="guest", now=NOW)
    assert book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW).status == "cancelled"
    assert not Hold.objects.exists()


def test_the_same_form_with_another_content_is_an_error() -> None:
    event_type = make_event_type()
    book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW)
    with pytest.raises(KeyReused):
        book(event_type, MONDAY_10 + HALF_HOUR, make_guest(), key="form-1", now=NOW)


@pytest.mark.parametrize("close", ["plan", "platform", "inactive", "closed", "switched off"])
def test_a_page_that_closed_meanwhile_books_nobody(close: str) -> None:
    event_type = make_event_type()
    match close:
        case "plan":
            User.objects.update(plan=Plan.FREE)
        case "platform":
            SchedulingPage.objects.update(platform="")
        case "inactive":
            EventType.objects.update(active=False)
        case "closed":
            User.objects.update(closed_at=NOW)
        case _:
            User.objects.update(is_active=False)
    with pytest.raises(PageClosed):
        make_booking(event_type)


def test_buffers_keep_their_distance_from_other_bookings() -> None:
    event_type = make_event_type(buffer_after=timedelta(minutes=15))
    make_booking(event_type)
    with pytest.raises(SlotTaken):
        make_booking(event_type, start=MONDAY_10 + HALF_HOUR)
    make_booking(event_type, start=MONDAY_10 + 2 * HALF_HOUR)


def test_cancelling_frees_the_time_and_plans_both_notices() -> None:
    event_type = make_event_type()
    booking = make_booking(event_type)
    cancelled = cancel(booking, by="guest", reason="Ill", now=NOW)
    assert (cancelled.status, cancelled.version, cancelled.cancelled_by) == ("cancelled", 2, "guest")
    assert not Hold.objects.exists()
    kinds = set(Work.objects.filter(key=f"booking:{booking.pk}:2").values_list("kind", flat=True))
    assert kinds == {"delivery.cancellation", "delivery.host_cancellation"}
    make_booking(event_type)


def test_cancelling_twice_is_cancelling_once() -> None:
    booking = make_booking()
    cancel(booking, by="guest", now=NOW)
    again = cancel(booking, by="host", now=NOW)
    assert (again.version, again.cancelled_by) == (2, "guest")


def test_a_meeting_that_has_begun_cannot_be_cancelled() -> None:
    booking = make_booking()
    with pytest.raises(NotCancellable):
        cancel(booking, by="guest", now=booking.start)


def test_the_nearest_free_times_surround_the_taken_one() -> None:
    event_type = make_event_type()
    make_booking(event_type)
    nearest = nearest_free(event_type, MONDAY_10, now=NOW)
    wanted = int(MONDAY_10.timestamp())
    assert nearest == [wanted - 3600, wanted - 1800, wanted + 1800]
