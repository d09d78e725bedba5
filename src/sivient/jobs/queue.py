"""Put work into the table, in the caller's transaction: it happens if and only if the caller commits."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Greatest, Now

from sivient.jobs.models import AFRESH, Work

CHANNEL = "sivient_work"  # PostgreSQL NOTIFY; only a hint, the table is the truth
AT_ONCE = timedelta()
WORTH_PULLING = timedelta(minutes=1)  # what waits for less comes by itself
PULLS_APART = timedelta(hours=4)  # of one piece of work: at most six a day
AFTER_FAILURE = timedelta(seconds=5)  # between two requests of which the first was lost (Zoom contract chapter 9)


def new(
    kind: str,
    *,
    key: str,
    payload: Mapping[str, Any],
    run_at: datetime | None = None,
    wait: timedelta = AT_ONCE,
    lane: str = "",
) -> Work:
    """Return a row that is not stored yet, for `enqueue_new`. Its moments are read on the database's clock as it is
    stored: `wait` from then, unless `run_at` says when. Patience counts from when it is first due.
    """
    due = Now() + wait if run_at is None else run_at
    asked = Now() + wait if run_at is None else Greatest(Now(), Value(run_at, DateTimeField()))
    return Work(kind=kind, key=key, lane=lane, payload=dict(payload), run_at=due, created_at=Now(), asked_at=asked)


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
    wait: timedelta = AT_ONCE,
    lane: str = "",
    patient: bool = False,
) -> Work:
    """Have `kind` done for `key` once: at `run_at`, or else `wait` from now by the database's clock.

    The same kind and key again is the same row: pulled forward when it waits, armed again when it was done,
    parked or failed, its tries counted anew, and run once more after the present run when a worker has it.
    `patient`: what waits because of trouble is not pulled forward, as the other side may have said for how long.
    """
    fresh = new(kind, key=key, payload=payload or {}, run_at=run_at, wait=wait, lane=lane)
    values = {name: getattr(fresh, name) for name in ("payload", "lane", "run_at", "created_at", "asked_at")}
    with transaction.atomic():
        work, created = Work.objects.get_or_create(kind=kind, key=key, defaults=values)
        if created:
            work.refresh_from_db()  # the moments that the database wrote
        else:
            # Locked: a worker that claims or settles it at this moment must come wholly before or after us.
            held = Work.objects.select_for_update().annotate(read_at=Now()).get(pk=work.pk)
            due = run_at or held.read_at + wait
            _arm(held, fresh, run_at=max(due, held.run_at) if patient and held.trouble else due, now=held.read_at)
            work = held
    _hint()
    return work


def pull_forward(kind: str, *, lane: str, troubles: Collection[Work.Trouble]) -> int:
    """Bring forward what waits for long in the lane because of one of these troubles, for another's success says that
    they are over; return how much it was.

    It runs in a few seconds, so that each request keeps its distance from the last one that failed. Work that fails
    for a reason of its own is asked only a few more times a day by this than by its own schedule.
    """
    waiting = Work.objects.filter(kind=kind, lane=lane, state=Work.State.WAITING, trouble__in=troubles)
    long = waiting.filter(lease_until=None, run_at__gt=Now() + WORTH_PULLING)
    rested = Q(pulled_at=None) | Q(pulled_at__lte=Now() - PULLS_APART)
    pulled = long.filter(rested).update(run_at=Now() + AFTER_FAILURE, pulled_at=Now())
    if pulled:
        _hint()
    return pulled


def end_parked(work: Work, *, result: Mapping[str, Any]) -> None:
    """End parked work that has nothing to do any more, unless somebody has resumed it; `result` says why."""
    same = Work.objects.filter(pk=work.pk, fence=work.fence, state=Work.State.PARKED)
    same.update(state=Work.State.DONE, result=dict(result), last_error="", trouble="", done_at=Now())


def _arm(work: Work, fresh: Work, *, run_at: datetime, now: datetime) -> None:
    if work.lease_until is not None:
        work.again = True
    elif work.state != Work.State.WAITING:
        work.state = Work.State.WAITING
        work.last_error, work.trouble, work.done_at = "", "", None
        _start_afresh(work, run_at)
    elif run_at < work.run_at:  # otherwise asking again would make its next pause longer than the one it shortens
        _start_afresh(work, run_at)
    if work.lease_until is None:
        work.lane = fresh.lane  # not while it is leased: its lane is taken, the other one perhaps, too
    work.payload, work.asked_at = fresh.payload, max(now, work.run_at)
    work.save()


def _start_afresh(work: Work, run_at: datetime) -> None:
    """Let the work run then, its tries counted anew."""
    work.run_at = run_at
    for name, value in AFRESH.items():
        setattr(work, name, value)


def _hint() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
