"""What is erased with an account, in which order. A test fails when a model is added that this list does not know.

First what others point at (steps, meetings, bookings), then what the account set up, then who it was; the account's
own row goes last, so that an erasure that was stopped goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from sivient.accounts.models import (
    INVITATION_LIFETIME,
    PURGE_AFTER,
    FormerHandle,
    Identity,
    Invitation,
    LoginLink,
    Session,
    User,
)
from sivient.audit.log import record
from sivient.audit.models import Entry
from sivient.booking.models import Booking, Conference
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation, WebhookEvent
from sivient.integrations.services import disconnect_all
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.privacy.belongings import work_of
from sivient.scheduling.models import EventType, Hold, Hours, Schedule, SchedulingPage, Timetable

BATCH = 500  # rows per transaction, so that guests of others wait for no more than that
BODY_KEPT = timedelta(days=1)  # a webhook's body has been handled long before, or never will be
TOKENS_KEPT = timedelta(hours=1)  # the vendor has been told long before, or never will be

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of row: its model, and which rows belong to the account with a number."""

    model: type[Model]
    belonging: Callable[[int], Q]


STEPS = (
    Step(Conference, lambda account: Q(booking__host=account)),
    Step(Booking, lambda account: Q(host=account)),
    Step(Hold, lambda account: Q(host=account)),
    Step(EventType, lambda account: Q(host=account)),
    Step(Hours, lambda account: Q(schedule__host=account)),
    Step(Schedule, lambda account: Q(host=account)),
    Step(SchedulingPage, lambda account: Q(host=account)),
    Step(OAuthFlow, lambda account: Q(user=account)),
    Step(Connection, lambda account: Q(user=account)),
    Step(LoginLink, lambda account: Q(user=account)),
    Step(FormerHandle, lambda account: Q(user=account)),
    Step(Session, lambda account: Q(account=account)),
    Step(Entry, lambda account: Q(account=account)),
    Step(Identity, lambda account: Q(user=account)),
    Step(Timetable, lambda account: Q(host=account)),
    Step(User, lambda account: Q(pk=account)),
)

# Not in STEPS because no column says whose they are. Work is found by its key, see `work_of`; the others by their
# age, see `erase_leftovers`. (`disconnect_all` ends a grant at once, unless another host uses it too.)
ELSEWHERE = (Work, Grant, Revocation, WebhookEvent, Invitation)


def erase(number: int) -> None:
    """Erase everything that belongs to the account with this number. Safe to run again."""
    user = User.objects.filter(pk=number).first()
    if user is not None:
        disconnect_all(user, by="system")  # normally done at once when the account was closed
    for works in work_of(number):
        _delete(works)
    for step in STEPS[:-1]:
        _delete(step.model._default_manager.filter(step.belonging(number)))
    with transaction.atomic():
        User.objects.filter(pk=number).delete()
        # The ledger: number and time, so that a restored backup can be erased again.
        record("account erased", account=number, actor="system")
        if connection.vendor == "sqlite":
            enqueue("privacy.scrub", key="database")


def erase_leftovers(*, now: datetime) -> None:
    """Delete what is nobody's any more: unused grants, tokens on their way out, old invitations, old webhooks."""
    over = ~Q(state=Work.State.WAITING)
    _delete(Work.objects.filter(over, kind__startswith="integrations.", created_at__lte=now - PURGE_AFTER))
    _delete(Grant.objects.filter(connections=None))
    _delete(Revocation.objects.filter(created_at__lte=now - TOKENS_KEPT))
    _delete(Invitation.objects.filter(created_at__lte=now - INVITATION_LIFETIME))
    _delete(WebhookEvent.objects.filter(received_at__lte=now - PURGE_AFTER))
    WebhookEvent.objects.filter(received_at__lte=now - BODY_KEPT).exclude(body="").update(body="")


def _delete(rows: Rows) -> None:
    """Delete the rows, some at a time, each time in a transaction of its own."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
