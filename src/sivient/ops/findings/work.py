"""Is the work being done?"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sivient.core.text import clean_line
from sivient.jobs.models import Work
from sivient.jobs.registry import periodic
from sivient.jobs.worker import plant_periodic
from sivient.ops import figures
from sivient.ops.findings.finding import Finding, Severity, number

OVERDUE = timedelta(minutes=15)  # of work that comes back by itself


def look(now: datetime) -> Iterator[Finding]:
    """Find work that nobody does, work that nobody can do, and periodic work that does not come back."""
    yield from late(now)
    yield from _abandoned(now)
    yield from _stuck()
    yield from _periodic(now)


def minutes(age: timedelta) -> str:
    """Return an age in words: '90 seconds', '12 minutes', '3 hours', '4 days'."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}s"
    return number(seconds, "second")


def late(now: datetime) -> Iterator[Finding]:
    """Find work that is due and that nobody begins."""
    due = figures.due(now)
    if due.age(now) > figures.LATE:
        yield Finding(
            "work-late",
            Severity.OPERATOR,
            f"{number(due.count, 'piece')} of work waiting to be done, the oldest for {minutes(due.age(now))}.",
            "No worker is running, or there are too few: invites, links and mails come late.",
            "See that `sivient serve` or `sivient worker` runs and reaches the database. If one does, start another.",
            due.count,
        )


def _abandoned(now: datetime) -> Iterator[Finding]:
    left = figures.abandoned(now)
    if left.count:
        yield Finding(
            "work-abandoned",
            Severity.OPERATOR,
            f"{number(left.count, 'piece')} of work left by a worker that ended in the middle of it.",
            "Another worker should have taken it up as soon as the lease was over, so none is running.",
            "Start a worker. Nothing is lost: it is done again from where it stood.",
            left.count,
        )


def _stuck() -> Iterator[Finding]:
    stuck = figures.stuck()
    for kind, count in sorted(Counter(stuck.values_list("kind", flat=True)).items()):
        keys = stuck.filter(kind=kind).order_by("pk").values_list("key", flat=True)
        yield Finding(
            "work-stuck",
            Severity.OPERATOR,
            f"{number(count, 'piece')} of work of the kind {kind} given up after several tries that broke off.",
            "Each run ended the worker or met an error of ours, so it is not tried again by itself.",
            "Look for these keys in the log, and report what stands there. After an upgrade, 'Try now' on the "
            "booking's page runs a booking's work once more.",
            count,
            figures.some((clean_line(key, 100) for key in keys[:5]), count),
        )


def _periodic(now: datetime) -> Iterator[Finding]:
    planted = dict(Work.objects.filter(key="every", kind__in=periodic()).values_list("kind", "run_at"))
    running = set(Work.objects.filter(key="every", lease_until__gte=now).values_list("kind", flat=True))
    late = {kind for kind, run_at in planted.items() if run_at < now - OVERDUE} - running
    missing = set(periodic()) - set(planted)
    if missing or late:
        yield Finding(
            "periodic-work",
            Severity.OPERATOR,
            f"{number(len(missing | late), 'kind')} of work that comes back by itself does not.",
            "Tokens are not kept alive, and what should be deleted stays, until a worker does it.",
            "Start a worker: it plants what is missing and catches up.",
            len(missing | late),
            tuple(sorted(missing | late)),
            _plant if missing else None,
        )


def _plant() -> str:
    plant_periodic()
    return "Planted the work that comes back by itself."
