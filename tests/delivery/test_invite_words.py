"""What an invite says of a link that is not there, or that took the place of another one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import reschedule
from sivient.delivery.links import replace_link
from sivient.delivery.timeline import timeline
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, html_of, pass_time, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
NEW, OWN = "The link is new; the earlier one no longer counts.", "https://meet.example/mara"
LASTS = timedelta(days=25)


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


def book(host: User) -> Booking:
    """Book and deliver."""
    booking = make_booking(make_event_type(host))
    run_due()
    return booking


def says_new(post: Post, address: str) -> list[int]:
    """How often each invite says that its link is new: in both readings, or in none."""
    return [(text_of(mail) + html_of(mail)).count(NEW) for mail in post.to(address)]


def test_a_replaced_link_is_called_new_once(host: User, post: Post) -> None:
    booking = book(host)
    replace_link(booking, OWN, now=timezone.now())
    run_due()
    assert says_new(post, GUEST) == says_new(post, host.email) == [0, 2]
    reschedule(booking, MONDAY_10 + timedelta(hours=1), by="host", now=timezone.now())
    run_due()
    assert says_new(post, GUEST) == [0, 2, 0], "the link is the same as before"


def test_a_new_time_that_brings_a_new_link_says_so(host: User, post: Post) -> None:
    reschedule(book(host), MONDAY_10 + LASTS + timedelta(hours=1), by="host", now=timezone.now())
    run_due()
    assert says_new(post, GUEST) == [0, 2]


def test_the_first_link_after_an_invite_without_one_is_not_called_new(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    zoom.switch(answers_503=True)
    book(host)
    pass_time()
    run_due()
    assert "still being made" in text_of(post.to(GUEST)[0])
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    assert says_new(post, GUEST) == [0, 0]


def test_an_invite_whose_link_needs_the_host_promises_no_link_that_is_being_made(
    zoom: ZoomEmulator, post: Post
) -> None:
    host = make_host()
    connect(zoom, host, "otto")  # Zoom makes no meetings for him
    book(host)
    pass_time()
    run_due()
    (to_guest,), to_host = post.to(GUEST), post.to(host.email)[-1]
    told = "There is no link yet. Mara Lindqvist has been told, and it comes in an update of this invite."
    assert told in text_of(to_guest)
    assert "Mara Lindqvist has been told" in html_of(to_guest)
    assert "There is no link yet. Add one on the booking's page" in text_of(to_host)
    for mail in (to_guest, to_host):
        event = event_of(mail)[1]
        assert str(event["LOCATION"]) == "There is no link yet"
        assert "There is no link yet." in str(event["DESCRIPTION"])
        assert "still being made" not in text_of(mail) + html_of(mail)
        assert "follows" not in str(event)
    lines = [step.detail for step in timeline(Booking.objects.get(), timezone.now()) if step.title.startswith("Invite")]
    assert lines == ["It says that there is no link yet. When the link exists, the same invite is updated."]


def test_it_does_not_wait_for_a_link_that_zoom_refused_and_follows_the_word_to_the_host(
    zoom: ZoomEmulator, post: Post
) -> None:
    host = make_host()
    connect(zoom, host, "otto")
    book(host)
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.to(host.email)] == ["No Zoom link", "Invitation"]
    assert len(post.to(GUEST)) == 1


def test_so_does_one_of_a_host_who_is_not_connected_and_nobody_is_told_whom_no_mail_reaches(post: Post) -> None:
    book(make_host(email=""))
    pass_time()
    run_due()
    assert "There is no link yet. It comes in an update of this invite." in text_of(post.to(GUEST)[0])
