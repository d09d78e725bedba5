"""What was deleted leaves the disk, too: SQLite's log keeps old pages until it is emptied."""

from django.db import OperationalError, connection

from sivient.jobs.queue import enqueue
from sivient.ports.errors import TryLater


def scrub_later() -> None:
    """Have the log emptied once the caller has committed. PostgreSQL overwrites its log by itself."""
    if connection.vendor == "sqlite":
        enqueue("integrations.scrub", key="database")


def empty_log() -> None:
    """Empty SQLite's log. Deleted rows are overwritten in the file itself (`secure_delete`). TryLater: it is in use."""
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()[0]
    except OperationalError as error:
        raise TryLater("The database was busy.") from error
    if busy:
        raise TryLater("The database was being read.")
