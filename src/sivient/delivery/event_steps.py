"""The lines of the timeline about a booking's event in its host's calendar, in words for the host."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sivient.booking.models import Booking
from sivient.booking.steps import CALENDAR_ASKS, EVENT, EVENT_REMOVED
from sivient.delivery.calendar_words import calendar_label
from sivient.delivery.readers import guest, others
from sivient.delivery.rows import GUEST_PAGE, Rows
from sivient.delivery.step_words import Step, Subject, invite_step, work_step
from sivient.jobs.models import Work

BY_MAIL = "Everybody was invited by mail instead."
THEN_BY_MAIL = "If it takes longer than 15 minutes, everybody is invited by mail."
TOLD_BY_MAIL = "It did not take that in time, so guests were told by mail."
REFUSED = 'Choose another calendar for your bookings, or press "Try now" once this is mended.'
ANSWER = 'It waits for your answer to "Your calendar says".'
Asks = Booking.CalendarAsks
HAPPENED = {Asks.DELETED: "deleted", Asks.ELSEWHERE: "deleted", Asks.MOVED: "moved"}
MENDED = {Asks.DELETED: "restored", Asks.ELSEWHERE: "restored", Asks.MOVED: "moved back"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the host was last asked about the event at one version of the booking, and since when it was so."""

    about: Booking.CalendarAsks
    at: datetime


def event_steps(booking: Booking, rows: Rows, now: datetime, *, zoom: bool, linked: bool) -> Iterator[Step]:
    """Yield how the event stands that a booking has, or would have had; parameters as of `invite_step`."""
    work, label = rows.of(EVENT, version=rows.standing), calendar_label(booking.event)
    if booking.stands and booking.calendar_asks in HAPPENED:
        title = f"Event {HAPPENED[Asks(booking.calendar_asks)]} in {label}: needs you"
        yield Step(title, "needs_you", ANSWER, at=booking.calendar_asked_at)
        return
    asked = _asked(rows, rows.standing)
    yield from _happened(asked, label)
    if work is None or not (booking.stands or "sequence" in work.result):
        return
    if why := work.result.get("by_mail"):
        yield Step(f"No event in {work.result['label']}", "done", f"{why} {BY_MAIL}", at=work.done_at)
        return
    shared, again = booking.invites == Booking.Invites.CALENDAR, asked is not None and work.state != Work.State.DONE
    subject = Subject(_title(asked, work, label), f"Event in {label}", REFUSED, calendar=True)
    for step in work_step(subject, work, now) if again else invite_step(subject, work, now, zoom=zoom, linked=linked):
        waits = shared and step.state == "trying"
        yield replace(step, detail=f"{step.detail} {THEN_BY_MAIL}") if waits else step
    if shared and work.result.get("sent") and not again:
        to = ", ".join(each.address for each in (guest(booking), *others(booking)))
        yield Step(f"Invitation by {label}", "done", f"To {to}", at=work.done_at or booking.invited_at)
        page = Subject(f"Mail to {booking.guest_email} sent", f"Mail to {booking.guest_email}")
        yield from work_step(page, rows.of(GUEST_PAGE, version=1), now)


def event_removal_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    """Yield how an event leaves the calendar: after a cancellation, or because everything is mailed now."""
    for version in range(1, booking.version + 1):
        work = rows.of(EVENT_REMOVED, version=version)
        label = (work.payload.get("label") if work else "") or calendar_label(booking.event)
        pending = f"Taking the event out of {label}"
        for step in work_step(Subject(f"Event taken out of {label}", pending, calendar=True), work, now):
            mailed = work is not None and "by_mail" in work.result
            yield replace(step, detail=f"{step.detail} {TOLD_BY_MAIL}".strip()) if mailed else step


def earlier_events(rows: Rows) -> Iterator[Step]:
    """Yield what was written into the calendar before the booking was last changed, and what was done to it there."""
    for version in range(1, rows.standing):
        yield from _happened(_asked(rows, version), calendar_label(rows.booking.event))
        work = rows.of(EVENT, version=version)
        if work is not None and work.result.get("sent"):
            yield Step("Event written into the calendar", "done", at=work.done_at)


def _asked(rows: Rows, version: int) -> Asked | None:
    """Return what the host was last asked about the event at one version: the mail that asked says it."""
    work = rows.of(CALENDAR_ASKS, version=version)
    about, _, since = (work.result.get("told", "") if work else "").partition(" ")
    return Asked(Asks(about), datetime.fromisoformat(since)) if about in HAPPENED else None


def _happened(asked: Asked | None, label: str) -> Iterator[Step]:
    """Yield what somebody had done to the event in the calendar; it is answered."""
    if asked is not None:
        yield Step(f"Event {HAPPENED[asked.about]} in {label}", "done", at=asked.at)


def _title(asked: Asked | None, work: Work, label: str) -> str:
    """Return what it is that the calendar has the event: once it was touched there, that it is as it was again."""
    if asked is None or work.done_at is None or work.done_at < asked.at:
        return f"Event in {label}"
    return f"Event {MENDED[asked.about]} in {label}"
