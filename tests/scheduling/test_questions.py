"""What a host asks guests, as stored and as read."""

from sivient.scheduling.models import EventType
from sivient.scheduling.questions import Kind, Question, keyed, questions_of, stored

ASKED = [
    Question("topic", "Your topic", Kind.SHORT, required=True),
    Question("", "How should we call you?", Kind.PHONE),
    Question("", "Which days?", Kind.CHOICES, options=("Monday", "Tuesday")),
]


def keys(*labels: str) -> list[str]:
    return [each.key for each in keyed(Question("", label, Kind.SHORT) for label in labels)]


def test_questions_come_back_as_they_were_stored() -> None:
    event_type = EventType(questions=stored(ASKED))
    assert questions_of(event_type) == keyed(ASKED)
    assert stored(questions_of(event_type)) == event_type.questions


def test_a_key_is_the_slug_of_the_label_and_each_is_there_once() -> None:
    assert keys("Your Company?", "Your company", "your company!") == [
        "your-company",
        "your-company-2",
        "your-company-3",
    ]
    assert keys("質問", "?") == ["question", "question-2"]
    assert max(len(key) for key in keys("x" * 200, "x" * 200)) <= 42


def test_a_stored_key_is_not_given_to_a_question_before_it() -> None:
    named = keyed([Question("", "Topic", Kind.SHORT), Question("topic", "Something else", Kind.SHORT)])
    assert [each.key for each in named] == ["topic-2", "topic"]
