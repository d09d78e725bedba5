"""A booking that is moved: the same event goes to its new time in every calendar, and never back."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import Platform
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, html_of, pass_time, sequence_of, text_of
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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


def phone_booking() -> Booking:
    """A booking that needs no link."""
    return make_booking(make_event_type(make_host(platform=Platform.PHONE, platform_details="+49 30 1")))


def move(booking: Booking, by: timedelta = HOUR, *, who: str = "guest") -> Booking:
    """Move the booking by some time."""
    fresh = Booking.objects.get(pk=booking.pk)
    return reschedule(fresh, fresh.start + by, by=who, now=timezone.now())  # type: ignore[arg-type]


def starts(post: Post, address: str) -> list[object]:
    """The times that the mails to an address have told, in order."""
    return [event_of(mail)[1]["DTSTART"].dt for mail in post.to(address)]


def test_the_same_event_moves_in_both_calendars_with_the_same_link(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    move(booking)
    run_due()
    assert len(zoom.meetings) == 1
    for address in (GUEST, booking.host.email):
        first, second = post.to(address)
        before, (method, after) = event_of(first)[1], event_of(second)
        assert (method, after["UID"]) == ("REQUEST", before["UID"])
        assert (sequence_of(first), sequence_of(second)) == (0, 1)
        assert after["DTSTART"].dt == MONDAY_10 + HOUR
        assert after["LOCATION"] == before["LOCATION"] == Conference.objects.get().join_url


def test_the_mail_says_old_and_new_time_in_the_zone_of_its_reader(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    move(booking)
    run_due()
    for address, zone, who in ((GUEST, "Asia/Tokyo", "You"), (booking.host.email, "Europe/Berlin", "Ada Okafor")):
        mail = post.to(address)[-1]
        old, new = MONDAY_10.astimezone(ZoneInfo(zone)), (MONDAY_10 + HOUR).astimezone(ZoneInfo(zone))
        assert str(mail["Subject"]).startswith("Rescheduled: Intro call with ")
        assert str(mail["Subject"]).endswith(f"{new:%H:%M}")
        for words in (text_of(mail), html_of(mail)):
            assert f"{new:%H:%M} to " in words
            assert f"{old:%H:%M} to " in words
            assert f"{who} rescheduled it." in words
        assert f"It was {old:%A} {old.day} {old:%B %Y}, {old:%H:%M}" in text_of(mail)


def test_the_link_that_comes_after_a_move_is_one_more_edition(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    zoom.switch(answers_503=True)
    run_due()
    pass_time()
    run_due()
    move(booking)
    pass_time()
    run_due()
    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    mails = post.to(GUEST)
    assert [sequence_of(mail) for mail in mails] == [0, 1, 2]
    assert starts(post, GUEST) == [MONDAY_10, MONDAY_10 + HOUR, MONDAY_10 + HOUR]
    assert str(event_of(mails[-1])[1]["LOCATION"]) == Conference.objects.get().join_url
    assert [str(mail["Subject"]).partition(":")[0] for mail in mails] == [
        "Invitation",
        "Rescheduled",
        "Updated invitation",
    ]
    assert len(zoom.meetings) == 1


def test_who_has_no_invite_yet_gets_a_first_one_with_the_new_time(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    move(booking)
    run_due()
    assert starts(post, GUEST) == [MONDAY_10 + HOUR]
    (mail,) = post.to(GUEST)
    assert str(mail["Subject"]).startswith("Invitation:")
    assert "It was" not in text_of(mail)
    assert sequence_of(mail) == 0
    assert len(zoom.meetings) == 1


def test_the_old_time_that_a_mail_names_is_the_one_its_reader_knew(post: Post) -> None:
    booking = phone_booking()
    run_due()
    move(booking)
    move(booking)
    run_due()
    assert starts(post, GUEST) == [MONDAY_10, MONDAY_10 + 2 * HOUR]
    tokyo = MONDAY_10.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{tokyo:%B %Y}, {tokyo:%H:%M} to" in text_of(post.to(GUEST)[-1]).partition("It was")[2]


def test_a_booking_that_was_moved_there_and_back_is_not_called_rescheduled(post: Post) -> None:
    booking = phone_booking()
    run_due()
    move(booking)
    move(booking, -HOUR)
    run_due()
    second = post.to(GUEST)[1]
    assert (sequence_of(second), str(second["Subject"]).partition(":")[0]) == (1, "Updated invitation")
    assert "It was" not in text_of(second)
    assert starts(post, GUEST) == [MONDAY_10, MONDAY_10]


def test_the_new_time_waits_for_an_invite_to_the_old_one_that_is_being_sent(post: Post) -> None:
    booking = phone_booking()
    Work.objects.filter(kind="delivery.host_invite").delete()
    sending = claim.claim("slow-1")
    assert sending is not None
    assert sending.kind == "delivery.invite"
    move(booking)
    run_due()
    assert post.to(GUEST) == []
    assert "being sent" in Work.objects.get(kind="delivery.invite", key=f"booking:{booking.pk}:2").last_error
    Work.objects.filter(pk=sending.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    pass_time()
    run_due()
    assert starts(post, GUEST) == [MONDAY_10 + HOUR]


def test_an_edition_whose_answer_was_lost_is_not_repeated_once_the_booking_has_moved(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = phone_booking()
    deliver = mailer.send

    def lost(message: object, *, to: str) -> None:
        deliver(message, to=to)  # type: ignore[arg-type]
        raise TryLater("The mail server did not answer.")

    monkeypatch.setattr(mailer, "send", lost)
    run_due()
    monkeypatch.setattr(mailer, "send", deliver)
    move(booking)
    pass_time()
    run_due()
    assert starts(post, GUEST) == [MONDAY_10, MONDAY_10 + HOUR]
    assert [sequence_of(mail) for mail in post.to(GUEST)] == [0, 1]


def test_an_edition_is_not_written_down_for_a_booking_that_has_moved_meanwhile(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step has read the booking at its old time, and the guest is faster than the next statement."""
    from sivient.delivery.work import invites

    booking = phone_booking()
    read = invites.told_by_mail

    def overtaken(of: Booking, reader: object) -> object:
        if of.version == 1:
            monkeypatch.setattr(invites, "told_by_mail", read)
            move(booking)
        return read(of, reader)  # type: ignore[arg-type]

    monkeypatch.setattr(invites, "told_by_mail", overtaken)
    run_due()
    pass_time()
    run_due()
    assert starts(post, GUEST) == [MONDAY_10 + HOUR]
    assert Work.objects.get(kind="delivery.invite", key=f"booking:{booking.pk}:1").result == {}


def test_cancelling_goes_beyond_every_edition_of_every_version(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    move(booking)
    run_due()
    cancel(move(booking), by="guest", now=timezone.now())
    run_due()
    for address in (GUEST, booking.host.email):
        assert [sequence_of(mail) for mail in post.to(address)] == [0, 1, 2]
        assert event_of(post.to(address)[-1])[0] == "CANCEL"
        assert starts(post, address)[-1] == MONDAY_10 + 2 * HOUR


def test_the_file_of_the_invite_carries_the_number_of_the_mail(
    booking: Booking, zoom: ZoomEmulator, post: Post, client: object
) -> None:
    run_due()
    move(booking)
    file = client.get(f"/b/{booking.token}/invite.ics").content.decode()  # type: ignore[attr-defined]
    assert "SEQUENCE:1" in file
    run_due()
    assert client.get(f"/b/{booking.token}/invite.ics").content == event_bytes(post)  # type: ignore[attr-defined]


def event_bytes(post: Post) -> object:
    """The calendar of the guest's last mail."""
    (part,) = [part for part in post.to(GUEST)[-1].walk() if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)
