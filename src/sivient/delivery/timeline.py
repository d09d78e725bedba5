"""What has happened to a booking and what happens next: the steps' own rows, in words for the host."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from sivient.booking.models import Booking, Conference
from sivient.core import moments
from sivient.delivery.readers import CANCELLATIONS, INVITES, Reader, Role, guest, host, others, step_keys
from sivient.delivery.rows import REQUESTS, Rows, rows_of
from sivient.delivery.step_words import Step, invite_step, work_step
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform
from sivient.site import zones

ENDS = {"cancelled": "Cancelled", "declined": "Declined", "expired": "Expired"}


def timeline(booking: Booking, now: datetime) -> list[Step]:
    """Return the steps in the order in which they happen."""
    rows = rows_of(booking)
    steps = [*_changes(booking, rows)]
    if booking.status == Booking.Status.PENDING:
        steps += _request_steps(booking, rows)
    if booking.status == Booking.Status.CONFIRMED or _was_confirmed(booking):
        steps += _delivery_steps(booking, rows, now)
    if not booking.stands:
        steps += _end_steps(booking, rows)
    return steps


def waiting_for_link(bookings: Iterable[Booking]) -> list[Booking]:
    """Return those that still have no join link although they need one; `conferences` should be prefetched."""
    return [
        booking
        for booking in bookings
        if booking.platform == Platform.ZOOM
        and booking.status == Booking.Status.CONFIRMED
        and not any(not conference.unused for conference in booking.conferences.all())
    ]


def step_works(booking: Booking) -> QuerySet[Work]:
    """Return the booking's rows at its present version that met trouble and have not come to an end."""
    present = Work.objects.filter(key__in=step_keys(booking, [booking.version]), kind__startswith="delivery.")
    return present.exclude(state=Work.State.DONE).exclude(last_error="")


def asked_first(booking: Booking) -> bool:
    """Say whether the booking began as a request."""
    return booking.answer_by is not None


def _changes(booking: Booking, rows: Rows) -> Iterator[Step]:
    """Yield what people have done to a booking that stands, in order; what was delivered in between is folded."""
    held = f"Time reserved for {booking.guest_name}"
    yield Step("Requested" if asked_first(booking) else "Booked", "done", held, at=booking.created_at)
    if folded := tuple(_folded(booking, rows)):
        yield Step("Before the last change", "done", folded=folded)
    changes = []
    if booking.rescheduled_at and booking.previous_start:
        by = "you" if booking.rescheduled_by == Role.HOST else booking.guest_name
        detail = f"By {by}, from {_when(booking, booking.previous_start)}"
        changes.append((booking.rescheduled_at, "Rescheduled", detail))
    if booking.approved_at:
        changes.append((booking.approved_at, "Approved", "By you"))
    yield from (Step(title, "done", detail, at=at) for at, title, detail in sorted(changes))


def _folded(booking: Booking, rows: Rows) -> list[Step]:
    """Return what was done before the last change: mails that left, and meetings that were replaced."""
    steps = [Step(f"{_named(work)} {_to(reader)}", "done", at=work.done_at) for work, reader in rows.told_earlier()]
    for meeting in booking.conferences.all():
        if meeting.replaced_at:
            detail = f"{_spaced(meeting)}, replaced since"
            steps.append(Step("Zoom meeting created", "done", detail, at=meeting.created_at))
    return sorted(steps, key=lambda step: step.at or booking.created_at)


def _request_steps(booking: Booking, rows: Rows) -> Iterator[Step]:
    yield from work_step("Request sent to you", "Telling you", rows.of(REQUESTS[Role.HOST]))
    yield from work_step(*_mail_to(booking.guest_email), rows.of(REQUESTS[Role.GUEST]))
    if booking.answer_by:
        until = f"{_when(booking, booking.answer_by)} ({zones.label(booking.host.timezone, booking.answer_by)})"
        yield Step("Your answer", "needs_you", f"Approve or decline until {until}. The request expires then.")


def _delivery_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    zoom, conference = booking.platform == Platform.ZOOM, _conference(booking)
    version = rows.standing
    if zoom:
        yield from _conference_step(booking, conference, rows.of("delivery.conference", version=version), now)
    for reader, done, pending in _copies(booking):
        work = rows.of(INVITES[reader.role], reader, version)
        if booking.stands or (work is not None and "sequence" in work.result):
            yield from invite_step(done, pending, work, zoom=zoom, linked=conference is not None)


def _copies(booking: Booking) -> Iterator[tuple[Reader, str, str]]:
    """Yield who gets an invite, and the words for it when it has left and while it has not."""
    yield guest(booking), f"Invite sent to {booking.guest_email}", "Invite"
    yield host(booking), "Your copy of the invite sent", "Your copy of the invite"
    for other in others(booking):
        yield other, f"Invite sent to {other.address}", f"Invite to {other.address}"


def _conference_step(
    booking: Booking, conference: Conference | None, work: Work | None, now: datetime
) -> Iterator[Step]:
    if conference is not None:
        yield Step("Zoom meeting created", "done", _meeting(booking, conference), at=conference.created_at)
    elif not booking.stands:
        yield Step("No Zoom meeting", "done", "Cancelled before it was made")
    elif booking.start <= now:
        yield Step("No Zoom meeting", "failed", "The meeting's time came without a link.", at=booking.start)
    else:
        yield from work_step("Zoom meeting created", "Zoom meeting", work, zoom=True)


def _end_steps(booking: Booking, rows: Rows) -> Iterator[Step]:
    yield Step(ENDS[booking.status], "done", _by(booking), at=booking.cancelled_at)
    if booking.status != Booking.Status.CANCELLED:
        yield from work_step(*_mail_to(booking.guest_email), rows.of("delivery.declined"))
        yield from work_step(*_mail_to("you"), rows.of("delivery.request_expired"))
        return
    yield from work_step(*_mail_to(booking.guest_email), rows.of(CANCELLATIONS[Role.GUEST]))
    yield from work_step(*_mail_to("you"), rows.of(CANCELLATIONS[Role.HOST]))
    for other in others(booking):
        yield from work_step(*_mail_to(other.address), rows.of(CANCELLATIONS[Role.OTHER], other))


def _was_confirmed(booking: Booking) -> bool:
    return booking.status == Booking.Status.CANCELLED and (not asked_first(booking) or booking.approved_at is not None)


def _conference(booking: Booking) -> Conference | None:
    return next((meeting for meeting in booking.conferences.all() if not meeting.unused), None)


def _meeting(booking: Booking, conference: Conference) -> str:
    """Return the number of the meeting; Zoom's own list keeps the time for which it was made (contract chapter 4.4)."""
    if conference.vendor_start == booking.start:
        return _spaced(conference)
    return f"{_spaced(conference)}. In Zoom's own list it still stands at {_when(booking, conference.vendor_start)}."


def _spaced(conference: Conference) -> str:
    number = conference.external_id
    return f"{number[:3]} {number[3:7]} {number[7:]}".strip() if number.isdigit() else number


def _when(booking: Booking, at: datetime) -> str:
    zone = booking.host.timezone
    return f"{moments.day(at, zone)}, {moments.clock(at, zone)}"


def _mail_to(whom: str) -> tuple[str, str]:
    """Return the words for a mail when it has left and while it has not."""
    return f"Mail to {whom} sent", f"Mail to {whom}"


def _named(work: Work) -> str:
    return "Invite sent" if "sequence" in work.result else "Request sent"


def _to(reader: Reader) -> str:
    return "to you" if reader.role is Role.HOST else f"to {reader.address}"


def _by(booking: Booking) -> str:
    if booking.status == Booking.Status.EXPIRED:
        return "Nobody answered in time"
    return {"guest": f"By {booking.guest_name}", "host": "By you"}.get(booking.cancelled_by, "With the account")
