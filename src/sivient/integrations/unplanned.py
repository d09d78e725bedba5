"""Connections of accounts whose plan opens the scheduling page no more: kept for a while, then ended.

Links that were promised by then are made and kept (Zoom contract chapter 8).
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.integrations import services
from sivient.integrations.models import Connection
from sivient.jobs.queue import enqueue

KEPT = timedelta(days=30)
TOLD_BEFORE = timedelta(days=7)
BATCH = 500


def end_unplanned() -> None:
    """Disconnect those whose time is over, and have those told whose time is nearly over."""
    for user in _connected(KEPT):
        services.disconnect_all(user, by="system")
    for user in _connected(KEPT - TOLD_BEFORE):
        enqueue("delivery.tell_plan_ends", key=f"account:{user.pk}", payload={"user": user.pk})


def _connected(since: timedelta) -> QuerySet[User]:
    """Return accounts whose plan has not opened the page for so long, and that still have a connection."""
    unplanned = User.objects.filter(unplanned_since__lte=Now() - since, closed_at=None)
    connected = Connection.objects.filter(state=Connection.State.CONNECTED).values("user")
    return unplanned.filter(pk__in=connected).order_by("unplanned_since", "pk")[:BATCH]
