"""The lines of the timeline about a booking's meeting and its link, in words for the host."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sivient.booking.conferences import reaches
from sivient.booking.models import Booking, Conference
from sivient.booking.steps import CONFERENCE, LINK_DUE, MOVE, step_key
from sivient.core import moments
from sivient.delivery.fallback import FALLBACK_TOLD, UNKNOWN, why_fallback
from sivient.delivery.rows import Rows
from sivient.delivery.step_words import Help, Step, Subject, work_step
from sivient.integrations.queries import connected
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform

LINK_LATE = "delivery.link_late"  # tells the guest, once the host was asked and the meeting is near
OWN_ADDRESS = "See whether the address that your account has still takes mail."
MEETING = Subject("Zoom meeting created", "Zoom meeting", zoom=True, link=True)
MOVED = Subject("Zoom meeting moved to the new time", "Moving the Zoom meeting", zoom=True)
TIME_CAME = "The meeting's time came without a link."
CAME_UNMOVED = "The meeting's time came before Zoom had moved it, and its link does not last until then."
NOT_CONNECTED = "Zoom is not connected. The time is safe."
NO_TRY_LEFT = "It begins before the next try."
OWN = {Conference.BY_HAND: "Your own link", Conference.FALLBACK: "Your fallback link"}


def meeting_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    """Yield how the meeting of a booking in Zoom stands, and what becomes of it there."""
    conference, version = in_force(booking), rows.standing
    live = connected(booking.host, Platform.ZOOM)
    lines = _link_steps(booking, conference, lambda kind: rows.of(kind, version=version), now, live=live)
    yield from lines
    if not reaches(conference, booking.start) and booking.stands and booking.end > now:
        yield from _due_steps(booking, rows, now, troubled=any(line.helps for line in lines))


def removal_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    """Yield what becomes of meetings that nobody uses any more, where the host's permission lets us delete them."""
    for meeting in booking.conferences.all():
        number = spaced(meeting.external_id)
        subject = Subject(f"Zoom meeting {number} removed from Zoom", f"Removing Zoom meeting {number}", zoom=True)
        work = rows.removal(meeting)
        if work is None or work.state != Work.State.DONE or meeting.deleted_at or work.result.get("skipped"):
            yield from work_step(subject, work, now)  # else it is the link again, and was not removed


def needing_host(bookings: Iterable[Booking], now: datetime) -> set[int]:
    """Return which of these bookings without a link will get none by themselves, as their timelines say."""
    waiting = list(bookings)
    works = Work.objects.filter(
        kind__in=(CONFERENCE, MOVE, LINK_DUE), key__in=[step_key(booking) for booking in waiting]
    )
    by_name = {(work.kind, work.key): work for work in works}
    live = {host: connected(host, Platform.ZOOM) for host in {booking.host for booking in waiting}}

    def needs_host(booking: Booking) -> bool:
        def of(kind: str) -> Work | None:
            return by_name.get((kind, step_key(booking)))

        steps = _link_steps(booking, in_force(booking), of, now, live=live[booking.host])
        return any(step.state == "needs_you" for step in steps)

    return {booking.pk for booking in waiting if needs_host(booking)}


def linkless(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those that still have no lasting join link although they need one; `conferences` should be prefetched."""
    return [
        booking
        for booking in bookings
        if booking.platform == Platform.ZOOM
        and booking.status == Booking.Status.CONFIRMED
        and not reaches(in_force(booking), booking.start)
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


def _link_steps(
    booking: Booking, conference: Conference | None, of: Callable[[str], Work | None], now: datetime, *, live: bool
) -> list[Step]:
    """Return how the link stands, and how its meeting follows the booking.

    `of` gives the step of one kind; `live` says whether the host's Zoom is connected. A link that the host was asked
    for needs them, although Zoom is asked again.
    """
    steps = list(_vendor_steps(booking, conference, of, now, live=live))
    due = of(LINK_DUE)
    if due is None or not due.result.get("asked"):
        return steps
    return [replace(step, state="needs_you", helps=_adding(step)) if step.state == "trying" else step for step in steps]


def _vendor_steps(
    booking: Booking, conference: Conference | None, of: Callable[[str], Work | None], now: datetime, *, live: bool
) -> Iterator[Step]:
    """Yield what the vendor has made of the link and what it is asked for. Parameters as of `_link_steps`."""
    if conference is not None:
        said = _meeting(booking, conference, of(FALLBACK_TOLD))
        yield Step(made(conference), "done", said, at=conference.created_at)
        if booking.stands and conference.vendor == Platform.ZOOM:
            yield from _move_steps(booking, conference, of(MOVE), now, live=live)
    elif not booking.stands:
        yield Step("No Zoom meeting", "done", "Cancelled before it was made")
    else:
        yield from _awaited(MEETING, "No Zoom meeting", TIME_CAME, booking, of(CONFERENCE), now, live=live)


def _move_steps(
    booking: Booking, conference: Conference, work: Work | None, now: datetime, *, live: bool
) -> Iterator[Step]:
    """Yield how the meeting gets the booking's time. Where its link does not reach it, the link depends on that."""
    if not reaches(conference, booking.start):
        subject = replace(MOVED, link=True)
        yield from _awaited(subject, "Zoom meeting not moved", CAME_UNMOVED, booking, work, now, live=live)
    elif work is not None:
        gave_way = work.state == Work.State.DONE and not work.result.get("skipped")
        if not gave_way or conference.vendor_start == booking.start:
            yield from work_step(MOVED, work, now)


def _awaited(
    subject: Subject, missing: str, came: str, booking: Booking, work: Work | None, now: datetime, *, live: bool
) -> Iterator[Step]:
    """Yield how the work stands that brings the link; `missing` and `came` say that it did not, and not in time."""
    if booking.end <= now:
        yield Step(missing, "missed", came, at=booking.start)
    elif booking.start > now and not live:
        # Whatever the work has met before: nobody asks Zoom until the host has connected it.
        yield Step(f"{subject.pending}: needs you", "needs_you", NOT_CONNECTED, helps=(Help.RECONNECT,), zoom=True)
    elif booking.start <= now or work is None or work.state == Work.State.DONE:
        detail = came if booking.start <= now else ""
        yield Step(f"{missing}: needs you", "needs_you", detail, helps=(Help.ADD_LINK,))
    else:
        for step in work_step(subject, work, now):
            yield _too_late(subject, step) if step.next_at and step.next_at >= booking.start else step


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


def _too_late(subject: Subject, step: Step) -> Step:
    """Turn a try after the start into a call for help: nothing comes by itself any more."""
    title, detail = f"{subject.pending}: needs you", f"{step.detail} {NO_TRY_LEFT}".strip()
    return replace(step, title=title, state="needs_you", detail=detail, next_at=None, helps=_adding(step))


def _adding(step: Step) -> tuple[Help, ...]:
    """Return the step's helps, and before them that the host can add a link."""
    return tuple(dict.fromkeys((Help.ADD_LINK, *step.helps)))


def _meeting(booking: Booking, conference: Conference, told: Work | None) -> str:
    """Return what is to know about it; Zoom's own list keeps the time for which it was made (contract chapter 4.4).

    `told` is the step that tells the host why the fallback link was used.
    """
    if conference.vendor == Conference.FALLBACK:
        return why_fallback(told.payload, booking.host.timezone) if told else UNKNOWN
    if conference.vendor == Conference.BY_HAND:
        return "You gave it for this booking"
    if conference.vendor_start == booking.start:
        return spaced(conference.external_id)
    zone = booking.host.timezone
    listed = f"{moments.day(conference.vendor_start, zone)}, {moments.clock(conference.vendor_start, zone)}"
    return f"{spaced(conference.external_id)}. In Zoom's own list it still stands at {listed}."
