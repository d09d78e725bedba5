"""An append-only record of what happened outside the product: one line of JSON each, flushed before it counts."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Ledger:
    """Lines in a file and in memory. Safe from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")
        self.lines: list[Line] = []

    def write(self, **line: Any) -> None:
        """Append a line with its number and time."""
        with self._lock:
            line = {"number": len(self.lines) + 1, "at": datetime.now(UTC).isoformat(), **line}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            self.lines.append(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
