"""A look into the queue from outside, by plain SQL: how much is due, and which leases ran out."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")
SOON = timedelta(minutes=10)  # what is planned later is not waited for
COUNTS = """
SELECT COUNT(*),
       SUM(CASE WHEN run_at <= {now} THEN 1 ELSE 0 END),
       SUM(CASE WHEN run_at > {soon} THEN 1 ELSE 0 END)
FROM jobs_work
WHERE state = 'waiting' AND key <> 'every' AND (attempt > 0 OR run_at <= {soon})
"""
HELD = "SELECT id, fence FROM jobs_work WHERE state = 'waiting' AND lease_until >= {now}"
EXPIRED = "SELECT id, fence FROM jobs_work WHERE state = 'waiting' AND lease_until < {now}"
LOOK = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Queue:
    """`open` is what has yet to come to an end, `due` what could run now, `far` what has to wait for long."""

    open: int
    due: int
    far: int


class Watch:
    """Looks every second from a thread of its own; while the database is down it sees nothing."""

    def __init__(self, database: str, file: Path) -> None:
        """Watch the PostgreSQL at `database`, or the SQLite in `file` where that is empty."""
        self._database, self._file = database, file
        self.expired: set[tuple[int, int]] = set()  # work and fence whose worker was gone
        self.last: Queue | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()

    def look(self) -> Queue | None:
        """Return how the queue is now; None when the database does not answer."""
        return self._ask(self._read)

    def held(self) -> set[tuple[int, int]]:
        """Return work and fence of the steps that a worker has now."""
        return self._ask(lambda connection, now, soon: set(connection.execute(HELD.format(now=now)))) or set()

    def _ask(self, question: Callable[[Any, str, str], T]) -> T | None:
        with suppress(psycopg.Error, sqlite3.Error):
            if self._database:
                with psycopg.connect(self._database, connect_timeout=3, autocommit=True) as connection:
                    return question(connection, *_MOMENTS_POSTGRES)
            with closing(sqlite3.connect(self._file, timeout=5)) as connection:
                return question(connection, *_moments_sqlite())
        return None

    def _run(self) -> None:
        while not self._over.wait(LOOK):
            self.last = self.look()

    def _read(self, connection: Any, now: str, soon: str) -> Queue:
        self.expired |= set(connection.execute(EXPIRED.format(now=now)).fetchall())
        row = connection.execute(COUNTS.format(now=now, soon=soon)).fetchone()
        return Queue(*(int(number or 0) for number in row))


_MOMENTS_POSTGRES = ("now()", f"now() + interval '{int(SOON.total_seconds())} seconds'")


def _moments_sqlite() -> tuple[str, str]:
    now = datetime.now(UTC)
    return f"'{now:%Y-%m-%d %H:%M:%S.%f}'", f"'{now + SOON:%Y-%m-%d %H:%M:%S.%f}'"
