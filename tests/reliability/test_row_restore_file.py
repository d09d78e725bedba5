"""Row 43 of the table of failures with everything real: a backup file that is put back, a Radicale, the command."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import seeded
from tests.test_cli import Environment, run
from tests.vendors.caldav.servers import PASSWORD, USER, radicale

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the backup is a copy of SQLite's file"),
]
SETUP = "import django; from sivient.config.env import name_settings_module; name_settings_module(); django.setup()"
CONNECT = """
from sivient.integrations.services import enter
from sivient.ports.vendor import Entered
from tests.delivery.living_calendars import receive
from tests.factories import make_event_type, make_host
host = make_host(handle="lena", platform="phone")
make_event_type(host, slug="call")
receive(host, enter(host, "caldav", Entered({base!r}, {user!r}, {password!r})))
"""
BOOK_AND_CLOSE = """
from datetime import timedelta
from django.utils import timezone
from sivient.accounts.models import User
from sivient.jobs.worker import run_due
from sivient.privacy.services import close
from tests.factories import MONDAY_10, make_booking
call = User.objects.get(handle="lena").event_types.get()
for hours in range(3):
    make_booking(call, start=MONDAY_10 + timedelta(hours=hours))
close(User.objects.get(handle="mara"), keep_bookings=True, by="host", now=timezone.now())
run_due()
run_due()
"""


def python(environment: Environment, code: str) -> None:
    """Run code in the product's place."""
    subprocess.run([sys.executable, "-c", f"{SETUP}\n{code}"], env=environment, check=True, capture_output=True)


def findings(environment: Environment, *more: str) -> dict[str, dict[str, object]]:
    """Return what the doctor finds, by code."""
    done = run(environment, "doctor", "--reconcile", "--json", *more)
    return {each["code"]: each for each in json.loads(done.stdout)["findings"]}


def test_row_43_after_a_backup_file_is_put_back_the_command_lists_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "dav").mkdir()
    networks = {"SIVIENT_PRIVATE_NETWORKS": "127.0.0.0/8"}
    with radicale(tmp_path / "dav", {USER: PASSWORD}) as server, seeded(tmp_path, **networks) as (environment, _):
        server.make_calendar("work")
        python(environment, CONNECT.format(base=server.base, user=USER, password=PASSWORD))
        database, backup = Path(environment["SIVIENT_DATA_DIR"]) / "sivient.sqlite3", tmp_path / "backup.sqlite3"
        with sqlite3.connect(database) as now, sqlite3.connect(backup) as copy:
            now.backup(copy)
        python(environment, BOOK_AND_CLOSE)
        for old in database.parent.glob("sivient.sqlite3*"):
            old.unlink()
        shutil.copy(backup, database)
        found = findings(environment)
        assert found["events-unknown"]["count"] == 3
        assert found["accounts-deleted"]["count"] == 1
        assert "guest.example" not in str(found)
        told = run(environment, "doctor", "--reconcile").stdout
        assert told.count("host lena, calendar") == 3
        assert "accounts-deleted" not in findings(environment, "--fix")
