"""The page of one booking, and cancelling it."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.audit.models import Entry
from sivient.booking.models import Booking, Conference
from sivient.booking.services import reschedule
from sivient.core.interval import Interval
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform
from sivient.site import form_token
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LINK = "https://zoom.test/j/84512903377?pwd=secret"


def booked(*, connected: bool = True, link: str = "", platform: str = Platform.ZOOM, **fields: Any) -> Booking:
    """A booking with Mara, in the state that the test wants."""
    host = make_host(handle="mara", platform=platform, platform_details=fields.pop("details", ""))
    if connected:
        connect_zoom(host)
    booking = make_booking(make_event_type(host, slug="intro"))
    Booking.objects.filter(pk=booking.pk).update(**({"created_at": timezone.now()} | fields))
    if link:
        Conference.objects.create(
            booking=booking,
            vendor="zoom",
            external_id="84512903377",
            join_url=link,
            vendor_start=booking.start,
            created_at=NOW,
        )
    booking.refresh_from_db()
    return booking


def page(client: Client, booking: Booking, below: str = "") -> str:
    """The source of the booking's page."""
    return unescape(client.get(f"/b/{booking.token}{below}").content.decode())


def status(client: Client, booking: Booking) -> dict[str, object]:
    """What the page asks while it waits."""
    answer: dict[str, object] = client.get(f"/b/{booking.token}/status.json").json()
    return answer


def cancel(client: Client, booking: Booking, **typed: str) -> Any:
    """Send the form of the cancel page."""
    data = {"reason": "Something came up", "token": form_token.issue(f"cancel:{booking.pk}")}
    return client.post(f"/b/{booking.token}/cancel", data | typed)


def test_while_the_link_is_being_made_the_time_is_safe(client: Client) -> None:
    booking = booked()
    text = page(client, booking)
    assert "You are booked" in text
    assert "Your Zoom link is being made" in text
    assert "The invite goes to ada@guest.example." in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert "Add to calendar" not in text
    assert status(client, booking) == {"seen": "1-pending-not-invited", "settled": False}


def test_the_link_shows_as_soon_as_it_exists(client: Client) -> None:
    booking = booked(link=LINK)
    text = page(client, booking)
    assert f'href="{LINK}"' in text
    assert "Join Zoom meeting" in text
    assert "Time reserved, Zoom meeting created, the invite is on its way." in text
    answer = status(client, booking)
    assert str(answer["seen"]).startswith("1-ready-not-invited-")
    assert answer["settled"] is False
    assert "pwd" not in str(answer)


@pytest.mark.parametrize("vendor", [Conference.BY_HAND, Conference.FALLBACK])
def test_a_link_of_the_hosts_own_is_not_called_zooms(client: Client, vendor: str) -> None:
    booking = booked(link=LINK)
    before = status(client, booking)["seen"]
    Conference.objects.update(unused=True, replaced_at=NOW)
    more = {"vendor_start": booking.start, "created_at": NOW}
    booking.conferences.create(vendor=vendor, join_url="https://meet.example/mara", **more)
    text = page(client, booking)
    assert 'href="https://meet.example/mara"' in text
    assert LINK not in text
    assert "Join meeting" in text
    assert "Time reserved, link ready, the invite is on its way." in text
    assert 'data-says="Your link is ready."' in text
    assert "Zoom" not in text
    assert status(client, booking)["seen"] != before


def test_a_ready_booking_asks_no_more(client: Client) -> None:
    booking = booked(link=LINK, invited_at=NOW, link_invited_at=NOW)
    text = page(client, booking)
    assert "Time reserved, Zoom meeting created, invite sent." in text
    assert "data-asks" not in text
    assert "http-equiv" not in text
    assert status(client, booking)["settled"] is True


def test_a_link_that_takes_longer_is_promised_by_mail(client: Client) -> None:
    booking = booked(created_at=timezone.now() - timedelta(seconds=61))
    assert "Your time is safe. The link comes by email and on this page." in page(client, booking)
    assert status(client, booking) == {"seen": "1-delayed-not-invited", "settled": False}


@pytest.mark.parametrize("trouble", ["later", "unknown", "paused", "bug"])
def test_a_link_whose_step_waits_is_not_said_to_take_seconds(client: Client, trouble: str) -> None:
    booking = booked()
    assert "Usually a few seconds" in page(client, booking)
    Work.objects.filter(kind="delivery.conference").update(trouble=trouble)
    text = page(client, booking)
    assert "It takes longer than usual" in text
    assert "The link comes by email and on this page." in text
    assert "Usually a few seconds" not in text
    assert "has not answered" not in text, "it may be the daily limit, or a worker that is away"


def test_a_page_without_javascript_stops_refreshing_at_last(client: Client) -> None:
    assert "http-equiv" not in page(client, booked(created_at=timezone.now() - timedelta(minutes=11)))


def test_a_booking_whose_host_is_not_connected_waits_for_them(client: Client) -> None:
    text = page(client, booked(connected=False))
    assert "Your Zoom link comes later" in text
    assert "Zoom meeting: waiting for Mara Lindqvist" in text


@pytest.mark.parametrize(
    ("platform", "details", "shown"),
    [
        (Platform.PHONE, "+49 30 901820", "+49 30 901820"),
        (Platform.IN_PERSON, "Torstraße 1 <Berlin>", "Torstraße 1 <Berlin>"),
        (Platform.OWN_LINK, "https://meet.example/mara", 'href="https://meet.example/mara"'),
    ],
)
def test_without_zoom_the_place_is_on_the_page_at_once(client: Client, platform: str, details: str, shown: str) -> None:
    text = page(client, booked(platform=platform, details=details))
    assert shown in text
    assert "Zoom" not in text


def test_an_own_link_that_is_no_web_address_cannot_be_clicked(client: Client) -> None:
    text = page(client, booked(platform=Platform.OWN_LINK, details="javascript:alert(1)"))
    assert 'href="javascript' not in text


def test_a_meeting_that_is_over_shows_no_link_any_more(client: Client) -> None:
    before = timezone.now() - timedelta(days=1)
    text = page(client, booked(link=LINK, start=before, end=before + timedelta(minutes=30)))
    assert "This meeting is over" in text
    assert LINK not in text
    assert "Book again" in text


def test_the_page_is_secret(client: Client) -> None:
    booking = booked(link=LINK)
    for below in ("", "/status.json", "/cancel", "/invite.ics"):
        answer = client.get(f"/b/{booking.token}{below}")
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
    assert len(booking.token) >= 22  # 128 bits in base64


def test_an_unknown_link_is_nothing(client: Client) -> None:
    answers = [
        client.get(f"/b/{token}{below}") for token in ("x", "y" * 32, "%00") for below in ("", "/cancel", "/invite.ics")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_guests_see_what_they_told_the_host(client: Client) -> None:
    text = page(client, booked(link=LINK, note="About the roof"))
    assert "What you told Mara Lindqvist" in text
    assert "About the roof" in text


def test_the_page_shows_no_more_than_the_guest_needs(client: Client) -> None:
    booking = booked(link=LINK, idempotency_key="canary-key", content_digest="canary-digest")
    text = page(client, booking)
    assert "canary" not in text
    assert booking.host.email not in text
    assert str(booking.uid) not in text


def test_the_invite_is_a_file_once_everything_is_in_it(client: Client) -> None:
    waiting = booked()
    assert client.get(f"/b/{waiting.token}/invite.ics").status_code == 404
    Conference.objects.create(
        booking=waiting, vendor="zoom", external_id="1", join_url=LINK, vendor_start=waiting.start, created_at=NOW
    )
    answer = client.get(f"/b/{waiting.token}/invite.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    unfolded = answer.content.replace(b"\r\n ", b"")
    assert LINK.encode() in unfolded
    assert f"UID:{waiting.uid}\r".encode() in unfolded


def test_calendars_are_given_the_same_instants(client: Client) -> None:
    booking = booked(link=LINK)
    text = page(client, booking)
    time = Interval(booking.start, booking.end)
    assert f"{time.start:%Y%m%dT%H%M%SZ}%2F{time.end:%Y%m%dT%H%M%SZ}" in text
    assert f"startdt={time.start:%Y-%m-%dT%H}%3A" in text


def test_looking_at_the_cancel_page_cancels_nothing(client: Client) -> None:
    booking = booked()
    entries = Entry.objects.count()
    text = page(client, booking, "/cancel")
    assert "Cancel this booking?" in text
    assert "Mara Lindqvist is told. The link leaves your invite." in text
    client.head(f"/b/{booking.token}/cancel")
    booking.refresh_from_db()
    assert booking.status == Booking.Status.CONFIRMED
    assert Entry.objects.count() == entries


def test_cancelling_takes_a_message_along_and_leads_to_the_page(client: Client) -> None:
    booking = booked()
    answer = cancel(client, booking)
    booking.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/b/{booking.token}")
    assert (booking.status, booking.cancelled_by, booking.cancel_reason) == ("cancelled", "guest", "Something came up")
    text = page(client, booking)
    assert "This booking is cancelled" in text
    assert 'href="/schedule/mara/intro">Book again' in text


def test_cancelling_twice_is_one(client: Client) -> None:
    booking = booked()
    assert [cancel(client, booking).status_code for _ in range(2)] == [303, 303]
    assert "already cancelled" in page(client, booking, "/cancel")


def test_a_meeting_that_has_begun_is_not_cancelled_here(client: Client) -> None:
    now = timezone.now()
    booking = booked(start=now - timedelta(minutes=1), end=now + timedelta(minutes=29))
    assert "This meeting has begun" in page(client, booking, "/cancel")
    answer = cancel(client, booking)
    assert answer.status_code == 409
    assert "This meeting has begun" in answer.content.decode()


@pytest.mark.parametrize("token", ["", "forged", form_token.issue("cancel:0")])
def test_an_old_or_foreign_form_cancels_nothing_and_keeps_the_message(client: Client, token: str) -> None:
    booking = booked()
    answer = cancel(client, booking, token=token)
    booking.refresh_from_db()
    assert answer.status_code == 422
    assert booking.status == Booking.Status.CONFIRMED
    assert "Something came up</textarea>" in answer.content.decode()
    assert re.search(r"<title>Error: ", answer.content.decode())


def test_a_message_of_the_host_is_shown_as_text(client: Client) -> None:
    booking = booked(status="cancelled", cancelled_by="host", cancel_reason="Ill <b>again</b>\nSorry")
    raw = client.get(f"/b/{booking.token}").content.decode()
    assert "Mara Lindqvist cancelled it." in raw
    assert "Ill &lt;b&gt;again&lt;/b&gt;<br>Sorry" in raw


def test_the_status_tells_nothing_about_the_booking(client: Client) -> None:
    assert set(json.loads(client.get(f"/b/{booked().token}/status.json").content)) == {"seen", "settled"}


def test_a_booking_that_was_moved_meanwhile_is_shown_again_before_it_is_cancelled(client: Client) -> None:
    booking = make_booking()
    form = re.search(r'name="version" value="(\d+)"', page(client, booking, "/cancel"))
    assert form is not None
    reschedule(booking, MONDAY_10 + timedelta(hours=1), by="host", now=timezone.now())
    answer = cancel(client, booking, version=form[1])
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "This booking was changed in the meantime." in text
    assert "Something came up" in text
    assert 'name="version" value="2"' in text
    assert f'datetime="{MONDAY_10 + timedelta(hours=1):%Y-%m-%dT%H:%M}' in text
    assert cancel(client, booking, version="2").status_code == 303
