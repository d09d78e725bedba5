"""What has happened to a booking and what happens next: the steps' own rows, in words for the host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

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


def timeline(booking: Booking, now: datetime) -> list[Step]:
    """Return the steps in the order in which they happen."""
    return list(_steps(booking, now))


def waiting_for_link(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those that still have no join link although they need one; `conferences` should be prefetched."""
    return [
        booking
        for booking in bookings
        if booking.platform == Platform.ZOOM
        and booking.status == Booking.Status.CONFIRMED
        and not any(not conference.unused for conference in booking.conferences.all())
    ]


def _steps(booking: Booking, now: datetime) -> Iterator[Step]:
    yield Step("Booked", "done", f"Time reserved for {booking.guest_name}", at=booking.created_at)
    works = {work.kind: work for work in Work.objects.filter(key__in=_keys(booking)).order_by("pk")}
    if booking.platform == Platform.ZOOM:
        yield from _conference_step(booking, works.get("delivery.conference"), now)
    if booking.status == Booking.Status.CONFIRMED or booking.invited_at:
        yield from _invite_step(booking, works.get("delivery.invite"))
        yield from _copy_step(booking, works.get("delivery.host_invite"))
    if booking.status == Booking.Status.CANCELLED:
        yield Step("Cancelled", "done", _by(booking), at=booking.cancelled_at)
        yield from _work_step("Guest told", "Telling the guest", works.get("delivery.cancellation"))


def _keys(booking: Booking) -> list[str]:
    return [f"booking:{booking.pk}:{version}" for version in range(1, booking.version + 1)]


def _conference_step(booking: Booking, work: Work | None, now: datetime) -> Iterator[Step]:
    conference = next((c for c in booking.conferences.all() if not c.unused), None)
    if conference is not None:
        yield Step("Zoom meeting created", "done", _spaced(conference), at=conference.created_at)
    elif booking.status == Booking.Status.CANCELLED:
        yield Step("No Zoom meeting", "done", "Cancelled before it was made")
    elif booking.start <= now:
        yield Step("No Zoom meeting", "failed", "The meeting's time came without a link.", at=booking.start)
    else:
        yield from _work_step("Zoom meeting created", "Zoom meeting", work)


def _invite_step(booking: Booking, work: Work | None) -> Iterator[Step]:
    done, zoom = f"Invite sent to {booking.guest_email}", booking.platform == Platform.ZOOM
    if booking.link_invited_at or (booking.invited_at and not zoom):
        detail = "With the join link" if booking.link_invited_at else ""
        yield Step(done, "done", detail, at=booking.link_invited_at or booking.invited_at)
    elif booking.invited_at and (work is None or not work.last_error):
        detail = "It says that the link follows. When the link exists, the same invite is updated."
        yield Step(done, "done", detail, at=booking.invited_at)
    elif zoom and _waits_for_link(work):
        yield Step("Invite", "waiting", "After the Zoom link, or without it in a minute")
    else:
        yield from _work_step(done, "Invite", work)


def _copy_step(booking: Booking, work: Work | None) -> Iterator[Step]:
    if booking.platform == Platform.ZOOM and _waits_for_link(work):
        yield Step("Your copy of the invite", "waiting", "Together with the guest's")
    else:
        yield from _work_step("Your copy of the invite sent", "Sending your copy", work)


def _waits_for_link(work: Work | None) -> bool:
    return work is not None and work.state == Work.State.WAITING and not work.attempt


def _work_step(done: str, pending: str, work: Work | None) -> Iterator[Step]:
    """Say how one piece of work stands; what was never planned is no step."""
    if work is None:
        return
    if work.state == Work.State.DONE:
        if skipped := work.result.get("skipped"):
            yield Step(f"{pending}: not needed", "done", f"There is {skipped}.", at=work.done_at)
        else:
            yield Step(done, "done", at=work.done_at)
    elif work.state == Work.State.PARKED:
        yield Step(f"{pending}: needs you", "needs_you", work.last_error, work=work.pk)
    elif work.state == Work.State.FAILED:
        yield Step(f"{pending}: given up", "failed", work.last_error, at=work.done_at, work=work.pk)
    elif work.lease_until is None and work.last_error:
        detail = f"{work.last_error} Try {work.attempt} so far. The time is safe."
        yield Step(f"{pending}: trying again", "trying", detail, next_at=work.run_at, work=work.pk)
    else:
        yield Step(pending, "now", "In progress")


def _spaced(conference: Conference) -> str:
    number = conference.external_id
    return f"{number[:3]} {number[3:7]} {number[7:]}".strip() if number.isdigit() else number


def _by(booking: Booking) -> str:
    return {"guest": f"By {booking.guest_name}", "host": "By you"}.get(booking.cancelled_by, "With the account")


def step_works(booking: Booking) -> QuerySet[Work]:
    """Return the booking's rows at its present version that met trouble and have not come to an end."""
    return Work.objects.filter(key=step_key(booking)).exclude(state=Work.State.DONE).exclude(last_error="")
