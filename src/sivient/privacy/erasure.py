"""What is erased with an account, in which order. A test fails when a model is added that this list does not know.

First what others point at (steps, meetings, bookings), then what the account set up, then who it was; the account's
own row goes last, so that an erasure that was stopped goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from sivient.accounts.models import FormerHandle, Identity, Invitation, LoginLink, Session, User
from sivient.accounts.services import forget_expired
from sivient.audit.log import record
from sivient.audit.models import Entry
from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.calendars.models import BusyStore, BusyTime, Calendar, Channel, WrittenEvent
from sivient.integrations.leftovers import delete_leftovers
from sivient.integrations.models import Connection, Grant, OAuthFlow, Revocation, WebhookEvent
from sivient.integrations.services import disconnect_all
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.privacy import ledger
from sivient.privacy.belongings import work_of
from sivient.scheduling.models import (
    DateHours,
    EventType,
    FormerSlug,
    Hold,
    Hours,
    PrivateLink,
    Schedule,
    SchedulingPage,
    TimeOff,
    Timetable,
    Travel,
)

BATCH = 500  # rows per transaction, so that guests of others wait for no more than that

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of row: its model, and which rows belong to the account with a number."""

    model: type[Model]
    belonging: Callable[[int], Q]


STEPS = (
    Step(ConferenceAttempt, lambda account: Q(booking__host=account)),
    Step(Conference, lambda account: Q(booking__host=account)),
    Step(Booking, lambda account: Q(host=account)),
    Step(Hold, lambda account: Q(host=account)),
    Step(WrittenEvent, lambda account: Q(host=account)),
    Step(PrivateLink, lambda account: Q(event_type__host=account)),
    Step(FormerSlug, lambda account: Q(host=account)),
    Step(EventType, lambda account: Q(host=account)),
    Step(TimeOff, lambda account: Q(host=account)),
    Step(Travel, lambda account: Q(host=account)),
    Step(DateHours, lambda account: Q(schedule__host=account)),
    Step(Hours, lambda account: Q(schedule__host=account)),
    Step(Schedule, lambda account: Q(host=account)),
    Step(SchedulingPage, lambda account: Q(host=account)),
    Step(Channel, lambda account: Q(calendar__host=account)),
    Step(BusyTime, lambda account: Q(host=account)),
    Step(Calendar, lambda account: Q(host=account)),
    Step(BusyStore, lambda account: Q(host=account)),
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

# Not in STEPS because no column says whose they are. Work is found by its key, see `work_of`; the others go by their
# age, each where it is made. (`disconnect_all` ends a grant at once, unless another host uses it too.)
ELSEWHERE: dict[type[Model], Callable[..., object]] = {
    Work: work_of,
    Grant: delete_leftovers,
    Revocation: delete_leftovers,
    WebhookEvent: delete_leftovers,
    Invitation: forget_expired,
}


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
        # Number and time are kept, so that a restored backup can be erased again.
        record("account erased", account=number, actor="system")
        ledger.plan_write()
        if connection.vendor == "sqlite":
            enqueue("privacy.scrub", key="database")


def _delete(rows: Rows) -> None:
    """Delete the rows, some at a time, each time in a transaction of its own."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
