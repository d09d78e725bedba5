"""What has happened to a booking and what happens next: the steps' own rows, in words for the host."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from sivient.booking.models import Booking
from sivient.booking.moving import CALENDAR
from sivient.booking.steps import EVENT_REMOVED, deletion_key, step_key
from sivient.core import moments
from sivient.delivery.calendar_words import calendar_label
from sivient.delivery.event_steps import earlier_events, event_removal_steps, event_steps
from sivient.delivery.meeting_steps import OWN_ADDRESS, in_force, made, meeting_steps, removal_steps, spaced
from sivient.delivery.readers import CANCELLATIONS, INVITES, Reader, Role, guest, host, readers, step_keys
from sivient.delivery.rows import GUEST_PAGE, REQUESTS, Rows, rows_of
from sivient.delivery.step_words import Step, Subject, invite_step, work_step
from sivient.jobs.models import Work
from sivient.scheduling.models import Platform
from sivient.site import zones

ENDS = {"cancelled": "Cancelled", "declined": "Declined", "expired": "Expired"}


def timeline(booking: Booking, now: datetime) -> list[Step]:
    """Return the steps in the order in which they happen."""
    rows = rows_of(booking)
    steps = [*_changes(booking, rows)]
    if booking.status == Booking.Status.PENDING:
        steps += _request_steps(booking, rows, now)
    delivery: list[Step] = []
    if booking.status == Booking.Status.CONFIRMED or _was_confirmed(booking):
        delivery += _delivery_steps(booking, rows, now)
    removals = [*event_removal_steps(booking, rows, now), *removal_steps(booking, rows, now)]
    if booking.stands:
        return _with_delivery(steps, [*delivery, *removals])
    end, *told = _end_steps(booking, rows, now)
    return [*_with_delivery(steps, delivery), end, *_by_time([*told, *removals])]


def step_works(booking: Booking) -> QuerySet[Work]:
    """Return the booking's rows that met trouble and have not come to an end.

    Of earlier versions, only those that do not give way to the present one.
    """
    removals = [deletion_key(meeting.pk) for meeting in booking.conferences.all()]
    keys = [*step_keys(booking, [booking.version]), *removals]
    earlier = [step_key(booking, version) for version in range(1, booking.version)]
    lasting = Q(key__in=earlier, kind__in=(EVENT_REMOVED, GUEST_PAGE))
    present = Work.objects.filter(Q(key__in=keys, kind__startswith="delivery.") | lasting)
    return present.exclude(state=Work.State.DONE).exclude(last_error="", trouble="")


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
        detail = f"{_rescheduled(booking)}, from {_when(booking, booking.previous_start)}"
        changes.append((booking.rescheduled_at, "Rescheduled", detail))
    if booking.approved_at:
        changes.append((booking.approved_at, "Approved", "By you"))
    yield from (Step(title, "done", detail, at=at) for at, title, detail in sorted(changes))


def _rescheduled(booking: Booking) -> str:
    """Return who has rescheduled the booking, or where its event was moved."""
    if booking.rescheduled_by == CALENDAR:
        return f"In {calendar_label(booking.event)}"
    return "By you" if booking.rescheduled_by == Role.HOST else f"By {booking.guest_name}"


def _with_delivery(changes: list[Step], delivery: list[Step]) -> list[Step]:
    """Return both, with what was delivered before the last change, and still counts, in front of that change."""
    *before, last = changes
    earlier = [step for step in delivery if step.state == "done" and step.at and last.at and step.at < last.at]
    return [*before, *_by_time(earlier), last, *_by_time([step for step in delivery if step not in earlier])]


def _by_time(steps: list[Step]) -> list[Step]:
    """Return the steps with those of a known moment in the order of it; all others stay where they are."""
    dated = [(step.at, place) for place, step in enumerate(steps) if step.at is not None]
    ordered = [*steps]
    for (_, place), (_, former) in zip(dated, sorted(dated), strict=True):
        ordered[place] = steps[former]
    return ordered


def _folded(booking: Booking, rows: Rows) -> list[Step]:
    """Return what was done before the last change: mails that left, and meetings that were replaced."""
    steps = [*earlier_events(rows)]
    steps += [Step(f"{_named(work)} {_to(reader)}", "done", at=work.done_at) for work, reader in rows.told_earlier()]
    for meeting in booking.conferences.all():
        if meeting.replaced_at:
            detail = f"{spaced(meeting.external_id)}, replaced since" if meeting.external_id else "Replaced since"
            steps.append(Step(made(meeting), "done", detail, at=meeting.created_at))
    return sorted(steps, key=lambda step: step.at or booking.created_at)


def _request_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    asking = Subject("Request sent to you", "Telling you", OWN_ADDRESS)
    yield from work_step(asking, rows.of(REQUESTS[Role.HOST]), now)
    yield from work_step(_mail(guest(booking)), rows.of(REQUESTS[Role.GUEST]), now)
    if booking.answer_by:
        until = f"{_when(booking, booking.answer_by)} ({zones.label(booking.host.timezone, booking.answer_by)})"
        yield Step("Your answer", "needs_you", f"Approve or decline until {until}. The request expires then.")


def _delivery_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    zoom, version = booking.platform == Platform.ZOOM, rows.standing
    if zoom:
        yield from meeting_steps(booking, rows, now)
    linked = in_force(booking) is not None
    yield from event_steps(booking, rows, now, zoom=zoom, linked=linked)
    for reader in readers(booking):
        work = rows.of(INVITES[reader.role], reader, version)
        if booking.stands or (work is not None and "sequence" in work.result):
            yield from _invite_steps(reader, work, now, zoom=zoom, linked=linked, plain=booking.event is not None)


def _invite_steps(
    reader: Reader, work: Work | None, now: datetime, *, zoom: bool, linked: bool, plain: bool
) -> Iterator[Step]:
    """Yield how one reader hears of the booking. `plain`: the host, whose event stands in their calendar, by a mail."""
    if reader.role is not Role.HOST or not plain:
        yield from invite_step(_invite(reader), work, now, zoom=zoom, linked=linked)
    elif work is not None and work.state == Work.State.DONE:
        yield from work_step(_mail(reader), work, now)
    else:
        yield from invite_step(_mail(reader), work, now, zoom=zoom, linked=linked)


def _end_steps(booking: Booking, rows: Rows, now: datetime) -> Iterator[Step]:
    yield Step(ENDS[booking.status], "done", _by(booking), at=booking.cancelled_at)
    if booking.status != Booking.Status.CANCELLED:
        yield from work_step(_mail(guest(booking)), rows.of("delivery.declined"), now)
        yield from work_step(_mail(host(booking)), rows.of("delivery.request_expired"), now)
        return
    for reader in readers(booking):
        yield from work_step(_mail(reader), rows.of(CANCELLATIONS[reader.role], reader), now)


def _was_confirmed(booking: Booking) -> bool:
    return booking.status == Booking.Status.CANCELLED and (not asked_first(booking) or booking.approved_at is not None)


def _when(booking: Booking, at: datetime) -> str:
    zone = booking.host.timezone
    return f"{moments.day(at, zone)}, {moments.clock(at, zone)}"


def _invite(reader: Reader) -> Subject:
    """Return the words for the invite of one reader."""
    if reader.role is Role.HOST:
        return Subject("Your copy of the invite sent", "Your copy of the invite", _refused(reader))
    to = "" if reader.role is Role.GUEST else f" to {reader.address}"
    return Subject(f"Invite sent to {reader.address}", f"Invite{to}", _refused(reader))


def _mail(reader: Reader) -> Subject:
    """Return the words for a mail to one reader."""
    whom = "you" if reader.role is Role.HOST else reader.address
    return Subject(f"Mail to {whom} sent", f"Mail to {whom}", _refused(reader))


def _refused(reader: Reader) -> str:
    """Return what the host can do about an address that no mail reaches."""
    if reader.role is Role.HOST:
        return OWN_ADDRESS
    if reader.role is Role.GUEST:
        return f"The booking stands. Reach {reader.name} another way: {reader.address} takes no mail of ours."
    return f"The booking stands. Ask your guest for another address than {reader.address}."


def _named(work: Work) -> str:
    if work.result.get("plain"):
        return "Mail sent"
    return "Invite sent" if "sequence" in work.result else "Request sent"


def _to(reader: Reader) -> str:
    return "to you" if reader.role is Role.HOST else f"to {reader.address}"


def _by(booking: Booking) -> str:
    if booking.status == Booking.Status.EXPIRED:
        return "Nobody answered in time"
    return {"guest": f"By {booking.guest_name}", "host": "By you"}.get(booking.cancelled_by, "With the account")
