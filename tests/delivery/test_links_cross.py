"""Real connections at one booking's link: Zoom's answer, the host's own link, a move and a cancellation at once.

Whatever meets, one link is in force, and the calendar ends with it.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery import links
from sivient.delivery.links import replace_link
from sivient.delivery.work import meetings
from sivient.jobs.worker import run_once
from sivient.scheduling.models import SchedulingPage
from sivient.site import mailer
from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import DELETE, MOVE, Post, deadline_comes, event_of, host_allowing, sequence_of
from tests.delivery.test_steps_cross import GUEST, PATIENCE, Gate, deliver_all, ended, only, start
from tests.factories import MONDAY_10, make_booking, make_event_type

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time: nobody can meet"),
]
OWN = "https://meet.example/mara"
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(zoom: ZoomEmulator, post: Post) -> Booking:
    """A booking in Zoom whose host lets us move and delete meetings."""
    host = host_allowing(zoom, MOVE, DELETE)
    return make_booking(make_event_type(host))


def give(booking: Booking, url: str = OWN) -> Conference:
    """Let the host give the booking a link of their own."""
    return replace_link(Booking.objects.get(pk=booking.pk), url, now=timezone.now())


def locations(post: Post) -> list[str]:
    """Where the guest's invites lead, in order; their numbers only grow."""
    invites = [mail for mail in post.to(GUEST) if event_of(mail)[0] == "REQUEST"]
    numbers = [sequence_of(mail) for mail in invites]
    assert numbers == sorted(set(numbers))
    return [str(event_of(mail)[1]["LOCATION"]) for mail in invites]


def test_a_link_given_while_zooms_is_stored_and_not_committed_is_the_last_word(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("delivery.conference")
    gate = Gate(monkeypatch, meetings, "_store", after=True)
    making = start(lambda: run_once("making"))
    assert gate.reached.wait(PATIENCE)
    giving = start(lambda: give(booking))
    giving.join(1.0)
    assert giving.is_alive(), "the verb waits for the step's transaction"
    gate.open.set()
    ended(making)
    ended(giving)
    deliver_all()
    assert Conference.objects.get(unused=False).join_url == OWN
    assert locations(post)[-1] == OWN
    assert zoom.meetings == [], "the meeting that nobody uses is deleted"


def test_zooms_answer_while_a_link_is_given_and_not_committed_is_unused(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, links, "record")
    giving = start(lambda: give(booking))
    assert gate.reached.wait(PATIENCE)
    only("delivery.conference")
    making = start(lambda: run_once("making"))
    making.join(1.0)
    assert making.is_alive(), "the step waits for the verb's transaction"
    gate.open.set()
    ended(giving)
    ended(making)
    deliver_all()
    assert [conference.vendor for conference in Conference.objects.filter(unused=False)] == ["by_hand"]
    assert set(locations(post)) == {OWN}


def test_an_invite_on_its_way_without_the_link_is_followed_by_the_fallback(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoom.switch(answers_503=True)
    SchedulingPage.objects.update(fallback_link=OWN)
    only("delivery.invite")
    gate = Gate(monkeypatch, mailer, "send")
    sending = start(lambda: run_once("sending"))
    assert gate.reached.wait(PATIENCE)
    deadline_comes()
    deliver_all()
    gate.open.set()
    ended(sending)
    deliver_all()
    assert locations(post) == ["Zoom (the link follows)", OWN]


def test_a_booking_moved_again_while_zoom_moves_its_meeting_ends_at_the_last_time(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_all()
    reschedule(booking, MONDAY_10 + HOUR, by="host", now=timezone.now())
    only("delivery.move_conference")
    gate = Gate(monkeypatch, ZoomConferencing, "move")
    moving = start(lambda: run_once("moving"))
    assert gate.reached.wait(PATIENCE)
    reschedule(booking, MONDAY_10 + 2 * HOUR, by="host", now=timezone.now())
    deliver_all()
    assert zoom.meetings[0]["start_time"] == f"{MONDAY_10:%Y-%m-%dT%H:%M:%SZ}", "one request for a host at a time"
    gate.open.set()
    ended(moving)
    deliver_all()
    assert zoom.meetings[0]["start_time"] == f"{MONDAY_10 + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    assert Conference.objects.get().vendor_start == MONDAY_10 + 2 * HOUR


def test_a_booking_cancelled_while_zoom_moves_its_meeting_leaves_nothing_in_zoom(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_all()
    reschedule(booking, MONDAY_10 + HOUR, by="host", now=timezone.now())
    only("delivery.move_conference")
    gate = Gate(monkeypatch, ZoomConferencing, "move")
    moving = start(lambda: run_once("moving"))
    assert gate.reached.wait(PATIENCE)
    cancel(booking, by="guest", now=timezone.now())
    deliver_all()
    gate.open.set()
    ended(moving)
    deliver_all()
    assert zoom.meetings == []
    assert Conference.objects.get().deleted_at is not None


def test_two_tabs_that_give_two_links_end_with_one_that_everybody_has(booking: Booking, post: Post) -> None:
    deliver_all()
    giving = [start(lambda url=url: give(booking, url)) for url in (OWN, f"{OWN}/other")]  # type: ignore[misc]
    for each in giving:
        ended(each)
    deliver_all()
    assert locations(post)[-1] == Conference.objects.get(unused=False).join_url
