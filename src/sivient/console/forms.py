"""The host's forms: what was typed, tidied and checked. What only the verbs can know, they refuse themselves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sivient.accounts import handles
from sivient.accounts.models import User
from sivient.core.text import clean_line, clean_text
from sivient.scheduling.models import EventType
from sivient.scheduling.services import EventTypeDraft
from sivient.site import zones

MINUTE = timedelta(minutes=1)
NOTICES = {0: "None", 60: "1 hour", 120: "2 hours", 240: "4 hours", 720: "12 hours", 1440: "1 day", 2880: "2 days"} | {
    4320: "3 days",
    10080: "1 week",
    20160: "2 weeks",
}
BUFFERS = {0: "None"} | {minutes: f"{minutes} minutes" for minutes in (5, 10, 15, 20, 30, 45, 60, 90, 120)}
LONGEST_WINDOW = 180  # days


class HostForm(forms.Form):
    """Messages come after submitting, from us: browsers speak about required fields in their own words."""

    use_required_attribute = False

    def mistakes(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        return [(self[name].id_for_label, str(message)) for name in self.errors for message in self.errors[name]]


class ProfileForm(HostForm):
    """Who the host is: the name that guests see, and the zone in which the host reads times."""

    name = forms.CharField(
        max_length=100,
        help_text="Guests see it on your page and in their invites.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    timezone = forms.CharField(label="Time zone", widget=forms.Select())

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone_choices(self, self["timezone"].value(), now=now)

    def clean_name(self) -> str:
        """Return the name as one line."""
        name = clean_line(self.cleaned_data["name"], 100)
        if not name:
            raise ValidationError("Enter your name.")
        return name

    def clean_timezone(self) -> str:
        """Return a zone that exists."""
        return known_zone(self.cleaned_data["timezone"])


class WelcomeForm(ProfileForm):
    """Everything that is needed to open a page."""

    handle = forms.CharField(help_text="Letters a to z, digits and hyphens. You can change it later.")
    field_order = ["name", "handle", "timezone"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_handle(self) -> str:
        """Return a handle that is free."""
        return free_handle(self.cleaned_data["handle"], self.user)


class EventTypeForm(HostForm):
    """An event type without its platform, which `PlatformForm` asks for."""

    title = forms.CharField(max_length=120, error_messages={"required": "Enter a title."})
    slug = forms.SlugField(
        label="Address",
        required=False,
        max_length=60,
        help_text="The end of its address. Left empty, it is made from the title.",
        error_messages={"invalid": "An address has the letters a to z, digits, hyphens and underscores."},
    )
    description = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Guests see it on your page.",
    )
    minutes = forms.IntegerField(label="Duration in minutes", min_value=5, max_value=1440)
    minimum_notice = forms.TypedChoiceField(
        coerce=int, help_text="Nobody can book later than this before the meeting begins."
    )
    buffer_before = forms.TypedChoiceField(coerce=int, label="Free time before")
    buffer_after = forms.TypedChoiceField(coerce=int, label="Free time after")
    window_days = forms.IntegerField(
        label="Bookable days ahead", min_value=1, max_value=LONGEST_WINDOW, help_text=f"1 to {LONGEST_WINDOW} days."
    )
    active = forms.BooleanField(required=False, label="Guests can book it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("minimum_notice", NOTICES), ("buffer_before", BUFFERS), ("buffer_after", BUFFERS)):
            set_choices(self, name, _with_present(offered, self.initial.get(name, 0)))

    @classmethod
    def of(cls, event_type: EventType) -> dict[str, object]:
        """Return the initial values for an event type."""
        plain = ("title", "slug", "description", "minutes", "window_days", "active")
        lengths = ("minimum_notice", "buffer_before", "buffer_after")
        return {name: getattr(event_type, name) for name in plain} | {
            name: getattr(event_type, name) // MINUTE for name in lengths
        }

    def clean_title(self) -> str:
        """Return the title as one line."""
        title = clean_line(self.cleaned_data["title"], 120)
        if not title:
            raise ValidationError("Enter a title.")
        return title

    def clean_slug(self) -> str:
        """Return the address in small letters."""
        return str(self.cleaned_data["slug"]).lower()

    def clean_description(self) -> str:
        """Return the description without characters that break formats."""
        return clean_text(self.cleaned_data["description"], 1000)

    def draft(self, *, platform: str, details: str) -> EventTypeDraft:
        """Return what was typed, for the verb."""
        typed = self.cleaned_data
        return EventTypeDraft(
            title=typed["title"],
            slug=typed["slug"],
            description=typed["description"],
            minutes=typed["minutes"],
            platform=platform,
            platform_details=details,
            minimum_notice=typed["minimum_notice"] * MINUTE,
            buffer_before=typed["buffer_before"] * MINUTE,
            buffer_after=typed["buffer_after"] * MINUTE,
            window_days=typed["window_days"],
            active=typed["active"],
        )


def known_zone(typed: str) -> str:
    """Return the IANA name, or raise ValidationError."""
    zone = zones.known(typed)
    if zone is None:
        raise ValidationError("Choose a time zone from the list.")
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


def _with_present(offered: dict[int, str], present: object) -> list[tuple[int, str]]:
    """Return the choices, with the present value among them even if it is an unusual one."""
    minutes = present if isinstance(present, int) else 0
    return sorted((offered | {minutes: offered.get(minutes, f"{minutes} minutes")}).items())
