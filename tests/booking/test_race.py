"""Many real processes want one host's times at once. Exactly one gets each; nobody sees a lock or a deadlock."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import MONDAY_10
from tests.served import seeded

pytestmark = [pytest.mark.db, pytest.mark.processes]

PROCESSES = 4
RACER = """
import sys, json, time
from datetime import datetime, timedelta
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from sivient.booking.services import NotBooked, book
from sivient.scheduling.models import EventType
from tests.factories import NOW, make_guest
event_type = EventType.objects.get(pk=int(sys.argv[1]))
starts = [datetime.fromisoformat(text) for text in json.loads(sys.argv[2])]
print("ready", flush=True)
sys.stdin.readline()
answers = []
for number, start in enumerate(starts):
    try:
        book(event_type, start, make_guest(), key=f"{sys.argv[3]}-{number}", now=NOW)
        answers.append("booked")
    except NotBooked as refused:
        answers.append(type(refused).__name__)
print(json.dumps(answers))
"""


def race(environment: dict[str, str], event_types: list[int], starts: list[str]) -> list[list[str]]:
    """Start the processes, let them go at the same moment, return each one's answers."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(event_types[n % len(event_types)]), json.dumps(starts), str(n)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(PROCESSES)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [json.loads(racer.communicate(timeout=100)[0]) for racer in racers]


def test_each_time_has_exactly_one_winner(tmp_path: Path) -> None:
    starts = [(MONDAY_10 + timedelta(days=day, minutes=30 * n)).isoformat() for day in range(5) for n in range(8)]
    with seeded(tmp_path) as (environment, seed):
        answers = race(environment, [seed["event_type"]], starts)
    for guesses in zip(*answers, strict=True):
        assert Counter(guesses) == {"booked": 1, "SlotTaken": PROCESSES - 1}


def test_overlapping_event_types_never_hold_the_same_minute_twice(tmp_path: Path) -> None:
    starts = [(MONDAY_10 + timedelta(minutes=30 * n)).isoformat() for n in range(12)]
    with seeded(tmp_path) as (environment, seed):
        answers = race(environment, [seed["event_type"], seed["long_event_type"]], starts)
        overlaps = subprocess.run(
            [sys.executable, "-c", OVERLAPS], env=environment, capture_output=True, text=True, check=True
        ).stdout
    assert overlaps.strip() == "0"
    assert any("booked" in of_one for of_one in answers)
    assert {answer for of_one in answers for answer in of_one} <= {"booked", "SlotTaken", "NotOffered"}


OVERLAPS = """
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from django.db.models import F
from sivient.scheduling.models import Hold
holds = list(Hold.objects.order_by("start"))
print(sum(a.end > b.start for a, b in zip(holds, holds[1:])))
"""


def test_the_race_runs_on_the_engine_it_claims(tmp_path: Path) -> None:
    with seeded(tmp_path) as (environment, _):
        assert environment["DATABASE_URL"].startswith("postgres") == bool(os.environ.get("DATABASE_URL"))
