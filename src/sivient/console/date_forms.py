"""Dates that a host types: none that is past, none out of reach, no end before its start."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sivient.accounts.models import User
from sivient.console.forms import HostForm, LineField, known_zone, zone_choices, zone_field
from sivient.core.availability import local_ordinal
from sivient.scheduling.schedules import ScheduleUnfit

YEARS_AHEAD = 10
PAST = "This date is past. Choose today or a later date."


def date_field(**more: Any) -> forms.DateField:
    """Return a native date field; what is no date gets a sentence that shows one."""
    return forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choose a date.", "invalid": "This is not a date. Write it as 2027-12-24."},
        **more,
    )


def check_coming(day: date, today: date) -> date:
    """Return a date from today on and within reach, or raise ValidationError."""
    if day < today:
        raise ValidationError(PAST)
    if day.year > today.year + YEARS_AHEAD:
        raise ValidationError(f"Choose a date up to the end of {today.year + YEARS_AHEAD}.")
    return day


class DatesForm(HostForm):
    """A first and a last day, both inclusive; without a last day it is one day."""

    first = date_field(label="First day")
    last = date_field(label="Last day", required=False, help_text="Leave it empty for a single day.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_first(self) -> date:
        """Return a date from today on."""
        return check_coming(self.cleaned_data["first"], self.today)

    def clean_last(self) -> date | None:
        """Return a date from today on, or None."""
        last = self.cleaned_data["last"]
        return check_coming(last, self.today) if last else None

    def clean(self) -> dict[str, Any]:
        """Refuse an end before its start; put the single day in for a last day left empty."""
        typed = self.cleaned_data
        first, last = typed.get("first"), typed.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first day.")
        if first and "last" in typed:
            typed["last"] = last or first
        return typed

    def added_by(self, verb: Callable[..., object]) -> bool:
        """Let the verb add what was typed; say whether it did, with what it refuses beside its field."""
        try:
            verb(**self.cleaned_data)
        except ScheduleUnfit as error:
            for name, sentence in error.problems.items():
                self.add_error(name, sentence)
        return self.is_valid()


class TimeOffForm(DatesForm):
    """Dates on which nobody can book the host."""

    note = LineField(
        required=False,
        max_length=100,
        help_text="For you alone. Guests only see that you have no free times.",
        error_messages={"max_length": "A note has up to 100 characters."},
    )


class TravelForm(DatesForm):
    """Dates on which the host lives by the clocks of another zone."""

    timezone = zone_field("Time zone there")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone_choices(self, self["timezone"].value(), now=now)

    def clean_timezone(self) -> str:
        """Return a zone that exists."""
        return known_zone(self.cleaned_data["timezone"])


def today_of(host: User, now: datetime) -> date:
    """Return the host's present date; with schedules in several zones the earliest, so that no day is lost."""
    zones = {host.timezone, *host.schedules.values_list("timezone", flat=True)}
    return date.fromordinal(min(local_ordinal(zone, int(now.timestamp())) for zone in zones))
