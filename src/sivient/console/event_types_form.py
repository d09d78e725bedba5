"""The form of an event type."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sivient.console.forms import HostForm, set_choices
from sivient.core.text import clean_line, clean_text
from sivient.scheduling.models import EventType
from sivient.scheduling.services import EventTypeDraft

MINUTE = timedelta(minutes=1)
NOTICES = {0: "None", 60: "1 hour", 120: "2 hours", 240: "4 hours", 720: "12 hours", 1440: "1 day", 2880: "2 days"} | {
    4320: "3 days",
    10080: "1 week",
    20160: "2 weeks",
}
BUFFERS = {0: "None"} | {minutes: f"{minutes} minutes" for minutes in (5, 10, 15, 20, 30, 45, 60, 90, 120)}
LONGEST_WINDOW = 180  # days


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


def _with_present(offered: dict[int, str], present: object) -> list[tuple[int, str]]:
    """Return the choices, with the present value among them even if it is an unusual one."""
    minutes = present if isinstance(present, int) else 0
    return sorted((offered | {minutes: offered.get(minutes, f"{minutes} minutes")}).items())
