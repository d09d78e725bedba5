"""What is asked of Zoom about a meeting that exists crosses what host and guest do: the last word stands."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.ports.conferencing import MeetingRequest
from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import DELETE, MOVE, Post, event_of, host_allowing, pass_time
from tests.delivery.test_existing import GUEST, HOUR, move, remove_in_zoom, starts
from tests.factories import MONDAY_10, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host who lets us move and delete meetings."""
    return host_allowing(zoom, MOVE, DELETE)


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking that everybody has with its Zoom link."""
    booking = make_booking(make_event_type(host))
    run_due()
    return booking


def as_it_is_moved(monkeypatch: pytest.MonkeyPatch, does: Callable[[], object]) -> None:
    """Let something happen while the first request to move a meeting is on its way."""
    ask = ZoomConferencing.move

    def asking(zoom: ZoomConferencing, number: str, request: MeetingRequest) -> None:
        monkeypatch.setattr(ZoomConferencing, "move", ask)
        does()
        ask(zoom, number, request)

    monkeypatch.setattr(ZoomConferencing, "move", asking)


def until_all_is_done() -> None:
    """Let the workers run until nothing is left to do now."""
    for _ in range(3):
        run_due()
        pass_time()


def test_a_booking_that_moves_on_while_its_meeting_turns_out_to_be_gone_gets_a_new_one(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_in_zoom(zoom, Conference.objects.get())
    move(booking, HOUR)
    as_it_is_moved(monkeypatch, lambda: move(booking, HOUR))
    until_all_is_done()
    link = Conference.objects.get(unused=False)
    assert link.vendor_start == MONDAY_10 + 2 * HOUR
    assert str(event_of(post.to(GUEST)[-1])[1]["LOCATION"]) == link.join_url


def test_a_booking_that_is_cancelled_while_its_meeting_turns_out_to_be_gone_gets_none(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_in_zoom(zoom, Conference.objects.get())
    move(booking, HOUR)
    as_it_is_moved(monkeypatch, lambda: cancel(booking, by="host", now=timezone.now()))
    until_all_is_done()
    assert zoom.meetings == []
    assert not Work.objects.filter(kind="delivery.conference", key=f"booking:{booking.pk}:2").exists()


def test_to_move_what_a_booking_does_not_have_is_to_make_it(booking: Booking, zoom: ZoomEmulator) -> None:
    move(booking, HOUR)
    Conference.objects.update(unused=True, replaced_at=timezone.now())
    until_all_is_done()
    assert Conference.objects.get(unused=False).vendor_start == MONDAY_10 + HOUR


def test_a_booking_that_returns_to_its_time_after_the_answer_to_a_move_was_lost_takes_its_meeting_along(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The worker's process is killed."""

    def killed(zoom: ZoomConferencing, number: str, request: MeetingRequest) -> None:
        ask(zoom, number, request)
        raise Killed

    ask = ZoomConferencing.move
    move(booking, 3 * HOUR)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(ZoomConferencing, "move", killed)
        while run_once("killed"):
            pass
    assert starts(zoom) == [f"{MONDAY_10 + 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}"]
    Work.objects.update(lease_until=None)
    move(booking, -3 * HOUR)
    until_all_is_done()
    assert starts(zoom) == [f"{MONDAY_10:%Y-%m-%dT%H:%M:%SZ}"]


def test_a_booking_that_returns_to_its_time_before_its_meeting_moved_needs_no_request(
    booking: Booking, zoom: ZoomEmulator
) -> None:
    before = len(zoom.calls)
    move(booking, HOUR)
    move(booking, -HOUR)
    run_due()
    assert len(zoom.calls) == before
