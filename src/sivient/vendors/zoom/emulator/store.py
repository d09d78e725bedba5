"""The emulator's memory: tables held in dictionaries, written through to a state file if there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from sivient.vendors.zoom.emulator.journal import Change, Journal
from sivient.vendors.zoom.emulator.records import (
    AccessToken,
    Code,
    Counter,
    Delivery,
    FaultRule,
    Injection,
    InstalledApp,
    Meeting,
    Progress,
    RefreshToken,
    Session,
    Switches,
)

R = TypeVar("R")


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
        self.rules = self._table("rule", FaultRule)
        self.injections = self._table("injection", Injection)
        self._switches = self._table("switches", Switches)
        self._progress = self._table("progress", Progress)
        self._journal = Journal(path) if path else None
        if self._journal is not None:
            self._load(self._journal)

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
        """Write what changed, all of it or nothing. Does nothing once closed."""
        if self._journal is not None and self._dirty:
            self._journal.append(self._change(kind, key) for kind, key in sorted(self._dirty))
            if self._journal.is_long:
                self._journal.rewrite(self._records())
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
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _table(self, kind: str, record: Callable[..., R]) -> Table[R]:
        table = Table(kind, record, self._dirty)
        self._tables[kind] = table
        return table

    def _load(self, journal: Journal) -> None:
        for kind, key, body in journal.read():
            if body is None:
                self._tables[kind].rows.pop(key, None)
            else:
                self._tables[kind].load(key, body)
        journal.rewrite(self._records())

    def _change(self, kind: str, key: str) -> Change:
        record = self._tables[kind].get(key)
        return kind, key, None if record is None else asdict(record)

    def _records(self) -> Iterator[Change]:
        for kind, table in self._tables.items():
            for key in list(table.rows):
                yield self._change(kind, key)
