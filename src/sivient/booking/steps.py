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
CONFERENCE, LINK_DUE = "delivery.conference", "delivery.link_due"
MOVE, DELETE = "delivery.move_conference", "delivery.delete_conference"


def step_key(booking: Booking, version: int | None = None) -> str:
    """Return the key of the booking's steps at one version, the present one if none is named."""
    return f"booking:{booking.pk}:{version or booking.version}"


def lane_of(booking: Booking) -> str:
    """Return the lane of what is asked of the booking's vendor: one request at a time for each host."""
    return f"{booking.platform}:{booking.host_id}"


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
    rows = [*_rows(booking, ("delivery.invite", "delivery.host_invite"), wait)]
    rows += _rows_of_others(booking, "delivery.other_invite", wait)
    if waits:
        rows.insert(0, _row(booking, CONFERENCE, lane=lane_of(booking)))
        rows.append(_row(booking, LINK_DUE, run_at=link_deadline(booking, now=database_now())))
    enqueue_new(rows)


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
    """Tell everybody who knows of the booking that it is cancelled; `was` is its status before."""
    rows = _rows(booking, ("delivery.cancellation", "delivery.host_cancellation"))
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
