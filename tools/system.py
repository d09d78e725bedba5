"""The programs that the tests need besides Python: found, or installed, or named with the command that does it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import chromium, postgres

DEBIAN = Path("/etc/debian_version")
SYSTEM_PYTHON = "/usr/bin/python3"


class PartMissing(Exception):
    """A program is not here and could not be installed. The message says how to install it."""


@dataclass(frozen=True)
class Part:
    """A program, how to tell that it is here, its Debian packages, and what to type on another system."""

    name: str
    is_here: Callable[[], bool]
    packages: tuple[str, ...]
    elsewhere: str

    def advice(self) -> str:
        """One sentence that names the part and the command that installs it."""
        command = f"sudo apt-get install {' '.join(self.packages)}" if _has_apt() else self.elsewhere
        return f"This needs {self.name}, and it is not here. Install it with: {command}"


def _has_postgres() -> bool:
    try:
        postgres.binaries()
    except postgres.PostgresMissing:
        return False
    return True


def _imports(module: str) -> bool:
    """Say whether the system's own Python has a module: bindings to system libraries are nowhere else."""
    return (
        os.access(SYSTEM_PYTHON, os.X_OK)
        and not subprocess.run([SYSTEM_PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode
    )


CHROMIUM = Part(
    "Chromium",
    lambda: chromium.executable() is not None,
    ("chromium", "fonts-noto-core"),
    ".venv/bin/playwright install --with-deps chromium",
)
POSTGRES = Part(
    f"PostgreSQL {postgres.OLDEST} or newer",
    _has_postgres,
    ("postgresql",),
    "brew install postgresql@17  (or your system's package that brings initdb)",
)
NODE = Part(
    "Node.js with npm",
    lambda: bool(shutil.which("node") and shutil.which("npm")),
    ("nodejs", "npm"),
    "brew install node",
)
LIBICAL = Part(
    "libical for Python",
    lambda: _imports("gi.repository.ICalGLib"),
    ("python3-gi", "gir1.2-ical-3.0"),
    "your system's packages of PyGObject and libical-glib",
)
WRK = Part("wrk", lambda: shutil.which("wrk") is not None, ("wrk",), "brew install wrk")


def require(parts: tuple[Part, ...] = (CHROMIUM, POSTGRES, NODE, LIBICAL)) -> None:
    """Return when every part is here. Root on Debian or Ubuntu gets what is missing installed; others PartMissing."""
    missing = [part for part in parts if not part.is_here()]
    if missing and os.geteuid() == 0 and _has_apt():
        _install([package for part in missing for package in part.packages])
        missing = [part for part in missing if not part.is_here()]
    if missing:
        raise PartMissing("\n".join(part.advice() for part in missing))


def _has_apt() -> bool:
    return DEBIAN.exists() and shutil.which("apt-get") is not None


def _install(packages: list[str]) -> None:
    """Install Debian packages; what apt says is shown only if it fails."""
    print(f"Installing {', '.join(packages)} (once, some minutes).", flush=True)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(done.stdout[-2000:])
