"""Every check of the project, in one run: `make test`, `make lint`.

    python -m tools.test                  everything; the last line is pytest's summary of the whole suite
    python -m tools.test --lint           what only reads the code
    python -m tools.test ARGUMENTS...     pytest alone, with these arguments, on both databases

All parts run, also after one failed; then the failed ones are named. Exit code 0, 1 (a part failed) or 2 (a program
that the tests need is missing).
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.postgres import postgres
from tools.system import PartMissing, require

BIN = Path(sys.executable).parent
LINT = {
    "ruff": ["ruff", "check", "--quiet", "."],
    "ruff format": ["ruff", "format", "--check", "--quiet", "."],
    "mypy": ["mypy"],
    "import contracts": ["lint-imports", "--no-logo"],
}
NO_TESTS = 5  # pytest's exit code when it found no test: a failure, except of a choice that has none for a database
NOT_HANDED_ON = (
    "DATABASE_URL",  # the caller's own database is never touched
    "PYTHONDONTWRITEBYTECODE",  # set in many containers: each of hundreds of processes would compile us anew
)


class Run:
    """The parts that ran, and which of them failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def part(self, name: str, command: list[str], *, also_fine: int = 0, **environment: str) -> None:
        """Run one part between its name and, if it failed, a line that says so."""
        print(f"--- {name}", flush=True)
        started = time.monotonic()
        code = execute(command, environment)
        if code not in (0, also_fine):
            self.failed.append(name)
            print(f"--- {name}: FAILED after {time.monotonic() - started:.0f} s (exit code {code})", flush=True)


def execute(command: list[str], environment: dict[str, str]) -> int:
    """Run a program of the virtual environment to its end, in our environment but what NOT_HANDED_ON names.

    It gets a session of its own, so that an interrupt reaches it once, through here, and pytest can clean up.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    child = subprocess.Popen([BIN / command[0], *command[1:]], env=inherited | environment, start_new_session=True)
    try:
        return child.wait()
    except BaseException:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


def lint(run: Run) -> None:
    """The checks that only read the code."""
    for name, command in LINT.items():
        run.part(name, command)


def tests(run: Run, chosen: list[str]) -> None:
    """The database-dependent tests on PostgreSQL, then the whole suite on SQLite, in the order of tests/conftest.py."""
    arguments = chosen or ["-n", str(workers()), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = ["pytest", "-q", *arguments]
    with postgres() as url:
        nothing_chosen = NO_TESTS if chosen else 0
        run.part("tests on PostgreSQL", [*command, "-m", "db"], also_fine=nothing_chosen, DATABASE_URL=url)
    run.part("tests on SQLite", command)


def workers() -> int:
    """How many tests run at the same time: one for each core, but a browser in each is enough at four."""
    return min(4, max(2, os.cpu_count() or 1))


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    run = Run()
    try:
        if arguments == ["--lint"]:
            lint(run)
        elif arguments:
            require()
            tests(run, arguments)
        else:
            require()
            lint(run)
            tests(run, [])
    except PartMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if run.failed:
        print(f"--- FAILED: {', '.join(run.failed)}")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
