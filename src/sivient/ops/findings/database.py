"""Is the database what the code believes it to be?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, Window
from django.db.models.functions import Lag

from sivient.ops import clock, figures
from sivient.ops.findings.finding import Finding, Severity, number
from sivient.scheduling.models import Hold

BACKSTOP = "hold_never_overlaps"  # scheduling/migrations/0002
QUESTIONS = {
    "postgresql": "SELECT count(*) FROM pg_constraint WHERE conname = %s AND convalidated",
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s || '%%'",
}
LONGEST = timedelta(days=1)  # a booking takes; so long before now one may have begun that goes on
EXPECTED = {"postgresql": 1, "sqlite": 2}  # on SQLite a trigger for INSERT and one for UPDATE


def look(now: datetime) -> Iterator[Finding]:
    """Find a clock that differs, a missing backstop, and times that were taken twice."""
    yield from _clock()
    yield from _backstop()
    yield from _overlaps(now)


def unmigrated() -> Finding | None:
    """Find a database that waits for migrations: only this can be said of it."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return None
    return Finding(
        "migrations",
        Severity.OPERATOR,
        f"{number(len(waiting), 'migration')} of the database still to be made.",
        "This version of Sivient is newer than its database, and does not serve before they agree.",
        "Run: sivient migrate",
        len(waiting),
        figures.some((f"{migration.app_label}.{migration.name}" for migration, _ in waiting), len(waiting)),
    )


def _clock() -> Iterator[Finding]:
    ahead = clock.difference()
    if abs(ahead) >= clock.WORTH_SAYING:
        seconds = ahead.total_seconds()
        yield Finding(
            "clock-difference",
            Severity.OPERATOR,
            f"This machine's clock is {abs(seconds):.1f} seconds {'ahead of' if seconds > 0 else 'behind'} "
            "the database's.",
            "Work goes by the database's clock and is safe. But signatures of messages may be refused, and times "
            "that have just passed may still be offered.",
            "Let both machines keep time with NTP.",
        )


def _backstop() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(QUESTIONS[connection.vendor], [BACKSTOP])
        there = int(cursor.fetchone()[0])
    if there != EXPECTED[connection.vendor]:
        yield Finding(
            "backstop-missing",
            Severity.OPERATOR,
            "The database itself would no longer refuse two bookings at the same time.",
            "The code still refuses them, but the second guard is gone: somebody has changed the database's schema.",
            "Restore the constraint or triggers `hold_never_overlaps` as in scheduling/migrations/0002.",
        )


def _overlaps(now: datetime) -> Iterator[Finding]:
    """Sorted by their start, a time overlaps any earlier one only if some neighbours overlap."""
    ahead = Hold.objects.filter(booking__start__gt=now - LONGEST)
    before = Window(Lag("end"), partition_by=[F("host")], order_by=[F("start"), F("pk")])
    twice = list(ahead.annotate(before=before).filter(before__gt=F("start")).values_list("pk", flat=True))
    if twice:
        yield Finding(
            "double-booking",
            Severity.OPERATOR,
            f"{number(len(twice), 'time')} taken from a host twice.",
            "Two bookings of one host overlap. The code and the database both prevent that, so somebody has "
            "written to the database by hand, or there is a defect of ours.",
            "Look at these holds and their bookings with the host, move one, and report it.",
            len(twice),
            figures.some((f"hold {pk}" for pk in sorted(twice)), len(twice)),
        )
