"""The test run: nothing that failed looks like success, and an interrupt ends it cleanly."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tools.test import NO_TESTS, Run, execute


def exits(code: int) -> list[str]:
    return ["python", "-c", f"raise SystemExit({code})"]


@pytest.mark.parametrize("code", [1, 2, NO_TESTS])
def test_a_part_that_fails_or_finds_no_tests_is_named(code: int, capfd: pytest.CaptureFixture[str]) -> None:
    run = Run()
    run.part("sound", exits(0))
    run.part("unsound", exits(code))
    assert run.failed == ["unsound"]
    assert "--- unsound: FAILED" in capfd.readouterr().out


def test_a_choice_of_tests_may_have_none_for_a_database() -> None:
    run = Run()
    run.part("chosen", exits(NO_TESTS), also_fine=NO_TESTS)
    assert run.failed == []


def test_a_database_of_the_callers_own_is_never_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    asks = "import os; raise SystemExit(os.environ.get('DATABASE_URL', '') != {!r})"
    assert execute(["python", "-c", asks.format("")], {}) == 0
    assert execute(["python", "-c", asks.format("given")], {"DATABASE_URL": "given"}) == 0


def test_what_is_compiled_is_kept_for_the_next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert execute(["python", "-c", "import sys; raise SystemExit(sys.dont_write_bytecode)"], {}) == 0


def test_a_terminated_run_interrupts_its_part_and_waits_for_it(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    part = f"""
import pathlib, time
trace = pathlib.Path({str(trace)!r})
try:
    trace.write_text("started")
    time.sleep(60)
except KeyboardInterrupt:
    trace.write_text("cleaned up")
"""
    driver = f"""
import signal, sys
from tools.test import execute
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
execute(["python", "-c", {part!r}], {{}})
"""
    with subprocess.Popen([sys.executable, "-c", driver], cwd=ROOT) as running:
        while not (trace.exists() and trace.read_text()):
            time.sleep(0.02)
        running.send_signal(signal.SIGTERM)
    assert running.returncode == 143
    assert trace.read_text() == "cleaned up"
