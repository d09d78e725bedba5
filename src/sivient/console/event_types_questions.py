"""The questions of an event type as rows of fields, with buttons that add, drop and move one without a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.http import QueryDict

from sivient.core.text import clean_line
from sivient.scheduling.drafts import MOST_QUESTIONS, question_problem
from sivient.scheduling.models import EventType
from sivient.scheduling.questions import Kind, Question, questions_of

KINDS = {
    Kind.SHORT: "Short text",
    Kind.LONG: "Long text",
    Kind.CHOICE: "One choice",
    Kind.CHOICES: "Several choices",
    Kind.CHECKBOX: "Checkbox",
    Kind.NUMBER: "Number",
    Kind.PHONE: "Phone number",
}
PRESSED = "question"  # the name of the buttons: "add", "drop-0", "up-1", "down-0"
LONGEST_TYPED = 20_000  # characters


@dataclass(slots=True)
class QuestionRow:
    """One question as it was typed; `options` has one a line. `key` is "" until the question is saved."""

    key: str = ""
    label: str = ""
    kind: str = Kind.SHORT.value
    required: bool = False
    options: str = ""
    problem: str = ""
    wrong: str = ""  # the part that the problem is about: "label", "kind" or "options"
    focus: str = ""  # "label", "up" or "down": what a pressed button leaves the reader on

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed into a new row."""
        return not (self.key or self.label.strip() or self.options.strip())

    def read(self) -> Question:
        """Return the question, for the verb. Raises ValueError for a kind that there is not."""
        lines = (clean_line(line, LONGEST_TYPED) for line in self.options.splitlines())
        kind = Kind(self.kind)
        options = tuple(line for line in lines if line) if kind in (Kind.CHOICE, Kind.CHOICES) else ()
        return Question(self.key, clean_line(self.label, LONGEST_TYPED), kind, self.required, options)

    def check(self) -> Question | None:
        """Return the question, or None with its problem at the row."""
        try:
            question = self.read()
        except ValueError:
            self.wrong, self.problem = "kind", "Choose a kind from the list."
            return None
        self.wrong, self.problem = question_problem(question) or ("", "")
        return None if self.problem else question


@dataclass(slots=True)
class QuestionRows:
    """All rows. `pressed` says that a button of a row was, `ends_empty` that the reader is left on 'Add question'."""

    rows: list[QuestionRow] = field(default_factory=list)
    problem: str = ""
    pressed: bool = False
    ends_empty: bool = False

    @classmethod
    def of(cls, event_type: EventType) -> Self:
        """Return the rows of a stored event type."""
        return cls(
            [
                QuestionRow(each.key, each.label, each.kind.value, each.required, "\n".join(each.options))
                for each in questions_of(event_type)
            ]
        )

    @classmethod
    def typed(cls, post: QueryDict) -> Self:
        """Return the rows as they were typed: each field as often as there are rows; `required` names its rows."""
        required = set(post.getlist("question-required"))
        columns = (post.getlist(f"question-{name}") for name in ("key", "label", "kind", "options"))
        return cls(
            [
                QuestionRow(key, label, kind, str(place) in required, options)
                for place, (key, label, kind, options) in enumerate(zip(*columns, strict=False))
            ]
        )

    @property
    def full(self) -> bool:
        """Say whether there are as many as guests may be asked."""
        return len(self.rows) >= MOST_QUESTIONS

    def press(self, post: QueryDict) -> bool:
        """Do what the pressed button of a row says; say whether one was pressed."""
        what, _, number = post.get(PRESSED, "").partition("-")
        place = int(number) if number.isdecimal() and len(number) < 4 else -1
        self.pressed = bool(what)
        if what == "add" and not self.full:
            self.rows.append(QuestionRow(focus="label"))
        elif what == "drop" and 0 <= place < len(self.rows):
            del self.rows[place]
            self.ends_empty = place == len(self.rows)
            for row in self.rows[place : place + 1]:
                row.focus = "label"
        elif what in ("up", "down"):
            self._move(place, what)
        return self.pressed

    def read(self) -> tuple[Question, ...]:
        """Return the questions, without the blank rows, and with a problem at each row that cannot stay."""
        self.rows = [row for row in self.rows if not row.is_blank]
        checked = [row.check() for row in self.rows]
        return tuple(question for question in checked if question is not None)

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put the verb's sentence about all of them above the rows."""
        self.problem = problems.get("questions", "")

    def mistakes(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        whole = [("question-add", self.problem)] if self.problem else []
        return whole + [
            (f"question-{row.wrong}-{place}", f"Question {place + 1}: {row.problem}")
            for place, row in enumerate(self.rows)
            if row.problem
        ]

    def _move(self, place: int, what: str) -> None:
        """Swap two rows, and leave the reader on the same button while it is there."""
        beyond, last = place + (1 if what == "down" else -1), len(self.rows) - 1
        if 0 <= place <= last and 0 <= beyond <= last:
            self.rows[place], self.rows[beyond] = self.rows[beyond], self.rows[place]
            self.rows[beyond].focus = "label" if beyond in (0, last) else what
