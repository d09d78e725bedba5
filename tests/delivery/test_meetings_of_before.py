"""A meeting that is found, or made, for another time than the booking has now: the booking gets a link all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.booking.services import reschedule
from sivient.delivery.links import link_of
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.ports.errors import OutcomeUnknown
from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import DELETE, FIND, MOVE, Post, host_allowing, pass_time
from tests.factories import make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)
CREATE = "POST /v2/users/me/meetings"


def booked(zoom: ZoomEmulator, *scopes: str) -> Booking:
    """A booking of a host who allows more than to make meetings."""
    host = host_allowing(zoom, *scopes)
    return make_booking(make_event_type(host))


def lost_and_moved(zoom: ZoomEmulator, *scopes: str) -> Booking:
    """A booking whose meeting was made, but not told us, before the booking was moved by forty days."""
    booking = booked(zoom, *scopes)
    zoom.inject("create-answer-lost", route=CREATE)
    run_due()
    assert len(zoom.meetings) == 1
    return reschedule(Booking.objects.get(pk=booking.pk), booking.start + 40 * DAY, by="host", now=timezone.now())


def work_on() -> None:
    """Let all work be done, with its tries."""
    for _ in range(4):
        pass_time()
        run_due()


def starts(zoom: ZoomEmulator) -> list[str]:
    """When the meetings at Zoom begin."""
    return [str(meeting["start_time"]) for meeting in zoom.meetings]


def test_a_meeting_for_the_time_before_is_put_aside_and_a_new_one_is_made(zoom: ZoomEmulator, post: Post) -> None:
    booking = lost_and_moved(zoom, FIND)
    work_on()
    link = link_of(booking)
    assert link is not None
    assert (link.vendor_start, len(zoom.meetings)) == (booking.start, 2)
    spare = Conference.objects.get(unused=True)
    assert spare.vendor_start == booking.start - 40 * DAY
    assert list(ConferenceAttempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["found", "made"]


def test_one_that_may_be_deleted_does_not_stay(zoom: ZoomEmulator, post: Post) -> None:
    booking = lost_and_moved(zoom, FIND, DELETE)
    work_on()
    assert link_of(booking) is not None
    assert starts(zoom) == [f"{booking.start:%Y-%m-%dT%H:%M:%SZ}"]


def test_one_that_can_be_moved_becomes_the_link_and_moves_along(zoom: ZoomEmulator, post: Post) -> None:
    booking = lost_and_moved(zoom, FIND, MOVE)
    work_on()
    link = link_of(booking)
    assert link is not None
    assert link.vendor_start == booking.start
    assert starts(zoom) == [f"{booking.start:%Y-%m-%dT%H:%M:%SZ}"]


def test_one_that_zoom_made_for_another_hour_is_moved_to_the_bookings(zoom: ZoomEmulator, post: Post) -> None:
    booking = booked(zoom, MOVE)
    zoom.inject("shifted-start", settings={"minutes": 120})
    work_on()
    assert starts(zoom) == [f"{booking.start:%Y-%m-%dT%H:%M:%SZ}"]
    assert Conference.objects.get().vendor_start == booking.start


def test_one_that_zoom_made_for_a_day_out_of_reach_is_no_link(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking, create = booked(zoom), ZoomConferencing.create

    def far_off(zoom: ZoomConferencing, meeting: MeetingRequest) -> MadeMeeting:
        monkeypatch.setattr(ZoomConferencing, "create", create)
        return replace(create(zoom, meeting), start=meeting.start - 40 * DAY)

    monkeypatch.setattr(ZoomConferencing, "create", far_off)
    work_on()
    assert [attempt.outcome for attempt in booking.conference_attempts.order_by("pk")] == ["lost", "made"]
    assert Conference.objects.get().vendor_start == booking.start


def test_a_list_that_cannot_be_read_leaves_nothing_behind_and_is_soon_asked_again(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(zoom, FIND)
    zoom.inject("create-answer-lost", route=CREATE)
    run_due()

    def unreadable(zoom: ZoomConferencing, meeting: MeetingRequest) -> None:
        raise OutcomeUnknown("Zoom gave an answer that cannot be read.")

    with monkeypatch.context() as patch:
        patch.setattr(ZoomConferencing, "find", unreadable)
        work_on()
    work = Work.objects.get(kind="delivery.conference")
    assert (work.trouble, work.lost, ConferenceAttempt.objects.count()) == ("later", 1, 1)
    assert work.run_at < timezone.now() + timedelta(minutes=6)
    work_on()
    assert (len(zoom.meetings), Conference.objects.filter(unused=False).count()) == (1, 1)
