"""What guests type: cleaned, limited, and every refusal a sentence. What was typed is always shown again as typed."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import QueryDict

from sivient.booking.preferences import read_instant
from sivient.booking.services import Guest
from sivient.core.text import clean_line, clean_text, mail_address
from sivient.scheduling.models import EventType
from sivient.site import form_token, zones

NAME_LIMIT = 100
EMAIL_LIMIT = 254
NOTE_LIMIT = 1000
STALE = "This page was open for a long time. What you typed is kept: check it and send it again."
# A name goes into mails to others, so it may not carry an address to click or a number to call.
_LINK = re.compile(
    r"://|\bwww\.|\S@\S|\w\.\w{2,}/|\w{2}\.(?:app|biz|com|dev|edu|gov|info|io|net|org|ru|shop|xyz)\b", re.IGNORECASE
)
_PHONE = re.compile(r"\d(?:[\s().+-]*\d){6}")


class OneLine(forms.CharField):
    """A line without control characters; a line break counts as a space."""

    def to_python(self, value: Any) -> str:
        """Clean before anything is checked."""
        return clean_line(value or "", len(value or ""))


class Lines(forms.CharField):
    """Several lines without control characters."""

    def to_python(self, value: Any) -> str:
        """Clean before anything is checked."""
        return clean_text(value or "", len(value or "")).strip()


class BookingForm(forms.Form):
    """A guest's details for one time of an event type."""

    # No max_length: the attribute it puts on the field would cut what is pasted, without a word.
    name = OneLine(widget=forms.TextInput({"autocomplete": "name"}), error_messages={"required": "Enter your name."})
    email = OneLine(
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": "Enter your email address, so that we can send the invite."},
    )
    note = Lines(widget=forms.Textarea({"rows": 3}), required=False)
    # Fields that nobody sees: rubbish in them is read as nothing, as no message could stand beside it.
    at = OneLine(required=False)
    tz = OneLine(required=False)
    clock = OneLine(required=False)
    token = OneLine(required=False)

    def __init__(
        self, event_type: EventType, data: QueryDict | None = None, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial, auto_id="%s")
        self.event_type = event_type
        self.key = ""

    @property
    def about(self) -> str:
        """What the form's token is about."""
        return f"book:{self.event_type.pk}"

    @property
    def start(self) -> datetime | None:
        """The instant that was chosen, or None when it cannot be read."""
        return read_instant(self.data.get("at") or self.initial.get("at"))

    @property
    def guest(self) -> Guest:
        """Who books, once the form is valid."""
        data = self.cleaned_data
        return Guest(data["name"], data["email"], data["tz"], data["clock"], data["note"])

    def clean_name(self) -> str:
        """Refuse what is longer than a name or is no name."""
        name: str = self.cleaned_data["name"]
        _require_length("Your name", name, NAME_LIMIT)
        if _LINK.search(name) or _PHONE.search(name):
            raise ValidationError("Enter only your name, without an address or a number in it.")
        return name

    def clean_email(self) -> str:
        """Return the address in the form that mail servers and calendars agree on."""
        email: str = self.cleaned_data["email"]
        _require_length("Your email address", email, EMAIL_LIMIT)
        try:
            EmailValidator()(email)
            return mail_address(email)
        except (ValueError, ValidationError):
            raise ValidationError("Enter an email address like name@example.com.") from None

    def clean_note(self) -> str:
        """Refuse what no host could read."""
        note: str = self.cleaned_data["note"]
        _require_length("Your note", note, NOTE_LIMIT)
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


class CancelForm(forms.Form):
    """A guest's last word to the host."""

    reason = Lines(widget=forms.Textarea({"rows": 3}), required=False)
    token = OneLine(required=False)

    def __init__(self, about: str, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")
        self.about = about

    def clean_reason(self) -> str:
        """Refuse what no host could read."""
        reason: str = self.cleaned_data["reason"]
        _require_length("Your message", reason, NOTE_LIMIT)
        return reason

    def clean_token(self) -> str:
        """Refuse a form that is not ours."""
        token: str = self.cleaned_data["token"]
        _key(token, self.about)
        return token


def _require_length(subject: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise ValidationError(f"{subject} may have up to {limit:,} characters. It has {len(text):,}.")


def _key(token: str, about: str) -> str:
    try:
        return form_token.read(token, about)
    except form_token.BadToken:
        raise ValidationError(STALE) from None
