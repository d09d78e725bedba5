"""Real connections at one booking: first invite, link, reschedule and cancel, in every order that hurts.

Whatever meets, a calendar ends with the booking's last word: no old time after the new one, and one link.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery.work import invites, meetings
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, pass_time, sequence_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time: nobody can meet"),
]
GUEST = "ada@guest.example"
HOUR = timedelta(hours=1)
PATIENCE = 15  # seconds


@pytest.fixture
def booking(zoom: ZoomEmulator) -> Booking:
    """A booking in Zoom, whose first invite is due now."""
    host = make_host()
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    Work.objects.filter(kind="delivery.host_invite").delete()
    return booking


def start(function: Callable[[], object]) -> threading.Thread:
    """Run it on a connection of its own."""

    def closing() -> None:
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=closing, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> None:
    """Wait for a thread; one that does not end is a deadlock."""
    thread.join(PATIENCE)
    assert not thread.is_alive()


def move(booking: Booking) -> None:
    """The guest moves the booking an hour on."""
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())


def end(booking: Booking) -> None:
    """The guest cancels."""
    cancel(booking, by="guest", now=timezone.now())


def deliver_all() -> None:
    """Do all that is left, also what waits for another step or for a minute."""
    for _ in range(3):
        pass_time()
        run_due()


def only(kind: str) -> None:
    """Let this kind be due first."""
    Work.objects.filter(kind=kind).update(run_at=timezone.now() - timedelta(minutes=5))


class Gate:
    """Stops the first caller of a function, before or after it, until the test lets it go on."""

    def __init__(self, patch: pytest.MonkeyPatch, where: object, name: str, *, after: bool = False) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        inner, first = getattr(where, name), threading.Lock()

        def gated(*arguments: Any, **more: Any) -> Any:
            stops = first.acquire(blocking=False)
            answer = inner(*arguments, **more) if after or not stops else None
            if stops:
                self.reached.set()
                assert self.open.wait(PATIENCE)
            return answer if after or not stops else inner(*arguments, **more)

        patch.setattr(where, name, gated)


def told(post: Post) -> list[tuple[str, int, object]]:
    """What the guest's calendar was told, in order: method, number and time."""
    return [(event_of(mail)[0], sequence_of(mail), event_of(mail)[1]["DTSTART"].dt) for mail in post.to(GUEST)]


def test_an_invite_in_flight_is_followed_and_never_preceded_by_the_new_time(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("delivery.invite")
    gate = Gate(monkeypatch, mailer, "send")
    sending = start(lambda: run_once("sending"))
    assert gate.reached.wait(PATIENCE)
    move(booking)
    deliver_all()
    assert told(post) == [], "the new time waits for the mail that is on its way"
    gate.open.set()
    ended(sending)
    deliver_all()
    assert told(post)[0] == ("REQUEST", 0, MONDAY_10)
    assert told(post)[-1][1:] == (1, MONDAY_10 + HOUR)


@pytest.mark.parametrize("change", [move, end], ids=["moved", "cancelled"])
def test_a_step_that_read_the_old_time_writes_nothing_once_the_change_is_committed(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch, change: Callable[[Booking], None]
) -> None:
    only("delivery.invite")
    gate = Gate(monkeypatch, invites, "_written_down")
    reading = start(lambda: run_once("reading"))
    assert gate.reached.wait(PATIENCE)
    change(booking)
    gate.open.set()
    ended(reading)
    deliver_all()
    assert all(
        event_of(mail)[1]["DTSTART"].dt != MONDAY_10 for mail in post.to(GUEST) if "calendar" in mail.as_string()
    )
    assert Work.objects.get(kind="delivery.invite", key=f"booking:{booking.pk}:1").result == {}


@pytest.mark.parametrize("change", [move, end], ids=["moved", "cancelled"])
def test_writing_down_and_a_change_that_is_not_committed_yet_wait_for_each_other(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch, change: Callable[[Booking], None]
) -> None:
    """The verb holds the booking's row while the step writes down: the step sees the change, and gives way."""
    from sivient.booking import changes

    only("delivery.invite")
    gate = Gate(monkeypatch, changes, "record")
    changing = start(lambda: change(booking))
    assert gate.reached.wait(PATIENCE)
    stepping = start(lambda: run_once("stepping"))
    stepping.join(1.0)
    assert stepping.is_alive(), "the step waits for the verb's transaction"
    gate.open.set()
    ended(changing)
    ended(stepping)
    assert post.to(GUEST) == []
    deliver_all()
    (mail,) = post.to(GUEST)
    if change is move:
        assert event_of(mail)[1]["DTSTART"].dt == MONDAY_10 + HOUR
    else:
        assert str(mail["Subject"]).startswith("Cancelled:")


@pytest.mark.parametrize("change", [move, end], ids=["moved", "cancelled"])
def test_a_link_that_is_stored_while_the_booking_changes_is_one_link_or_none(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch, change: Callable[[Booking], None]
) -> None:
    only("delivery.conference")
    gate = Gate(monkeypatch, meetings, "_store", after=True)  # stored, and not committed
    making = start(lambda: run_once("making"))
    assert gate.reached.wait(PATIENCE)
    changing = start(lambda: change(booking))
    changing.join(1.0)
    assert changing.is_alive(), "the verb waits for the step's transaction"
    gate.open.set()
    ended(making)
    ended(changing)
    deliver_all()
    assert len(zoom.meetings) == 1
    if change is move:
        (invite,) = post.to(GUEST)
        assert event_of(invite)[1]["DTSTART"].dt == MONDAY_10 + HOUR
        assert str(event_of(invite)[1]["LOCATION"]) == Conference.objects.get(unused=False).join_url
    else:
        assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(GUEST)] == ["Cancelled"]


def test_moved_and_cancelled_while_the_first_invite_is_on_its_way(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("delivery.invite")
    gate = Gate(monkeypatch, mailer, "send")
    sending = start(lambda: run_once("sending"))
    assert gate.reached.wait(PATIENCE)
    move(booking)
    end(booking)
    deliver_all()
    gate.open.set()
    ended(sending)
    deliver_all()
    assert [(method, number) for method, number, _ in told(post)] == [("REQUEST", 0), ("CANCEL", 1)]


def test_two_moves_by_two_people_at_once_end_with_one_time_in_the_calendar(
    booking: Booking, post: Post, zoom: ZoomEmulator
) -> None:
    deliver_all()
    times = (MONDAY_10 + HOUR, MONDAY_10 + 2 * HOUR)
    moves = [start(lambda at=at: reschedule(booking, at, by="host", now=timezone.now())) for at in times]  # type: ignore[misc]
    for each in moves:
        ended(each)
    deliver_all()
    booking.refresh_from_db()
    assert booking.version == 3
    assert told(post)[-1][2] == booking.start
    numbers = [number for _, number, _ in told(post)]
    assert numbers == sorted(set(numbers))
    assert len(zoom.meetings) == 1
