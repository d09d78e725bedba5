"""The host's questions on the page: asked, prefilled, kept through errors, and booked."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.booking.models import Booking
from sivient.scheduling.models import EventType
from sivient.scheduling.questions import Kind, Question, stored
from sivient.site import form_token
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/mara/intro"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
QUESTIONS = [
    Question("company", "Company <b>", Kind.SHORT, required=True),
    Question("story", "Your story", Kind.LONG),
    Question("colour", "Colour", Kind.CHOICE, required=True, options=("Red", "Blue")),
    Question("days", "Days", Kind.CHOICES, options=("Mon", "Tue", "Wed")),
    Question("terms", "I agree", Kind.CHECKBOX, required=True),
    Question("people", "How many?", Kind.NUMBER),
    Question("phone", "Phone", Kind.PHONE),
]
GOOD = {
    "q-company": "Nord & Co",
    "q-story": "One\ntwo",
    "q-colour": "Blue",
    "q-days": ["Mon", "Wed"],
    "q-terms": "on",
    "q-people": "3",
    "q-phone": "+49 30 901820",
    "others": "bo@guest.example",
}


@pytest.fixture
def intro() -> EventType:
    """Mara's event type with a question of each kind."""
    return make_event_type(make_host(handle="mara"), slug="intro", questions=stored(QUESTIONS), most_others=3)


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def post(client: Client, event_type: EventType, **typed: Any) -> Any:
    """Send the form; names of answers are written with an underscore."""
    data = {"name": "Ada", "email": "ada@guest.example", "at": AT, "token": form_token.issue(f"book:{event_type.pk}")}
    return client.post(
        f"{PAGE}/confirm", data | GOOD | {name.replace("_", "-"): value for name, value in typed.items()}
    )


def test_answers_and_others_are_booked(client: Client, intro: EventType) -> None:
    assert post(client, intro).status_code == 303
    booking = Booking.objects.get()
    assert [each["answer"] for each in booking.answers] == [
        *("Nord & Co", "One\ntwo", "Blue", "Mon, Wed", "Yes", "3", "+49 30 901820")
    ]
    assert booking.answers[0] == {"key": "company", "label": "Company <b>", "answer": "Nord & Co"}
    assert booking.others == ["bo@guest.example"]
    page = text_of(client.get(f"/b/{booking.token}"))
    assert "Nord & Co" in page
    assert "bo@guest.example" in page


def test_several_boxes_stand_in_a_fieldset_with_a_legend(client: Client, intro: EventType) -> None:
    text = client.get(f"{PAGE}/confirm?at={AT}").content.decode()
    assert len(re.findall(r"<fieldset[^>]*><legend", text)) == 2
    assert "Company &lt;b&gt;" in text
    assert '<input type="tel" name="q-phone"' in text
    assert text.count('type="radio"') == 2
    assert text.count('type="checkbox"') == 4


def test_an_address_prefills_the_answers(client: Client, intro: EventType) -> None:
    query = "q-company=Nord+%26+Co&q-story=Long&q-colour=Red&q-days=Mon&q-days=Tue&q-terms=yes&q-people=3&q-phone=1"
    text = text_of(client.get(f"{PAGE}/confirm?at={AT}&{query}"))
    assert 'value="Nord & Co"' in text
    assert "Long</textarea>" in text
    assert set(re.findall(r'value="(\w+)"[^>]* checked', text)) == {"Red", "Mon", "Tue"}
    assert re.search(r'name="q-terms"[^>]* checked', text)
    assert not Booking.objects.exists()


def test_the_pages_hand_the_answers_on(client: Client, intro: EventType) -> None:
    make_event_type(intro.host, slug="other")
    query = "q-days=Mon&q-days=Tue&q-company=Nord"
    assert f"{PAGE}?{query}" in text_of(client.get(f"/schedule/mara?{query}"))
    assert query in text_of(client.get(f"{PAGE}?{query}"))
    confirm = text_of(client.get(f"{PAGE}/confirm?at={AT}&{query}"))
    assert f"{query}#times" in confirm
    assert f'action="{PAGE}/confirm?{query}"' in confirm


def test_errors_stand_in_the_summary_and_at_the_field_and_lead_to_it(client: Client, intro: EventType) -> None:
    answer = post(client, intro, q_colour="", q_people="many", q_terms="", others="nobody")
    text = text_of(answer)
    assert answer.status_code == 422
    assert "4 things to correct" in text
    for anchor, sentence in (
        ("others", "nobody is not an email address."),
        ("q-colour_0", "Colour: choose one of the answers."),
        ("q-terms", "I agree: tick this box to go on."),
        ("q-people", "How many? Enter a number, such as 12 or 3.5."),
    ):
        assert f'<a href="#{anchor}">{sentence}</a>' in text
        assert re.search(rf'<(?:input|textarea)[^>]* id="{anchor}"', text)
    assert 'aria-describedby="q-colour_error"' in text
    assert 'id="q-colour_error">Choose one of the answers.' in text


def test_everything_that_was_typed_is_kept_through_an_error_and_a_taken_time(client: Client, intro: EventType) -> None:
    wrong = post(client, intro, name="", q_people="many")
    make_booking(intro, email="bo@guest.example")
    taken = post(client, intro)
    assert (wrong.status_code, taken.status_code) == (422, 409)
    for answer in (wrong, taken):
        text = text_of(answer)
        assert 'value="Nord & Co"' in text
        assert "One\ntwo</textarea>" in text
        assert set(re.findall(r'value="(\w+)"[^>]* checked', text)) == {"Blue", "Mon", "Wed"}
        assert re.search(r'name="q-terms"[^>]* checked', text)
        assert "bo@guest.example</textarea>" in text
    assert 'value="many"' in text_of(wrong)


def test_ten_thousand_characters_are_refused_and_kept(client: Client, intro: EventType) -> None:
    answer = post(client, intro, q_story="x" * 10_000)
    assert answer.status_code == 422
    assert "x" * 10_000 in text_of(answer)
    assert "Your answer may have up to 1,000 characters. It has 10,000." in text_of(answer)


def test_an_event_type_that_lets_nobody_come_along_does_not_ask(client: Client, intro: EventType) -> None:
    EventType.objects.filter(pk=intro.pk).update(most_others=0)
    assert "Bring others" not in text_of(client.get(f"{PAGE}/confirm?at={AT}"))
