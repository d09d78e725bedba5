"""Each contract of .importlinter is broken once, in a small house of the same rooms, and seen to fail."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, code_files

ROOMS = "config demo api console privacy help ops delivery booking scheduling calendars integrations accounts vendors"
SOUND = {
    "cli": "import sivient.config, sivient.demo",
    "demo.people": "import sivient.vendors.zoom.emulator.pages, sivient.vendors.oidc_emulator",
    "integrations.registry": "import sivient.vendors.zoom, sivient.vendors.google",
    "booking.services": "import django.db, sivient.scheduling.models, sivient.integrations.registry",
    "scheduling.models": "import django.db, sivient.core.slots",
    "vendors.zoom": "import sivient.vendors.zoom.conferencing",
    "vendors.zoom.conferencing": "import httpx, sivient.ports.conferencing",
    "vendors.zoom.emulator": "import sivient.vendors.zoom.emulator.pages",
    "vendors.zoom.emulator.pages": "import httpx, sqlite3",
    "vendors.google": "import sivient.vendors.google.calendar",
    "vendors.google.calendar": "import sivient.ports.conferencing",
    "vendors.google.emulator": "import sivient.vendors.oidc_emulator, sivient.vendors.calendar_emulator.world",
    "vendors.calendar_emulator": "import sivient.vendors.calendar_emulator.world, sivient.vendors.oidc_emulator",
    "vendors.calendar_emulator.world": "import sqlite3",
    "vendors.oidc_emulator": "import sivient.vendors.oidc_emulator.emulator",
    "vendors.oidc_emulator.emulator": "import cryptography, sivient.vendors.oidc_emulator.keys",
    "vendors.oidc_emulator.keys": "import cryptography",
    "jobs.models": "import django.db",
    "ports.conferencing": "import httpx, sivient.core.slots",
    "core.slots": "import datetime",
    **{f"{room}.planted": "" for room in [*ROOMS.split(), "audit", "jobs", "site", "ports", "core"]},
}
BREAKS = [
    ("booking.planted", "sivient.delivery", "layers"),
    ("help.planted", "sivient.privacy", "layers"),
    ("jobs.planted", "sivient.booking.services", "layers"),
    ("vendors.zoom.planted", "sivient.accounts", "layers"),
    ("unlisted.planted", "datetime", "layers"),
    ("core.planted", "django.utils.timezone", "frameworkless"),
    ("ports.planted", "django.conf", "frameworkless"),
    ("vendors.zoom.planted", "django.db", "frameworkless"),
    ("vendors.zoom.planted", "sivient.jobs.models", "frameworkless"),
    ("vendors.zoom.planted", "sqlite3", "frameworkless"),
    ("vendors.zoom.emulator.planted", "psycopg", "frameworkless"),
    ("vendors.zoom.planted", "sivient.vendors.google.calendar", "strangers"),
    ("vendors.zoom.planted", "sivient.vendors.oidc_emulator", "strangers"),
    ("booking.planted", "sivient.vendors.zoom", "registry"),
    ("integrations.planted", "sivient.vendors.zoom.conferencing", "registry"),
    ("demo.planted", "sivient.vendors.zoom", "demo"),
    ("demo.planted", "sivient.vendors.zoom.conferencing", "demo"),
    ("vendors.zoom.emulator.planted", "sivient.vendors.zoom.conferencing", "emulators"),
    ("vendors.zoom.emulator.planted", "sivient.vendors.zoom", "emulators"),
    ("vendors.google.emulator.planted", "sivient.ports.conferencing", "emulators"),
    ("vendors.oidc_emulator.planted", "sivient.ports.planted", "emulators"),
    ("vendors.oidc_emulator.emulator.planted", "sivient.vendors.zoom.conferencing", "emulators"),
    ("vendors.calendar_emulator.planted", "sivient.ports.planted", "emulators"),
    ("vendors.zoom.planted", "sivient.vendors.calendar_emulator", "strangers"),
]
CORE_MAY_IMPORT = (sys.stdlib_module_names | {"icalendar", "recurring_ical_events", "sivient"}) - {
    *("asyncio", "http", "multiprocessing", "os", "socket", "ssl", "subprocess", "threading", "time", "urllib")
}


def build(root: Path, modules: dict[str, str]) -> None:
    """Write a package `sivient` with these modules; every one is a package, so that others can lie in it."""
    for name, source in {"": "", **modules}.items():
        folder = root.joinpath("sivient", *name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(source)
        for above in folder.relative_to(root).parents[:-1]:
            (root / above / "__init__.py").touch()


def broken(root: Path, contract: str | None = None) -> bool:
    """Whether import-linter finds a contract broken in this house; anything but kept or broken is an error."""
    chosen = ["--contract", contract] if contract else []
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache", "--config", ROOT / ".importlinter", *chosen],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return "0 broken" not in done.stdout


def test_a_sound_house_keeps_every_contract(tmp_path: Path) -> None:
    build(tmp_path, SOUND)
    assert not broken(tmp_path)


@pytest.mark.parametrize(("module", "imported", "contract"), BREAKS)
def test_a_forbidden_import_breaks_its_contract(tmp_path: Path, module: str, imported: str, contract: str) -> None:
    build(tmp_path, SOUND | {module: f"import {imported}"})
    assert broken(tmp_path, contract)


def test_every_contract_is_broken_by_a_test() -> None:
    config = (ROOT / ".importlinter").read_text()
    named = {line.removeprefix("[importlinter:contract:")[:-1] for line in config.splitlines() if ":contract:" in line}
    assert named == {contract for _, _, contract in BREAKS}


def strange_to_core(source: str) -> set[str]:
    """What a module imports that core may not: other libraries, the network, the clock and other processes."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module)
    return {name for name in imported if name.partition(".")[0] not in CORE_MAY_IMPORT}


def test_core_imports_the_standard_library_and_what_reads_icalendar_alone() -> None:
    core = [path for path in code_files(ROOT, ".py") if path.parts[:3] == ("src", "sivient", "core")]
    assert core
    assert {str(path): found for path in core if (found := strange_to_core((ROOT / path).read_text()))} == {}


def test_a_library_and_the_network_are_strange_to_core() -> None:
    assert strange_to_core("import httpx") == {"httpx"}
    assert strange_to_core("from urllib.request import urlopen") == {"urllib.request"}
    assert strange_to_core("import icalendar\nfrom zoneinfo import ZoneInfo\nimport sivient.core.slots") == set()
