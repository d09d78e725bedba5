"""Put work into the table, in the caller's transaction: it happens if and only if the caller commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from sivient.jobs.models import Work

CHANNEL = "sivient_work"  # PostgreSQL NOTIFY; only a hint, the table is the truth


def new(kind: str, *, key: str, payload: Mapping[str, Any], run_at: datetime | None = None, lane: str = "") -> Work:
    """Return a row that is not stored yet, for `enqueue_new`."""
    now = timezone.now()
    return Work(
        kind=kind, key=key, lane=lane, payload=dict(payload), run_at=run_at or now, created_at=now, asked_at=now
    )


def enqueue_new(works: Iterable[Work]) -> None:
    """Store rows whose keys are known to be new, in one statement."""
    Work.objects.bulk_create(works)
    _hint()


def enqueue(
    kind: str,
    *,
    key: str,
    payload: Mapping[str, Any] | None = None,
    run_at: datetime | None = None,
    lane: str = "",
) -> Work:
    """Have `kind` done for `key` at `run_at` (default: now), once.

    The same kind and key again is the same row: pulled forward when it waits, armed again when it was done,
    parked or failed, and run once more after the present run when a worker has it.
    """
    fresh = new(kind, key=key, payload=payload or {}, run_at=run_at, lane=lane)
    values = {name: getattr(fresh, name) for name in ("payload", "lane", "run_at", "created_at", "asked_at")}
    with transaction.atomic():
        work, created = Work.objects.get_or_create(kind=kind, key=key, defaults=values)
        if not created:
            # Locked: a worker that claims or settles it at this moment must come wholly before or after us.
            work = Work.objects.select_for_update().get(pk=work.pk)
            _arm(work, fresh)
    _hint()
    return work


def _arm(work: Work, fresh: Work) -> None:
    if work.lease_until is not None:
        work.again = True
    elif work.state == Work.State.WAITING:
        work.run_at = min(work.run_at, fresh.run_at)
    else:
        work.state, work.run_at, work.attempt = Work.State.WAITING, fresh.run_at, 0
        work.last_error, work.trouble, work.done_at = "", "", None
    work.payload, work.lane, work.asked_at = fresh.payload, fresh.lane, fresh.asked_at
    work.save()


def _hint() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
