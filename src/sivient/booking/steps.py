"""What a change of a booking sets going: rows of work, written in the verb's own transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sivient.booking.models import Booking
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue_new, new
from sivient.scheduling.models import Platform

LINK_PATIENCE = timedelta(seconds=60)  # an invite waits this long for its join link (architecture section 6)
EXPIRE = "booking.expire"


def step_key(booking: Booking) -> str:
    """Return the key of the booking's steps at its present version."""
    return f"booking:{booking.pk}:{booking.version}"


def plan_standing(booking: Booking, *, now: datetime, linked: bool = False) -> None:
    """Bring a booking that is new, moved or approved to everybody; `linked`: its join link exists already."""
    if booking.status == Booking.Status.PENDING:
        kinds = ("delivery.request", "delivery.request_received")
        enqueue_new([*_rows(booking, kinds, now), _row(booking, EXPIRE, booking.answer_by or booking.start)])
        return
    waits = booking.platform == Platform.ZOOM and not linked
    invite_at = now + LINK_PATIENCE if waits else now
    rows = [*_rows(booking, ("delivery.invite", "delivery.host_invite"), invite_at)]
    rows += _rows_of_others(booking, "delivery.other_invite", invite_at)
    if waits:
        rows.insert(0, _row(booking, "delivery.conference", now))
    enqueue_new(rows)


def plan_cancellation(booking: Booking, *, was: str, now: datetime) -> None:
    """Tell everybody who knows of the booking that it is cancelled; `was` is its status before."""
    rows = _rows(booking, ("delivery.cancellation", "delivery.host_cancellation"), now)
    if was == Booking.Status.CONFIRMED:  # of a request, nobody but guest and host has heard
        rows += _rows_of_others(booking, "delivery.other_cancellation", now)
    enqueue_new(rows)


def plan_answer(booking: Booking, *, now: datetime) -> None:
    """Tell the guest that the request came to nothing; and the host, when nobody has answered it."""
    expired = booking.status == Booking.Status.EXPIRED
    kinds = ("delivery.declined", "delivery.request_expired") if expired else ("delivery.declined",)
    enqueue_new(_rows(booking, kinds, now))


def _rows(booking: Booking, kinds: Iterable[str], run_at: datetime) -> list[Work]:
    return [_row(booking, kind, run_at) for kind in kinds]


def _rows_of_others(booking: Booking, kind: str, run_at: datetime) -> list[Work]:
    return [_row(booking, kind, run_at, other=n) for n in range(len(booking.others))]


def _row(booking: Booking, kind: str, run_at: datetime, other: int | None = None) -> Work:
    """Return a row whose key nobody has used: each change of a booking has a version of its own."""
    key, payload = step_key(booking), {"booking": booking.pk, "version": booking.version}
    if other is not None:
        key, payload = f"{key}:{other}", payload | {"other": other}
    return new(kind, key=key, payload=payload, run_at=run_at)
