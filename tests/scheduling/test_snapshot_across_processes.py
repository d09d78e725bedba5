"""Two processes on one database: neither shows what the other has changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import seeded

pytestmark = [pytest.mark.db, pytest.mark.processes]
SETUP = """
import sys, json, subprocess
from datetime import UTC, datetime
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from sivient.scheduling import queries, workdays
from sivient.scheduling.models import EventType
from sivient.scheduling.snapshot import SNAPSHOTS
from sivient.booking.services import book
from tests.factories import MONDAY_10, NOW, make_guest
stored = EventType.objects.select_related("host").get(pk=int(sys.argv[1]))
def page():
    return queries.page_starts(queries.event_type(stored.host.handle, stored.slug), now=NOW)
"""
BOOKER = (
    SETUP
    + """
start = datetime.fromtimestamp(int(sys.argv[2]), UTC)
book(stored, start, make_guest(), key=f"key-{sys.argv[2]}", now=NOW)
"""
)
READER = (
    SETUP
    + """
while True:
    shown = page()
    assert page() == shown  # from what is kept
    assert len(SNAPSHOTS) == 1
    print(json.dumps(shown), flush=True)
    if not sys.stdin.readline():
        break
"""
)
INTERRUPTED = (
    SETUP
    + """
away, wanted = workdays._away, int(MONDAY_10.timestamp())
def then_somebody_books(*args):
    workdays._away = away
    subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1], str(wanted)], check=True, timeout=60)
    return away(*args)
workdays._away = then_somebody_books
print(json.dumps([wanted in page(), wanted in page()]))
"""
)


def test_a_booking_is_on_the_next_page_of_every_process(tmp_path: Path) -> None:
    with seeded(tmp_path) as (environment, seed):
        number = str(seed["event_type"])
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, number],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert reader.stdin is not None
        assert reader.stdout is not None
        shown = json.loads(reader.stdout.readline())
        for wanted in shown[5:6]:
            subprocess.run([sys.executable, "-c", BOOKER, number, str(wanted)], env=environment, check=True, timeout=60)
            reader.stdin.write("again\n")
            reader.stdin.flush()
            assert wanted in shown
            shown = json.loads(reader.stdout.readline())
            assert wanted not in shown
        reader.communicate(timeout=30)


def test_a_write_while_a_page_reads_is_in_the_next_page_and_not_kept_under_the_version_before(tmp_path: Path) -> None:
    """The version is read first and the holds last. In between, another process books."""
    with seeded(tmp_path) as (environment, seed):
        command = [sys.executable, "-c", INTERRUPTED, str(seed["event_type"]), BOOKER]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, False]
