"""The alarms that this room raises itself: a worker looks every few minutes at what could stop the work."""

from collections.abc import Iterator
from datetime import datetime

from sivient.jobs.queue import enqueue
from sivient.ops import figures
from sivient.ops.findings import machine, work
from sivient.ops.findings.finding import Finding
from sivient.ops.models import Alarm

OWN = "ops:"  # begins the keys of these alarms
STUCK = "work:"  # and of those that a worker raises when it parks work for the operator


def watch(now: datetime) -> None:
    """Raise an alarm for what is found, and end those whose cause is gone."""
    found = {f"{OWN}{finding.code}": finding for finding in _findings(now)}
    for key, finding in found.items():
        enqueue("ops.alarm", key=key, payload={"sentence": f"{finding.what} {finding.meaning}"})
    stuck = {f"{STUCK}{kind}" for kind in figures.stuck().values_list("kind", flat=True).distinct()}
    for key in Alarm.objects.values_list("key", flat=True):
        if key.startswith((OWN, STUCK)) and key not in found and key not in stuck:
            enqueue("ops.alarm_over", key=key)


def _findings(now: datetime) -> Iterator[Finding]:
    yield from work.late(now)
    yield from machine.disk()
