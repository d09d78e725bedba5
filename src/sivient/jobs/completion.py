"""Finish work: the result and what follows from it in one transaction, fenced by the lease."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from sivient.jobs import lanes
from sivient.jobs.models import AFRESH, SPAN, Work
from sivient.jobs.registry import handler

Trouble = Work.Trouble


class LeaseLost(Exception):
    """Another worker has taken the work over meanwhile: whatever this one found out does not count."""


@contextmanager
def work_completion(work: Work, *, result: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Mark the work done in one transaction with the body; raise LeaseLost and roll back if the lease is gone.

    The fence is checked first, so the body runs with the work row locked. Without `result` the last one stays.
    """
    kept = work.result if result is None else dict(result)
    with transaction.atomic():
        _end(work, state=Work.State.DONE, result=kept, last_error="", trouble=Trouble.NONE, done_at=Now())
        yield
    work.state = Work.State.DONE


def renew(work: Work, lease: timedelta) -> None:
    """Hold the work for `lease` from now; asked before each outside call, so that no other worker makes it, too.

    Raises LeaseLost when the lease has run out: somebody else may have the work, or its lane.
    """
    if work.held_until is not None:
        work.held_until, lease = time.monotonic() + lease.total_seconds(), min(lease, SPAN)
    with transaction.atomic():
        lanes.lock(work.lane)
        if not _held(work).update(lease_until=Now() + lease):
            raise LeaseLost(str(work))


def keep(work: Work, lease: timedelta) -> None:
    """Hold the work for `lease` from now, for its worker who is busy; a lease that has run out stays so.

    It waits for nobody: who has the lane, or the row, for a moment lets it be held at the next beat.
    """
    with transaction.atomic():
        held = _held(work)
        if connection.features.has_select_for_update_skip_locked:
            held = held.filter(pk__in=list(held.select_for_update(skip_locked=True).values_list("pk", flat=True)))
        if lanes.try_lock(work.lane):
            held.update(lease_until=Now() + lease)


def write_down(work: Work, result: Mapping[str, Any]) -> None:
    """Keep what the work is about to do, before it does it: the next run knows what may have happened already."""
    if not _mine(work).update(result=dict(result)):
        raise LeaseLost(str(work))
    work.result = dict(result)


@transaction.atomic
def postpone(
    work: Work,
    *,
    wait: timedelta,
    error: str,
    trouble: Trouble = Trouble.LATER,
    strict: bool = False,
    tried: bool = True,
) -> None:
    """Give the work back to run after `wait` by the database's clock; the reason is what the timeline shows.

    `strict`: the other side must not be asked sooner, so that somebody who asked for the work meanwhile waits, too.
    `tried` False: it only waits for its turn, and the run is no try.
    """
    changes: dict[str, Any] = {"run_at": Now() + wait, "last_error": error[:300], "trouble": trouble}
    if trouble == Trouble.UNKNOWN:
        changes["lost"] = F("lost") + 1
    if trouble != Trouble.BUG:
        changes["begun"] = 0
    if not tried:
        changes["attempt"] = F("attempt") - 1
    if strict:
        changes["again"] = False
    _settle(work, **changes)


@transaction.atomic
def begin_anew(work: Work) -> None:
    """Let work run again at once that another act has overtaken, though its lease is still ours; else LeaseLost.

    It counts as begun: after some such runs without an end somebody has to look at it.
    """
    _settle(work, run_at=Now(), attempt=F("attempt") - 1)


@transaction.atomic
def park(work: Work, *, error: str, trouble: Trouble = Trouble.RECONNECT) -> None:
    """Leave the work until somebody resumes it."""
    _end(work, state=Work.State.PARKED, last_error=error[:300], trouble=trouble)


@transaction.atomic
def fail(work: Work, *, error: str, trouble: Trouble = Trouble.REJECTED) -> None:
    """Give the work up."""
    _end(work, state=Work.State.FAILED, last_error=error[:300], trouble=trouble, done_at=Now())


def _end(work: Work, **changes: Any) -> None:
    """Settle a run after which there is no other, except that periodic work comes back."""
    _settle(work, begun=0, **changes)
    interval = getattr(handler(work.kind), "interval", None)
    if interval is not None:
        again = Work.objects.filter(pk=work.pk)
        again.update(state=Work.State.WAITING, run_at=Now() + interval, **AFRESH)


def _settle(work: Work, **changes: Any) -> None:
    if not _mine(work).update(lease_until=None, lease_owner="", **changes):
        raise LeaseLost(str(work))
    rerun = Work.objects.filter(pk=work.pk, again=True)
    rerun.update(again=False, state=Work.State.WAITING, run_at=Now(), **AFRESH)


def _held(work: Work) -> QuerySet[Work]:
    """Return the row as long as its lease lasts: what has run out is not held longer."""
    return _mine(work).filter(lease_until__gte=Now())


def _mine(work: Work) -> QuerySet[Work]:
    """Return the row as long as nobody has taken it over."""
    return Work.objects.filter(pk=work.pk, fence=work.fence, lease_until__isnull=False)
