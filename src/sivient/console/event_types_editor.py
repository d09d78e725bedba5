"""The editor of event types: one form of several parts, saved together."""

from dataclasses import dataclass
from functools import partial
from typing import Self

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import PlanTooSmall
from sivient.console import event_types_once
from sivient.console import event_types_words as words
from sivient.console.address import page_prefix
from sivient.console.event_types_calendar import calendar_choices
from sivient.console.event_types_fit import impossible
from sivient.console.event_types_form import STATES, EventTypeForm
from sivient.console.event_types_questions import KINDS, QuestionRows
from sivient.console.event_types_zoom import forty_minutes, too_long
from sivient.console.platform_form import PlatformForm
from sivient.scheduling import platforms
from sivient.scheduling.drafts import problems, tidied
from sivient.scheduling.editions import ChangedMeanwhile, edition_of
from sivient.scheduling.event_types import (
    MOST_EVENT_TYPES,
    EventTypeUnfit,
    SlugTaken,
    TooManyEventTypes,
    save_event_type,
)
from sivient.scheduling.models import EventType, Platform, SchedulingPage
from sivient.site.said import redirect_saying, take

# Which fields stand in which group, so that a group with a mistake is open.
GROUPS = {
    "when": (
        *("minimum_notice", "window_kind", "window_days", "window_business_days", "first_date", "last_date"),
        *("buffer_before", "buffer_after", "step_minutes", "most_per_day"),
    ),
    "asked": ("most_others",),
    "decides": ("approval_patience",),
    "after": ("reschedule_notice", "cancel_notice", "redirect_url"),
    "links": ("hidden",),
    "state": ("state", "pause_note"),
}


@dataclass(slots=True)
class Parts:
    """The parts of the form: the event type's own fields, its platform, its questions.

    `seen` is the edition that the host began with, "" for a new event type; `changed` says that it is not the stored
    one any more.
    """

    form: EventTypeForm
    place: PlatformForm
    questions: QuestionRows
    seen: str
    changed: bool = False

    @classmethod
    def of(cls, request: HostRequest, event_type: EventType) -> Self:
        """Return the parts as they are stored, as they were typed, or as a pressed button of a row leaves them.

        Such a button checks nothing: what was typed becomes what the form begins with.
        """
        schedules = list(request.user.schedules.order_by("pk"))
        form = partial(EventTypeForm, schedules=schedules, calendars=calendar_choices(request.user, event_type))
        place = partial(
            PlatformForm,
            user=request.user,
            current=event_type.platform,
            inherits=f"As in Scheduling settings ({_settings_label(request)})",
        )
        stored = EventTypeForm.of(event_type)
        chosen = PlatformForm.of(event_type.platform, event_type.platform_details)
        if request.method != "POST":
            seen = edition_of(event_type) if event_type.pk else ""
            return cls(form(initial=stored), place(initial=chosen), QuestionRows.of(event_type), seen)
        typed = cls(
            form(request.POST, initial=stored),
            place(request.POST, initial=chosen),
            QuestionRows.typed(request.POST),
            request.POST.get("seen", ""),
        )
        if not typed.questions.press(request.POST):
            return typed
        return cls(form(initial=typed.form.typed()), place(initial=typed.place.typed()), typed.questions, typed.seen)

    def saved(self, request: HostRequest, event_type: EventType) -> bool:
        """Save, or put what cannot be saved beside its field; say whether it was saved."""
        questions = self.questions.read()
        is_valid = self.form.is_valid() & self.place.is_valid()
        typed = self.place.cleaned_data
        draft = self.form.draft(
            platform=typed.get("platform", ""), details=typed.get("details", ""), questions=questions
        )
        if not is_valid or self.questions.mistakes():
            found = problems(tidied(draft), now=timezone.now(), stored=event_type)
            self.form.refuse(found)  # all that is wrong, in one round
            return False
        try:
            stored = event_type if event_type.pk else None
            stored = save_event_type(request.user, draft, stored, seen=self.seen or None)
            event_types_once.remember(request, stored)
        except EventTypeUnfit as error:
            self.form.refuse(error.problems)
            self.questions.refuse(error.problems)
        except SlugTaken as error:
            self.form.add_error("slug", str(error))
        except TooManyEventTypes:
            self.form.add_error(None, f"A page lists up to {MOST_EVENT_TYPES} event types. Delete one first.")
        except (platforms.PlatformUnfit, PlanTooSmall) as error:
            self.place.add_error("platform", str(error))
        except ChangedMeanwhile as error:
            self.seen, self.changed = error.edition, True
        return not (self.changed or self.mistakes())

    def mistakes(self) -> list[tuple[str, str]]:
        """Return (id of the field, message) for the summary above the form."""
        return self.form.mistakes() + self.place.mistakes() + self.questions.mistakes()

    def open_groups(self) -> set[str]:
        """Return the groups that have something to correct, or in which a button was pressed."""
        found = {group for group, names in GROUPS.items() if set(names) & set(self.form.errors)}
        if self.form.limits_mistaken():
            found.add("when")
        if self.questions.pressed or self.questions.mistakes():
            found.add("asked")
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_new(request: HostRequest) -> HttpResponse:
    """Add an event type; the same form sent again changes the one that it added."""
    added = event_types_once.added_by(request)
    if added is None and request.user.event_types.count() >= MOST_EVENT_TYPES:
        return redirect("event-types")
    return _editor(request, added or EventType(host=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_edit(request: HostRequest, number: int) -> HttpResponse:
    """Change an event type."""
    return _editor(request, get_object_or_404(request.user.event_types, pk=number))


def _editor(request: HostRequest, event_type: EventType) -> HttpResponse:
    parts = Parts.of(request, event_type)
    if request.method == "POST" and parts.form.is_bound and parts.saved(request, event_type):
        return redirect_saying(request, reverse("event-types"), "Saved.")
    mistakes = parts.mistakes()
    context = {
        "form": parts.form,
        "place": parts.place,
        "questions": parts.questions,
        "prefix": page_prefix(request.user.handle or ""),
        "event_type": event_type if event_type.pk else None,
        "mistakes": mistakes,
        "seen": parts.seen,
        "changed": parts.changed,
        "open": parts.open_groups(),
        "says": words.of(event_type) if request.method != "POST" else {},
        "states": STATES,
        "kinds": KINDS,
        "too_long": too_long(event_type, forty_minutes(request.user, timezone.now())) if event_type.pk else None,
        "impossible": impossible(event_type, timezone.now()) if event_type.pk else "",
        "here": "edit",
        "form_key": event_types_once.form_key(request, event_type),
        "done": take(request),
    }
    status = 409 if parts.changed else 422 if mistakes else 200
    return render(request, "console/event_type.html", context, status=status)


def _settings_label(request: HostRequest) -> str:
    page = SchedulingPage.objects.filter(host=request.user).first()
    return Platform(page.platform).label if page and page.platform else "not chosen"
