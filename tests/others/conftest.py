"""Programs of others that judge ours: an OpenID provider and Thunderbird's calendar parser, both from npm."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

HERE = Path(__file__).parent
ROOM = ROOT / ".cache" / "node"
LOCK = HERE / "package-lock.json"


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder in which node finds the locked packages; installed once, without running their scripts."""
    ROOM.mkdir(parents=True, exist_ok=True)
    with (ROOM / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come at once
        stamp, wanted = ROOM / "installed", hashlib.sha256(LOCK.read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, ROOM)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOM, check=True)
            stamp.write_text(wanted)
    return ROOM
