"""What every form of the host shares, and who the host is. What only the verbs can know, they refuse themselves."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sivient.accounts import handles
from sivient.accounts.models import User
from sivient.core.text import clean_line, clean_text
from sivient.site import zones

CHOOSE_ZONE = "Choose a time zone from the list."
LONGEST_TYPED = 20_000  # characters that are kept of what was typed; what may be saved is far shorter


class LineField(forms.CharField):
    """One line without characters that break formats. How long it may be, the verb says."""

    def to_python(self, value: object) -> str:
        return clean_line(str(value or ""), LONGEST_TYPED)


def zone_field(label: str) -> LineField:
    """Return the field of a time zone; `zone_choices` fills its select."""
    return LineField(label=label, widget=forms.Select(), error_messages={"required": CHOOSE_ZONE})


def handle_field(help_text: str) -> LineField:
    """Return the field of a handle. What is one, `free_handle` says."""
    return LineField(help_text=help_text, error_messages={"required": "Enter a handle."})


class TextField(forms.CharField):
    """Lines without characters that break formats. How long they may be, the verb says."""

    def to_python(self, value: object) -> str:
        return clean_text(str(value or ""), LONGEST_TYPED)


class HostForm(forms.Form):
    """Messages come after submitting, from us: browsers speak about required fields in their own words."""

    use_required_attribute = False

    def mistakes(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form; "" for what belongs to no field."""
        return [
            (self[name].id_for_label if name in self.fields else "", str(message))
            for name in self.errors
            for message in self.errors[name]
        ]

    def typed(self) -> dict[str, object]:
        """Return the values as they stand in the fields, unchecked: another form can begin with them."""
        return {name: self[name].value() for name in self.fields}


class ProfileForm(HostForm):
    """Who the host is: the name that guests see, and the zone in which the host reads times."""

    name = LineField(
        max_length=100,
        help_text="Guests see it on your page and in their invites.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name.", "max_length": "A name has up to 100 characters."},
    )
    timezone = zone_field("Time zone")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone_choices(self, self["timezone"].value(), now=now)

    def clean_timezone(self) -> str:
        """Return a zone that exists."""
        return known_zone(self.cleaned_data["timezone"])


class WelcomeForm(ProfileForm):
    """Everything that is needed to open a page."""

    handle = handle_field("Letters a to z, digits and hyphens. You can change it later.")
    field_order = ["name", "handle", "timezone"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_handle(self) -> str:
        """Return a handle that is free."""
        return free_handle(self.cleaned_data["handle"], self.user)


def known_zone(typed: str) -> str:
    """Return the IANA name, or raise ValidationError."""
    zone = zones.known(typed)
    if zone is None:
        raise ValidationError(CHOOSE_ZONE)
    return zone


def free_handle(typed: str, user: User) -> str:
    """Return the handle as it is stored, or raise ValidationError with the reason."""
    try:
        return handles.check_free(typed, user)
    except handles.HandleUnfit as error:
        raise ValidationError(str(error)) from error


def every_zone(wanted: str, now: datetime) -> list[tuple[str, str]]:
    """Return (name, label) of every zone, `wanted` among them, with the offsets of this hour."""
    return _every_zone(wanted, now.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=4)
def _every_zone(wanted: str, hour: datetime) -> list[tuple[str, str]]:
    return zones.choices(hour, wanted, everything=True)  # 500 of them: too much work for every page


def zone_choices(form: forms.Form, present: str | None, *, now: datetime) -> None:
    """Offer every zone in the form's select, with its offset now."""
    form.fields["timezone"].widget = forms.Select(choices=every_zone(zones.known(present) or "UTC", now))


def set_choices(form: forms.Form, name: str, offered: Iterable[tuple[Any, str]]) -> None:
    """Set the choices of one field of the form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101
    field.choices = list(offered)
