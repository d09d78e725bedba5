"""The lines of the timeline about a booking's meeting and its link, in words for the host."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sivient.booking.models import Booking, Conference
from sivient.booking.steps import CONFERENCE, LINK_DUE, MOVE, step_key
from sivient.core import moments
from sivient.delivery.rows import Rows
from sivient.delivery.step_words import Help, Step, Subject, work_step
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform

LINK_LATE = "delivery.link_late"  # tells the guest, once the host was asked and the meeting is near
OWN_ADDRESS = "See whether the address that your account has still takes mail."
MEETING = Subject("Zoom meeting created", "Zoom meeting", zoom=True, link=True)
MOVED = Subject("Zoom meeting moved to the new time", "Moving the Zoom meeting", zoom=True)
TIME_CAME = "The meeting's time came without a link."
NO_TRY_LEFT = "It begins before the next try."
OWN = {Conference.BY_HAND: "Your own link", Conference.FALLBACK: "Your fallback link"}


def meeting_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    """Yield how the meeting of a booking in Zoom stands, and what becomes of it there."""
    conference, version = in_force(booking), rows.standing
    lines = list(_link_step(booking, conference, rows.of(CONFERENCE, version=version), now))
    yield from lines
    if conference is None and booking.stands and booking.end > now:
        yield from _due_steps(booking, rows, now, troubled=any(line.helps for line in lines))
    if conference is not None and booking.stands:
        yield from work_step(MOVED, rows.of(MOVE, version=version), now)


def removal_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    """Yield what becomes of meetings that nobody uses any more, where the host's permission lets us delete them."""
    for meeting in booking.conferences.all():
        number = spaced(meeting.external_id)
        subject = Subject(f"Zoom meeting {number} removed from Zoom", f"Removing Zoom meeting {number}", zoom=True)
        yield from work_step(subject, rows.removal(meeting), now)


def needing_host(bookings: Iterable[Booking], now: datetime) -> set[int]:
    """Return which of these bookings without a link will get none by themselves, as their timelines say."""
    waiting = list(bookings)
    works = Work.objects.filter(kind=CONFERENCE, key__in=[step_key(booking) for booking in waiting])
    by_key = {work.key: work for work in works}
    return {
        booking.pk
        for booking in waiting
        if any(step.state == "needs_you" for step in _link_step(booking, None, by_key.get(step_key(booking)), now))
    }


def linkless(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those that still have no join link although they need one; `conferences` should be prefetched."""
    return [
        booking
        for booking in bookings
        if booking.platform == Platform.ZOOM
        and booking.status == Booking.Status.CONFIRMED
        and in_force(booking) is None
    ]


def in_force(booking: Booking) -> Conference | None:
    """Return the meeting whose link everybody has or gets; `conferences` should be prefetched."""
    return next((meeting for meeting in booking.conferences.all() if not meeting.unused), None)


def made(conference: Conference) -> str:
    """Return how a meeting or a link came to be, as the title of a line."""
    return OWN.get(conference.vendor, MEETING.done)


def spaced(number: str) -> str:
    """Return the number of a meeting as Zoom writes it: 845 1290 3377."""
    return f"{number[:3]} {number[3:7]} {number[7:]}".strip() if number.isdigit() else number


def _link_step(booking: Booking, conference: Conference | None, work: Work | None, now: datetime) -> Iterator[Step]:
    if conference is not None:
        yield Step(made(conference), "done", _meeting(booking, conference), at=conference.created_at)
    elif not booking.stands:
        yield Step("No Zoom meeting", "done", "Cancelled before it was made")
    elif booking.end <= now:
        yield Step("No Zoom meeting", "missed", TIME_CAME, at=booking.start)
    elif booking.start <= now or work is None or work.state == Work.State.DONE:
        detail = TIME_CAME if booking.start <= now else ""
        yield Step("No Zoom meeting: needs you", "needs_you", detail, helps=(Help.ADD_LINK,))
    else:
        for step in work_step(MEETING, work, now):
            yield _too_late(step) if step.next_at and step.next_at >= booking.start else step


def _due_steps(booking: Booking, rows: Rows, now: datetime, *, troubled: bool) -> Iterator[Step]:
    """Yield what happens, or has happened, because there is no link. Before its time it is news only in trouble."""
    fallback = getattr(getattr(booking.host, "page", None), "fallback_link", "")
    asking = Subject(
        "You were asked for a link", "Your fallback link" if fallback else "Asking you for a link", OWN_ADDRESS
    )
    name = booking.guest_name
    telling = Subject(f"{name} was told that the link is late", f"Telling {name} that the link is late")
    due = rows.of(LINK_DUE)
    if due is not None and due.state == Work.State.DONE and not due.result.get("asked"):
        due = None
    for step in (*work_step(asking, due, now), *work_step(telling, rows.of(LINK_LATE), now)):
        if step.state != "waiting" or not step.next_at:
            yield step
        elif troubled:
            yield replace(step, detail="If there is no link by then")


def _too_late(step: Step) -> Step:
    """Turn a try after the start into a call for help: nothing comes by itself any more."""
    title, detail = f"{MEETING.pending}: needs you", f"{step.detail} {NO_TRY_LEFT}".strip()
    return replace(
        step,
        title=title,
        state="needs_you",
        detail=detail,
        next_at=None,
        helps=tuple(dict.fromkeys((Help.ADD_LINK, *step.helps))),
    )


def _meeting(booking: Booking, conference: Conference) -> str:
    """Return what is to know about it; Zoom's own list keeps the time for which it was made (contract chapter 4.4)."""
    if conference.vendor == Conference.FALLBACK:
        return "Used because Zoom made no meeting in time"
    if conference.vendor == Conference.BY_HAND:
        return "You gave it for this booking"
    if conference.vendor_start == booking.start:
        return spaced(conference.external_id)
    zone = booking.host.timezone
    listed = f"{moments.day(conference.vendor_start, zone)}, {moments.clock(conference.vendor_start, zone)}"
    return f"{spaced(conference.external_id)}. In Zoom's own list it still stands at {listed}."
