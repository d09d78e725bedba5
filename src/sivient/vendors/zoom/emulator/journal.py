"""The state file: one line of JSON for each answer, holding the records that it changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

Change = tuple[str, str, dict[str, Any] | None]
"""Kind, key and record; no record: it is gone."""

LAYOUT = {"emulated zoom": 1}
"""The first line. A file of another layout is begun anew."""

REWRITE_AFTER = 10_000
"""Lines after which the file is written again without what was overwritten since."""


class Journal:
    """Appends changes; a line is whole or does not count, so a killed process leaves a readable file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._lines = 0

    def read(self) -> Iterator[Change]:
        """Yield every change since the last rewrite, in order."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as file:
            if _parsed(file.readline()) != LAYOUT:
                return
            for line in file:
                yield from _parsed(line) or ()

    def append(self, changes: Iterable[Change]) -> None:
        """Write the changes of one answer. They survive this process, though perhaps not a power cut."""
        if self._file is not None:
            self._file.write(json.dumps(list(changes), separators=(",", ":")) + "\n")
            self._file.flush()
            self._lines += 1

    @property
    def is_long(self) -> bool:
        """Whether it is time to rewrite."""
        return self._lines >= REWRITE_AFTER

    def rewrite(self, records: Iterable[Change]) -> None:
        """Put a file with just these records in the place of the old one, and go on there."""
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(json.dumps(LAYOUT) + "\n")
            file.writelines(json.dumps([record]) + "\n" for record in records)
        os.replace(draft, self._path)
        self._file = self._path.open("a", encoding="utf-8")
        self._lines = 0

    def close(self) -> None:
        """Close the file; what is appended later is dropped."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _parsed(line: str) -> Any:
    """Return the JSON of a line, or None for one that was cut short."""
    try:
        return json.loads(line)
    except ValueError:
        return None
