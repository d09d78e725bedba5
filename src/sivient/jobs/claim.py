"""Take the next piece of work by a lease. 'Now' is the database's, so that workers' clocks do not matter."""

import random
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from sivient.jobs.models import Work
from sivient.jobs.registry import handler, slow_kinds

FIRST_RETRY = 2.0  # seconds
LONGEST_RETRY = 300.0
UNKNOWN_RETRIES = (5, 15, 30, 30, 30, 60, 120, 300, 3600)  # seconds
UNKNOWN_KIND_LEASE = timedelta(seconds=45)


def claim(owner: str, *, slow: bool = True) -> Work | None:
    """Lease the work that has been due for longest to `owner`, or return None; `slow` False leaves slow kinds."""
    due = _due() if slow else _due().exclude(kind__in=slow_kinds())
    if connection.features.has_select_for_update_skip_locked:
        with transaction.atomic():
            return _lease(due.select_for_update(skip_locked=True).first(), owner)
    return _lease(due.first(), owner)


def release(owner: str) -> None:
    """Drop every lease of the threads `owner-...` of a process that stops; late results of it do not count."""
    Work.objects.filter(lease_owner__startswith=f"{owner}-").update(
        lease_until=None, lease_owner="", fence=F("fence") + 1
    )


def backoff(attempt: int, *, unknown: bool = False) -> timedelta:
    """Return how long to wait after the given attempt: doubling from 2 s to 5 min, with jitter.

    When the outcome is unknown, the vendor may have acted although we heard nothing: each try may leave something
    behind, so there are nine in ten minutes and then one an hour.
    """
    if unknown:
        steps = UNKNOWN_RETRIES
        return timedelta(seconds=steps[min(attempt, len(steps)) - 1])
    longest = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempt - 1, 10))
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311 - spreads load, hides nothing


def _due() -> QuerySet[Work]:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return Work.objects.filter(free, state=Work.State.WAITING, run_at__lte=Now()).order_by("run_at", "pk")


def _lease(work: Work | None, owner: str) -> Work | None:
    if work is None:
        return None
    known = handler(work.kind)
    lease = known.lease if known else UNKNOWN_KIND_LEASE
    # Compare-and-set on the fence: on SQLite two workers may have read the same row.
    taken = Work.objects.filter(pk=work.pk, fence=work.fence, state=Work.State.WAITING).update(
        lease_owner=owner, lease_until=Now() + lease, fence=F("fence") + 1, attempt=F("attempt") + 1
    )
    if not taken:
        return None
    work.fence += 1
    work.attempt += 1
    return work
