"""Whom the guest brings: invited, moved and uninvited like the guest, and told nothing that is not theirs."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery.services import try_now
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, html_of, sequence_of, text_of
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST, BO, CY = "ada@guest.example", "bo@guest.example", "cy@guest.example"
NOTE, ANSWER, REASON = "Buy at spam.example", "spam-answer.example", "spam-reason.example"


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """Ada brings Bo and Cy, and has said a few things to the host."""
    answers = (("topic", "Topic", ANSWER),)
    return make_booking(make_event_type(host, most_others=2), note=NOTE, answers=answers, others=(BO, CY))


def attendees(mail: EmailMessage) -> list[str]:
    """The addresses of the event's attendees."""
    return [str(each).removeprefix("mailto:") for each in event_of(mail)[1]["ATTENDEE"]]


def everything(mail: EmailMessage) -> str:
    """All that a mail says: headers, words, and the event with its lines unfolded."""
    return f"{mail.items()}{text_of(mail)}{html_of(mail)}{event_of(mail)[1].to_ical().decode()}".replace("\r\n ", "")


def test_each_gets_an_invite_of_their_own_with_the_link(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    link = Conference.objects.get().join_url
    for address in (BO, CY):
        (mail,) = post.to(address)
        method, event = event_of(mail)
        assert (method, str(event["UID"])) == ("REQUEST", booking.uid)
        assert link in text_of(mail)
        assert str(event["LOCATION"]) == str(event["CONFERENCE"]) == link
        assert "Ada Okafor invited you." in text_of(mail)
        assert "Ada Okafor invited you." in html_of(mail)
        assert "Ada Okafor invited you." in str(event["DESCRIPTION"])


def test_guest_and_host_see_all_attendees_and_each_of_the_others_only_themselves(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    host = booking.host.email
    assert attendees(post.to(GUEST)[0]) == attendees(post.to(host)[0]) == [GUEST, BO, CY, host]
    assert attendees(post.to(BO)[0]) == [GUEST, BO, host]
    assert attendees(post.to(CY)[0]) == [GUEST, CY, host]


def test_the_guests_words_and_secret_page_reach_none_of_them(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    cancel(booking, by="guest", reason=REASON, now=timezone.now())
    run_due()
    for address in (BO, CY):
        assert len(post.to(address)) == 2
        for mail in post.to(address):
            for secret in (booking.token, NOTE, ANSWER, REASON, f"/bookings/{booking.pk}"):
                assert secret not in everything(mail)
    for mail in post.to(GUEST):
        assert all(words not in everything(mail) for words in (NOTE, ANSWER, REASON))


def test_the_host_reads_note_answers_and_who_else_comes(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    (mail,) = post.to(booking.host.email)
    for words in (text_of(mail), html_of(mail), str(event_of(mail)[1]["DESCRIPTION"])):
        for said in (NOTE, "Topic", ANSWER, BO, CY):
            assert said in words
    assert booking.token not in everything(mail)


def test_moves_and_cancellations_reach_them(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    moved = reschedule(booking, booking.start + timedelta(hours=1), by="guest", now=timezone.now())
    run_due()
    cancel(moved, by="host", reason="For Ada alone", now=timezone.now())
    run_due()
    for address in (BO, CY):
        mails = post.to(address)
        assert [event_of(mail)[0] for mail in mails] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [sequence_of(mail) for mail in mails] == [0, 1, 2]
        assert "Ada Okafor rescheduled it." in text_of(mails[1])
        assert "Mara Lindqvist cancelled it." in text_of(mails[2])
        assert "For Ada alone" not in everything(mails[2])
        assert address in attendees(mails[2])


def test_one_who_was_never_invited_is_not_told_of_the_cancellation(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert [post.to(address) for address in (BO, CY)] == [[], []]
    assert len(post.to(GUEST)) == 1


def test_an_address_that_is_refused_keeps_no_one_else_from_their_invite_and_can_be_tried_again(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    refused = Work.objects.filter(kind="delivery.other_invite", key=f"booking:{booking.pk}:1:1")
    refused.update(state="failed", last_error="The mail server refused the address or the message (550).", result={})
    assert try_now(booking) == 1
    run_due()
    assert [len(post.to(address)) for address in (GUEST, BO, CY)] == [1, 1, 2]


def test_one_who_is_the_guest_or_the_host_already_is_no_second_attendee(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    make_booking(make_event_type(host, most_others=2), others=(GUEST, host.email))
    run_due()
    for mail in post.all():
        assert sorted(attendees(mail)) == sorted([GUEST, host.email])


def test_who_reads_as_several_of_them_gets_mails_that_no_program_takes_for_copies(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    make_booking(make_event_type(host, most_others=2), email=host.email, others=(host.email.title(), BO))
    run_due()
    assert len({str(mail["Message-ID"]) for mail in post.all()}) == len(post.all()) == 4
    assert [set(attendees(mail)) for mail in post.to(BO)] == [{host.email, BO}]
