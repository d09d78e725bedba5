"""The guest's pages as they are really served: compressed files, real headers, no worker beside them."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.demoed import environment, free_ports
from tests.settings import GIVEN

SERVER = ("--interface", "wsgi", "--host", "127.0.0.1", "--blocking-threads", "4")
START = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class World:
    """A running server, the tokens of its bookings and private links by what they show, and its database."""

    url: str
    tokens: dict[str, str]
    database: Path

    def booking(self, state: str, below: str = "") -> str:
        """Return the address of the booking in that state."""
        return f"{self.url}/b/{self.tokens[state]}{below}"

    def link(self, which: str, below: str = "") -> str:
        """Return the address of a private link."""
        return f"{self.url}/p/{self.tokens[which]}{below}"

    def execute(self, sql: str, *values: object) -> None:
        """Change a row behind the server's back, as its worker would."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as database, database:
            database.execute(sql, values)


@contextmanager
def served(folder: Path) -> Iterator[World]:
    """Serve `tests.browser.guest.world` from `folder`; end the server by its own process id."""
    port = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    env = environment(**GIVEN) | {
        "SIVIENT_BASE_URL": url,
        "SIVIENT_DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "sivient.config.settings",
    }
    told = subprocess.run(
        [sys.executable, "-m", "tests.browser.guest.world"], env=env, check=True, capture_output=True, text=True
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", *SERVER, "--port", str(port), "sivient.config.wsgi:application"],
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(url, server, folder / "log")
        yield World(url, json.loads(told.stdout.splitlines()[-1]), folder / "sivient.sqlite3")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=15)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/schedule/mara", timeout=5.0).is_success:
                return
        time.sleep(0.1)
    raise AssertionError(f"not ready after {START} s: {log.read_text()}")
