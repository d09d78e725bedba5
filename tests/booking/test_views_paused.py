"""A pause: the host's own sentence stands where the times were, and nothing can be booked."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, SchedulingPage
from sivient.site import form_token
from tests.factories import MONDAY_10, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
NOTE = "I am <sailing> until March."


@pytest.fixture
def intro() -> EventType:
    """Mara's event type, beside another one."""
    mara = make_host(handle="mara")
    make_event_type(mara, slug="review", title="Design review")
    return make_event_type(mara, slug="intro")


@pytest.fixture(params=["event type", "page"])
def paused(request: pytest.FixtureRequest, intro: EventType) -> EventType:
    """The same, paused with a sentence."""
    if request.param == "page":
        SchedulingPage.objects.filter(host=intro.host).update(paused=True, pause_note=NOTE)
    else:
        EventType.objects.filter(pk=intro.pk).update(paused=True, pause_note=NOTE)
    return intro


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


@pytest.mark.parametrize("below", ["", f"/confirm?at={AT}"])
def test_the_sentence_stands_instead_of_times_and_form(client: Client, paused: EventType, below: str) -> None:
    answer = client.get(f"/schedule/mara/intro{below}")
    text = text_of(answer)
    assert answer.status_code == 200
    assert NOTE in text
    assert "<sailing>" not in answer.content.decode()
    assert "<table" not in text
    assert "<form" not in text


def test_a_form_is_refused_with_the_page(client: Client, paused: EventType) -> None:
    data = {"name": "Ada", "email": "ada@guest.example", "at": AT, "token": form_token.issue(f"book:{paused.pk}")}
    for typed in (data, data | {"name": ""}, {}):
        answer = client.post("/schedule/mara/intro/confirm", typed)
        assert (answer.status_code, NOTE in text_of(answer)) == (409, True)
        assert "Nothing is booked." in text_of(answer)
    assert not Booking.objects.exists()


def test_a_pause_without_a_sentence_gets_one(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(paused=True)
    assert "New bookings are paused at the moment." in text_of(client.get("/schedule/mara/intro"))


def test_a_paused_event_type_leads_to_what_else_there_is(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(paused=True)
    text = text_of(client.get("/schedule/mara/intro"))
    assert 'href="/schedule/mara/review"' in text
    assert '<h2 class="also">Other things to book with ' in text
    assert "Paused at the moment" in text_of(client.get("/schedule/mara"))


def test_a_paused_host_lists_nothing(client: Client, intro: EventType) -> None:
    SchedulingPage.objects.filter(host=intro.host).update(paused=True, pause_note=NOTE)
    text = text_of(client.get("/schedule/mara"))
    assert NOTE in text
    assert "Design review" not in text
    assert "review" not in text_of(client.get("/schedule/mara/intro"))
