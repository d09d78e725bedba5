"""The host's questions as fields of a guest's form: one per kind, each refusal a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from sivient.booking.preferences import ANSWERS
from sivient.booking.text_fields import Lines, OneLine, require_length
from sivient.scheduling.questions import Kind, Question

LIMIT = 1000  # characters of an answer
YES, NO = "Yes", "No"
_TICKED = ("1", "true", "yes", "on")  # how an address may tick a box
_PHONE_DIGITS = range(5, 16)  # up to 15: ITU-T E.164
_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]*(?:(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")


class TextAnswer(OneLine):
    """One line."""

    def validate(self, value: str) -> None:
        """Refuse what no host could read."""
        super().validate(value)
        require_length("Your answer", value, LIMIT)


class LongAnswer(Lines):
    """Several lines."""

    def validate(self, value: str) -> None:
        """Refuse what no host could read."""
        super().validate(value)
        require_length("Your answer", value, LIMIT)


class NumberAnswer(OneLine):
    """A number, with a point or a comma before its decimals; it is kept as it was typed."""

    def validate(self, value: str) -> None:
        """Refuse what is no number."""
        super().validate(value)
        if value and not _NUMBER.fullmatch(value):
            raise ValidationError("Enter a number, such as 12 or 3.5.")


class PhoneAnswer(OneLine):
    """A phone number as people write it."""

    def validate(self, value: str) -> None:
        """Refuse what nobody could dial."""
        super().validate(value)
        number = re.split(r"x|ext", value, maxsplit=1, flags=re.IGNORECASE)[0]
        digits = sum(character.isdigit() for character in number)
        if value and not (_PHONE.fullmatch(value) and digits in _PHONE_DIGITS):
            raise ValidationError("Enter a phone number with its country code, such as +49 30 901820.")


class ChoiceAnswer(forms.ChoiceField):
    """One of the options, or none if it is optional."""

    widget = forms.RadioSelect

    def __init__(self, question: Question, **kwargs: Any) -> None:
        nothing = [] if question.required else [("", "No answer")]
        options = [*nothing, *((option, option) for option in question.options)]
        super().__init__(choices=options, required=question.required, **kwargs)


class ChoicesAnswer(forms.MultipleChoiceField):
    """Any of the options."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, question: Question, **kwargs: Any) -> None:
        options = [(option, option) for option in question.options]
        super().__init__(choices=options, required=question.required, **kwargs)


def field_of(question: Question) -> forms.Field:
    """Return the field for the kind of the question."""
    required, missing = question.required, {"required": "Answer this question."}
    gone = {**missing, "invalid_choice": "Choose one of the answers below.", "invalid_list": "Choose from below."}
    match question.kind:
        case Kind.SHORT:
            return TextAnswer(required=required, error_messages=missing)
        case Kind.LONG:
            return LongAnswer(required=required, error_messages=missing, widget=forms.Textarea({"rows": 3}))
        case Kind.NUMBER:
            return NumberAnswer(
                required=required, error_messages=missing, widget=forms.TextInput({"inputmode": "decimal"})
            )
        case Kind.PHONE:
            phone = forms.TextInput({"type": "tel", "autocomplete": "tel"})
            return PhoneAnswer(required=required, error_messages=missing, widget=phone)
        case Kind.CHECKBOX:
            return forms.BooleanField(required=required, error_messages={"required": "Tick this box to go on."})
        case Kind.CHOICE:
            return ChoiceAnswer(question, error_messages={**gone, "required": "Choose one of the answers."})
        case Kind.CHOICES:
            return ChoicesAnswer(question, error_messages={**gone, "required": "Choose at least one answer."})


def name_of(question: Question) -> str:
    """Return the name of the question's field, which is its parameter in an address, too."""
    return f"{ANSWERS}{question.key}"


def prefilled(questions: Sequence[Question], query: QueryDict) -> dict[str, object]:
    """Return the answers that an address brings, by field name."""
    found: dict[str, object] = {}
    for question in questions:
        name = name_of(question)
        if question.kind == Kind.CHOICES:
            found[name] = query.getlist(name)
        elif question.kind == Kind.CHECKBOX:
            found[name] = query.get(name, "").lower() in _TICKED
        else:
            found[name] = query.get(name, "")
    return found


def answer_of(question: Question, value: object) -> str:
    """Return a valid answer in words, '' for none; a box that was left open is an answer."""
    if question.kind == Kind.CHECKBOX:
        return YES if value else NO
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question and its field, as the form shows them."""

    question: Question
    field: BoundField

    @property
    def anchor(self) -> str:
        """The id of what is corrected first: the field, or the first of its boxes."""
        return f"{self.field.auto_id}_0" if self.many else self.field.auto_id

    def named(self, sentence: str) -> str:
        """Return what is wrong with the answer for a list that stands apart from it: 'Company: answer this question.'

        A question that ends with a sign of its own is followed by a sentence.
        """
        label = self.question.label
        return f"{label}: {sentence[:1].lower()}{sentence[1:]}" if label[-1:].isalnum() else f"{label} {sentence}"

    @property
    def many(self) -> bool:
        """Whether it has several boxes, which a fieldset holds together."""
        return self.question.has_options

    @property
    def ticked(self) -> bool:
        """Whether it is one box with its words beside it."""
        return self.question.kind == Kind.CHECKBOX
