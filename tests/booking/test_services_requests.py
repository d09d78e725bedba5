"""A request has one answer: approved, declined, expired or cancelled; and a booking is cancelled in time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.services import (
    AlreadyMoved,
    NotPending,
    NotStanding,
    TooLate,
    approve,
    book,
    cancel,
    decline,
    expire,
    may_cancel,
    may_reschedule,
    reschedule,
)
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Hold
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_guest, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def steps(booking: Booking) -> set[tuple[str, str]]:
    """The steps at the booking's present version."""
    key = f"booking:{booking.pk}:{booking.version}"
    return {(kind, found) for kind, found in Work.objects.values_list("kind", "key") if found.startswith(key)}


def test_approving_makes_it_a_promise_and_brings_it_out() -> None:
    request = make_request(make_event_type(requires_approval=True, most_others=1), others=("bo@guest.example",))
    approved = approve(request, now=NOW)
    assert (approved.status, approved.version, approved.approved_at) == ("confirmed", 2, NOW)
    assert approved.hold_id == request.hold_id
    key = f"booking:{request.pk}:2"
    assert steps(approved) == {
        ("delivery.conference", key),
        ("delivery.link_due", key),
        ("delivery.invite", key),
        ("delivery.host_invite", key),
        ("delivery.other_invite", f"{key}:0"),
    }


def test_approving_does_not_ask_whether_the_time_is_still_offered() -> None:
    request = make_request()
    assert request.event_type is not None
    request.event_type.schedule.hours.all().delete()
    assert approve(request, now=NOW).status == "confirmed"


def test_each_answer_given_twice_is_one_answer() -> None:
    request = make_request()
    assert [approve(request, now=NOW).version for _ in range(2)] == [2, 2]
    other = make_request()
    assert [decline(other, now=NOW, reason=reason).cancel_reason for reason in ("Full", "Again")] == ["Full", "Full"]


def test_declining_frees_the_time_and_tells_the_guest_why() -> None:
    request = make_request()
    declined = decline(request, now=NOW, reason="I am away")
    assert (declined.status, declined.cancelled_by, declined.cancel_reason) == ("declined", "host", "I am away")
    assert not Hold.objects.exists()
    assert steps(declined) == {("delivery.declined", f"booking:{request.pk}:2")}


def test_a_request_that_nobody_answers_expires_by_itself_and_both_hear_of_it() -> None:
    event_type = make_event_type(requires_approval=True, approval_patience=DAY)
    request = book(event_type, MONDAY_10, make_guest(), key="asks", now=timezone.now() - DAY)
    run_due()
    request.refresh_from_db()
    assert (request.status, request.cancelled_by, request.hold_id) == ("expired", "system", None)
    key = f"booking:{request.pk}:2"
    assert steps(request) == {("delivery.declined", key), ("delivery.request_expired", key)}
    make_request(event_type)


def test_a_request_does_not_expire_before_its_time_whatever_wakes_the_work() -> None:
    request = make_request()
    Work.objects.exclude(kind="booking.expire").delete()
    Work.objects.update(run_at=NOW)
    run_due()
    work = Work.objects.get()
    assert (work.state, expire(request, now=NOW).status) == ("waiting", "pending")
    assert request.answer_by is not None
    assert abs(work.run_at - request.answer_by) < timedelta(minutes=1)


def test_an_answered_request_does_not_expire() -> None:
    request = approve(make_request(), now=NOW)
    assert expire(request, now=MONDAY_10).status == "confirmed"


def test_a_request_whose_time_to_answer_is_over_cannot_be_approved_even_before_it_is_swept() -> None:
    request = make_request()
    assert request.answer_by is not None
    with pytest.raises(NotPending) as refused:
        approve(request, now=request.answer_by)
    assert refused.value.status == Booking.Status.EXPIRED


def test_what_became_of_the_request_is_said() -> None:
    cancelled, declined, approved = (make_request() for _ in range(3))
    cancel(cancelled, by="guest", now=NOW)
    decline(declined, now=NOW)
    approve(approved, now=NOW)
    for answer, request, status in (
        (approve, cancelled, "cancelled"),
        (decline, cancelled, "cancelled"),
        (approve, declined, "declined"),
        (decline, approved, "confirmed"),
    ):
        with pytest.raises(NotPending) as refused:
            answer(request, now=NOW)  # type: ignore[operator]
        assert refused.value.status == status


def test_a_request_can_be_cancelled_and_nobody_else_hears_of_it() -> None:
    request = make_request(make_event_type(requires_approval=True, most_others=1), others=("bo@guest.example",))
    cancelled = cancel(request, by="guest", now=NOW)
    assert (cancelled.status, Hold.objects.exists()) == ("cancelled", False)
    assert {kind for kind, _ in steps(cancelled)} == {"delivery.cancellation", "delivery.host_cancellation"}


def test_others_who_were_invited_hear_of_a_cancellation() -> None:
    booking = make_booking(make_event_type(most_others=1), others=("bo@guest.example",))
    assert ("delivery.other_cancellation", f"booking:{booking.pk}:2:0") in steps(cancel(booking, by="host", now=NOW))


def test_within_the_cancel_notice_only_the_host_and_the_operator_cancel() -> None:
    booking = make_booking(make_event_type(cancel_notice=DAY))
    assert may_cancel(booking, booking.start - DAY)
    late = booking.start - DAY + timedelta(seconds=1)
    assert not may_cancel(booking, late)
    with pytest.raises(TooLate):
        cancel(booking, by="guest", now=late)
    assert cancel(booking, by="operator", now=late).status == "cancelled"


def test_a_request_that_came_to_nothing_stays_as_it_is_when_it_is_cancelled() -> None:
    declined = decline(make_request(), now=NOW)
    assert cancel(declined, by="guest", now=NOW).status == "declined"
    assert not may_cancel(declined, NOW)


def test_an_approved_request_can_be_moved_like_any_booking() -> None:
    approved = approve(make_request(), now=NOW)
    moved = reschedule(approved, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert (moved.status, moved.version) == ("confirmed", 3)


def test_a_request_whose_time_to_answer_is_over_moves_no_more_even_before_it_is_swept() -> None:
    request = make_request()
    over = request.answer_by
    assert over is not None
    assert not request.answer_is_due(over - timedelta(seconds=1))
    assert request.answer_is_due(over)
    assert may_reschedule(request, over - timedelta(seconds=1))
    assert not may_reschedule(request, over)
    for by in ("guest", "host"):
        with pytest.raises(NotStanding):
            reschedule(request, MONDAY_10 + timedelta(hours=1), by=by, now=over)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", [approve, decline, partial(cancel, by="host"), partial(cancel, by="guest")])
def test_nobody_answers_for_a_time_that_their_page_did_not_show(verb: Callable[..., Booking]) -> None:
    request = make_request()
    moved = reschedule(request, MONDAY_10 + HOUR, by="guest", now=NOW)
    with pytest.raises(AlreadyMoved):
        verb(request, now=NOW, version=1)
    assert Booking.objects.get().status == "pending"
    done = verb(request, now=NOW, version=moved.version)
    assert verb(request, now=NOW, version=moved.version).version == done.version == 3
