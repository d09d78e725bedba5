"""While a calendar of the host cannot be read, pages show no times, and say so; what was typed is kept."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sivient.booking.models import Booking
from sivient.calendars.models import Calendar
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType, PrivateLink, SchedulingPage
from sivient.site import form_token
from tests.calendars.world import World
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
PAGE = "/schedule/mara/intro"
NOT_NOW = "Times cannot be shown right now. Try again in a few minutes."


@pytest.fixture
def intro(world: World) -> EventType:
    """Mara's event type, beside another one."""
    mara = make_host(handle="mara", platform="phone")
    make_event_type(mara, slug="review", title="Design review")
    connect_calendar(mara)
    return make_event_type(mara, slug="intro")


@pytest.fixture
def unread(intro: EventType) -> EventType:
    """The same, with a calendar that was never read."""
    Calendar.objects.update(synced_at=None)
    return intro


def text_of(answer: Any) -> str:
    """The page as people read it, without the marks around its words."""
    return unescape(answer.content.decode()).replace("<strong>", "").replace("</strong>", "")


def form(event_type: EventType, **typed: str) -> dict[str, str]:
    about = {"name": "Ada Okafor", "email": "ada@guest.example", "tz": "Asia/Tokyo", "note": "Bring <the> plans"}
    return about | {"at": AT, "token": form_token.issue(f"book:{event_type.pk}")} | typed


@pytest.mark.parametrize("below", ["", f"/confirm?at={AT}"])
def test_a_sentence_stands_instead_of_times_and_programs_are_told_to_come_back(
    client: Client, unread: EventType, below: str
) -> None:
    answer = client.get(f"{PAGE}{below}")
    text = text_of(answer)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) == 180
    assert NOT_NOW in text
    assert "<table" not in text
    assert "<form" not in text
    assert "your calendars" not in text


def test_the_feed_says_it_in_its_own_way(client: Client, unread: EventType) -> None:
    answer = client.get(f"{PAGE}/slots.json")
    assert (answer.status_code, answer.json()) == (503, {"error": NOT_NOW})
    assert answer["Retry-After"] == "180"


def test_a_pause_is_what_the_host_wants_said(client: Client, unread: EventType) -> None:
    SchedulingPage.objects.update(paused=True)
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}/slots.json").json()["slots"] == []


def test_the_hosts_list_says_it_calmly(client: Client, unread: EventType) -> None:
    answer = client.get("/schedule/mara")
    text = text_of(answer)
    assert answer.status_code == 200
    assert NOT_NOW in text
    assert "Design review" in text
    assert "No free times" not in text


def test_the_host_who_looks_is_led_to_the_calendars(client: Client, unread: EventType) -> None:
    client.force_login(unread.host)
    answer = client.get(PAGE)
    assert reverse("settings-integrations") in answer.content.decode()


def test_a_private_link_says_the_same(client: Client, unread: EventType) -> None:
    link = PrivateLink.objects.create(event_type=unread, created_at=NOW)
    answer = client.get(reverse("private-page", args=[link.token]))
    assert answer.status_code == 503
    assert NOT_NOW in text_of(answer)


def test_a_guest_who_would_move_keeps_the_booking(client: Client, intro: EventType) -> None:
    booking = make_booking(intro)
    Calendar.objects.update(synced_at=None)
    address = reverse("reschedule", args=[booking.token])
    pages = [address, f"{address}/confirm?at={AT}"]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 503
        assert "Your booking stays where it is." in text_of(answer)
    assert client.get(f"{address}/slots.json").status_code == 503


def test_a_form_that_cannot_be_answered_is_kept_to_be_sent_again(
    client: Client, intro: EventType, world: World
) -> None:
    Calendar.objects.update(synced_at=None)
    world.trouble = {"busy": [TryLater("Away.")]}
    answer = client.post(f"{PAGE}/confirm", form(intro))
    text = text_of(answer)
    assert answer.status_code == 503
    assert "We cannot see Mara Lindqvist\u2019s calendar right now." in text
    assert "Nothing is booked yet, and what you typed is kept. Try again in a few minutes." in text
    assert "Bring <the> plans" in text
    assert f'name="at" value="{AT}"' in text
    assert not Booking.objects.exists()
    token = text.partition('name="token" value="')[2].partition('"')[0]
    assert client.post(f"{PAGE}/confirm", form(intro, token=token)).status_code == 303


def test_a_move_that_cannot_be_answered_can_be_sent_again(client: Client, intro: EventType, world: World) -> None:
    booking = make_booking(intro)
    Calendar.objects.update(synced_at=None)
    world.trouble = {"busy": [TryLater("Away.")]}
    address = f"{reverse('reschedule', args=[booking.token])}/confirm"
    later = AT.replace(f"T{MONDAY_10:%H}", f"T{MONDAY_10.hour + 1:02}")
    sent = {"at": later, "version": "1", "token": form_token.issue(f"reschedule:{booking.pk}:1")}
    answer = client.post(address, sent)
    assert answer.status_code == 503
    assert "We cannot see Mara Lindqvist\u2019s calendar right now." in text_of(answer)
    assert f'name="at" value="{later}"' in answer.content.decode()
    assert client.post(address, sent).status_code == 303


def test_a_time_that_only_the_calendar_has_taken_is_refused_like_any_other(
    client: Client, intro: EventType, world: World
) -> None:
    world.put("lunch", (MONDAY_10, MONDAY_10 + (MONDAY_10 - MONDAY_10.replace(hour=MONDAY_10.hour - 1))))
    answer = client.post(f"{PAGE}/confirm", form(intro))
    text = text_of(answer)
    assert answer.status_code == 409
    assert "This time was booked a moment ago." in text
    assert "Bring <the> plans" in text
    assert f'name="at" value="{AT}"' not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("page", "questions"), [("intro", 1), ("list", 2), ("reschedule", 2)])
def test_hosts_without_calendars_pay_nothing_for_it(client: Client, page: str, questions: int) -> None:
    """So many questions were asked before there were calendars."""
    event_type = make_event_type(make_host(handle="noa", platform="phone"), slug="intro")
    make_event_type(event_type.host)
    token = make_booking(event_type).token
    address = {"intro": "/schedule/noa/intro", "list": "/schedule/noa"}
    where = address.get(page) or reverse("reschedule", args=[token])
    client.get(where)
    with CaptureQueriesContext(connection) as statements:
        assert client.get(where).status_code == 200
    asked = [each["sql"] for each in statements if each["sql"].startswith("SELECT")]
    assert len(asked) == questions, asked
