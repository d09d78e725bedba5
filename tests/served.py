"""The product as a real process with a database of its own, for tests and benchmarks that need real HTTP."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

from tests.settings import GIVEN

START = 90.0  # seconds


@dataclass(frozen=True, slots=True)
class Served:
    """A running product: its address, its environment and its process."""

    url: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    seed: Mapping[str, Any]
    log: Path


@contextmanager
def served(folder: Path, *, arguments: tuple[str, ...] = (), **settings: str) -> Iterator[Served]:
    """Run `sivient serve` on a free port with an empty, seeded database; stop it by its own process id.

    On PostgreSQL (DATABASE_URL given) the database is a new one in the same cluster, dropped afterwards.
    """
    port = free_port()
    with seeded(folder, SIVIENT_BASE_URL=f"http://127.0.0.1:{port}", **settings) as (environment, seed):
        log = folder / "serve.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "sivient.cli", "serve", "--port", str(port), *arguments]
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, log)
            yield Served(url, environment, process, seed, log)
        finally:
            process.terminate()
            process.wait(timeout=40)


@contextmanager
def seeded(folder: Path, **settings: str) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Make an empty database with what `tests.seed` puts in; yield the environment of it, and the seed."""
    with _database() as database:
        environment = {**os.environ, **GIVEN, "SIVIENT_DATA_DIR": str(folder / "data"), "DATABASE_URL": database}
        environment |= settings
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        _run(environment, "-m", "sivient.cli", "migrate")
        yield environment, json.loads(_run(environment, "-m", "tests.seed"))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _database() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "")
    if not given:
        yield ""
        return
    name = f"served_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as cluster:
        cluster.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]  # hexadecimal digits
    try:
        yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(given, autocommit=True) as cluster:
            cluster.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def _run(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/healthz", timeout=1.0).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"not ready after {START} s: {log.read_text()}")
