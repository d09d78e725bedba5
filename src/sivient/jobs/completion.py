"""Finish work: the result and what follows from it in one transaction, fenced by the lease."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from sivient.jobs.models import Work
from sivient.jobs.registry import handler


class LeaseLost(Exception):
    """Another worker has taken the work over meanwhile: whatever this one found out does not count."""


@contextmanager
def work_completion(work: Work, *, result: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Mark the work done in one transaction with the body; raise LeaseLost and roll back if the lease is gone.

    The fence is checked first, so the body runs with the work row locked. Without `result` the last one stays.
    """
    kept = work.result if result is None else dict(result)
    with transaction.atomic():
        _settle(work, state=Work.State.DONE, result=kept, last_error="", done_at=Now())
        yield
    work.state = Work.State.DONE


def renew(work: Work, lease: timedelta) -> None:
    """Hold the work for `lease` from now; asked before each outside call, so that a killed worker's work waits short.

    Raises LeaseLost when somebody else has it.
    """
    mine = Work.objects.filter(pk=work.pk, fence=work.fence, lease_until__isnull=False)
    if not mine.update(lease_until=Now() + lease):
        raise LeaseLost(f"{work.kind} {work.key}")


def write_down(work: Work, result: Mapping[str, Any]) -> None:
    """Keep what the work is about to do, before it does it: the next run knows what may have happened already."""
    mine = Work.objects.filter(pk=work.pk, fence=work.fence, lease_until__isnull=False)
    if not mine.update(result=dict(result)):
        raise LeaseLost(f"{work.kind} {work.key}")
    work.result = dict(result)


def postpone(work: Work, *, run_at: datetime, error: str) -> None:
    """Give the work back to run at `run_at`; the reason is what the timeline shows."""
    _settle(work, run_at=run_at, last_error=error[:300])


def park(work: Work, *, error: str) -> None:
    """Leave the work until somebody resumes it."""
    _settle(work, state=Work.State.PARKED, last_error=error[:300])


def fail(work: Work, *, error: str) -> None:
    """Give the work up."""
    _settle(work, state=Work.State.FAILED, last_error=error[:300], done_at=Now())


def _settle(work: Work, **changes: Any) -> None:
    mine = Work.objects.filter(pk=work.pk, fence=work.fence, lease_until__isnull=False)
    if not mine.update(lease_until=None, lease_owner="", **changes):
        raise LeaseLost(f"{work.kind} {work.key}")
    rerun = Work.objects.filter(pk=work.pk, again=True)
    rerun.update(again=False, state=Work.State.WAITING, run_at=Now(), attempt=0)
    interval = getattr(handler(work.kind), "interval", None)
    if interval is not None:
        Work.objects.filter(pk=work.pk).update(state=Work.State.WAITING, run_at=Now() + interval, attempt=0)
