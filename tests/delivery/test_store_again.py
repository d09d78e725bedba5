"""What Zoom has made is stored although the database is away for a moment."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.delivery.work import meetings
from sivient.jobs.models import Work
from sivient.jobs.worker import run_once
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


@pytest.fixture
def booking(zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch) -> Booking:
    """A booking whose link is the next thing to do."""
    monkeypatch.setattr(meetings, "STORE_AGAIN", 0.0)
    host = make_host()
    connect(zoom, host)
    return make_booking(make_event_type(host))


def break_connection() -> None:
    """Lose the database in the middle of the transaction: on PostgreSQL the connection itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    raise OperationalError("disk I/O error")


def breaking(monkeypatch: pytest.MonkeyPatch, times: int, *, after: bool = False) -> None:
    """Let the database break so many times: before the transaction that stores is over, or with its last word."""
    store, end, left = meetings._store, meetings._end, [times]

    def broken(*args: Any, **options: Any) -> None:
        store(*args, **options)
        if left[0] and not after:
            left[0] -= 1
            break_connection()

    def unheard(*args: Any) -> None:
        end(*args)
        if left[0] and after:
            left[0] -= 1
            break_connection()

    monkeypatch.setattr(meetings, "_store", broken)
    monkeypatch.setattr(meetings, "_end", unheard)


def making() -> Work:
    """The step that makes the meeting."""
    return Work.objects.get(kind="delivery.conference")


def test_a_meeting_is_stored_on_a_fresh_connection(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, 2)
    run_once("w")
    assert (making().state, len(zoom.meetings)) == ("done", 1)
    assert Conference.objects.get().external_id == str(zoom.meetings[0]["id"])
    assert ConferenceAttempt.objects.get().outcome == "made"


def test_a_commit_whose_answer_was_lost_is_not_a_second_link(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, 1, after=True)
    run_once("w")
    assert (making().state, len(zoom.meetings)) == ("done", 1)
    assert Conference.objects.get().unused is False


def test_a_database_that_stays_away_leaves_the_request_open(
    booking: Booking, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, 50)
    run_once("w")
    assert (making().state, making().trouble) == ("waiting", "later")
    assert (ConferenceAttempt.objects.get().outcome, Conference.objects.count()) == ("", 0)
