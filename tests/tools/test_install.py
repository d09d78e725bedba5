"""The set-up: one clear sentence when Python is too old, and nothing to do the second time."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the set-up reads, in a folder with a space in its name."""
    place = tmp_path / "my checkout"
    (place / "tools").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "tools/install.sh"):
        shutil.copy(ROOT / name, place / name)
    return place


def python(folder: Path, name: str, version: str) -> Path:
    """An interpreter that says it has this version, and answers no to every other question."""
    path = folder / name
    path.write_text(f'#!/bin/sh\ncase "$2" in *print*) echo {version} ;; *) exit 1 ;; esac\n')
    path.chmod(0o755)
    return path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, also when the tests themselves were started by make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--directory", str(checkout), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("target", ["demo", "test", "install", "lint", "bench"])
def test_an_old_python_gets_one_sentence_and_code_2(checkout: Path, target: str) -> None:
    old = python(checkout, "old-python", "3.9.2")
    done = make(checkout, target, f"PYTHON={old}")
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert said == [
        f'Sivient needs Python 3.11 or newer, and "{old}" is 3.9.2. '
        "Choose another one with PYTHON=, for example: make demo PYTHON=python3.11"
    ]
    assert done.returncode == 2
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_gets_one_sentence_and_code_2(checkout: Path) -> None:
    done = make(checkout, "demo", "PYTHON=python-of-nobody")
    assert 'no working "python-of-nobody"' in done.stderr
    assert done.returncode == 2


def test_a_finished_set_up_is_left_alone_until_the_lock_changes(checkout: Path) -> None:
    """A stamp as the set-up writes it, in an environment that is none: only a set-up with work to do would notice."""
    room = checkout / ".venv"
    room.mkdir()
    read = ["tools/install.sh", "pyproject.toml", "requirements.txt"]
    sums = subprocess.run(["cksum", *read], cwd=checkout, capture_output=True, text=True, check=True).stdout
    version = ".".join(map(str, sys.version_info[:3]))
    (room / "installed-runtime").write_text(f"{version} {room.resolve()}\n{sums}")

    assert make(checkout, "install", f"PYTHON={sys.executable}").returncode == 0
    assert [path.name for path in room.iterdir()] == ["installed-runtime"]

    with (checkout / "requirements.txt").open("a") as lock:
        lock.write("not a requirement!\n")
    assert make(checkout, "install", f"PYTHON={sys.executable}").returncode == 2
    assert (room / "bin/python").exists()


def test_make_alone_lists_every_target(checkout: Path) -> None:
    listed = make(checkout).stdout
    for target in ("demo", "test", "install", "lint", "bench", "lock", "clean"):
        assert f"make {target} " in listed
