"""With a wider permission, meetings at Zoom move with their booking and go with it (Zoom contract 4.4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery.attempts import Asking
from sivient.delivery.links import replace_link
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.app import PRODUCT_SCOPES
from tests.delivery.conftest import DELETE, MOVE, Post, event_of, host_allowing, pass_time, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEYOND = 40 * DAY  # further than a link lasts by itself


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


def move(booking: Booking, by: timedelta) -> Booking:
    """Let the host move the booking by some time."""
    fresh = Booking.objects.get(pk=booking.pk)
    return reschedule(fresh, fresh.start + by, by="host", now=timezone.now())


def allow(*scopes: str) -> None:
    """Let the permission be for these scopes from now on, as we know it."""
    Grant.objects.update(scope=" ".join([*PRODUCT_SCOPES, *scopes]))


def starts(zoom: ZoomEmulator) -> list[str]:
    """When Zoom's meetings begin."""
    return [str(meeting["start_time"]) for meeting in zoom.meetings]


def locations(post: Post) -> list[str]:
    """Where the guest's invites lead, in order."""
    return [str(event_of(mail)[1]["LOCATION"]) for mail in post.to(GUEST)]


@pytest.mark.parametrize("by", [HOUR, BEYOND])
def test_a_moved_booking_keeps_its_meeting_which_moves_along(
    booking: Booking, zoom: ZoomEmulator, post: Post, by: timedelta
) -> None:
    move(booking, by)
    run_due()
    assert starts(zoom) == [f"{MONDAY_10 + by:%Y-%m-%dT%H:%M:%SZ}"]
    assert Conference.objects.get().vendor_start == MONDAY_10 + by
    first, second = locations(post)
    assert first == second


def test_the_invite_does_not_wait_for_zoom(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    zoom.switch(answers_503=True)
    move(booking, BEYOND)
    run_due()
    assert len(post.to(GUEST)) == 2
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert Conference.objects.get().vendor_start == MONDAY_10 + BEYOND
    assert len(post.to(GUEST)) == 2


def test_moved_twice_the_meeting_ends_at_the_last_time(booking: Booking, zoom: ZoomEmulator) -> None:
    move(booking, HOUR)
    move(booking, DAY)
    run_due()
    assert starts(zoom) == [f"{MONDAY_10 + HOUR + DAY:%Y-%m-%dT%H:%M:%SZ}"]


def test_a_meeting_that_is_gone_gives_way_to_a_new_one(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    old = Conference.objects.get()
    remove_in_zoom(zoom, old)
    move(booking, HOUR)
    run_due()
    old.refresh_from_db()
    new = Conference.objects.get(unused=False)
    assert old.unused
    assert old.replaced_at is not None
    assert old.deleted_at is not None
    assert (new.vendor_start, locations(post)[-1]) == (MONDAY_10 + HOUR, new.join_url)
    assert not Work.objects.filter(kind="delivery.delete_conference").exists()
    assert Work.objects.filter(kind="delivery.link_due", key=f"booking:{booking.pk}:2").exists()


@pytest.mark.parametrize(("by", "made"), [(HOUR, 1), (BEYOND, 2)])
def test_when_the_permission_to_move_is_gone_the_link_stays_as_long_as_it_lasts(
    booking: Booking, zoom: ZoomEmulator, post: Post, by: timedelta, made: int
) -> None:
    move(booking, by)
    allow()
    run_due()
    pass_time()
    run_due()
    assert len(zoom.meetings) == made
    assert locations(post)[-1] == Conference.objects.get(unused=False).join_url


def test_a_meeting_that_was_made_for_the_time_before_moves_after_it_was_made(
    host: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(make_event_type(host))
    before = Asking.before

    def moving(asking: Asking) -> None:
        monkeypatch.setattr(Asking, "before", before)
        before(asking)
        move(booking, BEYOND)

    monkeypatch.setattr(Asking, "before", moving)
    run_due()
    pass_time()
    run_due()
    assert starts(zoom) == [f"{MONDAY_10 + BEYOND:%Y-%m-%dT%H:%M:%SZ}"]
    assert (Conference.objects.get().unused, Conference.objects.get().vendor_start) == (False, MONDAY_10 + BEYOND)


def test_a_cancelled_bookings_meeting_is_deleted_and_no_mail_says_that_it_stays(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert zoom.meetings == []
    assert Conference.objects.get().deleted_at is not None
    assert "stays in your Zoom account" not in text_of(post.to(booking.host.email)[-1])


def test_a_replaced_meeting_is_deleted(booking: Booking, zoom: ZoomEmulator) -> None:
    replace_link(booking, "https://meet.example/mara", now=timezone.now())
    run_due()
    assert zoom.meetings == []


def test_an_unused_meeting_is_deleted(host: User, zoom: ZoomEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = make_booking(make_event_type(host))
    before = Asking.before

    def cancelling(asking: Asking) -> None:
        before(asking)
        cancel(booking, by="guest", now=timezone.now())

    monkeypatch.setattr(Asking, "before", cancelling)
    run_due()
    assert zoom.meetings == []
    assert Conference.objects.get().deleted_at is not None


def test_what_is_gone_already_is_deleted(booking: Booking, zoom: ZoomEmulator) -> None:
    remove_in_zoom(zoom, Conference.objects.get())
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert Conference.objects.get().deleted_at is not None
    assert Work.objects.get(kind="delivery.delete_conference").state == "done"


def test_a_meeting_that_is_the_link_again_is_not_deleted(booking: Booking, zoom: ZoomEmulator) -> None:
    link = Conference.objects.get().join_url
    replace_link(booking, "https://meet.example/mara", now=timezone.now())
    replace_link(booking, link, now=timezone.now())
    run_due()
    assert len(zoom.meetings) == 1
    assert Conference.objects.get(unused=False).join_url == link


def test_without_the_permission_nothing_is_deleted_and_the_mail_says_that_it_stays(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    allow(MOVE)
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert len(zoom.meetings) == 1
    assert not Work.objects.filter(kind="delivery.delete_conference").exists()
    assert "stays in your Zoom account" in text_of(post.to(booking.host.email)[-1])


def test_moving_and_deleting_go_on_when_the_host_connects_again(booking: Booking, zoom: ZoomEmulator) -> None:
    move(booking, HOUR)
    Grant.objects.update(state="needs_reconnect", reason="Zoom says no.")
    run_due()
    assert Work.objects.get(kind="delivery.move_conference").state == "parked"
    Grant.objects.update(state="connected", reason="")
    enqueue("delivery.links_wanted", key=f"account:{booking.host_id}", payload={"user": booking.host_id})
    run_due()
    assert starts(zoom) == [f"{MONDAY_10 + HOUR:%Y-%m-%dT%H:%M:%SZ}"]


def remove_in_zoom(zoom: ZoomEmulator, conference: Conference) -> None:
    """Let the host have deleted the meeting in Zoom."""
    from sivient.integrations.services import conferencing_for

    conferencing_for(conference.booking.host, "zoom").delete(conference.external_id)
    assert zoom.meetings == []
