"""The state file: records as JSON by kind and key, in SQLite. Without a file everything is forgotten at the end."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """What is put is written at the next `flush`. Not thread-safe: the emulator's lock is held around it."""

    def __init__(self, path: Path | None) -> None:
        self._waiting: dict[tuple[str, str], Record | None] = {}
        self._database: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, check_same_thread=False)
            # A demo's state may be lost with the machine, not with the process.
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
            )

    def read(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Yield what was kept of a kind, in the order in which it was first put."""
        if self._database is not None:
            rows = self._database.execute("SELECT key, body FROM record WHERE kind = ? ORDER BY rowid", [kind])
            yield from ((key, json.loads(body)) for key, body in rows.fetchall())

    def put(self, kind: str, key: str, record: Record | None) -> None:
        """Keep a record; None forgets it."""
        if self._database is not None:
            self._waiting[kind, key] = record

    def flush(self) -> None:
        """Write what was put."""
        if self._database is None or not self._waiting:
            return
        with self._database:
            for (kind, key), record in self._waiting.items():
                if record is None:
                    self._database.execute("DELETE FROM record WHERE kind = ? AND key = ?", [kind, key])
                    continue
                self._database.execute(
                    "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                    [kind, key, json.dumps(record)],
                )
        self._waiting.clear()

    def put_nothing(self, kind: str) -> None:
        """Forget every record of a kind."""
        for key, _ in list(self.read(kind)):
            self.put(kind, key, None)

    def close(self) -> None:
        """Write the rest and close the file; what is put later is dropped."""
        self.flush()
        if self._database is not None:
            self._database.close()
            self._database = None
