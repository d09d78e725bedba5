"""After a disconnect neither tokens nor identifiers are in the database's files, the log included."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import seeded

pytestmark = [pytest.mark.processes]
SCRIPT = """
import json, sys
from pathlib import Path
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from sivient.accounts.models import User
from sivient.integrations.models import Grant
from sivient.integrations.services import disconnect
from sivient.jobs.worker import run_due
grant = Grant.objects.get()
needles = [grant.vendor_user_id, grant.email]
User.objects.filter(pk=grant.connections.get().user_id).update(email="other@example.org")
def found():
    bytes = b"".join(file.read_bytes() for file in Path(sys.argv[1]).glob("sivient.sqlite3*"))
    return [needle for needle in needles if needle.encode() in bytes]
before = found()
disconnect(User.objects.get(handle="mara"), "zoom", by="host")
run_due()
print(json.dumps({"before": before, "after": found()}))
"""


def test_a_disconnect_leaves_nothing_in_the_files(tmp_path: Path) -> None:
    with seeded(tmp_path, DATABASE_URL="") as (environment, _):
        command = [sys.executable, "-c", SCRIPT, environment["SIVIENT_DATA_DIR"]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["before"]) == 2
    assert found["after"] == []
