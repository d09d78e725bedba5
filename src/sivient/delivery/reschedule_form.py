"""The date and time to which a host reschedules, typed in the host's zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from sivient.booking.models import Booking
from sivient.booking.preferences import read_instant
from sivient.core.interval import require_bookable

NO_DATE = "Enter a date, such as 2026-11-24."
NO_TIME = "Enter a time, such as 14:30."
PASSED = "This time has passed. Choose a later one."
FARTHEST = timedelta(days=5 * 365)  # a later one is a slip of the keyboard
FAR = "Choose a date within the next five years."
GAP = "The clocks go forward on that date, and this time does not exist. Choose another one."
NOT_READ = "Choose one of the times, or enter a date and a time."


class RescheduleForm(forms.Form):
    """Either one of the free times (`at`), or a date and a time in the host's zone; `version` is what the host saw."""

    date = forms.DateField(
        label="Date",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": NO_DATE, "invalid": NO_DATE},
    )
    time = forms.TimeField(
        label="Time",
        widget=forms.TimeInput({"type": "time", "step": 60}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"required": NO_TIME, "invalid": NO_TIME},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, error_messages={"invalid": NOT_READ})

    def __init__(self, booking: Booking, now: datetime, data: QueryDict | None = None) -> None:
        self.zone, self.now = booking.host.timezone, now
        self.start: datetime | None = None
        self.pressed = data is not None and "at" in data
        self.at = read_instant(data.get("at")) if data is not None else None
        initial = self._wall(booking.start)
        if data is not None and self.pressed:
            data = data.copy()
            data.update(self._wall(self.at or booking.start))
        super().__init__(data, initial=initial | {"version": booking.version}, auto_id="%s")

    def clean(self) -> dict[str, Any]:
        """Find the instant that is meant, and refuse what cannot be one."""
        fields = super().clean() or self.cleaned_data
        if self.pressed:
            start = self.at
        elif "date" in fields and "time" in fields:
            start = _instant(fields["date"], fields["time"], self.zone)
        else:
            return fields
        if start is None:
            raise forms.ValidationError(NOT_READ)
        if start <= self.now:
            raise forms.ValidationError(PASSED)
        if start > self.now + FARTHEST:
            raise forms.ValidationError(FAR)
        self.start = start
        return fields

    def _wall(self, at: datetime) -> dict[str, str]:
        """Return what the fields show for an instant; a pressed time is shown in them, too."""
        local = at.astimezone(ZoneInfo(self.zone))
        return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """Each mistake with the field that it is about, '' for none."""
        return [(name if name in self.fields else "", str(words[0])) for name, words in self.errors.items()]


def _instant(day: date, at: time, zone: str) -> datetime:
    """Return the instant of a wall time; one that occurs twice is its first (RFC 5545, section 3.3.5)."""
    wall = datetime.combine(day, at.replace(second=0))
    try:
        start = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        require_bookable(start)
        exists = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    except (ValueError, OverflowError):
        raise forms.ValidationError(FAR) from None
    if not exists:
        raise forms.ValidationError(GAP)
    return start
