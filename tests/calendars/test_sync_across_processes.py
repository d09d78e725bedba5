"""Processes that sync one calendar at the same moment never mix: what is stored at the end is what a calendar says."""

import json
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sivient.demo import httpd
from sivient.vendors.calendar_emulator import Event
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.google.scopes import ASKED
from tests.served import free_port, seeded

PROCESSES, ROUNDS = 3, 6
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
pytestmark = [pytest.mark.processes, pytest.mark.db]


def ask(process: "subprocess.Popen[str]", line: object) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    return json.loads(process.stdout.readline())


def disturb(google: GoogleEmulator, draw: random.Random) -> None:
    """Let a person add, move and delete events; now and then no cursor is accepted, or a later page fails."""
    world = google.calendars.world
    main = world.primary("mara").id
    for _ in range(30):
        start = START + timedelta(minutes=draw.randrange(0, 20_000))
        event = world.find(main, f"event{draw.randrange(300)}")
        if event is None:
            name = f"event{draw.randrange(300)}"
            if world.find(main, name) is None:
                world.add(Event(name, main, "", "Private", start, start + timedelta(minutes=30)))
        elif draw.random() < 0.3 and not event.cancelled:
            world.remove(event)
        elif not event.cancelled:
            world.change(event, start=start, end=start + timedelta(minutes=30))
    if draw.random() < 0.3:
        google.calendars.inject("sync-lost", times=draw.randrange(1, 3))


def test_many_syncs_of_one_calendar_at_once_leave_what_one_alone_would(tmp_path: Path) -> None:
    draw = random.Random(5)  # noqa: S311 - what a person does, for a test
    port = free_port()
    google = GoogleEmulator(f"http://127.0.0.1:{port}", client_id="google-client", client_secret="s", redirect_uris=[])
    token = google.provider.grants.give_access("mara", tuple(ASKED), "g", now=int(datetime.now(UTC).timestamp()))
    server = httpd.serve(google.handle)
    outcomes: Counter[str] = Counter()
    with seeded(tmp_path, GOOGLE_API_BASE=server.url) as (environment, _):
        command = [sys.executable, "-m", "tests.calendars.syncer", token, str(PROCESSES)]
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == "ready"
            for _ in range(ROUNDS):
                disturb(google, draw)
                outcomes.update(ask(process, PROCESSES))
            google.calendars.faults.mend()
            assert ask(process, 1) == ["done"]
            stored = {(name, start, end) for name, start, end in ask(process, "stored")}
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=20)
            server.close()
            google.close()
    main = google.calendars.world.primary("mara").id
    events = [each for each in google.calendars.world.events(main) if not each.cancelled]
    assert stored == {(each.id, each.start.isoformat(), each.end.isoformat()) for each in events}
    assert set(outcomes) <= {"done", "overtaken"}
    assert outcomes["done"] >= ROUNDS
    assert outcomes["overtaken"] > 0, "they never met"
