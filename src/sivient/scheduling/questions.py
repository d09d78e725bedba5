"""What a host asks guests beside name and address: the questions of an event type, as stored and as read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.text import slugify

from sivient.scheduling.models import EventType

LONGEST_KEY = 40


class Kind(StrEnum):
    """What an answer is."""

    SHORT = "short"
    LONG = "long"
    CHOICE = "choice"  # one of the options
    CHOICES = "choices"  # any of the options
    CHECKBOX = "checkbox"
    NUMBER = "number"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Its form field and its query parameter are `q-` and the key; "" is a key yet to be made."""

    key: str
    label: str
    kind: Kind
    required: bool = False
    options: tuple[str, ...] = ()

    @property
    def has_options(self) -> bool:
        """Whether the answer is chosen from options."""
        return self.kind in (Kind.CHOICE, Kind.CHOICES)


def questions_of(event_type: EventType) -> list[Question]:
    """Return what guests are asked, in order."""
    return [
        Question(row["key"], row["label"], Kind(row["kind"]), row["required"], tuple(row["options"]))
        for row in event_type.questions
    ]


def stored(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Return the questions as an event type keeps them; each gets a key that stays with it."""
    return [
        {
            "key": each.key,
            "label": each.label,
            "kind": each.kind.value,
            "required": each.required,
            "options": list(each.options),
        }
        for each in keyed(questions)
    ]


def keyed(questions: Iterable[Question]) -> list[Question]:
    """Return the questions with keys: the slug of the label for those that have none yet, each key once."""
    questions = list(questions)
    taken = {each.key for each in questions}
    named = []
    for each in questions:
        key = each.key or _free_key(each.label, taken)
        taken.add(key)
        named.append(replace(each, key=key))
    return named


def _free_key(label: str, taken: set[str]) -> str:
    base = slugify(label)[:LONGEST_KEY].strip("-_") or "question"
    wishes = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(wish for wish in wishes if wish not in taken)
