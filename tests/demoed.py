"""The whole demo as a real process, for tests that live through the product as a person would."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from sivient.config.env import NAMES
from sivient.demo.stage import Stage, load

PORTS = 6
START = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: where its parts are, and its process."""

    stage: Stage
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def demoed(folder: Path, *arguments: str, **settings: str) -> Iterator[Demo]:
    """Run `sivient demo` with its data in `folder`; end it by its own process id."""
    data, log = folder / "demo", folder / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "sivient.cli", "demo", "--no-browser", *where(data), *arguments],
            env=environment(**settings),
            stdout=out,
            stderr=out,
        )
    try:
        yield Demo(_wait(data, process, log), process, log)
    finally:
        process.terminate()
        process.wait(timeout=10)


def where(data: Path) -> tuple[str, ...]:
    """Return the options for the data folder and for ports that are free now."""
    return ("--data-dir", str(data), "--port", str(free_ports()))


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of the test run."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | settings


def free_ports(count: int = PORTS) -> int:
    """Return the first of `count` ports in a row that nobody uses now."""
    for first in range(20000 + os.getpid() % 1000 * 10, 60000, 10):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


def _wait(data: Path, process: subprocess.Popen[bytes], log: Path) -> Stage:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError, httpx.HTTPError, json.JSONDecodeError):
            stage = load(str(data))
            if httpx.get(f"{stage.web}/healthz", timeout=1.0).is_success:
                return stage
        time.sleep(0.05)
    raise AssertionError(f"not ready after {START} s: {log.read_text()}")
