"""The file that lets an emulator go on where it stopped."""

import json
import os
from pathlib import Path
from typing import Any


class StateFile:
    """JSON on disk, replaced whole and readable by its owner only: it holds private keys."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written = ""

    def read(self) -> dict[str, Any] | None:
        """Return what was written last, or None. Raise ValueError for a file that is not ours."""
        if self._path is None or not self._path.exists():
            return None
        self._written = self._path.read_text(encoding="utf-8")
        try:
            kept: dict[str, Any] = json.loads(self._written)
        except ValueError as error:
            raise ValueError(f"{self._path} is not an emulator's state; delete it to start anew") from error
        return kept

    def write(self, state: dict[str, Any]) -> None:
        """Keep `state`; nothing happens when it is what the file holds already."""
        if self._path is None:
            return
        text = json.dumps(state, indent=1)
        if text == self._written:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(self._path)
        self._written = text
