"""What the host reads about a delivery: every step is done, waits with a reason and a time, or needs somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import approve, cancel, decline, expire, reschedule
from sivient.delivery.step_words import Step
from sivient.delivery.timeline import timeline
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, pass_time
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST, BO = "ada@guest.example", "bo@guest.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host in Berlin whose Zoom is connected."""
    host = make_host(timezone="Europe/Berlin")
    connect(zoom, host)
    return host


@pytest.fixture
def event_type(host: User) -> EventType:
    """What is booked at once."""
    return make_event_type(host, most_others=1)


@pytest.fixture
def asked(host: User) -> EventType:
    """What is booked on approval."""
    return make_event_type(host, requires_approval=True)


def steps(booking: Booking) -> list[Step]:
    """The timeline as it is now."""
    return timeline(Booking.objects.get(pk=booking.pk), timezone.now())


def titles(booking: Booking) -> list[str]:
    """The titles of the steps, all of which must be done."""
    assert {step.state for step in steps(booking)} == {"done"}
    return [step.title for step in steps(booking)]


def test_the_invites_of_the_others_are_steps_of_their_own(event_type: EventType) -> None:
    booking = make_booking(event_type, others=(BO,))
    run_due()
    assert titles(booking) == [
        "Booked",
        "Zoom meeting created",
        f"Invite sent to {GUEST}",
        "Your copy of the invite sent",
        f"Invite sent to {BO}",
    ]


def test_after_a_move_the_steps_of_the_new_time_stand_and_those_before_are_folded(event_type: EventType) -> None:
    booking = make_booking(event_type, others=(BO,))
    run_due()
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    invites = [step for step in steps(booking) if step.state == "waiting"]
    assert [step.title for step in invites] == ["Invite", "Your copy of the invite", f"Invite to {BO}"]
    run_due()
    assert titles(booking) == [
        "Booked",
        "Before the last change",
        "Zoom meeting created",
        "Rescheduled",
        f"Invite sent to {GUEST}",
        "Your copy of the invite sent",
        f"Invite sent to {BO}",
    ]
    _, before, meeting, moved, *_ = steps(booking)
    assert {step.title for step in before.folded} == {
        f"Invite sent to {GUEST}",
        "Invite sent to you",
        f"Invite sent to {BO}",
    }
    assert moved.detail == f"By Ada Okafor, from Monday {MONDAY_10.day} {MONDAY_10:%B %Y}, 10:00"
    assert f"In Zoom's own list it still stands at Monday {MONDAY_10.day}" in meeting.detail


def test_a_meeting_that_was_replaced_is_folded_too(event_type: EventType) -> None:
    booking = make_booking(event_type)
    run_due()
    reschedule(booking, MONDAY_10 + 28 * DAY, by="host", now=timezone.now())
    run_due()
    _, before, moved, meeting, *_ = steps(booking)
    assert "Zoom meeting created" in [step.title for step in before.folded]
    assert moved.detail.startswith("By you, from")
    assert "Zoom's own list" not in meeting.detail


def test_what_waits_for_the_link_says_until_when(event_type: EventType, zoom: ZoomEmulator) -> None:
    zoom.switch(answers_503=True)
    booking = make_booking(event_type)
    run_due()
    _, meeting, deadline, invite, copy = steps(booking)
    assert (meeting.state, meeting.zoom) == ("trying", True)
    assert (deadline.state, deadline.next_at) == ("waiting", Work.objects.get(kind="delivery.link_due").run_at)
    assert (invite.state, copy.state) == ("waiting", "waiting")
    assert invite.next_at == Work.objects.get(kind="delivery.invite").run_at
    pass_time()
    run_due()
    assert "the link follows" in steps(booking)[-2].detail


def test_a_request_waits_for_the_host_until_it_expires(asked: EventType) -> None:
    booking = make_booking(asked)
    assert [step.state for step in steps(booking)] == ["done", "waiting", "waiting", "needs_you"]
    run_due()
    requested, to_host, to_guest, answer = steps(booking)
    assert [step.title for step in (requested, to_host, to_guest, answer)] == [
        "Requested",
        "Request sent to you",
        f"Mail to {GUEST} sent",
        "Your answer",
    ]
    assert "Approve or decline until" in answer.detail
    assert "(Berlin, UTC+" in answer.detail


def test_an_approved_request_goes_on_like_a_booking(asked: EventType) -> None:
    booking = make_booking(asked)
    run_due()
    approve(booking, now=timezone.now())
    run_due()
    assert titles(booking)[:4] == ["Requested", "Before the last change", "Approved", "Zoom meeting created"]
    assert len(steps(booking)[1].folded) == 2


def test_a_request_that_was_declined_or_expired_says_who_was_told(asked: EventType) -> None:
    declined, expired = make_booking(asked), make_booking(asked, start=MONDAY_10 + DAY)
    decline(declined, now=timezone.now())
    assert expired.answer_by is not None
    expire(expired, now=expired.answer_by)
    pass_time()
    run_due()
    assert titles(declined) == ["Requested", "Declined", f"Mail to {GUEST} sent"]
    assert titles(expired) == ["Requested", "Expired", f"Mail to {GUEST} sent", "Mail to you sent"]
    assert steps(expired)[1].detail == "Nobody answered in time"


def test_a_request_that_was_cancelled_never_had_a_meeting(asked: EventType) -> None:
    booking = make_booking(asked)
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert titles(booking) == ["Requested", "Cancelled", "Mail to you sent", f"Mail to {GUEST} sent"]


def test_a_cancelled_booking_keeps_what_was_done_and_says_who_was_told(event_type: EventType) -> None:
    booking = make_booking(event_type, others=(BO,))
    run_due()
    cancel(booking, by="host", now=timezone.now())
    run_due()
    assert titles(booking)[-5:] == [
        f"Invite sent to {BO}",
        "Cancelled",
        *(f"Mail to {whom} sent" for whom in ("you", GUEST, BO)),
    ]


def test_what_was_cancelled_before_it_left_is_no_step(event_type: EventType) -> None:
    booking = make_booking(event_type, others=(BO,))
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert titles(booking) == [
        "Booked",
        "No Zoom meeting",
        "Cancelled",
        "Mail to you sent",
        f"Mail to {GUEST} sent",
        f"Mail to {BO}: not needed",
    ]
    assert steps(booking)[-1].detail == "No invite had left."


def test_a_link_that_is_older_than_the_last_reschedule_stands_before_it(event_type: EventType) -> None:
    booking = make_booking(event_type)
    run_due()
    reschedule(booking, MONDAY_10 + HOUR, by="host", now=timezone.now())
    run_due()
    said = titles(booking)
    assert said.index("Zoom meeting created") < said.index("Rescheduled")
