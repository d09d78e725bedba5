"""What one event type offers in the next days, and why it does not offer a certain time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sivient.accounts.access import HostRequest, host_page
from sivient.booking.models import Booking
from sivient.console.event_types_words import duration
from sivient.console.forms import HostForm, set_choices
from sivient.core import moments
from sivient.core.availability import local_ordinal, midnight
from sivient.core.explain import Reason, Rule
from sivient.core.interval import YEARS, Interval, moment
from sivient.scheduling import queries
from sivient.scheduling.models import EventType
from sivient.site import zones

DAYS_AHEAD = 14
MOST_SHOWN = 32  # times of one day
ASKED_YEARS = YEARS[1:-1]  # in the first and the last one some zones are beyond what the engine takes
FAR = f"Enter a date from the year {ASKED_YEARS[0]} to {ASKED_YEARS[-1]}."
CHOOSE = "Choose one of the durations."
GAP = "The clocks go forward on that day, and there is no such time."


@dataclass(frozen=True, slots=True)
class Day:
    """A local date and the times of day at which guests can begin."""

    date: date
    times: list[str]

    @property
    def shown(self) -> list[str]:
        """The times that are listed one by one."""
        return self.times[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many are not."""
        return len(self.times) - len(self.shown)

    @property
    def last(self) -> str:
        """The last time of the day."""
        return self.times[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether guests see a time, when that is in words, and why; `booking` is the number of one in the way."""

    offered: bool
    when: str
    sentence: str
    booking: int | None


class AskForm(HostForm):
    """A date and a time of day in the zone of the schedule, and a duration when there are several."""

    date = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": "Enter a date.", "invalid": "Enter a date such as 2026-12-24."},
    )
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time such as 14:00."},
    )
    minutes = forms.TypedChoiceField(
        coerce=int,
        label="Duration",
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )

    def __init__(self, *args: Any, event_type: EventType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = event_type.schedule.timezone
        set_choices(self, "minutes", [(minutes, duration(minutes)) for minutes in event_type.durations])
        if len(event_type.durations) == 1:
            del self.fields["minutes"]

    def clean(self) -> dict[str, Any]:
        """Find the instant. Of a time that the clocks show twice it is the first."""
        typed = super().clean() or {}
        if self.errors:
            return typed
        wall = datetime.combine(typed["date"], typed["time"].replace(second=0, microsecond=0), ZoneInfo(self.zone))
        if wall.year not in ASKED_YEARS:
            self.add_error("date", FAR)
        elif moment(int(wall.timestamp())).astimezone(wall.tzinfo).time() != wall.time():
            self.add_error("time", GAP)
        typed["start"] = wall
        return typed


@require_safe
@host_page
def event_type_times(request: HostRequest, number: int) -> HttpResponse:
    """Show what guests see in the next days, and answer why they do not see a time."""
    event_type = get_object_or_404(request.user.event_types.select_related("schedule", "host__page"), pk=number)
    now = timezone.now()
    minutes = _minutes(event_type, request.GET.get("minutes", ""))
    asked = request.GET if "date" in request.GET else None
    form = AskForm(asked, initial={"minutes": minutes}, event_type=event_type)
    answer = _answer(event_type, form, now) if form.is_bound and form.is_valid() else None
    several = len(event_type.durations) > 1
    unread = queries.unread(event_type)
    days = [] if unread else next_days(event_type, minutes, now)
    nothing = not unread and not any(day.times for day in days)
    context = {
        "event_type": event_type,
        "form": form,
        "answer": answer,
        "days": days,
        "nothing": nothing,
        "first": first_after(event_type, minutes, now) if nothing else "",
        "choices": [(each, duration(each), each == minutes) for each in event_type.durations] if several else [],
        "zone": zones.label(event_type.schedule.timezone, now),
        "unseen": _unseen(event_type),
        "unread": unread,
        "here": "times",
    }
    return render(request, "console/event_type_times.html", context, status=422 if form.errors else 200)


def next_days(event_type: EventType, minutes: int, now: datetime) -> list[Day]:
    """Return what is offered from today on, by the local date of the schedule."""
    zone = event_type.schedule.timezone
    today = local_ordinal(zone, int(now.timestamp()))
    window = Interval(now, moment(midnight(zone, today + DAYS_AHEAD)))
    times: dict[int, list[str]] = {}
    for start in queries.page_starts(event_type, now=now, minutes=minutes, window=window):
        times.setdefault(local_ordinal(zone, start), []).append(moments.clock(moment(start), zone))
    return [Day(date.fromordinal(day), times.get(day, [])) for day in range(today, today + DAYS_AHEAD)]


def first_after(event_type: EventType, minutes: int, now: datetime) -> str:
    """Return the first time of all that are offered, in words, or "" when there is none."""
    found = queries.offering(event_type, now=now, minutes=minutes).after()
    zone = event_type.schedule.timezone
    return f"{moments.day(moment(found[0]), zone)}, {moments.clock(moment(found[0]), zone)}" if found else ""


def _answer(event_type: EventType, form: AskForm, now: datetime) -> Answer:
    start, zone = form.cleaned_data["start"], form.zone
    minutes = form.cleaned_data.get("minutes") or event_type.minutes
    reason = queries.explain(event_type, start, now=now, minutes=minutes)
    when = f"{moments.day(start, zone)}, {moments.clock(start, zone)} ({zones.label(zone, start)})"
    unseen = _unseen(event_type) if reason.rule is Rule.OFFERED else ""
    return Answer(
        reason.rule is Rule.OFFERED and not unseen,
        when,
        f"The rules allow it. {unseen}" if unseen else reason.sentence,
        _in_the_way(event_type, reason),
    )


def _in_the_way(event_type: EventType, reason: Reason) -> int | None:
    """Return the number of the host's booking that the reason names, if it names one."""
    if reason.stands is None:
        return None
    start, end = map(moment, reason.stands)
    held = event_type.host.bookings.filter(status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    return held.filter(start=start, end=end).values_list("pk", flat=True).first()


def _minutes(event_type: EventType, wished: str) -> int:
    """Return the duration that was asked for, if it is one."""
    return next((each for each in event_type.durations if str(each) == wished), event_type.minutes)


def _unseen(event_type: EventType) -> str:
    """Say why guests see none of it, "" if they do."""
    if not queries.bookable(event_type.host):
        return "Your page is not published, so guests see none of these times."
    if not event_type.active:
        return "This event type is off, so guests see none of these times."
    if event_type.paused or event_type.host.page.paused:
        return "Bookings are paused, so guests see a sentence instead of these times."
    if queries.unread(event_type):
        return "One of your calendars cannot be read, so no time is known to be free, and guests see none."
    if event_type.hidden:
        return "This event type is hidden, so only guests with a private link see these times."
    return ""
