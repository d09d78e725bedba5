"""A process that starts workers and speaks to their database: `python -m tests.jobs.foreman FOLDER`.

Each line of its input is a JSON act, each line of its output the answer. Its workers are forked, so that they start
at once, each as a group of its own; they know the kinds below, and write what they do into FOLDER/ledger.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from sivient.config.env import name_settings_module

name_settings_module()
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from sivient.jobs import claim, completion, keeping, registry  # noqa: E402
from sivient.jobs.completion import work_completion  # noqa: E402
from sivient.jobs.models import Work  # noqa: E402
from sivient.jobs.queue import enqueue  # noqa: E402
from sivient.jobs.registry import handles  # noqa: E402
from sivient.jobs.worker import run_until_signal  # noqa: E402
from sivient.ports.errors import TryLater  # noqa: E402

FOLDER = Path(sys.argv[1])
SECOND = timedelta(seconds=1)
registry._handlers.clear()


def note(what: str, work: Work) -> None:
    """Write a line into the ledger. The moment is of the one clock that nobody shifts."""
    line = {"what": what, "kind": work.kind, "key": work.key, "lane": work.lane}
    with (FOLDER / "ledger").open("a") as ledger:
        ledger.write(json.dumps(line | {"pid": os.getpid(), "at": time.monotonic()}) + "\n")


@handles("test.note")
def do_note(work: Work) -> None:
    """Be done at once."""
    note("done", work)


@handles("test.brief", slow=True)
def do_briefly(work: Work) -> None:
    """Take a few milliseconds."""
    note("begin", work)
    time.sleep(0.005)
    note("end", work)


@handles("test.hold", lease=2 * SECOND)
def hold(work: Work) -> None:
    """Work until the file of the key's name exists, then say who did it, here and in a row of its own."""
    note("begin", work)
    while not (FOLDER / work.key).exists():
        time.sleep(0.02)
    note("end", work)
    with work_completion(work, result={"by": os.getpid()}):
        enqueue("test.note", key=f"by:{os.getpid()}")


@handles("test.hold_long", lease=600 * SECOND)
def hold_long(work: Work) -> None:
    """The same, of a kind that may be held for ten minutes."""
    hold(work)


@handles("test.die", lease=SECOND / 4)
def die(work: Work) -> None:
    """Take the whole process along."""
    note("begin", work)
    os.kill(os.getpid(), signal.SIGKILL)


@handles("test.twice")
def do_twice(work: Work) -> None:
    """Need a second try, a second later."""
    note("try", work)
    if work.attempt == 1:
        raise TryLater("Busy.", after=SECOND)


@handles("test.relay")
def relay(work: Work) -> None:
    """Ask for two more pieces of work: at once, and in a second."""
    note("asked", work)
    enqueue("test.note", key=f"{work.key}:at once")
    enqueue("test.note", key=f"{work.key}:later", wait=SECOND)


def start(act: Mapping[str, Any]) -> Any:
    """Start a worker; `shift`: seconds that its clock is ahead; `restart`: another takes its place when it dies;
    `span`: seconds for which it holds its work at a time.
    """
    connection.close()  # a forked process must not share it
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if act.get("restart"):
            while os.fork():
                os.wait()
        _shift_clock(act.get("shift", 0))
        completion.SPAN = claim.SPAN = keeping.SPAN = act.get("span", 30) * SECOND
        keeping.BEAT = 0.25
        run_until_signal(threads=act.get("threads", 1), drain=5)
        os._exit(0)
    return pid


def ask(act: Mapping[str, Any]) -> Any:
    """Enqueue work; many at once with a list of keys."""
    for key in act["keys"]:
        lane = act.get("lane", "").format(key)
        enqueue(act["kind"], key=key, lane=lane, wait=timedelta(seconds=act.get("wait", 0)))


def row(act: Mapping[str, Any]) -> Any:
    """Return a row of work."""
    fields = ("state", "attempt", "begun", "fence", "trouble", "lease_owner", "lease_until", "result")
    return Work.objects.filter(kind=act["kind"], key=act["key"]).values(*fields).first()


def count(act: Mapping[str, Any]) -> Any:
    """Count the rows of a kind in a state."""
    return Work.objects.filter(kind=act["kind"], state=act["state"]).count()


def cut(act: Mapping[str, Any]) -> Any:
    """Break every connection to the database but this one (PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def clear(act: Mapping[str, Any]) -> Any:
    """Forget all work."""
    Work.objects.all().delete()


ACTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    each.__name__: each for each in (start, ask, row, count, cut, clear)
}


def _shift_clock(seconds: float) -> None:
    now, epoch, shift = timezone.now, time.time, timedelta(seconds=seconds)
    timezone.now = lambda: now() + shift
    time.time = lambda: epoch() + seconds


def main() -> None:
    """Obey until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        act = json.loads(line)
        print(json.dumps(ACTS[act["do"]](act), default=str), flush=True)


if __name__ == "__main__":
    main()
