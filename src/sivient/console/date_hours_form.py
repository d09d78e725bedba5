"""The hours of one date: closed, or rows that come and go without a script."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from sivient.console import time_rows
from sivient.console.date_forms import check_coming, date_field
from sivient.console.forms import HostForm, set_choices
from sivient.console.time_rows import Minutes, Row
from sivient.core.availability import Hours
from sivient.scheduling import weekly
from sivient.scheduling.models import DateHours, Schedule

DAY = "date"  # what the names of the time fields end in
OVERLAP = "These hours overlap others of this date."
NO_ROWS = "Add hours, or choose “Closed all day”."


class DateHoursForm(HostForm):
    """What a date has instead of its weekday's hours. The date of stored hours does not change."""

    schedule = forms.TypedChoiceField(
        coerce=int,
        error_messages=dict.fromkeys(("invalid_choice", "required"), "Choose one of your schedules."),
    )
    day = date_field(label="Date")
    kind = forms.ChoiceField(
        widget=forms.RadioSelect(),
        choices=[("hours", "Other hours"), ("closed", "Closed all day")],
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one."},
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        schedules: Sequence[Schedule],
        rows: list[Row],
        stored: DateHours | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.rows, self.stored, self.schedules = today, rows, stored, schedules
        self.minutes: list[Minutes] = []
        set_choices(self, "schedule", [(each.pk, each.name) for each in schedules])
        if stored or len(schedules) == 1:
            del self.fields["schedule"]
        if stored:
            del self.fields["day"]

    @classmethod
    def of(cls, stored: DateHours) -> tuple[dict[str, Any], list[Row]]:
        """Return the initial values and the rows of stored hours."""
        return {"kind": "hours" if stored.hours else "closed"}, [time_rows.stored(*each) for each in stored.hours]

    @property
    def chosen(self) -> Schedule:
        """The schedule that the hours are for."""
        if self.stored:
            return self.stored.schedule
        wanted = self.cleaned_data.get("schedule")
        return next((each for each in self.schedules if each.pk == wanted), self.schedules[0])

    @property
    def full(self) -> bool:
        """Whether there is no room for another row."""
        return time_rows.is_full(self.rows)

    def clean_day(self) -> date:
        """Return a date from today on."""
        return check_coming(self.cleaned_data["day"], self.today)

    def clean(self) -> dict[str, Any]:
        """Read the rows, and refuse to write over hours that the date already has."""
        typed = self.cleaned_data
        if typed.get("kind") == "hours":
            self.minutes = self._read_rows()
        day = typed.get("day")
        if day and "schedule" not in self.errors and self.chosen.date_hours.filter(date=day).exists():
            self.add_error("day", "This date has its own hours already. Edit those, or remove them first.")
        return typed

    def mistakes(self) -> list[tuple[str, str]]:
        """Return those of the fields, and those of the rows."""
        rows = [(f"from-{DAY}-{place}", row.problem) for place, row in enumerate(self.rows) if row.problem]
        return super().mistakes() + rows

    def _read_rows(self) -> list[Minutes]:
        if not self.rows:
            self.add_error("kind", NO_ROWS)
        read = time_rows.read(self.rows)
        problems = weekly.problems([Hours(0, *minutes) for _, minutes in read])
        for place, problem in problems.items():
            read[place][0].problem = OVERLAP if problem == weekly.OVERLAP else problem
        return [minutes for _, minutes in read]


def pressed(post: QueryDict, rows: list[Row]) -> bool:
    """Add or drop a row if such a button was pressed; say whether one was."""
    dropped = post.get("drop", "")
    if "add" in post:
        time_rows.add(rows)
    elif dropped in time_rows.PLACES and int(dropped) < len(rows):
        del rows[int(dropped)]
    return "add" in post or "drop" in post


def as_typed(post: QueryDict) -> Mapping[str, str]:
    """Return the fields as they were typed, to show them again without checking them."""
    return {name: post.get(name, "") for name in ("schedule", "day", "kind")}
