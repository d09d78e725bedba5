"""Private links: the way to a hidden event type, until they are used or expired; and event types that are hidden."""

import logging
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, PrivateLink
from sivient.site import form_token
from tests.factories import MONDAY_10, NOW, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
BELOW = ("", "/confirm", "/slots.json")


@pytest.fixture
def hidden() -> EventType:
    """Mara's event type that is not on her page."""
    mara = make_host(handle="mara")
    make_event_type(mara, slug="other", title="Design review")
    return make_event_type(mara, slug="intro", hidden=True, more_minutes=[45])


def link_to(event_type: EventType, **fields: Any) -> PrivateLink:
    """A private link."""
    return PrivateLink.objects.create(event_type=event_type, created_at=NOW, **fields)


def post(client: Client, link: PrivateLink, **typed: str) -> Any:
    """Book through a link."""
    data = {"name": "Ada", "email": "ada@guest.example", "at": AT, "tz": "Asia/Tokyo", "clock": "24"}
    token = form_token.issue(f"book:{link.event_type_id}")
    return client.post(f"/p/{link.token}/confirm", {**data, "token": token, **typed})


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


@pytest.mark.parametrize("below", BELOW)
def test_a_hidden_event_type_is_not_at_its_slug_and_not_on_the_page(
    client: Client, hidden: EventType, below: str
) -> None:
    make_event_type(hidden.host, slug="third")
    assert client.get(f"/schedule/mara/intro{below}").status_code == 404
    assert "intro" not in text_of(client.get("/schedule/mara"))
    assert client.post("/schedule/mara/intro/confirm", {"name": "Ada"}).status_code == 404


def test_a_link_opens_the_pages_and_every_link_of_them_stays_on_it(client: Client, hidden: EventType) -> None:
    link = link_to(hidden)
    page = text_of(client.get(f"/p/{link.token}?date={MONDAY_10:%Y-%m-%d}&duration=45"))
    assert f'href="/p/{link.token}/confirm?at=' in page
    assert f'"feed": "/p/{link.token}/slots.json?form=packed\\u0026duration=45"' in page
    assert "/schedule/" not in page
    confirm = text_of(client.get(f"/p/{link.token}/confirm?at={AT}"))
    assert f'action="/p/{link.token}/confirm"' in confirm
    assert f'href="/p/{link.token}?' in confirm
    assert "/schedule/" not in confirm
    assert AT[:16] in str(client.get(f"/p/{link.token}/slots.json").json()["slots"])


def test_its_pages_are_kept_by_nobody_found_by_nobody_and_named_to_nobody(client: Client, hidden: EventType) -> None:
    link = link_to(hidden)
    for below in BELOW:
        answer = client.get(f"/p/{link.token}{below}?at={AT}" if below == "/confirm" else f"/p/{link.token}{below}")
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


def test_the_logs_hold_no_token(client: Client, hidden: EventType, caplog: pytest.LogCaptureFixture) -> None:
    link = link_to(hidden)
    with caplog.at_level(logging.DEBUG, logger="sivient"):
        for below in (*BELOW, "/", "/nothing"):
            client.get(f"/p/{link.token}{below}")
    assert link.token not in "".join(str(vars(record)) for record in caplog.records if record.name == "sivient.access")
    assert "p/<slug:token>" in "".join(str(vars(record)) for record in caplog.records)


def test_a_guest_books_through_it_and_again(client: Client, hidden: EventType) -> None:
    link = link_to(hidden)
    assert post(client, link).status_code == 303
    later = f"{MONDAY_10 + timedelta(hours=1):%Y-%m-%dT%H:%M}Z"
    assert post(client, link, at=later, duration="45").status_code in (303, 409)
    assert client.get(f"/p/{link.token}").status_code == 200


def test_a_link_that_serves_once_is_used_up_and_the_same_form_twice_is_one_booking(
    client: Client, hidden: EventType
) -> None:
    link, token = link_to(hidden, single_use=True), form_token.issue(f"book:{hidden.pk}")
    first, twice, other = post(client, link, token=token), post(client, link, token=token), post(client, link)
    changed = post(client, link, token=token, name="Bo")
    assert (changed.status_code, "You have booked with this form" in text_of(changed)) == (409, True)
    assert first.status_code == twice.status_code == 303
    assert first.headers["Location"] == twice.headers["Location"]
    assert (other.status_code, "This link has ended" in text_of(other)) == (404, True)
    assert Booking.objects.count() == 1
    assert client.get(f"/p/{link.token}").status_code == 404


def test_unknown_used_expired_and_unpublished_look_the_same(client: Client, hidden: EventType) -> None:
    now = timezone.now()
    gone = make_event_type(make_host(handle="free", plan="free"), slug="x")
    links = [
        link_to(hidden, single_use=True, used_at=now),
        link_to(hidden, expires_at=now - timedelta(seconds=1)),
        link_to(make_event_type(hidden.host, active=False)),
        link_to(gone),
    ]
    tokens = [*(link.token for link in links), "x", "y" * 24]
    answers = [client.get(f"/p/{token}{below}") for token in tokens for below in BELOW]
    answers += [client.post(f"/p/{token}/confirm", {"name": "Ada"}) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "This link has ended" in text_of(answers[0])
    assert "Mara" not in text_of(answers[0])


def test_errors_keep_what_was_typed_and_the_link(client: Client, hidden: EventType) -> None:
    link = link_to(hidden)
    answer = post(client, link, name="", note="Hello", duration="45")
    text = text_of(answer)
    assert answer.status_code == 422
    assert f'action="/p/{link.token}/confirm"' in text
    assert "Hello</textarea>" in text
    assert 'name="duration" value="45"' in text
