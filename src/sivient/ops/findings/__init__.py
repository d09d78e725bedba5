"""What is not as it should be with this installation. Looking writes nothing and holds no lock."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sivient.jobs.clock import database_now
from sivient.ops.findings import bookings, calendars, connections, database, deletions, machine, reconciling, work
from sivient.ops.findings.finding import Finding, Severity

__all__ = ["Finding", "Severity", "look"]

LOOKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
    machine.look,
    database.look,
    work.look,
    bookings.look,
    connections.look,
    calendars.look,
)

OUTSIDE: tuple[Callable[[datetime], Iterator[Finding]], ...] = (deletions.look, reconciling.look)


def look(*, reconcile: bool = False) -> list[Finding]:
    """Return everything that is found, what needs the operator first. django.db.Error: the database is away.

    `reconcile`: what is outside the database is asked, too; that takes a second or more for each calendar.
    """
    if waiting := database.unmigrated():
        return [waiting]  # nothing else can be asked
    now = database_now()
    found = [finding for each in (*LOOKS, *(OUTSIDE if reconcile else ())) for finding in each(now)]
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))
