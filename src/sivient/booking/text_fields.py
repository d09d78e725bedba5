"""Fields for what strangers type: cleaned before anything is checked, and never cut without a word."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from sivient.core.text import clean_line, clean_text, mail_address

EMAIL_LIMIT = 254


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


def require_length(subject: str, text: str, limit: int) -> None:
    """Refuse longer text with a sentence about `subject`."""
    if len(text) > limit:
        raise ValidationError(f"{subject} may have up to {limit:,} characters. It has {len(text):,}.")


def read_address(typed: str) -> str:
    """Return an address in the form that mail servers and calendars agree on, or raise ValueError."""
    try:
        EmailValidator()(typed)
    except ValidationError:
        raise ValueError("this is not a mail address") from None
    return mail_address(typed)
