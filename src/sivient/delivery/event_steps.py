"""The lines of the timeline about a booking's event in its host's calendar, in words for the host."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sivient.booking.models import Booking
from sivient.booking.steps import EVENT, EVENT_REMOVED
from sivient.delivery.calendar_words import calendar_label
from sivient.delivery.readers import guest, others
from sivient.delivery.rows import GUEST_PAGE, Rows
from sivient.delivery.step_words import Step, Subject, invite_step, work_step

BY_MAIL = "Everybody was invited by mail instead."
THEN_BY_MAIL = "If it takes longer than 15 minutes, everybody is invited by mail."
TOLD_BY_MAIL = "It did not take that in time, so guests were told by mail."
REFUSED = 'Choose another calendar for your bookings, or press "Try now" once this is mended.'


def event_steps(booking: Booking, rows: Rows, now: datetime, *, zoom: bool, linked: bool) -> Iterator[Step]:
    """Yield how the event stands that a booking has, or would have had; parameters as of `invite_step`."""
    work = rows.of(EVENT, version=rows.standing)
    if work is None or not (booking.stands or "sequence" in work.result):
        return
    if why := work.result.get("by_mail"):
        yield Step(f"No event in {work.result['label']}", "done", f"{why} {BY_MAIL}", at=work.done_at)
        return
    label, shared = calendar_label(booking.event), booking.invites == Booking.Invites.CALENDAR
    subject = Subject(f"Event in {label}", f"Event in {label}", REFUSED, calendar=True)
    for step in invite_step(subject, work, now, zoom=zoom, linked=linked):
        waits = shared and step.state == "trying"
        yield replace(step, detail=f"{step.detail} {THEN_BY_MAIL}") if waits else step
    if shared and work.result.get("sent"):
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
    """Yield what was written into the calendar before the booking was last changed."""
    for version in range(1, rows.standing):
        work = rows.of(EVENT, version=version)
        if work is not None and work.result.get("sent"):
            yield Step("Event written into the calendar", "done", at=work.done_at)
