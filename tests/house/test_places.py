"""No file names a place on somebody's machine, or the host of a package registry: both differ for every reader."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pip._internal.models.index import PyPI

from tests.house.tree import ROOT, project_files

HOME_FOLDERS = re.compile(r"/(?:home|Users)/[a-z]\w*/|" + "/ro" + r"ot/")  # split, so that this file passes
INDEX_SETTING = re.compile(r"^(?:PIP|UV)_\w*(?:INDEX|FIND_LINKS)")


def private_places() -> set[str]:
    """The checkout and its neighbours, and the registry hosts that pip knows or was told on this machine."""
    neighbours = {f"{ROOT.parent}/"} if len(ROOT.parts) > 2 else set()
    return neighbours | {str(ROOT), f"{PyPI.netloc}/simple", PyPI.file_storage_domain} | configured_hosts()


def configured_hosts() -> set[str]:
    """Hosts, or folders, in the settings of pip and uv."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    lines = [
        line.partition("=")[2].strip("'") for line in told.stdout.splitlines() if "index" in line or "find" in line
    ]
    values = lines + [value for name, value in os.environ.items() if INDEX_SETTING.match(name)]
    addresses = [urlsplit(part) for value in values for part in value.replace("\\n", " ").split()]
    hosts = {address.hostname or address.path for address in addresses}
    return {host for host in hosts if len(host) > 1} - {PyPI.netloc, "localhost", "127.0.0.1"}


def places(root: Path, private: set[str]) -> list[str]:
    """Where a private place stands, as "file:line: place"."""
    found = []
    for path in project_files(root):
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            # Behind a name it is a folder of ours that happens to be called like one of the machine's.
            named = [place for place in private if re.search(rf"(?<!\w){re.escape(place)}", line)]
            named += HOME_FOLDERS.findall(line)
            found += [f"{path}:{number}: {place}" for place in named]
    return found


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert places(ROOT, private_places()) == []


def test_a_home_folder_a_checkout_and_a_registry_are_found(tmp_path: Path) -> None:
    planted = [
        "# see /home" + "/mara/notes",
        "/ro" + "ot/.cache",
        f"{ROOT}/src",
        f"https://{PyPI.file_storage_domain}/x",
    ]
    for number, text in enumerate(planted):
        (tmp_path / f"{number}.txt").write_text(text)
    (tmp_path / "fine.txt").write_text("/var/lib/sivient, ~/sivient, https://zoom.us/simple")
    assert {found.partition(":")[0] for found in places(tmp_path, private_places())} == {
        f"{number}.txt" for number in range(len(planted))
    }


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = (ROOT / name).read_text()
        pinned = re.findall(r"^[a-z0-9-]+==.*$", lock, re.MULTILINE)
        assert pinned
        assert all(line.endswith("\\") for line in pinned), "a version without hashes"
        assert "://" not in lock
        assert not re.search(r"^-", lock, re.MULTILINE), "an option of pip: the reader's own settings decide"
