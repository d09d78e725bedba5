"""When the calendar's provider does not invite, we do: when to wait for it, and when not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import plan_invites
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.ports.calendars import WillNotInvite
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.scheduling.models import Platform
from tests.delivery.calendar_world import World, booked, calendar_of, mount, soon
from tests.delivery.conftest import Post, event_of, text_of
from tests.factories import MONDAY_10, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR = timedelta(hours=1)
AWAY = TryLater("The calendar does not answer.")
FULL = WillNotInvite("Google takes no more invitations today.")
NO = Rejected("The calendar refused the event.")
ENDED = Reconnect("The calendar does not accept our access any more.")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A calendar whose provider invites."""
    return mount(monkeypatch, World())


@pytest.fixture
def host() -> User:
    """A host who is called by telephone."""
    return make_host(platform=Platform.PHONE, platform_details="+49 30 1234567")


@pytest.fixture
def calendar(host: User) -> Calendar:
    """The host's calendar that receives bookings."""
    return calendar_of(host)


def fresh(booking: Booking) -> Booking:
    """The booking as it stands."""
    return Booking.objects.get(pk=booking.pk)


def subjects(post: Post, to: str) -> list[str]:
    """The first words of the mails to one address."""
    return [str(mail["Subject"]).partition(":")[0] for mail in post.to(to)]


def trouble_began(ago: timedelta) -> None:
    """Let the trouble with the calendar have begun that long ago."""
    for work in Work.objects.filter(kind__startswith="delivery.event"):
        work.result = work.result | {"since": (datetime.now(UTC) - ago).isoformat()}
        work.save()


@pytest.mark.parametrize("said", [FULL, NO, ENDED, Gone("The calendar is gone.")], ids=lambda each: type(each).__name__)
def test_what_will_not_mend_by_itself_is_not_waited_for(
    host: User, calendar: Calendar, world: World, post: Post, said: IntegrationError
) -> None:
    booking = booked(host, calendar)
    world.always = said
    run_due()
    (mail,) = post.to(GUEST)
    method, event = event_of(mail)
    assert (method, str(event["UID"]), int(event["SEQUENCE"])) == ("REQUEST", booking.uid, 0)
    assert "takes the place" not in text_of(mail)
    assert [event_of(mail)[0] for mail in post.to(host.email)[-1:]] == ["REQUEST"], "the host has no other event"
    assert (fresh(booking).invites, fresh(booking).event) == (Booking.Invites.MAIL, None)
    assert not Work.objects.filter(kind="delivery.event_removed").exists(), "nothing was made there"


def test_a_calendar_that_is_away_is_waited_for_and_then_invites_alone(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booked(host, calendar)
    world.always = AWAY
    run_due()
    assert (post.to(GUEST), world.outbox) == ([], [])
    world.always = None
    soon()
    run_due()
    assert (post.to(GUEST), world.mailed(GUEST)) == ([], ["REQUEST"])


def test_a_calendar_that_is_away_for_a_quarter_of_an_hour_is_waited_for_no_longer(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    world.always = AWAY
    run_due()
    trouble_began(timedelta(minutes=14, seconds=50))
    soon()
    run_due()
    assert post.to(GUEST) == []
    trouble_began(timedelta(minutes=15))
    soon()
    run_due()
    assert subjects(post, GUEST) == ["Invitation"]
    world.always = None
    soon()
    run_due()
    assert (world.outbox, fresh(booking).invites) == ([], Booking.Invites.MAIL)


def test_with_the_meeting_near_half_of_the_time_that_is_left_is_all_the_waiting(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    near = timezone.now() + timedelta(minutes=10)
    Booking.objects.filter(pk=booking.pk).update(start=near, end=near + HOUR)
    world.always = AWAY
    run_due()
    assert post.to(GUEST) == []
    (step,) = Work.objects.filter(kind="delivery.event")
    assert step.run_at < near - timedelta(minutes=5)
    trouble_began(timedelta(minutes=11))
    soon()
    run_due()
    assert subjects(post, GUEST) == ["Invitation"]


def test_a_limit_that_lasts_longer_than_we_wait_is_not_waited_for(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booked(host, calendar)
    world.always = TryLater("Too many requests.", after=timedelta(hours=2))
    run_due()
    assert subjects(post, GUEST) == ["Invitation"]


def test_an_event_that_may_be_there_is_taken_away_and_its_guest_told(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booked(host, calendar)
    world.lost = 1
    run_due()
    world.always = OutcomeUnknown("The answer was lost.")
    trouble_began(timedelta(minutes=15))
    soon("delivery.event")
    run_due()
    assert subjects(post, GUEST) == ["Invitation"]
    world.always = None
    soon()
    run_due()
    assert world.events == {}


def test_a_reschedule_that_the_calendar_does_not_take_reaches_the_guest_by_mail_with_another_uid(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.trouble = [NO]
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    (mail,) = post.to(GUEST)
    assert str(mail["Subject"]).startswith("Rescheduled")
    assert "takes the place" in text_of(mail)
    assert event_of(mail)[1]["DTSTART"].dt == MONDAY_10 + HOUR
    assert str(event_of(mail)[1]["UID"]) not in {each.uid for each in world.outbox}
    assert (world.events, world.mailed(GUEST)) == ({}, ["REQUEST", "CANCEL"])
    cancel(fresh(booking), by="guest", now=timezone.now())
    run_due()
    assert [event_of(mail)[0] for mail in post.to(GUEST)] == ["REQUEST", "CANCEL"]
    assert world.mailed(GUEST) == ["REQUEST", "CANCEL"]


def test_a_provider_that_mails_nothing_more_loses_its_event_in_silence(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.trouble = [FULL]
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert (world.events, world.mailed(GUEST)) == ({}, ["REQUEST"])
    assert subjects(post, GUEST) == ["Rescheduled"]


def test_an_event_that_can_only_go_after_a_reconnect_goes_then_in_silence(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.always = ENDED
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert subjects(post, GUEST) == ["Rescheduled"]
    assert Work.objects.get(kind="delivery.event_removed").state == Work.State.PARKED
    world.always = None
    enqueue("delivery.links_wanted", key=f"account:{host.pk}", payload={"user": host.pk})
    run_due()
    assert (world.events, world.mailed(GUEST)) == ({}, ["REQUEST"])


def test_a_calendar_that_was_disconnected_leaves_the_rest_to_mail(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    calendar.delete()
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert subjects(post, GUEST) == ["Rescheduled"]
    cancel(fresh(booking), by="guest", now=timezone.now())
    run_due()
    assert subjects(post, GUEST) == ["Rescheduled", "Cancelled"]


@pytest.mark.parametrize("said", [NO, ENDED, FULL], ids=lambda each: type(each).__name__)
def test_a_cancellation_that_the_calendar_does_not_take_is_mailed_plainly_and_once(
    host: User, calendar: Calendar, world: World, post: Post, said: IntegrationError
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.always = said
    cancel(booking, by="host", now=timezone.now())
    run_due()
    (mail,) = post.to(GUEST)
    assert str(mail["Subject"]).startswith("Cancelled")
    assert "delete it" in text_of(mail)
    assert not [part for part in mail.walk() if "calendar" in str(part["Content-Type"])]
    world.always = None
    step = Work.objects.get(kind="delivery.event_removed")
    enqueue(step.kind, key=step.key, payload=step.payload)
    run_due()
    assert (world.events, world.mailed(GUEST), len(post.to(GUEST))) == ({}, ["REQUEST"], 1)


def test_a_cancellation_waits_for_a_calendar_that_is_away_only_so_long(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.always = AWAY
    cancel(booking, by="host", now=timezone.now())
    run_due()
    assert post.to(GUEST) == []
    trouble_began(timedelta(minutes=15))
    soon()
    run_due()
    soon()
    run_due()
    assert subjects(post, GUEST) == ["Cancelled"]
    world.always = None
    soon()
    run_due()
    assert (world.events, world.mailed(GUEST), len(post.to(GUEST))) == ({}, ["REQUEST"], 1)


def test_an_event_that_its_host_has_deleted_is_cancelled_by_mail_for_nobody_knows_whom_the_calendar_told(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    WrittenEvent.objects.update(seen_gone_at=timezone.now())
    plan_invites(booking)
    run_due()
    assert (post.to(GUEST), world.mailed(GUEST)) == ([], ["REQUEST"])
    cancel(fresh(booking), by="host", now=timezone.now())
    run_due()
    assert subjects(post, GUEST) == ["Cancelled"]


def test_an_event_that_is_not_found_is_looked_for_before_anybody_is_invited_anew(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    world.trouble = [Gone("Not there."), Gone("Not there.")]  # to the change, and to a look at it
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    assert Work.objects.filter(kind="delivery.event", state="waiting").exists()
    step = Work.objects.get(kind="delivery.event", state="waiting")
    run_due()
    step.refresh_from_db()
    assert (step.state, post.to(GUEST)) == ("waiting", [])
    assert Work.objects.filter(kind="calendars.look").exists()
