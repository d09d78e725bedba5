"""What happens to a booking while its calendar is being asked: the guest hears of each time once, and of the last."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import plan_invites
from sivient.calendars.models import Calendar
from sivient.jobs.worker import run_due
from sivient.ports.errors import Rejected
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.calendar_world import World, booked, calendar_of, mount, soon
from tests.delivery.conftest import Post, connect, event_of
from tests.factories import MONDAY_10, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR = timedelta(hours=1)
NO = Rejected("The calendar refused the event.")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A calendar whose provider invites."""
    return mount(monkeypatch, World())


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def calendar(host: User) -> Calendar:
    """The host's calendar that receives bookings."""
    return calendar_of(host)


def meanwhile(world: World, act: Callable[[], object], error: Exception | None = None) -> None:
    """Let something happen while the calendar is asked for the first time; `error` is its answer then."""
    begin, acts = world._begin, [act]

    def begun(call: str) -> None:
        begin(call)
        if acts:
            acts.pop()()
            if error is not None:
                raise error

    world._begin = begun  # type: ignore[method-assign]


@pytest.mark.parametrize("refused", [False, True])
def test_a_cancellation_while_the_event_is_made(
    host: User, calendar: Calendar, world: World, post: Post, *, refused: bool
) -> None:
    booking = booked(host, calendar)
    meanwhile(world, lambda: cancel(booking, by="guest", now=timezone.now()), NO if refused else None)
    run_due()
    soon()
    run_due()
    assert world.events == {}
    assert world.mailed(GUEST) == ([] if refused else ["REQUEST", "CANCEL"])
    assert [str(mail["Subject"])[:9] for mail in post.to(GUEST)] == (["Cancelled"] if refused else [])


@pytest.mark.parametrize("refused", [False, True])
def test_a_reschedule_while_the_event_is_made(
    host: User, calendar: Calendar, world: World, post: Post, *, refused: bool
) -> None:
    booking = booked(host, calendar)
    move = lambda: reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())  # noqa: E731
    meanwhile(world, move, NO if refused else None)
    run_due()
    soon()
    run_due()
    assert [draft.start for draft, _ in world.events.values()] == [MONDAY_10 + HOUR]
    assert world.mailed(GUEST) == (["REQUEST"] if refused else ["REQUEST", "UPDATE"])
    assert post.to(GUEST) == []


def test_a_link_that_comes_after_everything_went_over_to_mail_is_mailed_whoever_brings_it(
    host: User, calendar: Calendar, world: World, zoom: ZoomEmulator, post: Post
) -> None:
    """Who stores the link has read the booking when its calendar still was to invite."""
    zoom.switch(answers_503=True)
    booking = booked(host, calendar)
    world.always = NO
    soon()
    run_due()
    known = Booking.objects.select_related("event").get(pk=booking.pk)
    known.invites, known.event = booking.invites, booking.event
    zoom.switch(answers_503=False)
    conference = Conference(booking=booking, vendor="by_hand", join_url="https://meet.example/1")
    conference.vendor_start, conference.created_at = booking.start, timezone.now()
    conference.save()
    plan_invites(known)
    run_due()
    assert [str(event_of(mail)[1].get("LOCATION")) for mail in post.to(GUEST)][-1] == "https://meet.example/1"
    assert world.outbox == []
