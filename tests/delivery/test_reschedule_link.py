"""Which Zoom meeting a booking has after it was moved: one link, and it is good at the new time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery.work import meetings
from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, pass_time, sequence_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LASTS = 25 * DAY  # contract chapter 4.4


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking on Monday at ten."""
    return make_booking(make_event_type(host))


def move(booking: Booking, by: timedelta) -> Booking:
    """Let the host move the booking by some time."""
    fresh = Booking.objects.get(pk=booking.pk)
    return reschedule(fresh, fresh.start + by, by="host", now=timezone.now())


def locations(post: Post) -> list[str]:
    """Where the guest's invites lead, in order."""
    return [str(event_of(mail)[1]["LOCATION"]) for mail in post.to(GUEST)]


def test_up_to_25_days_after_the_meetings_own_date_the_link_stays(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    move(booking, LASTS)
    run_due()
    assert len(zoom.meetings) == 1
    first, second = locations(post)
    assert first == second


def test_after_that_the_invite_brings_the_link_of_a_new_meeting(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    move(booking, LASTS + HOUR)
    run_due()
    old, new = Conference.objects.order_by("pk")
    assert (old.unused, new.unused) == (True, False)
    assert old.replaced_at is not None
    assert new.vendor_start == MONDAY_10 + LASTS + HOUR
    assert locations(post) == [old.join_url, new.join_url]
    assert [sequence_of(mail) for mail in post.to(GUEST)] == [0, 1]


def test_without_the_new_link_the_new_time_goes_out_after_a_minute(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    zoom.switch(answers_503=True)
    move(booking, LASTS + HOUR)
    run_due()
    assert len(post.to(GUEST)) == 1
    pass_time()
    run_due()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert [event_of(mail)[1]["DTSTART"].dt - MONDAY_10 for mail in post.to(GUEST)][1:] == [LASTS + HOUR] * 2
    old, without, new = locations(post)
    assert without == "Zoom (the link follows)"
    assert new == Conference.objects.get(unused=False).join_url != old


@pytest.mark.parametrize(("by", "meetings_made"), [(HOUR, 1), (LASTS + HOUR, 2)])
def test_a_meeting_whose_booking_is_moved_while_zoom_makes_it_is_the_link_if_it_is_good_for_the_new_time(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch, by: timedelta, meetings_made: int
) -> None:
    make = meetings.request_for

    def moved(of: Booking) -> object:
        monkeypatch.setattr(meetings, "request_for", make)
        move(of, by)
        return make(of)

    monkeypatch.setattr(meetings, "request_for", moved)
    run_due()
    pass_time()
    run_due()
    assert len(zoom.meetings) == meetings_made
    (kept,) = Conference.objects.filter(unused=False)
    assert kept.vendor_start == (MONDAY_10 if by == HOUR else MONDAY_10 + by)
    assert locations(post) == [kept.join_url]
    assert [event_of(mail)[1]["DTSTART"].dt for mail in post.to(GUEST)] == [MONDAY_10 + by]


def test_no_second_meeting_is_asked_for_while_one_is_being_made(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    making = claim.claim("making")
    assert making is not None
    assert making.kind == "delivery.conference"
    move(booking, HOUR)
    run_due()
    assert zoom.meetings == []
    meetings.make_conference(making)  # it has read nothing yet, and gives way
    Work.objects.filter(pk=making.pk).update(state="done", lease_until=None)
    pass_time()
    run_due()
    assert len(zoom.meetings) == 1
    assert Conference.objects.get().vendor_start == MONDAY_10 + HOUR


def test_moved_and_cancelled_while_zoom_makes_it_the_meeting_is_unused(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = meetings.request_for

    def ended(of: Booking) -> object:
        cancel(move(of, HOUR), by="guest", now=timezone.now())
        return make(of)

    monkeypatch.setattr(meetings, "request_for", ended)
    run_due()
    pass_time()
    run_due()
    assert [conference.unused for conference in Conference.objects.all()] == [True]
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(GUEST)] == ["Cancelled"]
