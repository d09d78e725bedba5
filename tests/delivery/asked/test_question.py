"""What the calendar has made of a booking is asked on its page and by mail, once, and answered by a button."""

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel
from sivient.booking.steps import CALENDAR_ASKS, step_key
from sivient.calendars.models import WrittenEvent
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from tests.delivery.asked.conftest import GUEST, HALF, HOUR, seen
from tests.delivery.calendar_world import World
from tests.delivery.conftest import Post, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def asked(post: Post, host: User) -> list[str]:
    """The mails that ask the host."""
    return [text_of(mail) for mail in post.to(host.email) if str(mail["Subject"]).startswith("Your calendar asks")]


def test_a_deleted_event_is_asked_about_once_with_what_happens_without_an_answer(
    booking: Booking, host: User, post: Post, client: Client
) -> None:
    booking = seen(booking, at=None)
    (mail,) = asked(post, host)
    assert "The event was deleted in Google Calendar." in mail
    assert "Without an answer the meeting is cancelled at " in mail
    assert "Google Calendar may already have told Ada Okafor that it is cancelled." in mail
    assert "Ada Okafor is told by mail. Keep it, and Ada Okafor is invited again." in mail
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert page.index("Your calendar says") < page.index('class="alert warn"') < page.index("Keep the booking, restore")
    assert "Keep the booking, restore the event" in page
    assert "Calendar asks" in client.get("/bookings").content.decode()
    step = Work.objects.get(kind=CALENDAR_ASKS, key=step_key(booking))
    enqueue(step.kind, key=step.key, payload=step.payload)
    run_due()
    assert len(asked(post, host)) == 1


def test_asked_a_second_time_it_is_another_mail(booking: Booking, host: User, post: Post) -> None:
    """Under the same Message-ID a mail server may take the second for a copy of the first."""
    booking = seen(booking, at=None)
    WrittenEvent.objects.filter(booking=booking).update(seen_gone_at=None)
    seen(booking, at=MONDAY_10)
    seen(booking, at=None)
    first, second = (mail for mail in post.to(host.email) if str(mail["Subject"]).startswith("Your calendar asks"))
    assert first["Message-ID"] != second["Message-ID"]


def test_keeping_a_booking_makes_its_deleted_event_anew(
    booking: Booking, world: World, post: Post, client: Client
) -> None:
    world.events.clear()
    seen(booking, at=None)
    said = client.post(f"/bookings/{booking.pk}/calendar/keep", {"version": booking.version}, follow=True)
    assert "The booking stands as it is." in said.content.decode()
    run_due()
    assert [draft.start for draft, _ in world.events.values()] == [MONDAY_10]
    assert world.mailed(GUEST) == ["REQUEST", "REQUEST"]
    assert (post.to(GUEST), Booking.objects.get(pk=booking.pk).calendar_asks) == ([], "")


def test_an_event_moved_onto_another_booking_is_asked_about_and_moved_back(
    booking: Booking, host: User, world: World, post: Post, client: Client
) -> None:
    other = make_booking(make_event_type(host), start=MONDAY_10 + HOUR, email="cy@guest.example")
    booking = seen(booking, at=other.start)
    (mail,) = asked(post, host)
    assert "Another booking is there." in mail
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "Keep the time, move the event back" in page
    assert (
        "Google Calendar may already have told Ada Okafor the new time. Keep the time, and Ada Okafor is told" in page
    )
    assert ("This one cannot move there." in page, "Move the booking there" in page) == (True, False)
    refused = client.post(f"/bookings/{booking.pk}/calendar/follow", {"version": booking.version})
    assert (refused.status_code, "another booking is there" in refused.content.decode()) == (409, True)
    client.post(f"/bookings/{booking.pk}/calendar/keep", {"version": booking.version})
    run_due()
    assert world.mailed(GUEST)[-1] == "UPDATE"


def test_the_booking_may_follow_once_the_other_booking_has_gone(booking: Booking, host: User, client: Client) -> None:
    other = make_booking(make_event_type(host), start=MONDAY_10 + HOUR, email="cy@guest.example")
    seen(booking, at=other.start)
    cancel(other, by="guest", now=timezone.now())
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert ("Another booking was there, but is no more." in page, "Move the booking there" in page) == (True, True)
    moved = client.post(f"/bookings/{booking.pk}/calendar/follow", {"version": booking.version}, follow=True)
    assert "The booking is where its event is now." in moved.content.decode()


def test_a_guest_whom_the_calendar_does_not_invite_has_heard_nothing(booking: Booking, client: Client) -> None:
    Booking.objects.update(invites=Booking.Invites.MAIL)
    seen(booking, at=None)
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "Ada Okafor has heard nothing of it." in page
    assert "may have told" not in page


def test_an_event_moved_into_the_past_can_only_be_moved_back(
    booking: Booking, host: User, post: Post, client: Client
) -> None:
    booking = seen(booking, at=timezone.now() - HOUR)
    (mail,) = asked(post, host)
    assert "That time has passed." in mail
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "Another booking is there." not in page
    assert "Keep the time, move the event back" in page
    assert "Move the booking there" not in page


def test_a_deletion_that_may_be_a_move_says_that_nothing_is_cancelled(booking: Booking, client: Client) -> None:
    Booking.objects.update(calendar_asks="elsewhere", calendar_asked_at=timezone.now())
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "its time is taken in another calendar of yours." in page
    assert "Until you answer, the booking stands" in page
    assert "Keep the booking" in page
    assert "cancelled at" not in page


def test_when_the_time_to_answer_is_over_it_waits_for_the_calendar(booking: Booking, client: Client) -> None:
    booking = seen(booking, at=None)
    Booking.objects.update(calendar_asked_at=F("calendar_asked_at") - HALF)
    page = client.get(f"/bookings/{booking.pk}").content.decode()
    assert "cancelled as soon as Google Calendar says once more that it is gone" in page


def test_an_event_moved_to_a_free_time_takes_the_booking_along_and_nobody_is_told_again(
    booking: Booking, host: User, world: World, post: Post
) -> None:
    booking = seen(booking, at=MONDAY_10 + HOUR)
    run_due()
    assert (booking.start, booking.calendar_asks) == (MONDAY_10 + HOUR, "")
    assert (world.mailed(GUEST), post.to(GUEST)) == (["REQUEST"], [])


def test_an_answer_to_another_version_changes_nothing(booking: Booking, client: Client) -> None:
    seen(booking, at=None)
    for verb in ("keep", "follow"):
        assert client.post(f"/bookings/{booking.pk}/calendar/{verb}", {"version": 7}).status_code == 409
        assert client.post(f"/bookings/{booking.pk}/calendar/{verb}", {"version": "x"}).status_code == 422
    assert Booking.objects.get(pk=booking.pk).calendar_asks == "deleted"


def test_nobody_answers_for_another_host(booking: Booking, client: Client) -> None:
    client.force_login(make_host())
    assert client.post(f"/bookings/{booking.pk}/calendar/keep", {"version": 1}).status_code == 404
