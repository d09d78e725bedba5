"""A request that waits for its host: who is told what, until there is an event to put into calendars."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.services import approve, cancel, decline, expire, reschedule
from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Platform
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, html_of, pass_time, sequence_of, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST, BO = "ada@guest.example", "bo@guest.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def request_(post: Post) -> Booking:
    """A request for Monday at ten."""
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1")
    event_type = make_event_type(host, requires_approval=True, most_others=1)
    return make_booking(event_type, note="A note", answers=(("topic", "Topic", "Prices"),), others=(BO,))


def subjects(post: Post, address: str) -> list[str]:
    """The first words of the mails to an address."""
    return [str(mail["Subject"]).partition(":")[0] for mail in post.to(address)]


def local(booking: Booking, zone: str) -> str:
    """When the request expires, in the words of a reader in that zone."""
    assert booking.answer_by is not None
    at = booking.answer_by.astimezone(ZoneInfo(zone))
    return f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}"


def test_the_host_is_asked_with_everything_needed_to_answer(request_: Booking, post: Post) -> None:
    run_due()
    (mail,) = post.to(request_.host.email)
    assert str(mail["Subject"]).startswith("Request: Intro call with Ada Okafor")
    for words in (text_of(mail), html_of(mail)):
        for said in ("10:00 to 10:30", "A note", "Topic", "Prices", BO, GUEST, local(request_, "Europe/Berlin")):
            assert said in words
        assert f"/bookings/{request_.pk}" in words
        assert not any(f"/bookings/{request_.pk}/{verb}" in words for verb in ("approve", "decline"))
        assert request_.token not in words
    assert GUEST in str(mail["Reply-To"])


def test_the_guest_reads_that_the_time_is_held_and_not_confirmed(request_: Booking, post: Post) -> None:
    run_due()
    (mail,) = post.to(GUEST)
    assert subjects(post, GUEST) == ["Request received"]
    for words in (text_of(mail), html_of(mail)):
        for said in ("held for you", "not confirmed yet", local(request_, "Asia/Tokyo"), request_.token):
            assert said in words
        assert "Prices" not in words
        assert "A note" not in words
    assert post.to(BO) == []


def test_nothing_of_a_request_is_in_a_calendar(request_: Booking, post: Post) -> None:
    run_due()
    cancel(request_, by="guest", now=timezone.now())
    run_due()
    assert subjects(post, GUEST) == ["Request received", "Cancelled"]
    assert subjects(post, request_.host.email) == ["Request", "Cancelled"]
    assert "It was a request" in text_of(post.to(GUEST)[-1])
    assert not any("text/calendar" in mail.as_string() for mail in post.all())
    assert post.to(BO) == []


def test_an_approved_request_becomes_an_invite_for_everybody(request_: Booking, post: Post) -> None:
    run_due()
    approve(request_, now=timezone.now())
    run_due()
    for address in (GUEST, BO, request_.host.email):
        mail = post.to(address)[-1]
        assert (event_of(mail)[0], sequence_of(mail)) == ("REQUEST", 0)
        assert str(mail["Subject"]).startswith("Invitation:")
    assert "Mara Lindqvist approved your request." in text_of(post.to(GUEST)[-1])
    assert "approved" not in text_of(post.to(BO)[-1])


def test_an_approved_request_gets_its_link(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host)
    request = make_booking(make_event_type(host, requires_approval=True))
    run_due()
    assert zoom.meetings == []
    approve(request, now=timezone.now())
    run_due()
    (meeting,) = zoom.meetings
    assert meeting["join_url"] in text_of(post.to(GUEST)[-1])


def test_a_declined_request_is_told_to_the_guest_with_the_hosts_message(request_: Booking, post: Post) -> None:
    run_due()
    decline(request_, reason="I am away that day.", now=timezone.now())
    run_due()
    mail = post.to(GUEST)[-1]
    assert subjects(post, GUEST) == ["Request received", "Request declined"]
    for words in (text_of(mail), html_of(mail)):
        assert "Mara Lindqvist declined the request." in words
        assert "I am away that day." in words
    assert len(post.to(request_.host.email)) == 1
    assert post.to(BO) == []


def test_an_expired_request_is_told_to_both(request_: Booking, post: Post) -> None:
    run_due()
    assert request_.answer_by is not None
    expire(request_, now=request_.answer_by)
    pass_time()
    run_due()
    assert subjects(post, GUEST) == ["Request received", "Request expired"]
    assert subjects(post, request_.host.email) == ["Request", "Request expired"]
    assert "has not answered in time" in text_of(post.to(GUEST)[-1])
    assert local(request_, "Europe/Berlin") in text_of(post.to(request_.host.email)[-1])


def test_a_moved_request_asks_again_with_both_times(request_: Booking, post: Post) -> None:
    run_due()
    moved = reschedule(request_, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert moved.status == Booking.Status.PENDING
    mail = post.to(request_.host.email)[-1]
    assert subjects(post, request_.host.email) == ["Request", "Request rescheduled"]
    assert subjects(post, GUEST) == ["Request received", "Request rescheduled"]
    assert "11:00 to 11:30" in text_of(mail)
    assert "10:00 to 10:30" in text_of(mail).partition("It was")[2]


def test_a_request_that_was_answered_before_its_mail_left_is_not_asked_any_more(request_: Booking, post: Post) -> None:
    approve(request_, now=timezone.now())
    run_due()
    assert subjects(post, request_.host.email) == ["Invitation"]
    assert subjects(post, GUEST) == ["Invitation"]


def test_the_mail_about_the_new_time_waits_for_the_one_about_the_old(request_: Booking, post: Post) -> None:
    sending = claim.claim("slow-1")
    assert sending is not None
    assert sending.kind == "delivery.request"
    reschedule(request_, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    run_due()
    assert post.to(request_.host.email) == []
    Work.objects.filter(pk=sending.pk).update(lease_until=timezone.now() - HOUR)
    pass_time()
    run_due()
    assert subjects(post, request_.host.email) == ["Request rescheduled"]


def test_a_host_without_an_address_is_not_asked_by_mail(post: Post) -> None:
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1", email="")
    make_booking(make_event_type(host, requires_approval=True))
    run_due()
    assert len(post.all()) == 1
    assert Work.objects.get(kind="delivery.request").result == {"skipped": "There is no address."}
