"""Take the next piece of work by a lease. 'Now' is the database's, so that workers' clocks do not matter."""

from collections.abc import Collection
from contextlib import nullcontext
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from sivient.jobs import lanes
from sivient.jobs.models import SPAN, Work
from sivient.jobs.registry import handler, slow_kinds

UNKNOWN_KIND_LEASE = timedelta(seconds=45)


def claim(owner: str, *, slow: bool = True, kept: bool = False) -> Work | None:
    """Lease the work that has been due for longest and whose lane is free to `owner`, or return None.

    `slow` False leaves slow kinds. `kept`: a keeper holds the work longer, so that its lease is no longer than SPAN.
    """
    skips = connection.features.has_select_for_update_skip_locked
    passed: set[str] = set()  # lanes that others were about to use while we looked
    while True:
        with transaction.atomic() if skips else nullcontext():
            due = _due(slow=slow, passed=passed)
            work = (due.select_for_update(skip_locked=True) if skips else due).first()
            if work is None:
                return None
            if lanes.try_lock(work.lane) and _lease(work, due, owner, SPAN if kept else timedelta.max):
                return work
        if work.lane:
            passed.add(work.lane)


def lease_of(kind: str) -> timedelta:
    """Return how long work of a kind may be held, from its claim on."""
    known = handler(kind)
    return known.lease if known else UNKNOWN_KIND_LEASE


def release(owner: str) -> None:
    """Drop every lease of the threads `owner-...` of a process that stops; late results of it do not count."""
    Work.objects.filter(lease_owner__startswith=f"{owner}-").update(
        lease_until=None, lease_owner="", fence=F("fence") + 1, begun=0
    )


def _due(*, slow: bool, passed: Collection[str]) -> QuerySet[Work]:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    due = Work.objects.filter(free, state=Work.State.WAITING, run_at__lte=Now())
    if not slow:
        due = due.exclude(kind__in=slow_kinds())
    if passed:
        due = due.exclude(lane__in=passed)
    return due.exclude(lane__in=lanes.busy()).order_by("run_at", "pk")


def _lease(work: Work, due: QuerySet[Work], owner: str, longest: timedelta) -> bool:
    """Lease the work if it is still due as it was read: meanwhile another may have taken it, or its lane."""
    lease = min(lease_of(work.kind), longest)
    taken = due.filter(pk=work.pk, fence=work.fence).update(
        lease_owner=owner,
        lease_until=Now() + lease,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        begun=F("begun") + 1,
    )
    work.fence += 1
    work.attempt += 1
    work.begun += 1
    return bool(taken)
