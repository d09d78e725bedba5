"""The vendor's daily limit: its pause is kept, and our own changes are counted (Zoom contract chapter 6).

The vendor decides when the day's limit is used up; our count misses what other apps do, so it only warns.
"""

import logging
import random
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant
from sivient.jobs.queue import enqueue
from sivient.ports.errors import Paused

WARN_SHARE = 0.9  # of the day's meetings: from there on the host is warned
SPREAD = 60.0  # seconds after the pause within which work begins again
log = logging.getLogger(__name__)


def warn_at(vendor: str) -> int | None:
    """Return the number of meetings in a day that is near the vendor's limit; None when it has no such limit."""
    most = registry.provider(vendor).daily_changes
    return round(most * WARN_SHARE) if most else None


def check_open(grant_id: int) -> None:
    """Raise Paused while the vendor's pause lasts: it is not even asked."""
    grant = Grant.objects.filter(pk=grant_id, paused_until__gt=Now()).first()
    if grant is not None and grant.paused_until is not None:
        raise Paused(grant.pause_reason, until=grant.paused_until)


def pause(grant_id: int, said: Paused) -> Paused:
    """Keep the vendor's pause, for the whole vendor account when it is shared; return the one that stands now.

    A longer one stays: the limits of a user and of the whole account are counted apart.
    """
    until = said.until + timedelta(seconds=random.uniform(0, SPREAD))  # noqa: S311 - spreads load, hides nothing
    shorter = _concerned(grant_id, shared=said.shared).exclude(paused_until__gte=until)
    shorter.update(paused_until=until, pause_reason=str(said)[:200])
    kept = Grant.objects.filter(pk=grant_id, paused_until__gt=until).first()
    if kept is not None and kept.paused_until is not None:
        return Paused(kept.pause_reason, until=kept.paused_until)
    return Paused(str(said), until=until, shared=said.shared)


def count(grant_id: int) -> None:
    """Count one change that the vendor made, or may have made, today (UTC); near the limit the hosts are told.

    What the vendor has made must not be lost because counting it failed: that is only logged.
    """
    try:
        with transaction.atomic():
            _count(grant_id)
    except DatabaseError:
        log.warning("a change was not counted", extra={"key": f"grant:{grant_id}"})


def _count(grant_id: int) -> None:
    grant = Grant.objects.select_for_update().filter(pk=grant_id).annotate(read_at=Now()).first()
    if grant is None:
        return
    today = grant.read_at.date()
    used = grant.changes + 1 if grant.changes_on == today else 1
    Grant.objects.filter(pk=grant_id).update(changes_on=today, changes=used)
    if used == warn_at(grant.vendor):
        for pk in grant.connections.filter(state=Connection.State.CONNECTED).values_list("pk", flat=True):
            told = {"connection": pk, "used": used, "at": grant.read_at.isoformat()}
            enqueue("delivery.tell_limit", key=f"connection:{pk}", payload=told)


def _concerned(grant_id: int, *, shared: bool) -> QuerySet[Grant]:
    mine = Grant.objects.filter(pk=grant_id)
    account = mine.exclude(vendor_account_id="").values_list("vendor", "vendor_account_id").first() if shared else None
    if account is None:
        return mine
    vendor, account_id = account
    return Grant.objects.filter(vendor=vendor, vendor_account_id=account_id)
