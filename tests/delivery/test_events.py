"""A booking stands in its host's calendar, once, and the calendar's provider invites the guest by it, once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import plan_invites, step_key
from sivient.calendars.models import Calendar
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import Platform
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.calendar_world import World, booked, calendar_of, mount, soon
from tests.delivery.conftest import Post, connect, text_of
from tests.factories import MONDAY_10, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST, BO = "ada@guest.example", "bo@guest.example"
HOUR = timedelta(hours=1)


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


def calendar_parts(post: Post) -> list[str]:
    """The types of all calendar parts that were mailed."""
    return [
        part.get_content_type()
        for mail in post.all()
        for part in mail.walk()
        if "calendar" in str(part["Content-Type"])
    ]


def test_the_event_has_all_that_people_need_and_the_guest_hears_only_from_the_provider(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    ((draft, _),) = world.events.values()
    link = Conference.objects.get().join_url
    assert (draft.title, draft.start, draft.location) == ("Intro call: Ada Okafor and Mara Lindqvist", MONDAY_10, link)
    assert (draft.join_url, draft.conference_id) == (link, Conference.objects.get().external_id)
    for said in (link, f"/b/{booking.token}", "Meeting ID", "Passcode"):
        assert said in draft.description
    assert (f"/bookings/{booking.pk}" in draft.url, "/bookings/" in draft.description) == (True, False)  # hosts' page
    assert world.mailed(GUEST) == ["REQUEST"]
    assert (post.to(GUEST), calendar_parts(post)) == ([], [])
    (notice,) = post.to(host.email)
    assert str(notice["Subject"]).startswith("New booking: Intro call with Ada Okafor")
    assert "It goes into Google Calendar, which invites Ada Okafor." in text_of(notice)
    booking.refresh_from_db()
    assert booking.invited_at is not None
    assert booking.link_invited_at is not None


def test_the_guests_page_says_who_invites_and_has_no_file_that_would_be_a_second_event(
    host: User, calendar: Calendar, world: World, post: Post, client: Client
) -> None:
    booking = booked(host, calendar)
    run_due()
    page = client.get(f"/b/{booking.token}").content.decode()
    assert "It comes from Mara Lindqvist's calendar." in page.replace("&#x27;", "'")
    assert "invite.ics" not in page
    assert client.get(f"/b/{booking.token}/invite.ics").status_code == 404


def test_a_late_link_comes_into_the_same_event_with_one_word_to_the_guest(
    host: User, calendar: Calendar, world: World, zoom: ZoomEmulator, post: Post
) -> None:
    zoom.switch(answers_503=True)
    booking = booked(host, calendar)
    soon()
    run_due()
    ((draft, _),) = world.events.values()
    assert "The Zoom link follows" in draft.description
    zoom.switch(answers_503=False)
    soon()
    run_due()
    ((draft, _),) = world.events.values()
    assert draft.location == Conference.objects.get().join_url
    assert world.mailed(GUEST) == ["REQUEST", "UPDATE"]
    assert len({each.uid for each in world.outbox}) == 1
    assert len(post.to(host.email)) == 1, "the event in their calendar has the link"
    booking.refresh_from_db()
    assert booking.link_invited_at is not None


def test_a_reschedule_and_a_cancellation_reach_the_guest_once_each(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert [draft.start for draft, _ in world.events.values()] == [MONDAY_10 + HOUR]
    cancel(moved, by="host", now=timezone.now())
    run_due()
    assert world.events == {}
    assert world.mailed(GUEST) == ["REQUEST", "UPDATE", "CANCEL"]
    assert (post.to(GUEST), calendar_parts(post)) == ([], [])
    words = ["New booking", "Rescheduled", "Cancelled"]
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(host.email)] == words


def test_asking_again_for_what_the_calendar_has_tells_nobody_again(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    run_due()
    plan_invites(booking)
    run_due()
    assert (world.mailed(GUEST), len(post.all())) == (["REQUEST"], 1)


def test_a_mail_step_for_a_booking_that_its_calendar_invites_to_sends_nothing(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar)
    enqueue("delivery.invite", key=step_key(booking), payload={"booking": booking.pk, "version": 1})
    run_due()
    assert (post.to(GUEST), world.mailed(GUEST)) == ([], ["REQUEST"])


@pytest.mark.parametrize("stage", ["booked", "moved", "cancelled"])
def test_a_lost_answer_makes_no_second_event_and_no_second_message(
    host: User, calendar: Calendar, world: World, post: Post, stage: str
) -> None:
    booking = booked(host, calendar)
    world.lost = stage == "booked"
    run_due()
    soon()
    run_due()
    if stage != "booked":
        world.lost = stage == "moved"
        booking = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
        run_due()
        soon()
        run_due()
    if stage == "cancelled":
        world.lost = 1
        cancel(booking, by="guest", now=timezone.now())
        run_due()
        soon()
        run_due()
    told = {"booked": ["REQUEST"], "moved": ["REQUEST", "UPDATE"], "cancelled": ["REQUEST", "UPDATE", "CANCEL"]}
    assert world.mailed(GUEST) == told[stage]
    assert len(world.events) == (stage != "cancelled")
    assert post.to(GUEST) == []
    assert not Work.objects.filter(kind__startswith="delivery.event", state="waiting").exists()


def test_with_others_invited_the_event_shows_no_secret_and_the_guest_gets_their_page_by_one_plain_mail(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    booking = booked(host, calendar, others=(BO,), note="Buy at spam.example")
    run_due()
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    for draft in (each.draft for each in world.outbox):
        assert booking.token not in draft.description
        assert "spam.example" not in draft.description
    assert world.mailed(GUEST) == world.mailed(BO) == ["REQUEST", "UPDATE"]
    (mail,) = post.to(GUEST)
    assert f"/b/{booking.token}" in text_of(mail)
    assert (post.to(BO), calendar_parts(post)) == ([], [])


def test_who_cancels_before_the_event_is_written_leaves_no_event_and_is_told_by_mail(
    host: User, calendar: Calendar, world: World, post: Post
) -> None:
    cancel(booked(host, calendar), by="guest", now=timezone.now())
    run_due()
    assert (world.events, world.outbox) == ({}, [])
    assert [str(mail["Subject"])[:9] for mail in post.to(GUEST)] == ["Cancelled"]


def test_a_calendar_that_does_not_invite_has_the_hosts_copy_and_the_guest_our_mail(
    host: User, world: World, post: Post
) -> None:
    world.invites = False
    booking = booked(host, calendar_of(host, "caldav"), shared=False, note="Please call first")
    run_due()
    ((draft, _),) = world.events.values()
    assert draft.uid == booking.uid
    assert "Please call first" in draft.description
    assert booking.token not in draft.description
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert (world.events, world.outbox) == ({}, [])
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(GUEST)] == ["Invitation", "Cancelled"]
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(host.email)] == ["New booking", "Cancelled"]
    for mail in post.to(host.email):
        assert not [part for part in mail.walk() if "calendar" in str(part["Content-Type"])]


def test_a_copy_for_the_host_waits_for_a_calendar_that_is_away_and_the_guest_does_not(
    host: User, world: World, post: Post
) -> None:
    world.always = TryLater("The calendar does not answer.")
    booked(host, calendar_of(host, "caldav"), shared=False)
    run_due()
    assert len(post.to(GUEST)) == 1
    world.always = None
    soon()
    run_due()
    assert len(world.events) == 1
    assert len(post.to(GUEST)) == 1


def test_a_step_of_a_booking_that_has_moved_gives_way(host: User, calendar: Calendar, world: World, post: Post) -> None:
    booking = booked(host, calendar)
    Booking.objects.filter(pk=booking.pk).update(platform=Platform.PHONE)
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert [draft.start for draft, _ in world.events.values()] == [MONDAY_10 + HOUR]
    assert world.mailed(GUEST) == ["REQUEST"]
