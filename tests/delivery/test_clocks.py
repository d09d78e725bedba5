"""What a host reads and answers when a law has moved the clocks of their zone."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.clocks import TELL, compare_clocks
from sivient.booking.models import Booking
from sivient.booking.services import cancel
from sivient.delivery.work import clocks
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType, Hours, Platform
from tests.delivery.conftest import Post, html_of, pass_time, text_of
from tests.factories import BERLIN, MONDAY_10, make_booking, make_event_type, make_host
from tests.new_law import new_law

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
CHANGED = "The clocks of Berlin have changed by law since this was booked."


@pytest.fixture
def host(client: Client) -> User:
    """Mara in Berlin, who is called by telephone, and signed in."""
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1")
    client.force_login(host)
    return host


@pytest.fixture
def event_type(host: User) -> EventType:
    """What is booked."""
    return make_event_type(host)


@pytest.fixture
def booking(event_type: EventType) -> Booking:
    """Ada, on Monday at ten."""
    return make_booking(event_type)


@pytest.fixture
def later(booking: Booking, tmp_path: Path) -> Iterator[None]:
    """Berlin keeps London's clocks since."""
    with new_law(tmp_path / "zones", "Europe/Berlin", like="Europe/London"):
        yield


def night() -> None:
    """Compare, and do all that follows."""
    compare_clocks(now=timezone.now())
    run_due()


def told(post: Post, host: User) -> list[str]:
    """The mails about the clocks, in both readings."""
    found = [mail for mail in post.to(host.email) if "clocks have changed" in str(mail["Subject"])]
    return [f"{mail['Subject']}\n{text_of(mail)}{unescape(html_of(mail))}" for mail in found]


def page(client: Client, booking: Booking) -> str:
    """The page of the booking."""
    return unescape(client.get(f"/bookings/{booking.pk}").content.decode())


def test_the_booking_is_marked_and_its_page_asks(booking: Booking, client: Client, later: None, post: Post) -> None:
    assert CHANGED not in page(client, booking)
    night()
    shown = page(client, booking)
    assert f"<strong>{CHANGED}</strong> It was to be at 10:00 your time and is now at 09:00." in shown
    assert "Ada Okafor has heard nothing of it" in shown
    assert "Move it to 10:00</button>" in shown
    assert "Leave it at 09:00</button>" in shown
    assert "Clocks changed" in client.get("/bookings").content.decode()


def test_where_the_zone_is_not_the_hosts_own_it_is_named(
    booking: Booking, host: User, client: Client, later: None, post: Post
) -> None:
    User.objects.filter(pk=host.pk).update(timezone="Asia/Tokyo")
    night()
    assert "It was to be at 10:00 in Berlin and is now at 09:00." in page(client, booking)


def test_left_where_it_is_it_asks_no_more_and_the_guest_hears_nothing(
    booking: Booking, client: Client, later: None, post: Post
) -> None:
    night()
    heard = len(post.to(booking.guest_email))
    said = client.post(f"/bookings/{booking.pk}/clocks/leave", {"version": 1}, follow=True)
    assert "The booking stays at " in said.content.decode()
    night()
    assert (CHANGED in page(client, booking), len(post.to(booking.guest_email))) == (False, heard)
    assert "Clocks changed" not in client.get("/bookings").content.decode()


def test_moved_it_is_rescheduled_and_the_guest_is_told_as_of_any_new_time(
    booking: Booking, client: Client, later: None, post: Post
) -> None:
    night()
    said = client.post(f"/bookings/{booking.pk}/clocks/move", {"version": 1}, follow=True)
    assert "10:00. Ada Okafor is told." in said.content.decode()
    night()
    assert Booking.objects.get().start == MONDAY_10 + HOUR
    assert str(post.to(booking.guest_email)[-1]["Subject"]).startswith("Rescheduled")
    again = client.post(f"/bookings/{booking.pk}/clocks/move", {"version": 1}, follow=True)
    assert (again.status_code, Booking.objects.get().version) == (200, 2), "pressed twice"


def test_where_another_booking_is_it_can_only_be_left(
    event_type: EventType, booking: Booking, client: Client, later: None, post: Post
) -> None:
    make_booking(event_type, start=MONDAY_10 + HOUR, email="cy@guest.example")
    night()
    shown = page(client, booking)
    assert ("You have another booking at that time." in shown, "Move it to" in shown) == (True, False)
    refused = client.post(f"/bookings/{booking.pk}/clocks/move", {"version": 1})
    assert (refused.status_code, "To move this one there, move that one first." in refused.content.decode()) == (
        409,
        True,
    )
    assert Booking.objects.get(pk=booking.pk).start == MONDAY_10


def test_with_another_date_both_days_are_named(
    event_type: EventType, client: Client, post: Post, tmp_path: Path
) -> None:
    monday = MONDAY_10.astimezone(BERLIN).date()
    Hours.objects.create(schedule=event_type.schedule, weekday=0, start=0, end=60)
    booking = make_booking(event_type, start=datetime.combine(monday, time(0, 30), BERLIN))
    with new_law(tmp_path / "zones", "Europe/Berlin", like="Europe/London"):
        night()
        shown = page(client, booking)
    assert "at 00:30 on Monday your time and is now at 23:30 on Sunday." in shown


def test_an_answer_to_what_is_not_so_any_more_changes_nothing(
    booking: Booking, client: Client, later: None, post: Post
) -> None:
    night()
    for verb in ("leave", "move"):
        assert client.post(f"/bookings/{booking.pk}/clocks/{verb}", {"version": 7}).status_code == 409
        assert client.post(f"/bookings/{booking.pk}/clocks/{verb}", {"version": "x"}).status_code == 422
    assert CHANGED in page(client, booking)
    cancel(booking, by="guest", now=timezone.now())
    for verb in ("leave", "move"):
        assert client.post(f"/bookings/{booking.pk}/clocks/{verb}", {"version": 2}).status_code == 409
    assert CHANGED not in page(client, booking)


def test_what_has_begun_cannot_follow(booking: Booking, client: Client, later: None, post: Post) -> None:
    night()
    Booking.objects.update(start=timezone.now() - HOUR, end=timezone.now() + HOUR)
    answer = client.post(f"/bookings/{booking.pk}/clocks/move", {"version": 1})
    assert answer.status_code == 409
    assert "This meeting has begun." in answer.content.decode()


def test_one_mail_lists_all_that_were_found_and_the_next_night_only_what_is_new(
    event_type: EventType, booking: Booking, host: User, later: None, post: Post
) -> None:
    other = make_booking(event_type, start=MONDAY_10 + HOUR, name="Cy", email="cy@guest.example")
    other.wall_start = other.wall_start.replace("10:", "11:")  # it was made under the law before
    other.save()
    night()
    (mail,) = told(post, host)
    assert "The clocks have changed by law: 2 bookings need your answer" in mail
    for name, was, now in (("Ada Okafor", "10:00", "09:00"), ("Cy", "11:00", "10:00")):
        assert mail.count(f"Intro call with {name}, Monday ") == 2, "in both readings"
        assert mail.count(f"it was to be at {was}, and is now at {now} (Berlin)") == 2
    night()
    assert len(told(post, host)) == 1
    third = make_booking(event_type, start=MONDAY_10 + 2 * HOUR, name="Di", email="di@guest.example")
    Booking.objects.filter(pk=third.pk).update(wall_start=third.wall_start.replace("11:", "12:"))
    night()
    assert "1 booking needs your answer" in told(post, host)[-1]
    assert ("Di" in told(post, host)[-1], "Ada" in told(post, host)[-1]) == (True, False)


def test_a_mail_whose_answer_was_lost_is_the_same_when_sent_again(
    booking: Booking, host: User, later: None, post: Post
) -> None:
    with post.losing_answers():
        night()
    User.objects.filter(pk=host.pk).update(timezone="Asia/Tokyo")
    Booking.objects.update(title="Another title")
    pass_time()
    run_due()
    first, second = told(post, host)
    assert first == second
    assert Work.objects.get(kind=TELL).result.keys() == {"told"}, "no name is kept"


def test_of_many_the_first_are_listed_and_the_rest_counted(
    event_type: EventType, booking: Booking, host: User, later: None, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "MOST_LINES", 1)
    other = make_booking(event_type, start=MONDAY_10 + HOUR, name="Cy", email="cy@guest.example")
    Booking.objects.filter(pk=other.pk).update(wall_start=other.wall_start.replace("10:", "11:"))
    night()
    (mail,) = told(post, host)
    assert ("Ada" in mail, "Cy" in mail, mail.count("And 1 more, marked in your bookings.")) == (True, False, 2)


def test_a_host_who_has_answered_meanwhile_is_not_written_to(
    booking: Booking, host: User, client: Client, later: None, post: Post
) -> None:
    compare_clocks(now=timezone.now())
    client.post(f"/bookings/{booking.pk}/clocks/leave", {"version": 1})
    run_due()
    assert told(post, host) == []
