"""The host's questions and the people a guest brings: read, limited, and every refusal a sentence."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from sivient.accounts.models import User
from sivient.booking.entrance import Entrance
from sivient.booking.forms import BookingForm
from sivient.scheduling.models import EventType
from sivient.scheduling.questions import Kind, Question, stored
from sivient.site import form_token

OPTIONS = ("Red", "Blue, dark")
BOTH = ("bo@x.example", "cy@x.example")


def form(kind: Kind, *answers: str, required: bool = False, most_others: int = 0, others: str = "") -> BookingForm:
    """The form of an event type with one question, as a guest sends it."""
    options = OPTIONS if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    question = Question("topic", "Topic?", kind, required, options)
    event_type = EventType(
        pk=7,
        host=User(timezone="Europe/Berlin", email="mara@nordlicht.example"),
        questions=stored([question]),
        most_others=most_others,
    )
    data = QueryDict(mutable=True)
    data.update({"name": "Ada", "email": "Ada@guest.example", "others": others, "token": form_token.issue("book:7")})
    data.setlist("q-topic", list(answers))
    return BookingForm(Entrance(event_type, "/schedule/mara/intro"), data)


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        (Kind.SHORT, [" Two\r\nlines "], "Two lines"),
        (Kind.LONG, ["Two\r\nlines\x00"], "Two\nlines"),
        (Kind.CHOICE, ["Blue, dark"], "Blue, dark"),
        (Kind.CHOICES, ["Red", "Blue, dark"], "Red, Blue, dark"),
        (Kind.CHECKBOX, ["on"], "Yes"),
        (Kind.CHECKBOX, [], "No"),
        *((Kind.NUMBER, [number], number) for number in ("0", "-3", "12.5", "1,5", "+7")),
        *(
            (Kind.PHONE, [phone], phone)
            for phone in ("+49 30 901820", "(030) 9018-20", "030/901820", "+1 555 0100 x12")
        ),
    ],
)
def test_an_answer_is_kept_with_its_key_and_question(kind: Kind, typed: list[str], answer: str) -> None:
    filled = form(kind, *typed)
    assert filled.is_valid(), filled.errors
    assert filled.guest.answers == (("topic", "Topic?", answer),)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.CHECKBOX])
def test_an_optional_question_may_stay_open(kind: Kind) -> None:
    for answers in ([], [""]) if kind != Kind.CHOICES else ([],):
        filled = form(kind, *answers)
        assert filled.is_valid(), filled.errors
        assert filled.guest.answers == ()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        *((kind, "Answer this question.") for kind in (Kind.SHORT, Kind.LONG, Kind.NUMBER, Kind.PHONE)),
        (Kind.CHOICE, "Choose one of the answers."),
        (Kind.CHOICES, "Choose at least one answer."),
        (Kind.CHECKBOX, "Tick this box to go on."),
    ],
)
def test_a_required_question_must_be_answered(kind: Kind, sentence: str) -> None:
    filled = form(kind, required=True)
    assert not filled.is_valid()
    (wrong,) = filled.wrong
    assert wrong == ("q-topic_0" if kind in (Kind.CHOICE, Kind.CHOICES) else "q-topic", f"Topic? {sentence}")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        *((Kind.NUMBER, typed) for typed in ("twelve", "1.2.3", "nan", "inf", "--1", "9" * 31, "1e3", "٤٥")),
        *((Kind.PHONE, typed) for typed in ("call me", "123", "+" * 9, "1" * 16, "+49 30 x", "<12345>")),
        *((Kind.CHOICE, typed) for typed in ("Green", "red", "Red, Blue, dark")),
        (Kind.CHOICES, "Green"),
        *((kind, "x" * 1001) for kind in (Kind.SHORT, Kind.LONG)),
    ],
)
def test_what_is_no_answer_is_refused_and_kept(kind: Kind, typed: str) -> None:
    filled = form(kind, typed)
    assert not filled.is_valid()
    (sentence,) = filled.errors["q-topic"]
    assert str(sentence)[0].isupper()
    assert str(sentence).endswith(".")
    if kind not in (Kind.CHOICE, Kind.CHOICES):
        assert filled["q-topic"].value() == typed


@given(st.sampled_from(list(Kind)), st.lists(st.text(max_size=30), max_size=3))
def test_no_answer_breaks_the_form(kind: Kind, typed: list[str]) -> None:
    filled = form(kind, *typed)
    assert filled.guest if filled.is_valid() else filled.wrong


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ()),
        ("bo@x.example\r\ncy@x.example", BOTH),
        (" bo@x.example ; cy@x.example,", BOTH),
        ("bo@x.example\nBO@X.example", ("bo@x.example",)),
        ("ada@guest.example\nbo@x.example", ("bo@x.example",)),
        ("ADA@guest.example\nMara@Nordlicht.example bo@x.example", ("bo@x.example",)),
        ("ada@guest.example " * 9 + "mara@nordlicht.example " * 9 + "bo@x.example cy@x.example", BOTH),
    ],
)
def test_others_are_named_once_and_without_guest_and_host(typed: str, found: tuple[str, ...]) -> None:
    filled = form(Kind.SHORT, most_others=2, others=typed)
    assert filled.is_valid(), filled.errors
    assert filled.guest.others == found


@pytest.mark.parametrize(
    ("most", "typed", "sentence"),
    [
        (2, "bo@x.example\nnobody", "nobody is not an email address."),
        (2, "a@x.example b@x.example c@x.example", "You may bring up to 2 other people."),
        (1, "a@x.example b@x.example", "You may bring one other person."),
        (2, "x" * 300, f"{'x' * 60}… is not an email address."),
        (2, "ünal@x.example", "ünal@x.example is not an email address."),
    ],
)
def test_too_many_others_and_wrong_addresses_are_refused(most: int, typed: str, sentence: str) -> None:
    filled = form(Kind.SHORT, most_others=most, others=typed)
    assert not filled.is_valid()
    assert filled.wrong == [("others", sentence)]


def test_who_was_named_while_others_were_still_asked_for_is_not_left_out_without_a_word() -> None:
    filled = form(Kind.SHORT, others="bo@x.example")
    sentence = "You can no longer bring others. Empty this field to go on without them."
    assert filled.wrong == [("others", sentence)]
    assert "bo@x.example" in str(filled["others"])
    emptied = form(Kind.SHORT, others=" ")
    assert emptied.is_valid()
    assert emptied.guest.others == ()


def test_an_answer_to_a_question_that_is_gone_is_not_lost_without_a_word() -> None:
    filled = form(Kind.SHORT, "Two")
    assert isinstance(filled.data, QueryDict)
    filled.data.setlist("q-colour", ["Red", "Blue"])
    sentence = "This answer is no longer asked for: Red, Blue. Write it here if it matters."
    assert filled.wrong == [("note", sentence)]


@pytest.mark.parametrize(
    ("label", "said"),
    [("Company", "Company: answer this question."), ("Which company?", "Which company? Answer this question.")],
)
def test_the_list_of_what_is_wrong_names_the_question(label: str, said: str) -> None:
    filled = form(Kind.SHORT, required=True)
    asked = replace(filled.questions[0], question=replace(filled.questions[0].question, label=label))
    assert asked.named("Answer this question.") == said
