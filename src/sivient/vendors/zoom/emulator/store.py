"""The emulator's memory: tables held in dictionaries, written through to one SQLite file if asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from sivient.vendors.zoom.emulator.records import (
    AccessToken,
    Code,
    Counter,
    Delivery,
    InstalledApp,
    Meeting,
    Progress,
    RefreshToken,
    Session,
    Switches,
)

R = TypeVar("R")
LAYOUT = 1
"""Number of the record layout; a file of another layout starts empty."""


class Table(Generic[R]):
    """Records of one kind by key. A record changed in place is put again, so that it is written."""

    def __init__(self, kind: str, record: Callable[..., R], dirty: set[tuple[str, str]]) -> None:
        self._kind = kind
        self._record = record
        self._dirty = dirty
        self.rows: dict[str, R] = {}

    def __iter__(self) -> Iterator[R]:
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, key: str) -> R | None:
        """Return the record, or None."""
        return self.rows.get(key)

    def put(self, key: str, record: R) -> R:
        """Keep the record under `key`."""
        self.rows[key] = record
        self._dirty.add((self._kind, key))
        return record

    def drop(self, key: str) -> R | None:
        """Forget the record and return it, or None if there was none."""
        self._dirty.add((self._kind, key))
        return self.rows.pop(key, None)

    def clear(self) -> None:
        """Forget every record."""
        for key in list(self.rows):
            self.drop(key)

    def only(self) -> R:
        """Return the one record of a table that holds exactly one."""
        return self.rows.get("") or self.put("", self._record())

    def keep_only(self) -> None:
        """Write the one record again after a change in place."""
        self.put("", self.only())

    def load(self, key: str, body: dict[str, Any]) -> None:
        """Take a stored record in."""
        self.rows[key] = self._record(**body)


class Store:
    """Every table, and the file behind them. Not thread-safe: the emulator's lock is held around it."""

    def __init__(self, path: Path | None) -> None:
        self._dirty: set[tuple[str, str]] = set()
        self._tables: dict[str, Table[Any]] = {}
        self.codes = self._table("code", Code)
        self.access = self._table("access", AccessToken)
        self.refresh = self._table("refresh", RefreshToken)
        self.installed = self._table("installed", InstalledApp)
        self.sessions = self._table("session", Session)
        self.meetings = self._table("meeting", Meeting)  # by uuid: meetings on a personal id share it
        self.deliveries = self._table("delivery", Delivery)
        self.counters = self._table("counter", Counter)
        self._switches = self._table("switches", Switches)
        self._progress = self._table("progress", Progress)
        self._db = _open(path) if path else None
        self._load()

    @property
    def switches(self) -> Switches:
        """The switches; call `keep()` after a change."""
        return self._switches.only()

    @property
    def progress(self) -> Progress:
        """The progress; call `keep()` after a change."""
        return self._progress.only()

    def keep(self) -> None:
        """Mark switches and progress as changed."""
        self._switches.keep_only()
        self._progress.keep_only()

    def flush(self) -> None:
        """Write what changed, in one transaction. Does nothing once closed."""
        if self._db is not None and self._dirty:
            with self._db:
                for kind, key in self._dirty:
                    self._write(self._db, kind, key)
        self._dirty.clear()

    def clear(self) -> None:
        """Forget everything but the numbers drawn: no id or token is ever made twice."""
        drawn = self.progress.drawn
        for table in self._tables.values():
            table.clear()
        self.progress.drawn = drawn
        self.keep()

    def close(self) -> None:
        """Write the rest and close the file."""
        self.flush()
        if self._db is not None:
            self._db.close()
            self._db = None

    def _table(self, kind: str, record: Callable[..., R]) -> Table[R]:
        table = Table(kind, record, self._dirty)
        self._tables[kind] = table
        return table

    def _load(self) -> None:
        if self._db is None:
            return
        for kind, key, body in self._db.execute("SELECT kind, key, body FROM record ORDER BY rowid"):
            self._tables[kind].load(key, json.loads(body))

    def _write(self, db: sqlite3.Connection, kind: str, key: str) -> None:
        record = self._tables[kind].get(key)
        if record is None:
            db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))
            return
        db.execute(
            "INSERT INTO record (kind, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(asdict(record))),
        )


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing; only a power cut may lose the last answers of a pretended Zoom.
    db.execute("PRAGMA synchronous = OFF")
    if db.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
        db.execute("DROP TABLE IF EXISTS record")
        db.execute(f"PRAGMA user_version = {LAYOUT}")
    db.execute("CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))")
    db.commit()
    return db
