"""What a calendar gets: one event, whose editions only grow, whatever is lost on the way."""

from typing import Any

import pytest
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.booking.services import cancel
from sivient.delivery.edition import Told, next_edition, present_edition, told
from sivient.jobs import claim
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import Platform
from sivient.site import mailer
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, pass_time
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST = "ada@guest.example"
NOW = timezone.now()


@pytest.mark.parametrize(
    ("record", "link", "sequence"),
    [
        ({}, False, 0),
        ({}, True, 0),
        ({"sequence": 0, "link": False, "sent": False}, False, 0),
        ({"sequence": 0, "link": False, "sent": False}, True, 1),
        ({"sequence": 0, "link": False, "sent": True}, True, 1),
        ({"sequence": 0, "link": True, "sent": True}, True, None),
        ({"sequence": 0, "link": False, "sent": True}, False, None),
    ],
)
def test_the_next_edition(record: dict[str, Any], link: bool, sequence: int | None) -> None:
    found = next_edition(record | ({"at": NOW.isoformat()} if record else {}), before=Told(), link=link, now=NOW)
    assert (found.sequence if found else None) == sequence


@pytest.mark.parametrize(
    ("record", "before", "new"),
    [
        ({}, Told(), False),
        ({}, Told(1, NOW, link=None), False),
        ({}, Told(1, NOW, link=7), False),
        ({}, Told(1, NOW, link=5), True),
        ({"sequence": 0, "link": None, "sent": True}, Told(), False),
        ({"sequence": 0, "link": 5, "sent": True}, Told(), True),
        ({"sequence": 1, "link": None, "replaces": 5, "sent": True}, Told(1, NOW, link=5), True),
        ({"sequence": 1, "link": None, "replaces": 7, "sent": True}, Told(1, NOW, link=7), False),
    ],
)
def test_a_link_is_new_only_for_a_calendar_that_had_another_one(
    record: dict[str, Any], before: Told, new: bool
) -> None:
    edition = present_edition(record, before=before, link=7, now=NOW)
    assert edition.new_link is new
    again = present_edition(edition.record(start=NOW, sent=True), before=before, link=7, now=NOW)
    assert again == edition, "the same edition says the same"


def test_the_link_of_an_earlier_version_is_remembered_also_through_one_without_a_link() -> None:
    with_link = present_edition({}, before=Told(), link=5, now=NOW).record(start=NOW, sent=True)
    assert told([with_link], [with_link]).link == 5
    without = present_edition({}, before=Told(1, NOW, link=5), link=None, now=NOW).record(start=NOW, sent=True)
    assert told([with_link, without], [with_link, without]).link == 5


def test_a_lost_answer_of_the_mail_server_never_gives_two_contents_one_number(
    zoom: ZoomEmulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make_host()
    booking = make_booking(make_event_type(host))
    deliver = mailer.send

    def lost(message: Any, *, to: str) -> None:
        deliver(message, to=to)
        raise TryLater("The mail server did not answer.")

    monkeypatch.setattr(mailer, "send", lost)
    pass_time()
    run_due()
    monkeypatch.setattr(mailer, "send", deliver)
    connect(zoom, host)
    Work.objects.filter(kind="delivery.conference").update(state="waiting")
    pass_time()
    run_due()
    first, *copies, second = post.to(GUEST)
    assert {mail["Message-ID"] for mail in copies} <= {first["Message-ID"]}, "a slow machine has tried twice"
    assert first["Message-ID"] != second["Message-ID"]
    assert [int(event_of(mail)[1]["SEQUENCE"]) for mail in (first, second)] == [0, 1]
    assert str(event_of(second)[1]["LOCATION"]) == Conference.objects.get().join_url
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert int(event_of(post.to(GUEST)[-1])[1]["SEQUENCE"]) == 2


def test_the_same_edition_again_is_the_same_message(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    make_booking(make_event_type(make_host(platform=Platform.PHONE, platform_details="+49 30 1")))
    deliver = mailer.send
    sent: list[bytes] = []

    def lost(message: Any, *, to: str) -> None:
        sent.append(message.as_bytes())
        if len(sent) <= 2:
            raise TryLater("The mail server did not answer.")
        deliver(message, to=to)

    monkeypatch.setattr(mailer, "send", lost)
    run_due()
    pass_time()
    run_due()
    assert sent[:2] == sent[2:]


def test_a_cancellation_waits_for_an_invite_that_is_being_sent(post: Post) -> None:
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1")
    booking = make_booking(make_event_type(host))
    Work.objects.filter(kind="delivery.host_invite").delete()
    sending = claim.claim("slow-1")
    assert sending is not None
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    assert post.to(GUEST) == []
    assert "being sent" in Work.objects.get(kind="delivery.cancellation").last_error


def test_a_new_sender_domain_does_not_change_the_uid_of_a_booking(post: Post, settings: Any) -> None:
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1")
    booking = make_booking(make_event_type(host))
    run_due()
    settings.MAIL_FROM = "bookings@moved.example"
    cancel(booking, by="guest", now=timezone.now())
    run_due()
    invite, cancellation = post.to(GUEST)
    assert event_of(invite)[1]["UID"] == event_of(cancellation)[1]["UID"]


def test_a_host_without_an_address_gets_no_copy_and_the_timeline_says_so(post: Post) -> None:
    from sivient.delivery.timeline import timeline

    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1", email="")
    booking = make_booking(make_event_type(host))
    run_due()
    assert len(post.all()) == 1
    assert "not needed" in timeline(Booking.objects.get(pk=booking.pk), timezone.now())[-1].title


def test_the_host_hears_of_a_link_that_will_not_come(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host, "otto")
    make_booking(make_event_type(host))
    run_due()
    (mail,) = [mail for mail in post.to(host.email) if "No Zoom link" in str(mail["Subject"])]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Try now" in body.get_content()


def test_the_hosts_copy_does_not_carry_the_guests_secret_link(post: Post) -> None:
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1")
    booking = make_booking(make_event_type(host))
    run_due()
    (copy,) = post.to(host.email)
    assert booking.token not in str(event_of(copy)[1].to_ical())
    assert booking.token in event_of(post.to(GUEST)[0])[1].to_ical().decode().replace("\r\n ", "")


def test_the_invite_names_meeting_id_and_passcode(zoom: ZoomEmulator, post: Post) -> None:
    host = make_host()
    connect(zoom, host)
    make_booking(make_event_type(host))
    run_due()
    conference = Conference.objects.get()
    description = str(event_of(post.to(GUEST)[0])[1]["DESCRIPTION"])
    assert conference.external_id in description
    assert conference.passcode in description
