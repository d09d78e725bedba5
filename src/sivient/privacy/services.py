"""Closing an account, restoring it, and erasing it when its thirty days are over."""

from datetime import datetime

from django.db import transaction

from sivient.accounts.models import PURGE_AFTER, User
from sivient.audit.log import record
from sivient.booking import services as booking
from sivient.booking.models import Booking
from sivient.integrations.services import disconnect_all
from sivient.privacy import erasure, ledger, releasing
from sivient.scheduling.models import Timetable

REASON = "The host has closed their account."


class NotRestorable(Exception):
    """The account is open, or its thirty days are over."""


def upcoming(user: User, now: datetime) -> list[Booking]:
    """Return the bookings that have not begun, and the requests that wait."""
    standing = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
    return list(user.bookings.filter(status__in=standing, start__gt=now).order_by("start"))


def close(user: User, *, keep_bookings: bool, by: str, now: datetime) -> User:
    """Take the account's page down and delete its vendor tokens and identifiers, all at once; the rest in 30 days.

    Only a calendar that events have to be taken out of first is let go afterwards, within the hour (`releasing`).
    Upcoming bookings are cancelled, and their guests told, unless `keep_bookings`. `by` is host or operator.
    A second call leaves the purge date as it is.
    """
    with transaction.atomic():
        Timetable.take(user.pk)  # a booking that is being made is seen below, or is refused
        if not User.objects.filter(pk=user.pk, closed_at=None).update(closed_at=now):
            user.refresh_from_db()
            return user
        record("account closed", account=user.pk, actor=by)
        ledger.plan_write()
        if not keep_bookings:
            for each in upcoming(user, now):
                booking.cancel(each, by=by, now=now, reason=REASON)
        needed = releasing.needed(user)
        disconnect_all(user, by=by, but=needed)
        if needed:
            releasing.plan_release(user, by=by)
    user.refresh_from_db()
    return user


def restore(user: User, *, by: str, now: datetime) -> User:
    """Open a closing account again. What was cancelled or disconnected stays so. Raises NotRestorable."""
    with transaction.atomic():
        Timetable.take(user.pk)
        restorable = User.objects.filter(pk=user.pk, closed_at__gt=now - PURGE_AFTER)
        if not restorable.update(closed_at=None):
            raise NotRestorable
        record("account restored", account=user.pk, actor=by)
        ledger.plan_write()
    user.refresh_from_db()
    return user


def purge_due(now: datetime) -> int:
    """Erase every account that was closed thirty days ago or earlier; return how many.

    Safe to stop and to run again: the row of the account itself goes last.
    """
    due = User.objects.filter(closed_at__lte=now - PURGE_AFTER).order_by("closed_at").values_list("pk", flat=True)
    numbers = list(due)
    for number in numbers:
        erasure.erase(number)
    return len(numbers)
