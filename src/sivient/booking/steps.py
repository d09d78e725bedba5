"""What a change of a booking sets going: rows of work, written in the verb's own transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sivient.booking.conferences import allowed
from sivient.booking.models import Booking, Conference
from sivient.jobs.clock import database_now
from sivient.jobs.models import Work
from sivient.jobs.queue import AT_ONCE, enqueue, enqueue_new, new
from sivient.ports.conferencing import Ability
from sivient.scheduling.models import Platform

LINK_PATIENCE = timedelta(seconds=60)  # an invite waits this long for its join link (architecture section 6)
LINK_NEEDED = timedelta(minutes=60)  # before the start: from then on host and guest have to know how they meet
LINK_TAKES = timedelta(minutes=5)  # so long a link may take even if the meeting is near
EXPIRE = "booking.expire"
INVITE, HOST_INVITE, OTHER_INVITE = "delivery.invite", "delivery.host_invite", "delivery.other_invite"
EVENT = "delivery.event"  # the booking as it stands is in the host's calendar
EVENT_REMOVED = "delivery.event_removed"  # it is there no more; of an event that nobody was told of, we tell
CALENDAR_ASKS = "delivery.calendar_asks"  # tells the host that the calendar has made something of the booking
CONFERENCE, LINK_DUE = "delivery.conference", "delivery.link_due"
MOVE, DELETE = "delivery.move_conference", "delivery.delete_conference"


def step_key(booking: Booking, version: int | None = None) -> str:
    """Return the key of the booking's steps at one version, the present one if none is named."""
    return f"booking:{booking.pk}:{version or booking.version}"


def lane_of(booking: Booking) -> str:
    """Return the lane of what is asked of the booking's vendor: one request at a time for each host."""
    return f"{booking.platform}:{booking.host_id}"


def event_lane(booking: Booking) -> str:
    """Return the lane of what is asked of the booking's calendar: one request at a time for each account."""
    calendar = booking.event.calendar if booking.event else None
    return grant_lane(calendar.connection.grant_id) if calendar else ""


def grant_lane(grant: int | None) -> str:
    """Return the lane of what is asked of a grant's calendars."""
    return f"calendar:{grant}"


def link_deadline(booking: Booking, *, now: datetime) -> datetime:
    """Return when a booking that has no link by then needs another one than the vendor's."""
    return max(booking.start - LINK_NEEDED, min(now + LINK_TAKES, booking.start))


def plan_standing(booking: Booking, *, linked: bool = False) -> None:
    """Bring a booking that is new, moved or approved to everybody; `linked`: its join link exists already.

    All that is due now, or soon, is due by the database's clock, as the workers are: this process's may be wrong.
    """
    if booking.status == Booking.Status.PENDING:
        kinds = ("delivery.request", "delivery.request_received")
        enqueue_new([*_rows(booking, kinds), _row(booking, EXPIRE, run_at=booking.answer_by or booking.start)])
        return
    waits = booking.platform == Platform.ZOOM and not linked
    wait = LINK_PATIENCE if waits else AT_ONCE
    rows = [_invite_row(booking, each, wait) for each in _invites(booking)]
    if waits:
        rows.insert(0, _row(booking, CONFERENCE, lane=lane_of(booking)))
        rows.append(_row(booking, LINK_DUE, run_at=link_deadline(booking, now=database_now())))
    enqueue_new(rows)


def plan_invites(booking: Booking) -> None:
    """Bring a confirmed booking as it is now to everybody once more; a step that is under way runs again.

    In the order in which the steps' rows are locked, everywhere.
    """
    for each in _invites(booking):
        row = _invite_row(booking, each)
        enqueue(row.kind, key=row.key, payload=row.payload, lane=row.lane)


def plan_event(booking: Booking) -> None:
    """Have the calendar's event say what the booking says."""
    payload = {"booking": booking.pk, "version": booking.version}
    enqueue(EVENT, key=step_key(booking), payload=payload, lane=event_lane(booking))


def plan_calendar_question(booking: Booking) -> None:
    """Tell the host what their calendar has made of the booking, and what they may do about it."""
    enqueue(CALENDAR_ASKS, key=step_key(booking), payload={"booking": booking.pk, "version": booking.version})


def plan_link(booking: Booking) -> None:
    """Have the vendor make the meeting of a booking that stands and has none (any more)."""
    payload = {"booking": booking.pk, "version": booking.version}
    enqueue(CONFERENCE, key=step_key(booking), payload=payload, lane=lane_of(booking))
    plan_deadline(booking)


def plan_deadline(booking: Booking) -> None:
    """Have the booking get another link if the vendor's does not reach it in time."""
    payload = {"booking": booking.pk, "version": booking.version}
    due = link_deadline(booking, now=database_now())
    enqueue(LINK_DUE, key=step_key(booking), payload=payload, run_at=due)


def plan_move(booking: Booking) -> None:
    """Have the vendor give the booking's meeting the time that the booking has now."""
    payload = {"booking": booking.pk, "version": booking.version}
    enqueue(MOVE, key=step_key(booking), payload=payload, lane=lane_of(booking))


def plan_deletion(conference: Conference) -> None:
    """Have the vendor delete a meeting that nobody uses, if the host's permission allows that."""
    booking = conference.booking
    if conference.vendor != Platform.ZOOM or conference.deleted_at is not None:
        return
    if Ability.DELETE in allowed(conference):
        payload = {"conference": conference.pk}
        enqueue(DELETE, key=deletion_key(conference.pk), payload=payload, lane=lane_of(booking))


def retire(conference: Conference, *, now: datetime) -> None:
    """Let a meeting be the booking's link no more; it is deleted at its vendor where the host allows that."""
    conference.unused, conference.replaced_at = True, now
    conference.save(update_fields=["unused", "replaced_at"])
    plan_deletion(conference)


def deletion_key(number: int) -> str:
    """Return the key of the work that deletes a meeting; `number` is the conference's."""
    return f"conference:{number}"


def plan_cancellation(booking: Booking, *, was: str) -> None:
    """Tell everybody who knows of the booking that it is cancelled; `was` is its status before.

    Where a calendar has invited, its guests hear of it as the event is removed, or from the step that removes it.
    """
    rows = _rows(booking, ("delivery.host_cancellation",))
    if booking.event:
        rows.append(_row(booking, EVENT_REMOVED, lane=event_lane(booking)))
    if booking.invites == Booking.Invites.MAIL:
        rows += _rows(booking, ("delivery.cancellation",))
        if was == Booking.Status.CONFIRMED:  # of a request, nobody but guest and host has heard
            rows += _rows_of_others(booking, "delivery.other_cancellation")
    enqueue_new(rows)
    for conference in booking.conferences.filter(unused=False).select_related("booking__host"):
        plan_deletion(conference)


def plan_answer(booking: Booking) -> None:
    """Tell the guest that the request came to nothing; and the host, when nobody has answered it."""
    expired = booking.status == Booking.Status.EXPIRED
    kinds = ("delivery.declined", "delivery.request_expired") if expired else ("delivery.declined",)
    enqueue_new(_rows(booking, kinds))


def _invites(booking: Booking) -> list[tuple[str, int | None]]:
    """Return the steps that bring a confirmed booking out, each with the number of whom the guest brings.

    Exactly one system invites: where the calendar does, no mail of ours goes to guests. The host's mail always goes.
    """
    event: list[tuple[str, int | None]] = [(EVENT, None)] if booking.event else []
    if booking.invites == Booking.Invites.CALENDAR:
        return [*event, (HOST_INVITE, None)]
    return [*event, (INVITE, None), (HOST_INVITE, None), *((OTHER_INVITE, n) for n in range(len(booking.others)))]


def _invite_row(booking: Booking, step: tuple[str, int | None], wait: timedelta = AT_ONCE) -> Work:
    kind, other = step
    return _row(booking, kind, wait=wait, other=other, lane=event_lane(booking) if kind == EVENT else "")


def _rows(booking: Booking, kinds: Iterable[str], wait: timedelta = AT_ONCE) -> list[Work]:
    return [_row(booking, kind, wait=wait) for kind in kinds]


def _rows_of_others(booking: Booking, kind: str, wait: timedelta = AT_ONCE) -> list[Work]:
    return [_row(booking, kind, wait=wait, other=n) for n in range(len(booking.others))]


def _row(
    booking: Booking,
    kind: str,
    *,
    wait: timedelta = AT_ONCE,
    run_at: datetime | None = None,
    other: int | None = None,
    lane: str = "",
) -> Work:
    """Return a row whose key nobody has used: each change of a booking has a version of its own."""
    key, payload = step_key(booking), {"booking": booking.pk, "version": booking.version}
    if other is not None:
        key, payload = f"{key}:{other}", payload | {"other": other}
    return new(kind, key=key, payload=payload, run_at=run_at, wait=wait, lane=lane)
