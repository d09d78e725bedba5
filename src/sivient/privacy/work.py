"""Periodic erasure and its ledger, letting go of calendars, and rewriting the database file so that no byte stays."""

from datetime import datetime, timedelta

from django.db import OperationalError, connection
from django.utils import timezone

from sivient.jobs.models import Work
from sivient.jobs.registry import every, handles
from sivient.ports.errors import TryLater
from sivient.privacy import ledger, releasing, services


@every(timedelta(hours=1), "privacy.purge")
def purge(work: Work) -> None:
    """Erase the accounts whose thirty days are over; a missed hour is caught up, and so is the ledger."""
    services.purge_due(timezone.now())
    ledger.write()


@handles(ledger.WRITE)
def write_ledger(work: Work) -> None:
    """Bring the deletion ledger up to date."""
    ledger.write()


def _at_the_latest(work: Work) -> datetime:
    return work.asked_at + releasing.PATIENCE


@handles(releasing.RELEASE, until=_at_the_latest)
def release(work: Work) -> None:
    """Let go of the calendars of an account that was closed, once its events are out of them."""
    releasing.release(work)


@handles("privacy.scrub", lease=timedelta(minutes=10))
def scrub(work: Work) -> None:
    """Leave no erased byte in SQLite's file or in its log. TryLater: somebody is writing just now.

    Deleted rows are overwritten (`secure_delete`), but moved ones leave copies in free space: VACUUM writes the file
    anew, and the checkpoint empties the log.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()[0]
    except OperationalError as error:
        raise TryLater("The database was busy.") from error
    if busy:
        raise TryLater("The database was being read.")
