"""An event type as the host wants it, and what is wrong with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sivient.core.interval import YEARS
from sivient.core.limits import Limit
from sivient.core.text import clean_line, clean_text
from sivient.scheduling.models import Color, EventType, Window
from sivient.scheduling.questions import Question
from sivient.scheduling.rules import LONGEST_BUFFER
from sivient.scheduling.web_address import is_web_address

MOST_DURATIONS = 8
SHORTEST_DURATION, LONGEST_DURATION = 5, 1440  # minutes
SHORTEST_STEP = 5  # minutes
LONGEST_NOTICE = timedelta(days=365)
LONGEST_WINDOW = 730  # days
LONGEST_BUSINESS_WINDOW = 520  # business days, two years
NOT_A_YEAR = f"Enter a date from the year {YEARS[0]} to {YEARS[-1]}."
MOST_STARTS = 100  # offered of one day
MOST_BOOKINGS = 10_000  # that a limit may allow
MOST_MINUTES = 600_000
MOST_QUESTIONS = 20
MOST_OPTIONS = 50
LONGEST_LABEL = 200
MOST_OTHERS = 5  # addresses that a guest may bring: each gets mail that somebody else asked for
PATIENCE = (timedelta(hours=1), timedelta(days=30))
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_SLUG, LONGEST_NOTE, LONGEST_URL = 120, 1000, 60, 300, 500
_SLUG = re.compile(r"[a-z0-9]+(?:[-_]+[a-z0-9]+)*")
_KEY = re.compile(r"[a-z0-9]+(?:[-_]+[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class EventTypeDraft:
    """An event type as the host wants it. The fields are those of the model, in its units.

    `platform` "" means as in the settings, and so does `calendar` (its number) None; `slug` "" the present one or one
    made from the title, `schedule` (its number) None the present one or the host's first. Limits and questions are
    objects; a question without a key gets one.
    """

    title: str
    minutes: int
    slug: str = ""
    description: str = ""
    more_minutes: tuple[int, ...] = ()
    color: str = Color.PETROL
    hidden: bool = False
    paused: bool = False
    pause_note: str = ""
    schedule: int | None = None
    calendar: int | None = None
    platform: str = ""
    platform_details: str = ""
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    minimum_notice: timedelta = timedelta(hours=4)
    step_minutes: int | None = None
    window_kind: str = Window.DAYS
    window_days: int = 56
    first_date: date | None = None
    last_date: date | None = None
    limits: tuple[Limit, ...] = ()
    most_per_day: int | None = None
    questions: tuple[Question, ...] = ()
    most_others: int = 0
    requires_approval: bool = False
    approval_patience: timedelta = timedelta(days=2)
    reschedule_notice: timedelta = timedelta()
    cancel_notice: timedelta = timedelta()
    redirect_url: str = ""
    active: bool = True


def tidied(draft: EventTypeDraft) -> EventTypeDraft:
    """Return the draft with its texts cleaned and its durations in order; nothing is cut off."""
    return replace(
        draft,
        title=clean_line(draft.title, LONGEST_TITLE + 1),
        description=clean_text(draft.description, LONGEST_DESCRIPTION + 1),
        pause_note=clean_line(draft.pause_note, LONGEST_NOTE + 1),
        redirect_url=draft.redirect_url.strip(),
        more_minutes=tuple(sorted({*draft.more_minutes} - {draft.minutes})),
        questions=tuple(_tidied_question(each) for each in draft.questions),
    )


def problems(draft: EventTypeDraft, *, now: datetime, stored: EventType | None = None) -> dict[str, str]:
    """Return a sentence for each field of a tidied draft that cannot stay, by the field's name.

    Dates that `stored` has already may be over: who pauses or renames it is not asked for others.
    """
    found: dict[str, str] = {}
    for check in (_texts(draft), _times(draft), _window(draft, now, stored), _limits(draft), _guests(draft)):
        for name, sentence in check:
            found.setdefault(name, sentence)
    return found


Problems = Iterator[tuple[str, str]]


def _tidied_question(question: Question) -> Question:
    return replace(
        question,
        label=clean_line(question.label, LONGEST_LABEL + 1),
        options=tuple(clean_line(each, LONGEST_LABEL + 1) for each in question.options),
    )


def _texts(draft: EventTypeDraft) -> Problems:
    if not draft.title:
        yield "title", "Enter a title."
    if len(draft.title) > LONGEST_TITLE:
        yield "title", f"A title has up to {LONGEST_TITLE} characters."
    if draft.slug and not _SLUG.fullmatch(draft.slug):
        yield "slug", "An address has the letters a to z, digits and hyphens, and no hyphen at its start or end."
    if len(draft.slug) > LONGEST_SLUG:
        yield "slug", f"An address has up to {LONGEST_SLUG} characters."
    if len(draft.description) > LONGEST_DESCRIPTION:
        yield "description", f"A description has up to {LONGEST_DESCRIPTION} characters."
    if len(draft.pause_note) > LONGEST_NOTE:
        yield "pause_note", f"The sentence has up to {LONGEST_NOTE} characters."
    if draft.color not in Color.values:
        yield "color", "Choose one of the colours."
    if draft.redirect_url and not is_web_address(draft.redirect_url):
        yield "redirect_url", "Enter a link that begins with https:// or http://."
    if len(draft.redirect_url) > LONGEST_URL:
        yield "redirect_url", f"A link has up to {LONGEST_URL} characters."


def _times(draft: EventTypeDraft) -> Problems:
    if not SHORTEST_DURATION <= draft.minutes <= LONGEST_DURATION:
        yield "minutes", f"A duration is from {SHORTEST_DURATION} to {LONGEST_DURATION} minutes."
    if not all(SHORTEST_DURATION <= each <= LONGEST_DURATION for each in draft.more_minutes):
        yield "more_minutes", f"A duration is from {SHORTEST_DURATION} to {LONGEST_DURATION} minutes."
    if len(draft.more_minutes) >= MOST_DURATIONS:
        yield "more_minutes", f"Guests may choose from up to {MOST_DURATIONS} durations."
    if draft.step_minutes is not None and not SHORTEST_STEP <= draft.step_minutes <= LONGEST_DURATION:
        yield "step_minutes", f"Starts are from {SHORTEST_STEP} to {LONGEST_DURATION} minutes apart."
    for name in ("buffer_before", "buffer_after"):
        if not timedelta() <= getattr(draft, name) <= LONGEST_BUFFER:
            yield name, "A buffer is up to 24 hours."
    for name in ("minimum_notice", "reschedule_notice", "cancel_notice"):
        if not timedelta() <= getattr(draft, name) <= LONGEST_NOTICE:
            yield name, "A notice is up to 365 days."
    for name in ("buffer_before", "buffer_after", "minimum_notice", "reschedule_notice", "cancel_notice"):
        if getattr(draft, name) % timedelta(seconds=1):
            yield name, "Enter whole minutes."
    if not PATIENCE[0] <= draft.approval_patience <= PATIENCE[1]:
        yield "approval_patience", "A request waits from 1 hour to 30 days."


def _window(draft: EventTypeDraft, now: datetime, stored: EventType | None) -> Problems:
    for name in ("first_date", "last_date"):  # whatever the kind: they are kept
        day = getattr(draft, name)
        if day is not None and day.year not in YEARS:
            yield name, NOT_A_YEAR
    match draft.window_kind:
        case Window.DAYS:
            if not 1 <= draft.window_days <= LONGEST_WINDOW:
                yield "window_days", f"Guests may book from 1 to {LONGEST_WINDOW} days ahead."
        case Window.BUSINESS_DAYS:
            if not 1 <= draft.window_days <= LONGEST_BUSINESS_WINDOW:
                yield "window_days", f"Guests may book from 1 to {LONGEST_BUSINESS_WINDOW} business days ahead."
        case Window.DATES:
            yield from _dates(draft, now, stored)
        case _:
            yield "window_kind", "Choose how far ahead guests may book."
    if not 0 <= draft.window_days <= LONGEST_WINDOW:  # kept beside the dates
        yield "window_days", f"Guests may book from 1 to {LONGEST_WINDOW} days ahead."


def _dates(draft: EventTypeDraft, now: datetime, stored: EventType | None) -> Problems:
    today = now.date()
    if draft.first_date is None:
        yield "first_date", "Enter the first date."
    if draft.last_date is None:
        yield "last_date", "Enter the last date."
    elif draft.first_date is not None and draft.last_date < draft.first_date:
        yield "last_date", "The last date is before the first."
    elif draft.last_date < today - timedelta(days=1) and not _stand(draft, stored):  # still yesterday somewhere
        yield "last_date", "These dates are over."
    elif draft.last_date > today + timedelta(days=LONGEST_WINDOW):
        yield "last_date", f"Guests may book up to {LONGEST_WINDOW} days ahead."
    elif draft.first_date is not None and draft.last_date - draft.first_date > timedelta(days=LONGEST_WINDOW):
        yield "first_date", f"The dates are up to {LONGEST_WINDOW} days apart."


def _stand(draft: EventTypeDraft, stored: EventType | None) -> bool:
    """Say whether the draft's dates are those that guests can book between already."""
    return (
        stored is not None
        and stored.window_kind == Window.DATES
        and (stored.first_date, stored.last_date) == (draft.first_date, draft.last_date)
    )


def _limits(draft: EventTypeDraft) -> Problems:
    periods = [each.per for each in draft.limits]
    if len(set(periods)) < len(periods):
        yield "limits", "Set one limit for each day, week, month or year."
    for each in draft.limits:
        if each.count is not None and not 1 <= each.count <= MOST_BOOKINGS:
            yield "limits", f"A limit allows from 1 to {MOST_BOOKINGS} bookings."
        if each.minutes is not None and not 1 <= each.minutes <= MOST_MINUTES:
            yield "limits", f"A limit allows from 1 to {MOST_MINUTES} minutes."
    if draft.most_per_day is not None and not 1 <= draft.most_per_day <= MOST_STARTS:
        yield "most_per_day", f"Offer from 1 to {MOST_STARTS} starts a day, or all."


def _guests(draft: EventTypeDraft) -> Problems:
    if not 0 <= draft.most_others <= MOST_OTHERS:
        yield "most_others", f"A guest may bring up to {MOST_OTHERS} others."
    if len(draft.questions) > MOST_QUESTIONS:
        yield "questions", f"Ask up to {MOST_QUESTIONS} questions."
    keys = [each.key for each in draft.questions if each.key]
    if len(set(keys)) < len(keys) or not all(_KEY.fullmatch(key) and len(key) <= LONGEST_SLUG for key in keys):
        yield "questions", "Give each question a key of its own, in the letters a to z, digits and hyphens."
    for number, question in enumerate(draft.questions, start=1):
        if (found := question_problem(question)) is not None:
            yield "questions", f"Question {number}: {found[1]}"


def question_problem(question: Question) -> tuple[str, str] | None:
    """Return what is wrong with a question: the part of it, `label` or `options`, and a sentence; or None."""
    if not question.label:
        return "label", "Enter what you ask."
    if len(question.label) > LONGEST_LABEL:
        return "label", f"A question has up to {LONGEST_LABEL} characters."
    sentence = _options_problem(question)
    return ("options", sentence) if sentence else None


def _options_problem(question: Question) -> str:
    options = question.options
    if not question.has_options:
        return "Only a choice has options." if options else ""
    if not 2 <= len(options) <= MOST_OPTIONS:
        return f"A choice has from 2 to {MOST_OPTIONS} options."
    if not all(0 < len(each) <= LONGEST_LABEL for each in options):
        return f"An option has from 1 to {LONGEST_LABEL} characters."
    if len(set(options)) < len(options):
        return "Two options are the same."
    return ""
