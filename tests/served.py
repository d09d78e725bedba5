"""The product as a real process with a database of its own, for tests and benchmarks that need real HTTP."""

import atexit
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
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
    data = folder / "data"
    with _database(settings.pop("DATABASE_URL", os.environ.get("DATABASE_URL", "")), data) as database:
        environment = _environment(data, database) | settings
        yield environment, json.loads(_run(environment, "-m", "tests.seed"))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(data: Path, database: str) -> dict[str, str]:
    """Return the environment of a product of its own."""
    environment = {**os.environ, **GIVEN, "SIVIENT_DATA_DIR": str(data), "DATABASE_URL": database}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return environment


@contextmanager
def _database(cluster: str, data: Path) -> Iterator[str]:
    """Copy the empty database; yield its address: none where it is the SQLite file in the data folder."""
    if not cluster:
        shutil.copytree(_empty_folder(), data, dirs_exist_ok=True)
        yield ""
        return
    name = f"served_{secrets.token_hex(6)}"
    _execute(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{_empty_database(cluster)}"')
    try:
        yield urlunsplit(urlsplit(cluster)._replace(path=f"/{name}"))
    finally:
        _execute(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


@lru_cache(maxsize=1)
def _empty_folder() -> Path:
    """Return a data folder with an empty SQLite database, made once in a process: it takes seconds."""
    folder = tempfile.mkdtemp(prefix="sivient-empty-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _run(_environment(Path(folder), ""), "-m", "sivient.cli", "migrate")
    return Path(folder)


@lru_cache(maxsize=1)
def _empty_database(cluster: str) -> str:
    """Return the name of an empty database on PostgreSQL, made once in a process."""
    name = f"empty_{secrets.token_hex(6)}"
    _execute(cluster, f'CREATE DATABASE "{name}"')
    atexit.register(_drop_at_the_end, cluster, name)
    with tempfile.TemporaryDirectory() as folder:
        url = urlunsplit(urlsplit(cluster)._replace(path=f"/{name}"))
        _run(_environment(Path(folder), url), "-m", "sivient.cli", "migrate")
    return name


def _drop_at_the_end(cluster: str, name: str) -> None:
    with suppress(psycopg.OperationalError):  # the whole cluster may be gone by then
        _execute(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(cluster: str, statement: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]  # the names in it are hexadecimal digits


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
