"""A booking comes out: one Zoom meeting, one invite with its link, whatever happens on the way."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel
from sivient.delivery.attempts import Asking
from sivient.delivery.services import try_now
from sivient.delivery.timeline import timeline
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Platform
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, pass_time
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking whose meeting lies ahead of the real clock."""
    return make_booking(make_event_type(host), start=MONDAY_10)


def states(booking: Booking) -> list[str]:
    """The states of the timeline, in order."""
    return [step.state for step in timeline(Booking.objects.get(pk=booking.pk), timezone.now())]


def test_one_meeting_is_made_and_its_link_is_in_both_invites(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    (meeting,) = zoom.meetings
    conference = Conference.objects.get()
    assert conference.join_url == meeting["join_url"]
    assert {str(mail["To"]).rpartition("<")[2].rstrip(">") for mail in post.all()} == {GUEST, booking.host.email}
    for mail in post.all():
        method, event = event_of(mail)
        assert (method, int(event["SEQUENCE"])) == ("REQUEST", 0)
        for name in ("LOCATION", "URL", "CONFERENCE"):
            assert str(event[name]) == conference.join_url
        assert conference.join_url in str(event["DESCRIPTION"])
    assert states(booking) == ["done"] * 4


def test_the_meeting_is_asked_for_with_the_booking_and_nothing_of_the_guest(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    (meeting,) = zoom.meetings
    assert (meeting["topic"], meeting["duration"]) == ("Intro call", 30)
    assert meeting["start_time"] == f"{MONDAY_10:%Y-%m-%dT%H:%M:%SZ}"
    assert "Ada" not in str(meeting)
    assert GUEST not in str(meeting)


def test_the_key_that_starts_the_meeting_as_host_is_kept_nowhere(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    stored = str(list(Conference.objects.values())) + str(list(Work.objects.values()))
    mailed = "".join(str(mail) for mail in post.all())
    assert "/s/" not in stored + mailed
    assert "zak=" not in stored + mailed


def test_zoom_down_then_up_gives_one_meeting_and_one_invite(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    zoom.switch(answers_503=True)
    run_due()
    assert (zoom.meetings, post.all()) == ([], [])
    assert states(booking)[1] == "trying"

    zoom.switch(answers_503=False)
    try_now(booking)
    run_due()
    assert len(zoom.meetings) == 1
    (mail,) = post.to(GUEST)
    assert str(event_of(mail)[1]["LOCATION"]) == Conference.objects.get().join_url


def test_after_a_minute_without_a_link_the_invite_goes_out_and_is_updated_later(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    zoom.switch(answers_503=True)
    run_due()
    pass_time()
    run_due()
    (first,) = post.to(GUEST)
    _, event = event_of(first)
    assert "CONFERENCE" not in event
    assert "follows" in str(event["DESCRIPTION"])

    zoom.switch(answers_503=False)
    pass_time()
    run_due()
    _, second = post.to(GUEST)
    _, updated = event_of(second)
    assert (updated["UID"], int(updated["SEQUENCE"])) == (event["UID"], 1)
    assert str(updated["LOCATION"]) == Conference.objects.get().join_url
    assert second["In-Reply-To"] == first["Message-ID"]
    assert len(post.to(booking.host.email)) == 2

    pass_time()
    run_due()
    assert len(post.all()) == 4


def test_without_a_connection_the_booking_waits_and_gets_its_link_on_connecting(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    booking = make_booking(make_event_type(host))
    run_due()
    assert Work.objects.get(kind="delivery.conference").state == "parked"
    assert states(booking)[1] == "needs_you"

    connect(zoom, host)
    enqueue("delivery.links_wanted", key=f"account:{host.pk}", payload={"user": host.pk})
    run_due()
    assert len(zoom.meetings) == 1
    assert len(post.to(GUEST)) == 1


def test_a_step_that_ran_twice_makes_no_second_meeting_and_no_second_mail(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    run_due()
    for work in Work.objects.filter(key=f"booking:{booking.pk}:1"):
        enqueue(work.kind, key=work.key, payload=work.payload)
    run_due()
    assert (len(zoom.meetings), len(post.all())) == (1, 2)


def test_a_worker_frozen_after_zoom_acted_leaves_one_link_and_one_unused_meeting(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Asking.before

    def overtaken(asking: Asking) -> None:
        """While this worker talks to Zoom, its lease ends and another one does the step."""
        monkeypatch.setattr(Asking, "before", before)
        before(asking)
        Work.objects.filter(kind="delivery.conference").update(lease_until=timezone.now() - timedelta(seconds=1))
        run_due("other")

    monkeypatch.setattr(Asking, "before", overtaken)
    run_due("frozen")
    assert len(zoom.meetings) == 2
    assert Conference.objects.filter(unused=False).count() == 1
    late = Conference.objects.get(unused=True)
    assert late.external_id == str(zoom.meetings[1]["id"]), "what the late worker made is shown as unused"
    assert len(post.to(GUEST)) == 1


def test_a_booking_cancelled_while_zoom_answers_keeps_the_meeting_as_unused(
    booking: Booking, zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sivient.delivery.work import meetings as steps

    make = steps.request_for

    def cancelled(of: Booking) -> object:
        cancel(of, by="guest", now=timezone.now())
        return make(of)

    monkeypatch.setattr(steps, "request_for", cancelled)
    run_due()
    assert [conference.unused for conference in Conference.objects.all()] == [True]
    (notice,) = post.to(GUEST)
    assert "text/calendar" not in notice.as_string(), "there is nothing to take out of the guest's calendar"
    assert str(notice["Subject"]).startswith("Cancelled:")


def test_cancelling_takes_the_event_out_of_both_calendars(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    cancel(booking, by="guest", reason="Ill today", now=timezone.now())
    run_due()
    for address in (GUEST, booking.host.email):
        invite, cancellation = post.to(address)
        method, event = event_of(cancellation)
        assert (method, int(event["SEQUENCE"]), str(event["STATUS"])) == ("CANCEL", 1, "CANCELLED")
        assert event["UID"] == event_of(invite)[1]["UID"]
        assert "zoom.us/j/" not in cancellation.as_string()
        assert address in str(event["ATTENDEE"])
    plain = post.to(booking.host.email)[1].get_body(("plain",))
    assert plain is not None
    assert "stays in your Zoom account" in plain.get_content()


def test_a_mail_server_that_is_busy_is_asked_again_and_gets_the_same_message(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    post.refuse("451")
    run_due()
    assert post.all() == []
    assert "trying" in states(booking)
    post.refuse("ok")
    pass_time()
    run_due()
    assert len(post.to(GUEST)) == 1


def test_an_address_that_the_mail_server_refuses_is_shown_to_the_host(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    post.refuse("550")
    run_due()
    assert "needs_you" in states(booking)
    assert GUEST not in Work.objects.get(kind="delivery.invite").last_error


def test_an_invite_without_zoom_goes_out_at_once_with_its_place(post: Post) -> None:
    host = make_host(platform=Platform.IN_PERSON, platform_details="Torstrasse 1, Berlin")
    booking = make_booking(make_event_type(host))
    run_due()
    (mail,) = post.to(GUEST)
    assert "Torstrasse 1" in str(event_of(mail)[1]["LOCATION"])
    assert states(booking) == ["done"] * 3


def test_the_note_goes_to_the_host_and_never_into_the_mail_to_the_guest(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    make_booking(make_event_type(host), note="Buy at spam.example")
    run_due()
    assert "spam.example" not in post.to(GUEST)[0].as_string()
    assert "spam.example" in post.to(host.email)[0].as_string()


def test_names_with_line_breaks_quotes_and_tags_stay_one_header_and_one_property(
    host: User, zoom: ZoomEmulator, post: Post
) -> None:
    nasty = 'Ada "<script>alert(1)</script>\r\nBcc: all@example.org\r\nATTENDEE:mailto:x@y.example 🎉'
    make_booking(make_event_type(host), name=nasty)
    run_due()
    (mail,) = post.to(GUEST)
    assert mail["Bcc"] is None
    _, event = event_of(mail)
    assert len(event["ATTENDEE"]) == 2
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


def test_both_readers_see_the_time_in_their_own_zone(booking: Booking, zoom: ZoomEmulator, post: Post) -> None:
    run_due()
    berlin, tokyo = "10:00", f"{MONDAY_10.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}"
    for address, own, other in ((GUEST, tokyo, berlin), (booking.host.email, berlin, tokyo)):
        body = post.to(address)[0].get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert re.search(rf"{MONDAY_10:%B} {MONDAY_10.year}, {own} to", text)
        assert re.search(rf"it is .*{other}", text)
