"""Two workers meet at one booking: the step that makes the link, and the step that sends the invite."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.delivery.work import invites, meetings
from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due, run_once
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time: nobody can meet"),
]
GUEST = "ada@guest.example"


def test_an_invite_that_leaves_while_the_link_is_being_stored_is_followed_by_the_link(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invite is due at the very moment at which the link is stored, and its worker is the faster one."""
    host = make_host()
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    Work.objects.filter(kind="delivery.invite").update(run_at=timezone.now() - timedelta(seconds=1))
    Work.objects.filter(kind="delivery.host_invite").delete()
    store, others = meetings._store, []

    def stored(*arguments: object) -> None:
        store(*arguments)  # type: ignore[arg-type]
        other = threading.Thread(target=_one_run)
        other.start()
        other.join(timeout=1.0)  # it may have to wait for this transaction
        others.append(other)

    monkeypatch.setattr(meetings, "_store", stored)
    Work.objects.filter(kind="delivery.conference").update(run_at=timezone.now() - timedelta(minutes=1))
    assert run_once("making")
    for other in others:
        other.join()
    run_due()
    booking = Booking.objects.get(pk=booking.pk)
    assert booking.link_invited_at is not None
    assert str(event_of(post.to(GUEST)[-1])[1]["LOCATION"]) == Conference.objects.get().join_url


def test_link_and_invite_that_finish_together_do_not_deadlock(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make_host()
    connect(zoom, host)
    make_booking(make_event_type(host))
    Work.objects.filter(kind="delivery.invite").update(run_at=timezone.now() - timedelta(minutes=2))
    Work.objects.filter(kind="delivery.host_invite").delete()
    inviting = claim.claim("inviting")
    assert inviting is not None
    assert inviting.kind == "delivery.invite"
    sent, mark = threading.Event(), invites.mark_invited

    def marked(*arguments: object, **more: bool) -> None:
        sent.set()  # the invite's row is locked now, the booking's not yet
        threading.Event().wait(0.5)
        mark(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(invites, "mark_invited", marked)
    trouble: list[Exception] = []

    def finish_invite() -> None:
        try:
            invites.invite_guest(inviting)
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=finish_invite)
    thread.start()
    assert sent.wait(10)
    assert run_once("making")
    thread.join()
    run_due()
    assert trouble == []
    assert Conference.objects.filter(unused=False).count() == 1
    assert len(zoom.meetings) == 1


def _one_run() -> None:
    try:
        with transaction.atomic():
            pass
        run_once("other")
    finally:
        connection.close()
