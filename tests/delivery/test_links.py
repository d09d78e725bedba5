"""The host gives a meeting another link: one link is in force, and everybody hears of it once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel, reschedule
from sivient.delivery import links
from sivient.delivery.links import NotReplaceable, replace_link, use_fallback
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.meeting_link import LinkUnfit
from sivient.scheduling.models import Platform, SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, html_of, pass_time, sequence_of, text_of
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
OWN = "https://meet.example/mara?room=1"
DAY = timedelta(days=1)


@pytest.fixture
def host(zoom: ZoomEmulator, post: Post) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def booking(host: User) -> Booking:
    """A booking that everybody has with its Zoom link."""
    booking = make_booking(make_event_type(host, most_others=1), others=("bo@guest.example",))
    run_due()
    return booking


def replace(booking: Booking, url: str = OWN) -> Conference:
    """Let the host give the booking this link now."""
    return replace_link(Booking.objects.get(pk=booking.pk), url, now=timezone.now())


def locations(post: Post, address: str = GUEST) -> list[str]:
    """Where somebody's invites lead, in order."""
    return [str(event_of(mail)[1]["LOCATION"]) for mail in post.to(address)]


def test_the_hosts_own_link_takes_the_place_of_zooms_and_everybody_is_told_once(booking: Booking, post: Post) -> None:
    old = booking.conferences.get()
    new = replace(booking, f"  {OWN} ")
    run_due()
    assert (new.vendor, new.join_url, new.external_id) == ("by_hand", OWN, "")
    old.refresh_from_db()
    assert (old.unused, old.replaced_at is not None) == (True, True)
    for address in (GUEST, booking.host.email, "bo@guest.example"):
        assert locations(post, address) == [old.join_url, OWN]
    assert [sequence_of(mail) for mail in post.to(GUEST)] == [0, 1]
    assert Entry.objects.filter(event="link replaced", actor="host", subject=f"booking:{booking.pk}").count() == 1


def test_a_link_that_is_not_zooms_is_called_a_meeting_and_has_no_number(booking: Booking, post: Post) -> None:
    passcode = booking.conferences.get().passcode
    replace(booking)
    run_due()
    mail = post.to(GUEST)[-1]
    assert str(event_of(mail)[1]["CONFERENCE"].params["LABEL"]) == "Join meeting"
    words = text_of(mail) + html_of(mail) + str(event_of(mail)[1]["DESCRIPTION"])
    assert "Join meeting" in words
    for strange in ("Zoom", "Meeting ID", "asscode", passcode):
        assert strange not in words
    assert OWN in str(event_of(mail)[1]["DESCRIPTION"])


def test_the_same_link_again_changes_nothing(booking: Booking, post: Post) -> None:
    first = replace(booking)
    run_due()
    told, done = len(post.all()), dict(Work.objects.values_list("pk", "done_at"))
    assert replace(booking).pk == first.pk
    run_due()
    assert (len(post.all()), dict(Work.objects.values_list("pk", "done_at"))) == (told, done)
    assert Entry.objects.filter(event="link replaced").count() == 1


def test_a_second_own_link_is_another_edition(booking: Booking, post: Post) -> None:
    replace(booking)
    run_due()
    replace(booking, "https://meet.example/other")
    run_due()
    assert locations(post)[1:] == [OWN, "https://meet.example/other"]
    assert [sequence_of(mail) for mail in post.to(GUEST)] == [0, 1, 2]


def test_zooms_own_link_given_back_is_its_meeting_again(booking: Booking, post: Post) -> None:
    zooms = booking.conferences.get()
    replace(booking)
    run_due()
    assert replace(booking, zooms.join_url).pk == zooms.pk
    run_due()
    zooms.refresh_from_db()
    assert (zooms.unused, zooms.replaced_at) == (False, None)
    assert locations(post) == [zooms.join_url, OWN, zooms.join_url]


@pytest.mark.parametrize(
    "url",
    ["", "meet.example/mara", "javascript:alert(1)", "https://meet.example/<b>", 'https://meet.example/"x"', "//x"],
)
def test_what_is_no_link_is_refused_with_a_sentence(booking: Booking, url: str) -> None:
    with pytest.raises(LinkUnfit, match="address"):
        replace(booking, url)
    assert booking.conferences.count() == 1


def test_a_link_that_is_too_long_is_refused(booking: Booking) -> None:
    with pytest.raises(LinkUnfit, match="2048"):
        replace(booking, f"https://meet.example/{'a' * 2048}")


def test_what_is_not_in_zoom_or_does_not_stand_or_is_over_has_no_link_to_replace(booking: Booking) -> None:
    phone = make_booking(make_event_type(make_host(platform=Platform.PHONE, platform_details="+49 30 1")))
    asked = make_request(start=MONDAY_10 + DAY)
    for other in (phone, asked):
        with pytest.raises(NotReplaceable, match=r"\.$"):
            replace(other)
    cancel(booking, by="host", now=NOW)
    with pytest.raises(NotReplaceable, match="does not stand"):
        replace(booking)
    with pytest.raises(NotReplaceable, match="over"):
        replace_link(make_booking(start=MONDAY_10 + DAY), OWN, now=MONDAY_10 + 2 * DAY)


def test_a_booking_that_was_moved_meanwhile_keeps_its_link(booking: Booking, post: Post) -> None:
    stale = Booking.objects.get(pk=booking.pk)
    reschedule(Booking.objects.get(pk=booking.pk), MONDAY_10 + DAY, by="host", now=timezone.now())
    told = list(Work.objects.values_list("key", flat=True))
    with pytest.raises(NotReplaceable, match="just been changed"):
        replace_link(stale, OWN, now=timezone.now())
    assert booking.conferences.get().vendor == "zoom"
    assert list(Work.objects.values_list("key", flat=True)) == told


def test_an_own_link_goes_along_when_the_booking_is_moved_however_far(
    booking: Booking, zoom: ZoomEmulator, post: Post
) -> None:
    replace(booking)
    run_due()
    reschedule(Booking.objects.get(pk=booking.pk), MONDAY_10 + 60 * DAY, by="host", now=timezone.now())
    run_due()
    assert locations(post)[-1] == OWN
    assert len(zoom.meetings) == 1


def test_what_zoom_makes_after_the_host_gave_a_link_is_unused(zoom: ZoomEmulator, post: Post, host: User) -> None:
    booking = make_booking(make_event_type(host))
    made = links.link_of

    def given_meanwhile(of: Booking) -> Conference | None:
        found = made(of)
        replace(booking)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sivient.delivery.work.meetings.link_of", lambda of: (patch.undo(), given_meanwhile(of))[1])
        run_due()
    assert Conference.objects.get(unused=False).vendor == "by_hand"
    assert Conference.objects.get(unused=True).external_id == str(zoom.meetings[0]["id"])
    pass_time()
    run_due()
    assert set(locations(post)) == {OWN}


def test_an_invite_on_its_way_with_the_old_link_is_followed_by_one_with_the_new(
    booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sivient.site import mailer

    send = mailer.send
    replace(booking, "https://meet.example/first")

    def given_again(message: object, *, to: str) -> None:
        monkeypatch.setattr(mailer, "send", send)
        replace(booking, "https://meet.example/second")
        send(message, to=to)  # type: ignore[arg-type]

    monkeypatch.setattr(mailer, "send", given_again)
    run_due()
    assert locations(post)[1:] == ["https://meet.example/first", "https://meet.example/second"]
    assert locations(post, booking.host.email)[1:] == ["https://meet.example/second"]


def test_the_fallback_link_is_used_only_where_there_is_none(booking: Booking, host: User) -> None:
    linkless = make_booking(make_event_type(host), start=MONDAY_10 + DAY)
    assert use_fallback(linkless, now=NOW) is None, "the host has set none"
    SchedulingPage.objects.update(fallback_link=OWN)
    fresh = Booking.objects.get(pk=linkless.pk)
    used = use_fallback(fresh, now=NOW)
    assert used is not None
    assert (used.vendor, used.join_url) == ("fallback", OWN)
    assert use_fallback(fresh, now=NOW) is None
    assert use_fallback(Booking.objects.get(pk=booking.pk), now=NOW) is None
    assert Entry.objects.filter(event="fallback link used", actor="system").count() == 1
