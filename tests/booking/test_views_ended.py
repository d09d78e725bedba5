"""An event type is taken away while a guest types: the form is told so, and nobody else learns that it ever was."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, SchedulingPage
from sivient.site import form_token
from tests.factories import MONDAY_10, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CONFIRM = "/schedule/mara/intro/confirm"
SENTENCE = "This can no longer be booked"


@pytest.fixture
def intro() -> EventType:
    """Mara's event type, beside another one."""
    mara = make_host(handle="mara")
    make_event_type(mara, slug="review", title="Design review")
    return make_event_type(mara, slug="intro", title="Intro call")


@pytest.fixture(params=["off", "hidden", "deleted"])
def typed(request: pytest.FixtureRequest, intro: EventType) -> dict[str, str]:
    """A form that was filled in before the event type went."""
    token = form_token.issue(f"book:{intro.pk}")
    changes = {"off": {"active": False}, "hidden": {"hidden": True}}.get(request.param)
    if changes is None:
        intro.delete()
    else:
        EventType.objects.filter(pk=intro.pk).update(**changes)
    at = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
    return {"name": "Ada", "email": "ada@guest.example", "note": "About <b>kites</b>.", "at": at, "token": token}


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def test_the_form_is_told_that_nothing_is_booked_and_led_to_what_else_there_is(
    client: Client, typed: dict[str, str]
) -> None:
    answer = client.post(CONFIRM, typed)
    text = text_of(answer)
    assert (answer.status_code, SENTENCE in text, "Nothing is booked." in text) == (404, True, True)
    assert 'href="/schedule/mara"' in text
    assert 'href="/schedule/mara/review"' in text
    assert "About &lt;b&gt;kites" in answer.content.decode(), "what was typed can be copied"
    assert "Intro call" not in text
    assert not Booking.objects.exists()


def test_it_is_the_same_page_for_what_never_was(client: Client, typed: dict[str, str]) -> None:
    gone, never = client.post(CONFIRM, typed), client.post("/schedule/mara/never/confirm", typed)
    assert gone.content == never.content


@pytest.mark.parametrize("token", ["", "book:1", "made:up:token"])
def test_without_a_form_of_ours_it_is_not_there(client: Client, typed: dict[str, str], token: str) -> None:
    plain = client.get("/schedule/mara/never/confirm")
    for answer in (client.post(CONFIRM, typed | {"token": token}), client.get(CONFIRM, typed)):
        assert (answer.status_code, answer.content) == (404, plain.content)


def test_a_host_whose_page_is_not_there_is_not_named(client: Client, typed: dict[str, str]) -> None:
    SchedulingPage.objects.update(platform="")
    closed, unknown = client.post(CONFIRM, typed), client.post("/schedule/nobody/intro/confirm", typed)
    assert (closed.status_code, text_of(closed)) == (
        404,
        text_of(unknown).replace("/schedule/nobody", "/schedule/mara"),
    )
    assert SENTENCE not in text_of(closed)


def test_a_paused_page_lists_nothing_else(client: Client, typed: dict[str, str]) -> None:
    SchedulingPage.objects.update(paused=True)
    text = text_of(client.post(CONFIRM, typed))
    assert SENTENCE in text
    assert "review" not in text
