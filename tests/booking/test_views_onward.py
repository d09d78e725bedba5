"""Being sent on after a booking, and finding the booking when one comes back."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.booking import onward
from sivient.booking.models import Booking
from sivient.scheduling.models import EventType
from sivient.site import form_token
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TARGET = "https://nordlicht.example/thanks?a=1&b=2"


def booked(client: Client, target: str = TARGET) -> Any:
    """The answer to a good form."""
    intro = make_event_type(make_host(handle="mara"), slug="intro", redirect_url=target)
    at = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
    data = {"name": "Ada", "email": "ada@guest.example", "at": at, "token": form_token.issue(f"book:{intro.pk}")}
    return client.post("/schedule/mara/intro/confirm", data)


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def test_right_after_booking_our_page_says_where_it_leads_and_goes_there(client: Client) -> None:
    answer = booked(client)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/b/")
    page = client.get(answer.headers["Location"])
    text = text_of(page)
    assert f'<meta http-equiv="refresh" content="6; url={TARGET}">' in text
    assert f'You are being taken to <a href="{TARGET}" rel="noreferrer">nordlicht.example</a>.' in text
    assert "You are booked" in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]


def test_who_comes_back_stays_with_the_booking(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = booked(client).headers["Location"]
    monkeypatch.setattr(onward, "FRESH", timedelta(seconds=-1))  # as if it were that much later
    text = text_of(client.get(address))
    assert "being taken" not in text
    assert TARGET not in text


def test_the_mark_is_spent_before_the_page_goes_on() -> None:
    assert onward.FRESH < onward.WAIT  # or somebody who comes back at once would be sent on again


@pytest.mark.parametrize("mark", ["", "1", "x" * 5000, "1:2:3", "\x00"])
def test_a_mark_that_is_not_ours_leads_nowhere(client: Client, mark: str) -> None:
    booking = make_booking(make_event_type(redirect_url=TARGET))
    assert "being taken" not in text_of(client.get(f"/b/{booking.token}", {onward.PARAMETER: mark}))


def test_the_mark_of_another_booking_leads_nowhere(client: Client) -> None:
    mark = booked(client).headers["Location"].partition("?")[2]
    intro = EventType.objects.get()
    other = make_booking(intro, start=MONDAY_10 + timedelta(hours=1))
    assert "being taken" not in text_of(client.get(f"/b/{other.token}?{mark}"))


@pytest.mark.parametrize(
    "target", ["", "javascript:alert(1)", "ftp://x.example", "//x.example", "https://", "http://["]
)
def test_only_addresses_of_the_web_are_led_to(client: Client, target: str) -> None:
    assert booked(client, target).headers["Location"] == f"/b/{Booking.objects.get().token}"
