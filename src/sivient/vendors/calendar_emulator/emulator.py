"""The parts of one emulated calendar service in one place. A vendor's dialect is built on it."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

import httpx

from sivient.vendors.calendar_emulator import control, site
from sivient.vendors.calendar_emulator.calls import Call, Calls, Proceed
from sivient.vendors.calendar_emulator.clock import Clock
from sivient.vendors.calendar_emulator.faults import Fault, Faults, Rule
from sivient.vendors.calendar_emulator.outbox import Deliver, Outbox, drop
from sivient.vendors.calendar_emulator.push import Channels, Pusher
from sivient.vendors.calendar_emulator.records import Account, Calendar
from sivient.vendors.calendar_emulator.store import Store
from sivient.vendors.calendar_emulator.world import CalendarWorld, Naming
from sivient.vendors.oidc_emulator import Look


def machine_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


class Wishes(TypedDict, total=False):
    """What whoever starts an emulator may say of its calendars, whatever the dialect; see `CalendarEmulator`."""

    deliver: Deliver
    links: Iterable[tuple[str, str]]
    push_transport: httpx.BaseTransport | None
    push_retry_scale: float
    sleep: Callable[[float], object] | None


class CalendarEmulator:
    """Calendars, their outbox, channels, faults and ledger, with the page for people. Thread-safe by `lock`.

    `calendars` are what accounts have from the start. `faults` are the dialect's own. With a `state_file` everything
    but the ledger survives a restart. `deliver` takes the mails of the outbox. `links` stand on the page, by words.
    """

    def __init__(
        self,
        look: Look,
        accounts: Iterable[Account],
        calendars: Iterable[Calendar],
        *,
        faults: Iterable[Fault] = (),
        naming: Naming | None = None,
        state_file: Path | None = None,
        clock: Callable[[], datetime] = machine_clock,
        deliver: Deliver = drop,
        links: Iterable[tuple[str, str]] = (),
        push_transport: httpx.BaseTransport | None = None,
        push_retry_scale: float = 1.0,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.look = look
        self.links = tuple(links)
        self.lock = threading.RLock()
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._store = store = Store(state_file)
        self.clock = Clock(clock, store)
        self.outbox = Outbox(self.clock, store, deliver, f"{look.name} Calendar")
        self.world = CalendarWorld(accounts, self.clock, self.outbox, store, naming or Naming())
        self.faults = Faults(store, faults)
        self.channels = Channels(self.clock, store, self.faults)
        self.pusher = Pusher(self.faults, push_transport, push_retry_scale)
        self.calls = Calls(self.faults, self.clock)
        for calendar in calendars:
            self.world.add_calendar(calendar)
        store.flush()

    def call(self, call: Call, work: Proceed) -> httpx.Response:
        """Answer one API call through the faults; `work` is the dialect's, done under the lock.

        A late answer waits outside the lock. httpx.ReadError: the connection is to be cut.
        """
        with self.lock:
            try:
                response = self.calls.answer(call, work)
            finally:
                self._store.flush()
        if call.wait:
            self._sleep(call.wait)
        return response

    def answer(self, request: httpx.Request) -> httpx.Response | None:
        """Answer what people and tests ask (`/calendar`, `/__ctl/...`); None: it is nothing of this."""
        request.read()
        with self.lock:
            try:
                return control.answer(self, request) or site.answer(self, request)
            finally:
                self._store.flush()

    def inject(self, fault: str, *, settings: dict[str, Any] | None = None, **when: Any) -> Rule:
        """Let a fault strike; `when`: times (None: always), method, path, account, share, skip."""
        with self.lock:
            rule = self.faults.inject(fault, settings=settings, **when)
            self._store.flush()
        return rule

    def flush(self) -> None:
        """Write what was changed outside a request."""
        with self.lock:
            self._store.flush()

    def reset(self) -> None:
        """Forget events, channels, mails, faults and the ledger, and show the right time."""
        with self.lock:
            self.faults.mend()
            self.world.forget()
            self.channels.forget()
            self.outbox.forget()
            self.clock.mend()
            self.calls.entries.clear()
            self.pusher.sent.clear()
            self._store.put_nothing("invitation")
            self._store.flush()

    def close(self) -> None:
        """Stop the sender, let go of late answers, close the file."""
        self._closed.set()
        self.pusher.close()
        with self.lock:
            self._store.close()
