"""What has happened to a booking and what happens next: the steps' own rows, in words for the host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sivient.booking.models import Booking, Conference
from sivient.booking.services import step_key
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform

State = Literal["done", "now", "waiting", "trying", "needs_you", "failed"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. `at` is when it was done; `next_at` when it is tried again."""

    title: str
    state: State
    detail: str = ""
    at: datetime | None = None
    next_at: datetime | None = None
    work: int | None = None  # the row that "Try now" pulls forward


def timeline(booking: Booking) -> list[Step]:
    """Return the steps in the order in which they happen."""
    return list(_steps(booking))


def waiting_for_link(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those that still have no join link although they need one; `conferences` should be prefetched."""
    return [
        booking
        for booking in bookings
        if booking.platform == Platform.ZOOM
        and booking.status == Booking.Status.CONFIRMED
        and not any(not conference.unused for conference in booking.conferences.all())
    ]


def _steps(booking: Booking) -> Iterator[Step]:
    yield Step("Booked", "done", f"Time reserved for {booking.guest_name}", at=booking.created_at)
    works = {work.kind: work for work in Work.objects.filter(key__startswith=f"booking:{booking.pk}:")}
    if booking.platform == Platform.ZOOM:
        yield _conference_step(booking, works.get("delivery.conference"))
    if booking.status == Booking.Status.CONFIRMED or booking.invited_at:
        yield _invite_step(booking, works.get("delivery.invite"))
        yield _work_step("Your copy of the invite sent", "Sending your copy", works.get("delivery.host_invite"))
    if booking.status == Booking.Status.CANCELLED:
        yield Step("Cancelled", "done", _by(booking), at=booking.cancelled_at)
        yield _work_step("Guest told", "Telling the guest", works.get("delivery.cancellation"))


def _conference_step(booking: Booking, work: Work | None) -> Step:
    conference = next((c for c in booking.conferences.all() if not c.unused), None)
    if conference is not None:
        return Step("Zoom meeting created", "done", _spaced(conference), at=conference.created_at)
    if booking.status == Booking.Status.CANCELLED:
        return Step("No Zoom meeting", "done", "Cancelled before it was made")
    return _work_step("Zoom meeting created", "Zoom meeting", work)


def _invite_step(booking: Booking, work: Work | None) -> Step:
    if booking.link_invited_at or (booking.invited_at and booking.platform != Platform.ZOOM):
        detail = "With the join link" if booking.link_invited_at else ""
        at = booking.link_invited_at or booking.invited_at
        return Step(f"Invite sent to {booking.guest_email}", "done", detail, at=at)
    if booking.invited_at and (work is None or not work.last_error):
        detail = "It says that the link follows. When the link exists, the same invite is updated."
        return Step(f"Invite sent to {booking.guest_email}", "done", detail, at=booking.invited_at)
    if work is not None and work.state == Work.State.WAITING and not work.attempt and booking.platform == Platform.ZOOM:
        return Step("Invite", "waiting", "After the Zoom link, or without it in a minute", next_at=work.run_at)
    return _work_step(f"Invite sent to {booking.guest_email}", "Invite", work)


def _work_step(done: str, pending: str, work: Work | None) -> Step:
    if work is None or work.state == Work.State.DONE:
        return Step(done, "done", at=work.done_at if work else None)
    match work.state:
        case Work.State.PARKED:
            return Step(f"{pending}: needs you", "needs_you", work.last_error, work=work.pk)
        case Work.State.FAILED:
            return Step(f"{pending}: given up", "failed", work.last_error, at=work.done_at, work=work.pk)
    if work.lease_until is None and work.last_error:
        detail = f"{work.last_error} Try {work.attempt} so far. The time is safe."
        return Step(f"{pending}: trying again", "trying", detail, next_at=work.run_at, work=work.pk)
    return Step(pending, "now", "In progress")


def _spaced(conference: Conference) -> str:
    number = conference.external_id
    return f"{number[:3]} {number[3:7]} {number[7:]}".strip() if number.isdigit() else number


def _by(booking: Booking) -> str:
    return {"guest": f"By {booking.guest_name}", "host": "By you"}.get(booking.cancelled_by, "With the account")


def step_works(booking: Booking) -> Iterable[Work]:
    """Return the booking's rows at its present version that met trouble and have not come to an end."""
    return Work.objects.filter(key=step_key(booking)).exclude(state=Work.State.DONE).exclude(last_error="")
