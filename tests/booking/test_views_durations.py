"""One of several durations: chosen by a link, and kept on every way from there to the booking."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, FormerSlug
from sivient.site import form_token
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/mara/intro"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"


@pytest.fixture
def intro() -> EventType:
    """Mara's event type: 30 minutes, or 45 or 90."""
    return make_event_type(make_host(handle="mara"), slug="intro", more_minutes=[90, 45], step_minutes=30)


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def post(client: Client, event_type: EventType, **typed: str) -> Any:
    """Send the form."""
    data = {"name": "Ada", "email": "ada@guest.example", "at": AT, "token": form_token.issue(f"book:{event_type.pk}")}
    return client.post(f"{PAGE}/confirm", data | typed)


def test_the_durations_stand_as_links_and_the_chosen_one_is_marked(client: Client, intro: EventType) -> None:
    text = text_of(client.get(f"{PAGE}?duration=45&tz=Asia/Tokyo&name=Ada&date={MONDAY_10:%Y-%m-%d}"))
    assert 'duration=45&name=Ada" aria-current="true">45 minutes<' in text
    assert 'duration=90&name=Ada">1 hour 30 minutes<' in text
    assert 'clock=24&name=Ada">30 minutes<' in text


@pytest.mark.parametrize("duration", ["", "20", "abc", "-45", "45.0", "9" * 5000, "\x00", "٤٥"])
def test_an_unknown_duration_is_the_first_one(client: Client, intro: EventType, duration: str) -> None:
    answer = client.get(PAGE, {"duration": duration})
    assert answer.status_code == 200
    assert 'aria-current="true">30 minutes<' in text_of(answer)


def test_only_one_duration_is_no_choice(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(more_minutes=[])
    assert "durations" not in text_of(client.get(PAGE))


def test_every_link_of_the_page_keeps_it(client: Client, intro: EventType) -> None:
    text = text_of(client.get(f"{PAGE}?duration=45&date={MONDAY_10:%Y-%m-%d}"))
    assert '"query": "duration=45"' in text
    assert '<input type="hidden" name="duration" value="45">' in text
    for line in text.split("href=")[1:]:
        link = line.split('"')[1]
        assert not link.startswith((f"{PAGE}/confirm", "?date")) or "duration=45" in link, link


def test_ticket_form_booking_and_way_back_follow_it(client: Client, intro: EventType) -> None:
    text = text_of(client.get(f"{PAGE}/confirm?at={AT}&duration=90&tz=Europe/Berlin"))
    assert "10:00</time> to 11:30" in text
    assert 'name="duration" value="90"' in text
    assert "&duration=90#times" in text
    assert post(client, intro, duration="90").status_code == 303
    booking = Booking.objects.get()
    assert booking.end - booking.start == timedelta(minutes=90)


def test_a_refused_form_keeps_it(client: Client, intro: EventType) -> None:
    assert 'name="duration" value="45"' in text_of(post(client, intro, duration="45", name=""))
    make_booking(intro, email="bo@guest.example")
    taken = text_of(post(client, intro, duration="45"))
    assert "This time was booked a moment ago." in taken
    assert 'name="duration" value="45"' in taken


def test_a_duration_that_is_gone_books_nothing_else_instead(client: Client, intro: EventType) -> None:
    answer = post(client, intro, duration="60")
    assert answer.status_code == 422
    text = text_of(answer)
    assert "The duration has changed: it is 30 minutes, 45 minutes or 1 hour 30 minutes now." in text
    assert "The closest free times for 30 minutes are:" in text
    assert not Booking.objects.exists()


@pytest.mark.parametrize("below", ["", "/confirm", "/slots.json"])
def test_a_former_slug_leads_on_with_everything_that_was_asked(client: Client, intro: EventType, below: str) -> None:
    FormerSlug.objects.create(host=intro.host, slug="hello", event_type=intro)
    answer = client.get(f"/schedule/mara/hello{below}?duration=45&q-a=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}{below}?duration=45&q-a=1")


def test_a_slug_in_capitals_leads_on(client: Client, intro: EventType) -> None:
    answer = client.get("/schedule/mara/Intro?duration=45")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/schedule/mara/intro?duration=45")
    assert client.get("/schedule/mara/Outro").status_code == 404


def test_a_form_sent_to_a_former_slug_arrives_whole(client: Client, intro: EventType) -> None:
    FormerSlug.objects.create(host=intro.host, slug="hello", event_type=intro)
    answer = client.post("/schedule/mara/hello/confirm", {"name": "Ada"})
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{PAGE}/confirm")


def test_a_former_slug_of_what_is_hidden_or_off_leads_nowhere(client: Client, intro: EventType) -> None:
    FormerSlug.objects.create(host=intro.host, slug="hello", event_type=intro)
    for fields in ({"hidden": True}, {"hidden": False, "active": False}):
        EventType.objects.filter(pk=intro.pk).update(**fields)
        assert client.get("/schedule/mara/hello").status_code == 404
