"""Requests that the host has to answer, as the guest sees them: asked, confirmed, declined, expired, cancelled."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking import services
from sivient.booking.models import Booking
from sivient.scheduling.models import EventType
from sivient.site import form_token
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/mara/intro"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"


@pytest.fixture
def intro() -> EventType:
    """Mara's event type, each booking of which she confirms."""
    return make_event_type(make_host(handle="mara"), slug="intro", requires_approval=True)


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def page(client: Client, booking: Booking, below: str = "") -> str:
    """The source of the booking's page."""
    return text_of(client.get(f"/b/{booking.token}{below}"))


def status(client: Client, booking: Booking) -> dict[str, object]:
    """What the page asks while it waits."""
    answer: dict[str, object] = client.get(f"/b/{booking.token}/status.json").json()
    return answer


def test_the_pages_say_that_the_host_confirms_and_the_button_asks(client: Client, intro: EventType) -> None:
    assert "Mara Lindqvist confirms each request" in text_of(client.get(PAGE))
    text = text_of(client.get(f"{PAGE}/confirm?at={AT}"))
    assert "Mara Lindqvist confirms each request" in text
    assert ">Ask for this time</button>" in text
    assert "Book this time" not in text


def test_a_request_says_until_when_it_is_answered(client: Client, intro: EventType) -> None:
    data = {"name": "Ada", "email": "ada@guest.example", "at": AT, "tz": "Asia/Tokyo", "clock": "12"}
    answer = client.post(f"{PAGE}/confirm", {**data, "token": form_token.issue(f"book:{intro.pk}")})
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"/b/{booking.token}"
    Booking.objects.update(answer_by=MONDAY_10)
    text = page(client, booking)
    assert "You have asked for this time" in text
    assert "has until Monday" in text
    assert "You are booked" not in text
    assert "http-equiv" not in text
    assert status(client, booking) == {"seen": "1-asked-not-invited", "settled": False}


def test_a_page_that_is_open_sees_the_answer(client: Client, intro: EventType) -> None:
    approved, declined = make_booking(intro), make_booking(intro, start=MONDAY_10 + timedelta(hours=1))
    before = [status(client, booking)["seen"] for booking in (approved, declined)]
    services.approve(approved, now=timezone.now())
    services.decline(declined, now=timezone.now(), reason="I am <away>.")
    assert [status(client, booking)["seen"] for booking in (approved, declined)] != before
    assert "You are booked" in page(client, approved)
    text = page(client, declined)
    assert "declined your request" in text
    assert "I am <away>." in text
    assert "Book again" in text
    assert "Reschedule" not in text
    assert status(client, declined)["settled"] is True


def test_a_request_that_nobody_answered_says_so_even_before_it_is_cleared_away(
    client: Client, intro: EventType
) -> None:
    booking = make_booking(intro)
    Booking.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    early = page(client, booking)
    assert "This request was not answered in time" in page(client, booking, "/reschedule")
    services.expire(booking, now=timezone.now())
    for text in (early, page(client, booking)):
        assert "Your request was not answered" in text
        assert "Cancel this request" not in text
    assert status(client, booking)["settled"] is True


def test_a_request_can_be_cancelled_while_it_waits(client: Client, intro: EventType) -> None:
    booking = make_booking(intro)
    assert "Cancel this request" in page(client, booking)
    assert "Cancel this request?" in page(client, booking, "/cancel")
    token = form_token.issue(f"cancel:{booking.pk}")
    assert client.post(f"/b/{booking.token}/cancel", {"token": token}).status_code == 303
    assert "This request is withdrawn" in page(client, booking)


@pytest.mark.parametrize(
    ("state", "sentence"), [("declined", "This request was declined"), ("expired", "This request was not answered")]
)
def test_a_request_that_came_to_nothing_can_be_changed_no_more(
    client: Client, intro: EventType, state: str, sentence: str
) -> None:
    booking = make_booking(intro)
    Booking.objects.update(status=state)
    for below in ("/cancel", "/reschedule", f"/reschedule/confirm?at={AT}"):
        text = page(client, booking, below)
        assert sentence in text
        assert "<form" not in text
