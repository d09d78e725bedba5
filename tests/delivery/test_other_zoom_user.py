"""The host connects another Zoom user: what the former one made is left alone (Zoom contract 4.4 and 5)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel
from sivient.delivery.detail import about_link
from sivient.delivery.links import replace_link
from sivient.integrations.models import Connection, Grant
from sivient.integrations.revocation import digest
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import DELETE, MOVE, Post, connect, host_allowing, pass_time, text_of
from tests.delivery.test_existing import BEYOND, HOUR, move
from tests.factories import make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host who lets us move and delete meetings."""
    return host_allowing(zoom, MOVE, DELETE)


@pytest.fixture
def booking(host: User, zoom: ZoomEmulator) -> Booking:
    """A booking whose meeting the Zoom user made who was connected before."""
    booking = make_booking(make_event_type(host))
    run_due()
    become(zoom, host)
    return booking


def become(zoom: ZoomEmulator, host: User) -> None:
    """Let the host connect another Zoom user."""
    Connection.objects.all().delete()
    Grant.objects.all().delete()
    connect(zoom, host, user="jonas")


def calls(zoom: ZoomEmulator) -> int:
    """How many requests the workers make until nothing is left to do."""
    before = len(zoom.calls)
    for _ in range(3):
        run_due()
        pass_time()
    return len(zoom.calls) - before


def test_a_meeting_remembers_whose_it_is_without_naming_them(host: User) -> None:
    make_booking(make_event_type(host))
    run_due()
    grant = Grant.objects.get()
    assert Conference.objects.get().vendor_user == digest(grant.client_id, grant.vendor_user_id)


def test_it_keeps_its_link_as_long_as_that_lasts_and_nothing_is_asked(booking: Booking, zoom: ZoomEmulator) -> None:
    move(booking, HOUR)
    assert calls(zoom) == 0
    assert not Conference.objects.get().unused


def test_beyond_that_it_gets_a_new_one_and_the_former_is_shown_as_unused(
    booking: Booking, zoom: ZoomEmulator, client: object
) -> None:
    former = Conference.objects.get()
    move(booking, BEYOND)
    calls(zoom)
    former.refresh_from_db()
    assert (former.unused, former.deleted_at, len(zoom.meetings)) == (True, None, 2)
    client.force_login(booking.host)  # type: ignore[attr-defined]
    page = client.get(reverse("booking-detail", args=[booking.pk]))  # type: ignore[attr-defined]
    assert list(page.context["unused"]) == [former]


def test_when_it_is_cancelled_the_host_reads_that_the_entry_stays(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    assert about_link(booking)["deletes"] is False
    cancel(booking, by="host", now=timezone.now())
    assert calls(zoom) == 0
    assert (len(zoom.meetings), Conference.objects.get().deleted_at) == (1, None)
    assert "stays in your Zoom account" in text_of(post.to(booking.host.email)[-1])


def test_what_was_planned_for_the_former_user_is_not_asked_of_the_new_one(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    event_type = make_event_type(host)
    moved = make_booking(event_type)
    replaced = make_booking(event_type, start=moved.start + HOUR)
    run_due()
    replace_link(replaced, "https://meet.example/mara", now=timezone.now())
    move(moved, 3 * HOUR)
    become(zoom, host)
    assert calls(zoom) == 0
    for kind in ("delivery.move_conference", "delivery.delete_conference"):
        assert Work.objects.get(kind=kind).result == {"skipped": "The permission does not allow it any more."}
    assert not Conference.objects.filter(deleted_at__isnull=False).exists()
    assert Grant.objects.get().state == "connected"


def test_when_the_former_user_is_back_their_meetings_follow_again(
    booking: Booking, host: User, zoom: ZoomEmulator
) -> None:
    Connection.objects.all().delete()
    Grant.objects.all().delete()
    connect(zoom, host)
    move(booking, BEYOND)
    calls(zoom)
    assert (len(zoom.meetings), Conference.objects.get().unused) == (1, False)
