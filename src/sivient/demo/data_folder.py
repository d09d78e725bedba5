"""The folder of a demo's data: used by one demo at a time, and emptied by `--fresh` alone."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sivient.config.env import ConfigError
from sivient.demo.stage import STAGE_FILE

LOCK_FILE = "demo.lock"  # locked (flock) while a demo runs, so that a killed one leaves nothing to clean up


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder and keep other demos out of it. ConfigError: it is in use, not a demo's, or not writable."""
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"A demo is running in {folder}. Stop it, or choose another --data-dir.") from error
        yield


def _lock_file(folder: Path) -> TextIO:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()) and not any((folder / mark).exists() for mark in (STAGE_FILE, LOCK_FILE)):
            raise ConfigError(f"{folder} holds something that is not a demo. Choose another with --data-dir.")
        return (folder / LOCK_FILE).open("a")
    except OSError as error:
        raise _unwritable(folder, error) from error


def empty(folder: Path) -> None:
    """Forget the last demo. Only inside `held`."""
    try:
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK_FILE:
                entry.unlink()
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(f"Cannot write to {folder} ({error.strerror}). Choose another with --data-dir.")
