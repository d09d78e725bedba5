"""Runs work: threads that claim, do, and settle. Any number of processes may do so on one database."""

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.db.models.functions import Now

from sivient.jobs import claim, completion, keeping, queue, registry, retry
from sivient.jobs.completion import LeaseLost
from sivient.jobs.keeping import Keeper
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ports.errors import OutcomeUnknown, Paused, Reconnect, Rejected, Throttled, TryLater

log = logging.getLogger(__name__)
POLL = 0.25  # seconds between two looks of a process; on PostgreSQL a notification usually comes first
STARTS = 5  # of a work that then breaks off or ends in an unexpected error, before somebody has to look at it
ALARM = "ops.alarm"
DATABASE_AWAY = (OperationalError, InterfaceError)


def run_once(
    owner: str, *, slow: bool = True, claimed: Callable[[], None] = lambda: None, keeper: Keeper | None = None
) -> bool:
    """Do the work that is due for longest; return whether there was any. `slow` False leaves slow kinds.

    `claimed` is called between the claim and the work: there may be more for others. `keeper` beats in another thread.
    """
    work = claim.claim(owner, slow=slow, kept=keeper is not None)
    if work is None:
        return False
    claimed()
    try:
        with keeper.holding(work, claim.lease_of(work.kind)) if keeper else nullcontext():
            _run(work)
    except LeaseLost:
        log.warning("lease lost", extra=_names(work))
        with suppress(LeaseLost):  # nearly always: another worker has it
            completion.begin_anew(work)
    return True


def run_due(owner: str = "test") -> int:
    """Do everything that is due now, in this thread; return how many runs it took."""
    runs = 0
    while run_once(owner):
        runs += 1
    return runs


def plant_periodic() -> None:
    """Make sure that periodic work has its row."""
    for kind in registry.periodic():
        Work.objects.get_or_create(
            kind=kind, key="every", defaults=dict.fromkeys(("run_at", "created_at", "asked_at"), Now())
        )


def _run(work: Work) -> None:
    known = registry.handler(work.kind)
    if known is None:
        completion.postpone(work, wait=retry.backoff(work.attempt), error="This version cannot do it.")
        return
    if work.begun > STARTS:
        _give_to_operator(work, "It broke off each time it was tried.", Work.Trouble.BROKE_OFF)
        return
    try:
        known.function(work)
        if work.state != Work.State.DONE:
            with completion.work_completion(work):
                pass
    except LeaseLost:
        raise
    except TryLater as error:
        _settle_later(work, known, error)
    except Reconnect as error:
        completion.park(work, error=str(error), trouble=Work.Trouble.RECONNECT)
    except Rejected as error:
        completion.fail(work, error=str(error), trouble=Work.Trouble.REJECTED)
    except DATABASE_AWAY as error:  # no bug; the lease ends by itself if the database cannot be told even this
        log.warning("database away during work", extra={**_names(work), "error": type(error).__name__})
        close_old_connections()
        completion.postpone(work, wait=retry.backoff(work.attempt), error="The database did not answer.")
    except Exception:  # the worker's top: a bug in one piece of work must not stop the others
        log.exception("work failed", extra=_names(work))
        _settle_bug(work)


def _settle_later(work: Work, known: registry.Handler, error: TryLater) -> None:
    log.info("work deferred", extra={**_names(work), "error": type(error).__name__})
    if isinstance(error, retry.Follows):
        wait = error.after or retry.MOMENT
        completion.postpone(work, wait=wait, error=str(error), trouble=Work.Trouble.NONE, tried=False)
        return
    trouble = Work.Trouble.LATER
    if isinstance(error, OutcomeUnknown):
        trouble = Work.Trouble.UNKNOWN
    elif isinstance(error, Paused):
        trouble = Work.Trouble.PAUSED
    now, asked_at = Work.objects.values_list(Now(), "asked_at").get(pk=work.pk)
    if known.patience is not None and now >= asked_at + known.patience:
        completion.fail(work, error=str(error), trouble=trouble)
    else:
        until = known.until(work) if known.until else None
        wait = retry.wait_after(work, error, now=now, until=until)
        strict = isinstance(error, (OutcomeUnknown, Paused, Throttled))
        completion.postpone(work, wait=wait, error=str(error), trouble=trouble, strict=strict)


def _settle_bug(work: Work) -> None:
    if work.begun >= STARTS:
        _give_to_operator(work, "An unexpected error; the log has it.", Work.Trouble.BUG)
    else:
        wait = retry.backoff(work.attempt)
        completion.postpone(work, wait=wait, error="An unexpected error; trying again.", trouble=Work.Trouble.BUG)


def _give_to_operator(work: Work, error: str, trouble: Work.Trouble) -> None:
    """Park work that only a new version or a look into the log can help, and say so to the operator."""
    log.error("work parked", extra={**_names(work), "trouble": trouble.value})
    with transaction.atomic():
        completion.park(work, error=error, trouble=trouble)
        if work.kind != ALARM:  # an alarm about alarms would be raised for ever
            sentence = f"Work of the kind {work.kind} ({work.key}) was begun {STARTS} times without coming to an end."
            enqueue(ALARM, key=f"work:{work.kind}", payload={"sentence": sentence})


def _log_top(where: str, error: Exception) -> None:
    if isinstance(error, DATABASE_AWAY):  # its words name addresses; and its trace is the same each second
        log.warning("%s: database away", where, extra={"error": type(error).__name__})
    else:
        log.exception(where)


def _names(work: Work) -> dict[str, str]:
    return {"kind": work.kind, "key": work.key}


class Worker:
    """Threads of this process that do work until `stop`."""

    def __init__(self, threads: int = 4) -> None:
        self.owner = secrets.token_hex(8)  # no name of a host or process: those repeat across containers
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(f"{self.owner}-{n}", n > 0 or threads == 1), daemon=True)
            for n in range(threads)
        ]
        self._keeper = Keeper()
        self._idle = threading.Event()  # nothing is held any more
        self._keeping = threading.Thread(target=self._keep, daemon=True)
        if threads and connection.vendor == "postgresql":
            self._threads.append(threading.Thread(target=self._listen, daemon=True))

    def start(self) -> None:
        """Start the threads."""
        plant_periodic()
        for thread in (*self._threads, self._keeping):
            thread.start()

    def stop(self, *, drain: float) -> None:
        """Let running work finish for `drain` seconds, then drop what is left for others."""
        self._stop.set()
        self._wake.set()
        deadline = time.monotonic() + drain
        running = [thread for thread in self._threads if thread.ident is not None]
        for thread in running:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in running):
            try:
                claim.release(self.owner)
            except DATABASE_AWAY as error:  # the leases end by themselves
                _log_top("release", error)
        self._idle.set()

    def _loop(self, name: str, slow: bool) -> None:
        while not self._stop.is_set():
            try:
                if run_once(name, slow=slow, claimed=self._wake.set, keeper=self._keeper):
                    continue
                # The threads look in turn, so that all of them together ask the database once per POLL.
                self._wake.wait(POLL * len(self._threads))
                self._wake.clear()
            except Exception as error:  # the thread's top: the database may be away for a while
                _log_top("worker loop", error)
                close_old_connections()
                self._stop.wait(1.0)
        connection.close()

    def _keep(self) -> None:
        while not self._idle.wait(keeping.BEAT):
            try:
                self._keeper.beat()
            except Exception as error:  # as above; what is not held longer is over soon
                _log_top("keeper", error)
                connection.close()
        connection.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {queue.CHANNEL}")
                raw = connection.connection
                with connection.wrap_database_errors:  # psycopg's own errors are not DATABASE_AWAY
                    while not self._stop.is_set():
                        for _ in raw.notifies(timeout=0.5, stop_after=1):
                            self._wake.set()
            except Exception as error:  # as above; without notifications the poll still finds the work
                _log_top("listener", error)
                connection.close()
                self._stop.wait(1.0)
        connection.close()


def run_until_signal(*, threads: int, drain: float) -> None:
    """Work in this process until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(threads)
    worker.start()
    stop.wait()
    worker.stop(drain=drain)
