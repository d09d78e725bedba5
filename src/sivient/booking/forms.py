"""What guests type: cleaned, limited, and every refusal a sentence. What was typed is always shown again as typed."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from sivient.booking.entrance import Entrance
from sivient.booking.preferences import ANSWERS, PREFILL, read_instant
from sivient.booking.question_fields import AskedQuestion, answer_of, field_of, name_of, prefilled
from sivient.booking.services import Guest
from sivient.booking.text_fields import EMAIL_LIMIT, Lines, OneLine, read_address, require_length
from sivient.core.text import clean_line
from sivient.scheduling.questions import questions_of
from sivient.site import form_token, zones

NAME_LIMIT = 100
NOTE_LIMIT = 1000
STALE = "This page was open for a long time. What you typed is kept: check it and send it again."
# A name goes into mails to others, so it may not carry an address to click or a number to call. Mail programs make a
# link of nearly every word.word; a name has a capital letter behind the dot (Dr.Meier), or one before it (J.de Vries).
_LINK = re.compile(
    r"(?:\w{2}|[a-z\d])\.[a-z]{2,}\b"
    r"|(?i:://|\bwww\.|\S@\S|\w\.\w{2,}/|"
    r"\w{2}\.(?:app|biz|click|com|dev|edu|gov|info|io|link|net|online|org|ru|shop|site|top|xyz)\b)"
)
_PHONE = re.compile(r"\d(?:[\s().+-]*\d){6}")
_BETWEEN_ADDRESSES = re.compile(r"[\s,;]+")
_LONGEST_SHOWN = 60  # characters of a wrong address that its message repeats


class Wrong(NamedTuple):
    """Something to be corrected: the id of its field, and the sentence."""

    anchor: str
    sentence: str


class BookingForm(forms.Form):
    """A guest's details for one time of an event type, with the answers to the host's questions."""

    # No max_length: the attribute it puts on the field would cut what is pasted, without a word.
    name = OneLine(widget=forms.TextInput({"autocomplete": "name"}), error_messages={"required": "Enter your name."})
    email = OneLine(
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": "Enter your email address, so that we can send the invite."},
    )
    others = Lines(widget=forms.Textarea({"rows": 3, "autocomplete": "off"}), required=False)
    note = Lines(widget=forms.Textarea({"rows": 3}), required=False)
    # Fields that nobody sees: rubbish in them is read as nothing, as no message could stand beside it.
    at = OneLine(required=False)
    duration = OneLine(required=False)
    tz = OneLine(required=False)
    clock = OneLine(required=False)
    token = OneLine(required=False)

    def __init__(self, entrance: Entrance, data: QueryDict | None = None, *, asked: QueryDict | None = None) -> None:
        """Read `data` that was sent, or begin with what the address `asked` for."""
        self.entrance = entrance
        self.event_type = entrance.event_type
        self.key = ""
        self._questions = questions_of(self.event_type)
        initial = {} if asked is None else {name: asked.get(name, "") for name in (*PREFILL, "at", "duration")}
        answers = {} if asked is None else prefilled(self._questions, asked)
        super().__init__(data, initial=initial | answers, auto_id="%s")
        for question in self._questions:
            self.fields[name_of(question)] = field_of(question)
        if not self.event_type.most_others and not self.data.get("others", "").strip():
            del self.fields["others"]  # unless somebody was named while it was still asked for: then that is said

    @property
    def about(self) -> str:
        """What the form's token is about."""
        return f"book:{self.event_type.pk}"

    @property
    def start(self) -> datetime | None:
        """The instant that was chosen, or None when it cannot be read."""
        return read_instant(self.data.get("at") or self.initial.get("at"))

    @property
    def minutes(self) -> int:
        """The duration that was chosen, the first one for want of one that can be had."""
        return self.entrance.minutes(self._asked_duration)

    @property
    def offers_duration(self) -> bool:
        """Whether the duration that was chosen can be had."""
        return self.entrance.offers_duration(self._asked_duration)

    def chosen(self) -> datetime | None:
        """Return the instant to be booked if the form can be sent as it is, else None."""
        return self.start if self.is_valid() and self.offers_duration else None

    @property
    def questions(self) -> list[AskedQuestion]:
        """The host's questions with their fields, in order."""
        return [AskedQuestion(question, self[name_of(question)]) for question in self._questions]

    @property
    def others_hint(self) -> str:
        """How others are named, and how many."""
        most = self.event_type.most_others
        if not most:
            return ""
        people = "one more person" if most == 1 else f"up to {most} more people, one per line"
        return f"Email addresses of {people}. They get the invite, too." if most > 1 else f"Email address of {people}."

    @property
    def wrong(self) -> list[Wrong]:
        """What is to be corrected, in the order of the page."""
        asked = {name_of(each.question): each for each in self.questions}
        shown = [name for name in ("name", "email", "others", *asked, "note") if name in self.errors]
        first = {name: str(self.errors[name][0]) for name in shown}
        return [
            Wrong(asked[name].anchor, asked[name].named(sentence)) if name in asked else Wrong(name, sentence)
            for name, sentence in first.items()
        ]

    @property
    def guest(self) -> Guest:
        """Who books, once the form is valid."""
        data = self.cleaned_data
        given = [(each, answer_of(each, data[name_of(each)])) for each in self._questions]
        answers = tuple((each.key, each.label, answer) for each, answer in given if answer)
        others = data.get("others", ())
        return Guest(data["name"], data["email"], data["tz"], data["clock"], data["note"], answers, others)

    def clean_name(self) -> str:
        """Refuse what is longer than a name or is no name."""
        name: str = self.cleaned_data["name"]
        require_length("Your name", name, NAME_LIMIT)
        if _LINK.search(name) or _PHONE.search(name):
            raise ValidationError("Enter only your name, without an address or a number in it.")
        return name

    def clean_email(self) -> str:
        """Return the address in the form that mail servers and calendars agree on."""
        email: str = self.cleaned_data["email"]
        require_length("Your email address", email, EMAIL_LIMIT)
        try:
            return read_address(email)
        except ValueError:
            raise ValidationError("Enter an email address like name@example.com.") from None

    def clean_others(self) -> tuple[str, ...]:
        """Return the addresses, each once and without those of guest and host, who get the invite anyway."""
        typed: dict[str, str] = {}
        for each in filter(None, _BETWEEN_ADDRESSES.split(self.cleaned_data["others"])):
            typed.setdefault(each.lower(), each)
        email: str = self.cleaned_data.get("email", "")  # read before: fields are cleaned in their order
        there = {email.lower(), self.event_type.host.email.lower()}
        found: dict[str, str] = {}
        for each in typed.values():
            try:
                address = read_address(each)
            except ValueError:
                raise ValidationError(f"{_shown(each)} is not an email address.") from None
            if address.lower() not in there:
                found.setdefault(address.lower(), address)
            if len(found) > self.event_type.most_others:  # at once: nobody waits for a thousand to be checked
                raise ValidationError(self._too_many)
        return tuple(found.values())

    def clean_note(self) -> str:
        """Refuse what no host could read."""
        note: str = self.cleaned_data["note"]
        require_length("Your note", note, NOTE_LIMIT)
        return note

    def clean_tz(self) -> str:
        """Take the host's zone instead of one that does not exist."""
        return zones.known(self.cleaned_data["tz"]) or self.event_type.host.timezone

    def clean_clock(self) -> int:
        """12 or 24."""
        return 12 if self.cleaned_data["clock"] == "12" else 24

    def clean_token(self) -> str:
        """Read the idempotency key."""
        token: str = self.cleaned_data["token"]
        self.key = _key(token, self.about)
        return token

    def clean(self) -> dict[str, Any]:
        """Refuse answers to questions that are no longer asked: they would be lost without a word."""
        fields = super().clean() or self.cleaned_data
        sent = self.data.lists() if isinstance(self.data, QueryDict) else ()
        gone = [values for name, values in sent if name.startswith(ANSWERS) and name not in self.fields]
        answers = clean_line(", ".join(str(each) for values in gone for each in values if each), NOTE_LIMIT)
        if answers:
            self.add_error("note", f"This answer is no longer asked for: {answers}. Write it here if it matters.")
        return fields

    @property
    def _too_many(self) -> str:
        most = self.event_type.most_others
        if not most:
            return "You can no longer bring others. Empty this field to go on without them."
        return f"You may bring {'one other person' if most == 1 else f'up to {most} other people'}."

    @property
    def _asked_duration(self) -> dict[str, str]:
        return {"duration": self.data.get("duration") or self.initial.get("duration") or ""}


class CancelForm(forms.Form):
    """A guest's last word to the host, about the `version` that its page showed."""

    reason = Lines(widget=forms.Textarea({"rows": 3}), required=False)
    version = forms.IntegerField(required=False, min_value=1, max_value=10**9)
    token = OneLine(required=False)

    def __init__(self, about: str, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")
        self.about = about

    def clean_reason(self) -> str:
        """Refuse what no host could read."""
        reason: str = self.cleaned_data["reason"]
        require_length("Your message", reason, NOTE_LIMIT)
        return reason

    def clean_token(self) -> str:
        """Refuse a form that is not ours."""
        token: str = self.cleaned_data["token"]
        _key(token, self.about)
        return token


class RescheduleForm(forms.Form):
    """The button that moves a booking: to `at`, from the `version` that its page showed."""

    at = OneLine(required=False)
    version = forms.IntegerField(required=False, min_value=1, max_value=10**9)
    token = OneLine(required=False)

    def __init__(self, booking_id: int, data: QueryDict) -> None:
        super().__init__(data, auto_id="%s")
        self._booking_id = booking_id

    @staticmethod
    def token_for(booking_id: int, version: int) -> str:
        """Return a new token for the form of that version of the booking."""
        return form_token.issue(f"reschedule:{booking_id}:{version}")

    @property
    def start(self) -> datetime | None:
        """The instant that was chosen, or None when it cannot be read."""
        return read_instant(self.data.get("at"))

    def clean_token(self) -> str:
        """Refuse a form that is not ours, or of another version than it says."""
        token: str = self.cleaned_data["token"]
        _key(token, f"reschedule:{self._booking_id}:{self.cleaned_data.get('version')}")
        return token


def _key(token: str, about: str) -> str:
    try:
        return form_token.read(token, about)
    except form_token.BadToken:
        raise ValidationError(STALE) from None


def _shown(typed: str) -> str:
    return typed if len(typed) <= _LONGEST_SHOWN else f"{typed[:_LONGEST_SHOWN]}…"
