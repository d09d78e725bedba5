"""Real worker processes on a database of their own, and what they have done."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.served import seeded

PATIENCE = 30.0  # seconds, for what happens within one on a machine that has nothing else to do


@dataclass
class Crew:
    """The foreman, and the process groups of the workers that it has started."""

    foreman: subprocess.Popen[str]
    folder: Path
    database: str  # its URL; "" is SQLite
    groups: list[int] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """The file that foreman and workers write their log into."""
        return self.folder.parent / "log"

    def tell(self, do: str, **act: Any) -> Any:
        """Have the foreman do an act; return its answer."""
        assert self.foreman.stdin is not None
        assert self.foreman.stdout is not None
        self.foreman.stdin.write(json.dumps({"do": do, **act}) + "\n")
        self.foreman.stdin.flush()
        return json.loads(self.foreman.stdout.readline())

    def start(self, **how: Any) -> int:
        """Start a worker; return its number, of the process and of its group."""
        pid: int = self.tell("start", **how)
        self.groups.append(pid)
        return pid

    def ask(self, kind: str, *keys: str, **more: Any) -> None:
        """Enqueue work."""
        self.tell("ask", kind=kind, keys=keys, **more)

    def row(self, kind: str, key: str) -> Mapping[str, Any]:
        """Return what the table says about a piece of work."""
        found: Mapping[str, Any] = self.tell("row", kind=kind, key=key)
        return found

    def lines(self, **fields: str) -> list[Mapping[str, Any]]:
        """Return what the workers have noted, in order: the lines with these fields."""
        ledger = self.folder / "ledger"
        written = ledger.read_text().splitlines() if ledger.exists() else []
        noted = (json.loads(line) for line in written)
        return [line for line in noted if fields.items() <= line.items()]

    def release(self, key: str) -> None:
        """Let the work of the kind test.hold with this key come to its end."""
        (self.folder / key).touch()

    def signal(self, group: int, number: signal.Signals) -> None:
        """Send a signal to a worker and what it started."""
        os.killpg(group, number)

    def dismiss(self) -> None:
        """Kill all workers."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.groups.clear()

    def clear(self) -> None:
        """Kill all workers, and forget their work."""
        self.dismiss()
        self.tell("clear")
        for file in self.folder.iterdir():
            file.unlink()


@contextmanager
def crew(folder: Path) -> Iterator[Crew]:
    """Make a database and a foreman; kill everything afterwards."""
    desk = folder / "desk"
    desk.mkdir()
    with seeded(folder) as (environment, _), (folder / "log").open("w") as log:
        foreman = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.foreman", str(desk)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        made = Crew(foreman, desk, environment["DATABASE_URL"])
        try:
            assert foreman.stdout is not None
            assert foreman.stdout.readline() == '"ready"\n', (folder / "log").read_text()
            yield made
        finally:
            made.dismiss()
            foreman.kill()
            foreman.communicate()


def until(true: Callable[[], Any], *, within: float = PATIENCE) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)
