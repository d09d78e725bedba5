"""What the tests need besides Python: installed where that is possible, else named with its command."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools import system
from tools.system import Part, PartMissing, require


@dataclass
class Machine:
    """A Debian machine on which `apt-get` works, or not. It notes what was asked of it."""

    folder: Path
    program: Path = field(init=False)

    def __post_init__(self) -> None:
        self.program = self.folder / "browser"

    def apt(self, *, works: bool) -> None:
        script = self.folder / "apt-get"
        asked, code = self.folder / "asked", 0 if works else 100
        installs = f"echo > {self.program}" if works else ":"
        script.write_text(f'#!/bin/sh\necho "$*" >>{asked}\n[ "$1" = update ] || {installs}\nexit {code}\n')
        script.chmod(0o755)

    def asked(self) -> list[str]:
        notes = self.folder / "asked"
        return notes.read_text().splitlines() if notes.exists() else []

    def browser(self) -> Part:
        return Part("a browser", self.program.exists, ("chromium", "fonts"), "brew install chromium")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    (tmp_path / "debian_version").touch()
    monkeypatch.setattr(system, "DEBIAN", tmp_path / "debian_version")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return Machine(tmp_path)


def test_root_on_debian_gets_what_is_missing(machine: Machine) -> None:
    machine.apt(works=True)
    require((machine.browser(),))
    assert machine.asked() == ["update -qq", "install -y -qq --no-install-recommends chromium fonts"]


def test_what_is_here_is_not_installed_again(machine: Machine) -> None:
    machine.apt(works=True)
    machine.program.touch()
    require((machine.browser(),))
    assert machine.asked() == []


def test_an_installation_that_fails_names_the_part_and_the_command(machine: Machine) -> None:
    machine.apt(works=False)
    with pytest.raises(PartMissing, match=r"needs a browser, .*: sudo apt-get install chromium fonts$"):
        require((machine.browser(),))


def test_who_is_not_root_is_told_the_command(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.apt(works=True)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(PartMissing, match="sudo apt-get install chromium fonts"):
        require((machine.browser(),))
    assert machine.asked() == []


def test_another_system_is_told_its_own_command(machine: Machine) -> None:
    with pytest.raises(PartMissing, match="Install it with: brew install chromium"):
        require((machine.browser(),))
