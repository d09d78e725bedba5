"""Settings, mail server, disk, and the alarms that stand."""

import shutil
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from sivient.ops.check import installation_problems
from sivient.ops.findings.finding import Finding, Severity
from sivient.ops.findings.work import minutes
from sivient.ops.models import Alarm

LEAST_FREE = 0.1  # of the disk


def look(now: datetime) -> Iterator[Finding]:
    """Find what `sivient check` would say, a disk that is nearly full, and standing alarms."""
    told_elsewhere = Q(key__startswith="ops:") | Q(key__startswith="work:")  # as findings of their own
    for alarm in Alarm.objects.exclude(told_elsewhere).order_by("first_at", "pk"):
        yield Finding(
            "alarm",
            Severity.OPERATOR,
            alarm.sentence,
            f"The alarm {alarm.key} was raised {minutes(now - alarm.first_at)} ago and {alarm.times} times since.",
            "docs/operations.md says what each alarm is about. It goes by itself when its cause is gone.",
            alarm.times,
        )
    for problem in installation_problems():
        yield Finding(
            "settings",
            Severity.OPERATOR,
            problem,
            "Something that a booking needs to be delivered is missing or does not answer.",
            "Mend the setting or the service it names; `sivient check` asks the same again.",
        )
    yield from disk()


def disk() -> Iterator[Finding]:
    """Find a disk on which little is left: when it is full, nobody can book (reliability.md section 3, row 36)."""
    free = free_share()
    if free < LEAST_FREE:
        yield Finding(
            "disk-nearly-full",
            Severity.OPERATOR,
            f"{free:.0%} of the disk with the data folder is free.",
            "When it is full, pages can be read but nobody can book, and no work is done.",
            "Make room, or move SIVIENT_DATA_DIR to a larger disk.",
        )


def free_share() -> float:
    """Return which part of the data folder's disk is free."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return usage.free / usage.total
