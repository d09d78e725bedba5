"""The form of an event type: it reads types and keeps what was typed. Whether the values are fit, the verb says."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, get_args

from django import forms
from django.core.exceptions import ValidationError

from sivient.console.event_types_words import BUFFERS, LAST_CALLS, MINUTE, NOTICES, PATIENCE, STEPS, Choices, length
from sivient.console.forms import HostForm, LineField, TextField, set_choices
from sivient.core.interval import YEARS
from sivient.core.limits import Limit, Period
from sivient.scheduling.drafts import MOST_OTHERS, NOT_A_YEAR, EventTypeDraft
from sivient.scheduling.models import Color, EventType, Schedule, Window
from sivient.scheduling.questions import Question

ON, PAUSED, OFF = "on", "paused", "off"
STATES = {
    ON: "On: guests can book it",
    PAUSED: "Paused: guests see a sentence instead of times",
    OFF: "Off: its address answers nobody, and bookings that were made stand",
}
WINDOWS = {
    Window.DAYS: "Days from today",
    Window.BUSINESS_DAYS: "Business days from today, Monday to Friday",
    Window.DATES: "Between two dates, both included",
}
PERIODS: tuple[Period, ...] = get_args(Period)
LENGTHS: Mapping[str, Choices] = {
    "minimum_notice": NOTICES,
    "buffer_before": BUFFERS,
    "buffer_after": BUFFERS,
    "step_minutes": STEPS,
    "approval_patience": PATIENCE,
    "reschedule_notice": LAST_CALLS,
    "cancel_notice": LAST_CALLS,
}
OTHERS = {0: "Nobody"} | {n: f"Up to {n}" for n in range(1, MOST_OTHERS + 1)}
LARGEST_TYPED = 1_000_000
WHOLE, ONE, SMALLER = "Enter a whole number.", "Enter 1 or more.", "Enter a smaller number."
CHOOSE, DATE = "Choose one of the list.", "Enter a date such as 2026-12-24."
# Sentences that stand in the summary with the name of their field.
_NAMELESS = {WHOLE, ONE, SMALLER, CHOOSE, DATE, NOT_A_YEAR}
_PLAIN = (
    *("title", "slug", "description", "minutes", "color", "pause_note", "window_kind", "first_date", "last_date"),
    *("most_per_day", "most_others", "requires_approval", "redirect_url", "hidden"),
)
_DATES = ("first_date", "last_date")
# Where the verb's sentence about a value stands, if the form asks for it in another way.
_ASKED_AS = {"active": "state", "paused": "state"}


def _number(label: str, help_text: str = "", *, needed: str = "") -> forms.IntegerField:
    """Return a field for a whole number; `needed` is what is said when it is left empty, "" if it may be."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=bool(needed),
        min_value=1,
        max_value=LARGEST_TYPED,
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        error_messages={"invalid": WHOLE, "required": needed, "min_value": ONE, "max_value": SMALLER},
    )


def _length(label: str, help_text: str = "") -> forms.TypedChoiceField:
    wrong = {"invalid_choice": CHOOSE, "required": CHOOSE}
    return forms.TypedChoiceField(coerce=int, label=label, help_text=help_text, error_messages=wrong)


def _check_year(day: date) -> None:
    if day.year not in YEARS:
        raise ValidationError(NOT_A_YEAR)


def _date(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[_check_year],
        error_messages={"invalid": DATE},
    )


def _line(label: str, limit: int, help_text: str = "", *, needed: str = "", **attributes: str) -> LineField:
    return LineField(
        label=label,
        help_text=help_text,
        required=bool(needed),
        widget=forms.TextInput(attrs={"maxlength": str(limit)} | attributes),
        error_messages={"required": needed},
    )


def _choice(label: str, offered: Iterable[tuple[str, object]], wrong: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(offered), error_messages={"invalid_choice": wrong, "required": wrong}
    )


class EventTypeForm(HostForm):
    """An event type without its platform (`PlatformForm` asks for it) and its questions (`QuestionRows`)."""

    title = _line("Title", 120, needed="Enter a title.")
    slug = _line("Address", 60, "Left empty, it is made from the title.", autocapitalize="none", spellcheck="false")
    description = TextField(
        required=False,
        widget=forms.Textarea(attrs={"rows": "3", "maxlength": "1000"}),
        help_text="Guests see it on your page.",
    )
    minutes = _number("Duration in minutes", needed="Enter the duration in minutes.")
    more_minutes = _line("Further durations", 60, "Minutes, parted by commas: 15, 60. Guests then choose one.")
    color = _choice("Colour", Color.choices, "Choose one of the colours.")
    schedule = forms.TypedChoiceField(
        coerce=int,
        help_text="The hours in which it can be booked.",
        error_messages=dict.fromkeys(("invalid_choice", "required"), "Choose one of your schedules."),
    )
    calendar = forms.TypedChoiceField(
        coerce=int,
        required=False,
        empty_value=None,
        help_text="Bookings of this event type are written into it.",
        error_messages={"invalid_choice": "Choose one of your calendars that bookings can be written into."},
    )
    state = _choice("Open for booking", STATES.items(), "Choose on, paused or off.")
    pause_note = _line("What guests read meanwhile", 300, "Left empty, they read a plain sentence of ours.")
    minimum_notice = _length("Minimum notice", "Nobody can book later than this before the meeting begins.")
    step_minutes = _length("A start every", "Counted from the beginning of your hours.")
    buffer_before = _length("Free time before")
    buffer_after = _length("Free time after")
    window_kind = _choice("How far ahead", WINDOWS.items(), "Choose one of the three.")
    window_days = _number("Days ahead")
    window_business_days = _number("Business days ahead")
    first_date = _date("First date")
    last_date = _date("Last date")
    most_per_day = _number("Most starts a day", "Guests see only the first free ones of each day.")
    most_others = _length("Guests may bring others", "Each of them gets the invite too.")
    requires_approval = forms.BooleanField(required=False)
    approval_patience = _length("A request waits for you", "Its time is kept so long. Then it is free again.")
    reschedule_notice = _length("Guests may reschedule")
    cancel_notice = _length("Guests may cancel")
    redirect_url = _line(
        "Send guests on to",
        500,
        "A page of yours: its link begins with https:// or http://. Left empty, guests stay here.",
        inputmode="url",
    )
    hidden = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, schedules: list[Schedule], calendars: Mapping[int | str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.limits_problem = ""
        set_choices(self, "most_others", OTHERS.items())
        for name, offered in LENGTHS.items():
            set_choices(self, name, _with_present(offered, self.initial.get(name, 0)))
        if len(schedules) > 1:
            set_choices(self, "schedule", [(each.pk, each.name) for each in schedules])
        else:
            del self.fields["schedule"]
        if calendars:
            set_choices(self, "calendar", calendars.items())
        else:
            del self.fields["calendar"]
        for per in PERIODS:
            self.fields[f"{per}_count"] = _number(f"Bookings a {per}")
            self.fields[f"{per}_minutes"] = _number(f"Minutes a {per}")

    @classmethod
    def of(cls, event_type: EventType) -> dict[str, object]:
        """Return the initial values for an event type."""
        begins: dict[str, object] = {name: getattr(event_type, name) for name in _PLAIN}
        for name in LENGTHS:
            stored = getattr(event_type, name) or 0
            begins[name] = stored // MINUTE if isinstance(stored, timedelta) else stored
        days = {"window_days": event_type.window_days, "window_business_days": event_type.window_days}
        stands = PAUSED if event_type.paused else ON
        limits = {
            f"{limit['per']}_{what}": limit.get(what) for limit in event_type.limits for what in ("count", "minutes")
        }
        return (
            begins
            | days
            | limits
            | {
                "more_minutes": ", ".join(str(minutes) for minutes in event_type.more_minutes),
                "schedule": event_type.schedule_id,
                "calendar": event_type.calendar_id or "",
                "state": stands if event_type.active else OFF,
            }
        )

    def limit_rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Return (period, most bookings, most minutes) of each period."""
        return [(per, self[f"{per}_count"], self[f"{per}_minutes"]) for per in PERIODS]

    def clean_slug(self) -> str:
        """Return the address in small letters."""
        return str(self.cleaned_data["slug"]).lower()

    def clean_more_minutes(self) -> list[int]:
        """Return the further durations."""
        typed = self.cleaned_data["more_minutes"].replace(",", " ").split()
        if not all(word.isdecimal() and len(word) < 6 for word in typed):
            raise ValidationError("Enter minutes parted by commas, such as 15, 60.")
        return [int(word) for word in typed]

    def clean(self) -> dict[str, Any]:
        """Ask for the days ahead where they are chosen, and for nothing that belongs to another window."""
        typed = super().clean() or {}
        kind = typed.get("window_kind", "")
        for name in {"window_days", "window_business_days", *_DATES} - {_days_field(kind)}:
            if name not in _DATES or kind != Window.DATES:
                self.errors.pop(name, None)
                typed.setdefault(name, None)
        name = _days_field(kind)
        if name and name not in self.errors and typed.get(name) is None:
            self.add_error(name, "Enter how many days.")
        return typed

    def draft(self, *, platform: str, details: str, questions: tuple[Question, ...]) -> EventTypeDraft:
        """Return what was typed, for the verb; with the values of a new event type for what is no value at all."""
        typed = self.cleaned_data = _fallbacks() | self.cleaned_data
        days = _days_field(typed["window_kind"]) or "window_days"
        lengths = {name: typed[name] * MINUTE for name in LENGTHS if name != "step_minutes"}
        return EventTypeDraft(
            **{name: typed[name] for name in _PLAIN},
            **lengths,
            step_minutes=typed["step_minutes"] or None,
            more_minutes=tuple(typed["more_minutes"]),
            window_days=typed[days] or self.initial["window_days"],
            limits=tuple(self._limits()),
            schedule=typed.get("schedule"),
            calendar=typed["calendar"] or None,
            platform=platform,
            platform_details=details,
            questions=questions,
            active=typed["state"] != OFF,
            paused=typed["state"] == PAUSED,
        )

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put the verb's sentences beside the fields; they are named by the fields of the draft."""
        for name, sentence in problems.items():
            place = _ASKED_AS.get(name, name)
            if name == "window_days":
                place = _days_field(self.cleaned_data["window_kind"]) or name
            if name == "limits":
                self.limits_problem = "" if self.limits_mistaken() else sentence
            elif name != "questions" and place not in self.errors:  # QuestionRows show theirs
                self.add_error(place if place in self.fields else None, sentence)

    def limits_mistaken(self) -> bool:
        """Say whether something about the limits has to be corrected."""
        names = {f"{per}_{what}" for per in PERIODS for what in ("count", "minutes")}
        return bool(self.limits_problem or names & set(self.errors))

    def mistakes(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        labels = {self[name].id_for_label: self[name].label for name in self.fields}
        found = [
            (place, f"{labels[place]}: {message}" if message in _NAMELESS else message)
            for place, message in super().mistakes()
        ]
        return found + ([("limits", self.limits_problem)] if self.limits_problem else [])

    def _limits(self) -> Iterable[Limit]:
        for per in PERIODS:
            count, minutes = self.cleaned_data[f"{per}_count"], self.cleaned_data[f"{per}_minutes"]
            if count is not None or minutes is not None:
                yield Limit(per, count, minutes)


def _fallbacks() -> dict[str, Any]:
    """Return a value of each field that the verb has nothing against."""
    counts = {f"{per}_{what}": None for per in PERIODS for what in ("count", "minutes")}
    return EventTypeForm.of(EventType(title="-", minutes=30)) | {"more_minutes": []} | counts


def _days_field(window_kind: str) -> str:
    """Return where the days of a kind of window are typed, "" for dates."""
    return {Window.DAYS.value: "window_days", Window.BUSINESS_DAYS.value: "window_business_days"}.get(window_kind, "")


def _with_present(offered: Choices, present: object) -> list[tuple[int, str]]:
    """Return the choices, with the present value among them even if it is an unusual one."""
    written = str(present)
    minutes = int(written) if written.isdecimal() and len(written) < 6 else 0
    more = {minutes: length(minutes)} if minutes and minutes not in offered else {}
    return sorted((offered | more).items())
