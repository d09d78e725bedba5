"""A closed account's calendars are let go only after its events are out of them; and soon."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.privacy import services
from sivient.privacy.releasing import PATIENCE, RELEASE
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, post, zoom
from tests.delivery.living_calendars import Living, living
from tests.factories import make_booking, make_event_type, make_host

__all__ = ["post", "zoom"]
pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def google(host: User, post: Post, settings: object, tmp_path: Path) -> Iterator[Living]:
    """The emulated Google Calendar of the host, with the event of one booking in it."""
    with living("google", host, settings, tmp_path / "calendar") as calendar:
        make_booking(make_event_type(host))
        settle()
        assert calendar.events() == 1
        yield calendar


def settle() -> None:
    """Let everything that waits be done, twice."""
    for _ in range(2):
        run_due()
        Work.objects.filter(state=Work.State.WAITING).exclude(key="every").update(run_at=Now())
    run_due()


def vendors() -> set[str]:
    """Whose permissions are kept."""
    return set(Grant.objects.values_list("vendor", flat=True))


def close(host: User, *, keep_bookings: bool = False) -> None:
    services.close(host, keep_bookings=keep_bookings, by="host", now=timezone.now())


def test_the_events_go_first_and_their_provider_tells_the_guests(host: User, google: Living, post: Post) -> None:
    close(host)
    assert vendors() == {"google"}, "what makes meetings goes at once"
    settle()
    assert google.events() == 0
    assert [method for method, _ in google.mailed(GUEST)] == ["REQUEST", "CANCEL"]
    assert post.to(GUEST) == []
    assert vendors() == set()
    assert not Connection.objects.filter(state=Connection.State.CONNECTED).exists()


def test_a_calendar_that_is_away_is_let_go_after_an_hour(host: User, google: Living) -> None:
    assert google.emulator is not None
    google.emulator.calendars.inject("backend-error", method="DELETE", path="event", times=50)
    close(host)
    settle()
    assert (google.events(), vendors()) == (1, {"google"})
    Work.objects.filter(kind=RELEASE).update(asked_at=F("asked_at") - PATIENCE, run_at=Now() - timedelta(seconds=1))
    run_due()
    assert vendors() == set()


def test_with_nothing_to_take_out_all_goes_at_once(host: User, google: Living) -> None:
    close(host, keep_bookings=True)
    assert vendors() == set()
    assert not Work.objects.filter(kind=RELEASE).exists()
    assert Booking.objects.get().status == "confirmed"


def test_an_account_that_was_restored_meanwhile_keeps_its_calendar(host: User, google: Living) -> None:
    close(host)
    services.restore(host, by="host", now=timezone.now())
    settle()
    assert google.events() == 0
    assert vendors() == {"google"}
