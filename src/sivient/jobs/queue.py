"""Put work into the table, in the caller's transaction: it happens if and only if the caller commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sivient.jobs.models import Work

CHANNEL = "sivient_work"  # PostgreSQL NOTIFY; only a hint, the table is the truth


def new(kind: str, *, key: str, payload: Mapping[str, Any], run_at: datetime | None = None) -> Work:
    """Return a row that is not stored yet, for `enqueue_new`."""
    now = timezone.now()
    return Work(kind=kind, key=key, payload=dict(payload), run_at=run_at or now, created_at=now)


def enqueue_new(works: Iterable[Work]) -> None:
    """Store rows whose keys are known to be new, in one statement."""
    Work.objects.bulk_create(works)
    _hint()


def enqueue(kind: str, *, key: str, payload: Mapping[str, Any] | None = None, run_at: datetime | None = None) -> Work:
    """Have `kind` done for `key` at `run_at` (default: now), once.

    The same kind and key again is the same row: pulled forward when it waits, armed again when it was done,
    parked or failed, and run once more after the present run when a worker has it.
    """
    fresh = new(kind, key=key, payload=payload or {}, run_at=run_at)
    work, created = Work.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"payload": fresh.payload, "run_at": fresh.run_at, "created_at": fresh.created_at},
    )
    if not created:
        _arm(Work.objects.filter(pk=work.pk), fresh)
        work.refresh_from_db()
    _hint()
    return work


def resume(kind: str, keys: Iterable[str]) -> int:
    """Let parked work of these keys run now; return how many rows were waiting for it."""
    parked = Work.objects.filter(kind=kind, key__in=list(keys), state=Work.State.PARKED)
    count = parked.update(state=Work.State.WAITING, run_at=timezone.now(), attempt=0)
    _hint()
    return count


def _arm(row: Any, fresh: Work) -> None:
    waiting = Q(state=Work.State.WAITING)
    row.filter(lease_until__isnull=False).update(again=True, payload=fresh.payload)
    row.filter(waiting, lease_until=None, run_at__gt=fresh.run_at).update(run_at=fresh.run_at, payload=fresh.payload)
    row.exclude(waiting).update(
        state=Work.State.WAITING, run_at=fresh.run_at, payload=fresh.payload, attempt=0, last_error="", done_at=None
    )


def _hint() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
