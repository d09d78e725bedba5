"""`sivient doctor` and `sivient status` as processes: words, exit codes, and a database that others use."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import seeded
from tests.site.mail_servers import mail_server
from tests.test_cli import Environment, run

pytestmark = [pytest.mark.processes]
AWAY = "postgres://sivient:canary@127.0.0.1:1/sivient"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A database with one host, mara, whose worker has started once, and a mail server."""
    with mail_server() as server, seeded(tmp_path_factory.mktemp("doctor")) as (environment, _):
        environment["SMTP_URL"] = f"smtp://127.0.0.1:{server.port}"
        python(environment, "from sivient.jobs.worker import plant_periodic; plant_periodic()")
        yield environment


def python(environment: Environment, code: str) -> None:
    """Run code in the product's place."""
    setup = "import django; from sivient.config.env import name_settings_module; name_settings_module(); django.setup()"
    subprocess.run([sys.executable, "-c", f"{setup}\n{code}"], env=environment, check=True)


def test_an_installation_that_is_well_is_said_so(environment: Environment) -> None:
    done = run(environment, "doctor")
    assert (done.stdout, done.returncode) == ("Everything is as it should be.\n", 0), done.stderr
    told = run(environment, "doctor", "--json")
    assert json.loads(told.stdout) == {"fine": True, "findings": [], "mended": []}


def test_what_is_found_is_explained_and_mended(environment: Environment) -> None:
    delete = "Work.objects.filter(kind='privacy.purge').delete()"
    python(environment, f"from sivient.jobs.models import Work; {delete}")
    done = run(environment, "doctor")
    assert done.returncode == 1
    assert done.stdout.startswith(
        "Needs you, the operator\n\n- 1 kind of work that comes back by itself does not.\n    "
    )
    assert "    These: privacy.purge\n    Finding: periodic-work, --fix mends it\n" in done.stdout
    (finding,) = json.loads(run(environment, "doctor", "--json").stdout)["findings"]
    assert (finding["code"], finding["fixable"]) == ("periodic-work", True)
    mended = run(environment, "doctor", "--fix")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert mended.stdout.splitlines() == [
        "Planted the work that comes back by itself.",
        "",
        "Everything is as it should be.",
    ]


def test_a_database_that_is_away_is_one_sentence(environment: Environment) -> None:
    away = {**environment, "DATABASE_URL": AWAY}
    done = run(away, "doctor")
    assert done.returncode == 2
    assert done.stdout.startswith("The database does not answer (OperationalError)")
    assert "canary" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(run(away, "doctor", "--json").stdout)["fine"] is None


def test_a_database_before_its_first_migration_is_a_finding(environment: Environment, tmp_path: Path) -> None:
    done = run({**environment, "SIVIENT_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}, "doctor")
    assert done.returncode == 1
    assert "To do: Run: sivient migrate" in done.stdout


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="SQLite has one writer at a time")
def test_looking_waits_for_no_writer(environment: Environment) -> None:
    writer = sqlite3.connect(f"{environment['SIVIENT_DATA_DIR']}/sivient.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    for command in ("doctor", "status"):
        assert run(environment, command).returncode == 0
    writer.rollback()
    writer.close()


def test_status_says_how_the_work_stands(environment: Environment) -> None:
    done = run(environment, "status")
    assert done.returncode == 0, done.stderr
    assert "Connections: 1 zoom connected\n" in done.stdout
    assert "nordlicht.example" not in done.stdout
    told = json.loads(run(environment, "status", "--json").stdout)
    assert (told["fine"], told["connections"]) == (True, [{"vendor": "zoom", "state": "connected", "count": 1}])
