"""The choice of a Meeting Platform: a group of radio buttons, each with what it needs to know beside it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sivient.accounts.models import User
from sivient.accounts.plans import PlanTooSmall
from sivient.console.forms import HostForm, LineField, set_choices
from sivient.integrations.queries import connected
from sivient.scheduling import platforms
from sivient.scheduling.models import Platform

DETAILS: dict[str, str] = {Platform.PHONE: "phone", Platform.IN_PERSON: "address", Platform.OWN_LINK: "link"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button; `field` is where its details are typed, None for Zoom and 'as in the settings'."""

    value: str
    label: str
    hint: str
    checked: bool
    field: forms.BoundField | None


def _details(label: str, what: str, **attributes: str) -> LineField:
    return LineField(
        label=label,
        required=False,
        max_length=platforms.LONGEST_DETAILS,
        widget=forms.TextInput(attrs=attributes),
        error_messages={"max_length": f"{what} has up to {platforms.LONGEST_DETAILS} characters."},
    )


class PlatformForm(HostForm):
    """Zoom is offered only while it is connected, or chosen already; `inherits` adds 'as in the settings'."""

    platform = forms.ChoiceField(
        label="Meeting Platform",
        required=False,
        widget=forms.RadioSelect(),
        error_messages={"invalid_choice": "Choose one of the platforms."},
    )
    phone = _details("Phone number", "A phone number", autocomplete="tel")
    address = _details("Address", "An address")
    link = _details("Link", "A link", inputmode="url")

    def __init__(self, *args: Any, user: User, current: str, inherits: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.current = user, current
        self.zoom_works = connected(user, "zoom")
        self.labels: dict[str, str] = {} if inherits is None else {"": inherits}
        if self.zoom_works or current == Platform.ZOOM:
            self.labels[Platform.ZOOM] = "Zoom" if self.zoom_works else "Zoom (not connected)"
        self.labels |= {platform: Platform(platform).label for platform in DETAILS}
        set_choices(self, "platform", self.labels.items())

    @classmethod
    def of(cls, platform: str, details: str) -> dict[str, str]:
        """Return the initial values for a stored choice."""
        field = DETAILS.get(platform)
        return {"platform": platform, **({field: details} if field else {})}

    def choices(self) -> list[Choice]:
        """Return the buttons in order."""
        chosen = self["platform"].value() or ""
        return [
            Choice(value, label, HINTS.get(value, ""), value == chosen and value in self.labels, self._details(value))
            for value, label in self.labels.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Check the details of the chosen platform, at the field where they are typed."""
        typed = super().clean() or {}
        platform = typed.get("platform", "")
        try:
            platforms.require_choosable(self.user, platform, current=self.current)
        except (platforms.PlatformUnfit, PlanTooSmall) as error:
            self.add_error("platform", ValidationError(str(error)))
            return typed
        field = DETAILS.get(platform)
        if field in self.errors:
            return typed
        for other in DETAILS.values():
            if other != field:
                self.errors.pop(other, None)  # it is not on the page, and nobody asks for it
        try:
            typed["details"] = platforms.check_details(platform, typed.get(field, "") if field else "")
        except platforms.PlatformUnfit as error:
            self.add_error(field, ValidationError(str(error)))
        return typed

    def _details(self, value: str) -> forms.BoundField | None:
        return self[DETAILS[value]] if value in DETAILS else None


HINTS: dict[str, str] = {
    Platform.ZOOM: "Each booking gets its own Zoom meeting; the link goes out in the invite.",
    Platform.PHONE: "Guests call you. They get the number when they have booked.",
    Platform.IN_PERSON: "Guests come to you. They get the address when they have booked.",
    Platform.OWN_LINK: "The same link for every booking, from any service you use.",
}
