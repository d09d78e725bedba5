"""The deletion ledger: a file beside the database that says which accounts were closed, restored and erased, so that
an older database that is restored can be told (reliability.md section 3, row 43).

One line an event: the moment, the account's number, and what happened. It is only ever appended to, and names nobody.
The audit log is what it is written from: a line that is missing, because a disk was full or a process died, comes with
the next event or within the hour. Each machine with workers may have a file of its own; each is whole.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from sivient.audit.models import Entry
from sivient.jobs.queue import enqueue
from sivient.ports.errors import TryLater

WRITE = "privacy.ledger"
_OWNER_ONLY = 0o600


class Event(StrEnum):
    """What became of an account; the last one counts."""

    CLOSED = "closed"
    RESTORED = "restored"
    ERASED = "erased"


IN_AUDIT = {f"account {event}": event for event in Event}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One event of one account."""

    at: datetime
    account: int
    event: Event

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.account} {self.event}"


def plan_write() -> None:
    """Have the file brought up to date; in the transaction of the event."""
    enqueue(WRITE, key="accounts")


def write() -> int:
    """Append what the audit log has and the file has not; return how many lines. TryLater: it cannot be written.

    Safe at the same time as another: a line that stands twice says nothing else.
    """
    new = sorted(_in_audit() - set(lines()))
    if new:
        try:
            _append("".join(f"{line}\n" for line in new))
        except OSError as error:
            raise TryLater(f"The deletion ledger cannot be written ({error.strerror}).") from error
    return len(new)


def lines() -> Iterator[Line]:
    """Yield what the file says, in its order. A line that a crash has cut off is left out."""
    try:
        text = _path().read_text("ascii", errors="replace")
    except FileNotFoundError:
        return
    for each in text.splitlines():
        try:
            at, account, event = each.split(" ")
            moment = datetime.fromisoformat(at)
            if moment.utcoffset() is not None:
                yield Line(moment, int(account), Event(event))
        except ValueError:
            continue


def last_events() -> dict[int, Line]:
    """Return what happened last to each account, by its number, as far as the file or this database knows."""
    return {line.account: line for line in sorted(_in_audit().union(lines()))}


def _in_audit() -> set[Line]:
    entries = Entry.objects.filter(event__in=IN_AUDIT, account__isnull=False).values_list("at", "account", "event")
    return {Line(at, account, IN_AUDIT[event]) for at, account, event in entries if account is not None}


def _append(text: str) -> None:
    """Write it in one go, and to the disk. What stands after a line that was cut off begins a new one."""
    descriptor = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
    with os.fdopen(descriptor, "ab") as file:
        file.write((text if _ends_whole() else f"\n{text}").encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def _ends_whole() -> bool:
    with _path().open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _path() -> Path:
    path: Path = settings.DELETION_LEDGER
    return path
