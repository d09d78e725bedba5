"""The rules that ruff keeps for us: it is asked about planted code, with the project's own configuration."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

RUFF = Path(sys.executable).with_name("ruff")
MODULE = '"""A module."""\n\n'


def found(source: str, path: str) -> set[str]:
    """The rules that this source breaks, were it at this path of the project."""
    done = subprocess.run(
        [RUFF, "check", "--quiet", "--no-cache", "--output-format=json", "--stdin-filename", path, "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return {violation["code"] for violation in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("x = 1\n", "D100"),
        (MODULE + "class Booking:\n    pass\n", "D101"),
        (MODULE + "def book() -> None:\n    pass\n", "D103"),
        (MODULE + 'import os\n\nx = os.environ["HOME"]\n', "TID251"),
        (MODULE + "from os import environ\n\nx = environ\n", "TID251"),
        (MODULE + 'import os\n\nx = os.getenv("HOME")\n', "TID251"),
        (MODULE + "from datetime import datetime\n\nx = datetime.now()\n", "DTZ005"),
        (MODULE + "import subprocess\n\nsubprocess.run('true', shell=True)\n", "S602"),
        (MODULE + "try:\n    x = 1\nexcept Exception:\n    pass\n", "S110"),
        (MODULE + "try:\n    x = 1\nexcept:\n    x = 2\n", "E722"),
    ],
)
def test_a_planted_violation_in_the_product_is_found(source: str, rule: str) -> None:
    assert rule in found(source, "src/sivient/booking/planted.py")


def test_a_package_without_a_docstring_is_found() -> None:
    assert "D104" in found("", "src/sivient/planted/__init__.py")


def test_settings_may_be_read_in_config_env() -> None:
    assert found(MODULE + "import os\n\nx = dict(os.environ)\n", "src/sivient/config/env.py") == set()
