"""Approve, decline, expire: how a request that holds a time comes to its answer."""

from datetime import datetime

from django.db import transaction

from sivient.audit.log import record
from sivient.booking.calendar_events import give_event
from sivient.booking.changes import HOST, end, locked, require_version
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.refusals import NotPending
from sivient.booking.steps import plan_answer, plan_standing


def approve(booking: Booking, *, now: datetime, version: int | None = None) -> Booking:
    """Make a request that waits a promise; its time is held already. Approving twice is approving once.

    `version` is the one that the page showed. Raises NotPending when it was cancelled or declined, or the time to
    answer is over, and AlreadyMoved.
    """
    return committed(lambda: _approve(booking, now=now, version=version))


def decline(booking: Booking, *, now: datetime, reason: str = "", version: int | None = None) -> Booking:
    """Let a request that waits come to nothing, and tell the guest. `version` is the one that the page showed.

    Raises NotPending when it waits no more, and AlreadyMoved.
    """
    return committed(lambda: _decline(booking, now=now, reason=reason, version=version))


def expire(booking: Booking, *, now: datetime) -> Booking:
    """Let a request that nobody has answered in time come to nothing, and tell both sides; any other stays as it is."""
    return committed(lambda: _expire(booking, now=now))


def _approve(booking: Booking, *, now: datetime, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if booking.status == Booking.Status.CONFIRMED:
            return booking
        if booking.status != Booking.Status.PENDING:
            raise NotPending(booking.status)
        if booking.answer_is_due(now):
            raise NotPending(Booking.Status.EXPIRED)
        require_version(booking, version)
        booking.status, booking.approved_at = Booking.Status.CONFIRMED, now
        booking.version += 1
        give_event(booking, booking.event_type.host if booking.event_type else booking.host)
        booking.save()
        plan_standing(booking)
        record("booking approved", account=booking.host_id, actor=HOST, subject=f"booking:{booking.pk}")
    return booking


def _decline(booking: Booking, *, now: datetime, reason: str, version: int | None) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if booking.status == Booking.Status.DECLINED:
            return booking
        if booking.status != Booking.Status.PENDING:
            raise NotPending(booking.status)
        require_version(booking, version)
        end(booking, Booking.Status.DECLINED, by=HOST, now=now, reason=reason)
        plan_answer(booking)
        record("booking declined", account=booking.host_id, actor=HOST, subject=f"booking:{booking.pk}")
    return booking


def _expire(booking: Booking, *, now: datetime) -> Booking:
    with transaction.atomic():
        booking = locked(booking)
        if not booking.answer_is_due(now):
            return booking
        end(booking, Booking.Status.EXPIRED, by="system", now=now)
        plan_answer(booking)
        record("booking expired", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")
    return booking
