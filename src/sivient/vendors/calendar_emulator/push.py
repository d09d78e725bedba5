"""Push channels, and the thread that sends their notices. A notice may be lost, doubled, late or out of order."""

import heapq
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from sivient.vendors.calendar_emulator.clock import Clock
from sivient.vendors.calendar_emulator.faults import PUSH, Faults
from sivient.vendors.calendar_emulator.records import Channel
from sivient.vendors.calendar_emulator.store import Store

ANSWER_WITHIN = 10.0  # seconds
RETRY_SECONDS = (1.0, 4.0, 15.0)  # waits after an answer of RETRIED
RETRIED = (500, 502, 503, 504)
AFTERWARDS = 0.1  # seconds by which one notice goes after another
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Push:
    """One request to a receiver. `note` says in a word what it is, for tests; `tries` are the answers so far."""

    url: str
    channel: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    note: str = ""
    tries: list[int | str] = field(default_factory=list)  # a status, or the name of what went wrong
    state: str = "sending"  # or delivered, lost, refused, held

    def as_json(self) -> dict[str, Any]:
        """Return what the control API shows."""
        return {
            "url": self.url,
            "channel": self.channel,
            "note": self.note,
            "tries": list(self.tries),
            "state": self.state,
        }


def may_be_pushed_to(address: str) -> bool:
    """Whether a service would push there: https, but for this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


class Channels:
    """Every channel there is or was, by its id."""

    def __init__(self, clock: Clock, store: Store, faults: Faults) -> None:
        self._clock = clock
        self._store = store
        self._faults = faults
        self.all = {key: Channel(**record) for key, record in store.read("channel")}

    def open(self, channel: Channel) -> Channel:
        """Keep a new channel; what it says of its end may not be true (`channel-expires-early`)."""
        rule = self._faults.strike("channel-expires-early", "POST", channel.id, channel.account)
        if rule is not None:
            channel.extra["ends_at"] = self._clock.now().timestamp() + rule.settings["seconds"]
        self.keep(channel)
        return channel

    def find(self, channel_id: str, account: str) -> Channel | None:
        """Return a living channel of an account."""
        channel = self.all.get(channel_id)
        return channel if channel and channel.account == account and self.is_living(channel) else None

    def living(self, calendar: str) -> list[Channel]:
        """Return the channels that watch a calendar now, and one that `push-after-stop` lets go on."""
        watching = [each for each in self.all.values() if each.calendar == calendar]
        return [
            each
            for each in watching
            if self.is_living(each)
            or (each.stopped and self._faults.strike("push-after-stop", PUSH, each.id, each.account))
        ]

    def is_living(self, channel: Channel) -> bool:
        """Whether it is neither stopped nor over."""
        ends_at = channel.extra.get("ends_at", channel.expires_at)
        return not channel.stopped and self._clock.now().timestamp() < ends_at

    def stop(self, channel: Channel) -> None:
        """End a channel."""
        channel.stopped = True
        self.keep(channel)

    def keep(self, channel: Channel) -> None:
        """Write a channel down after a change."""
        self.all[channel.id] = channel
        self._store.put("channel", channel.id, asdict(channel))

    def forget(self) -> None:
        """Forget every channel."""
        for key in self.all:
            self._store.put("channel", key, None)
        self.all.clear()


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Return those whom HTTPS trusts, read once for all emulators of the process: it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class Pusher:
    """Sends notices from one thread of its own, so that the receiver may call the API from inside its handler."""

    def __init__(self, faults: Faults, transport: httpx.BaseTransport | None, retry_scale: float) -> None:
        self.sent: list[Push] = []
        self._faults = faults
        self._scale = retry_scale
        self._client = httpx.Client(timeout=ANSWER_WITHIN, transport=transport, verify=_authorities(), trust_env=False)
        self._wake = threading.Condition()
        self._queue: list[tuple[float, int, Push]] = []
        self._number = 0
        self._busy = False
        self._stopped = False
        self._thread: threading.Thread | None = None

    def send(self, push: Push, spoilt: Callable[[], Push] | None = None, *, account: str = "") -> None:
        """Send a notice through the push faults; `spoilt` is the notice with a wrong secret."""
        if spoilt and self._faults.strike("push-wrong-secret", PUSH, push.channel, account):
            push = spoilt()
        self.sent.append(push)
        waiting = [each for each in self.sent if each.state == "out of order"]
        if self._faults.strike("push-lost", PUSH, push.channel, account):
            push.state = "lost"
        elif rule := self._faults.strike("push-late", PUSH, push.channel, account):
            push.state = "held"
            if rule.settings["seconds"] is not None:
                self._schedule(rule.settings["seconds"], push)
        elif self._faults.strike("push-out-of-order", PUSH, push.channel, account):
            push.state = "out of order"
        else:
            self._schedule(0.0, push)
            if self._faults.strike("push-twice", PUSH, push.channel, account):
                self._schedule(AFTERWARDS, push)
            for each in waiting:
                self._schedule(AFTERWARDS, each)

    def release(self) -> None:
        """Send what was held back."""
        for push in [each for each in self.sent if each.state in ("held", "out of order")]:
            self._schedule(0.0, push)

    def ask(self, url: str, **request: Any) -> httpx.Response | None:
        """Ask a receiver now and return its answer (Graph's handshake); None: it gave none. Hold no lock."""
        try:
            return self._client.request("POST", url, **request)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def all_done(self, within: float = 5.0) -> bool:
        """Wait until nothing is being sent or waits; return whether that came in time."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            with self._wake:
                if not self._queue and not self._busy:
                    return True
            time.sleep(0.01)
        return False

    def close(self) -> None:
        """Stop sending."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._client.close()
        if self._thread is not None:
            self._thread.join(timeout=0.5)

    def _schedule(self, delay: float, push: Push) -> None:
        push.state = "sending"
        with self._wake:
            self._number += 1
            heapq.heappush(self._queue, (time.monotonic() + delay, self._number, push))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="calendar-push", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _run(self) -> None:
        while (push := self._next()) is not None:
            self._attempt(push)
            with self._wake:
                self._busy = False

    def _next(self) -> Push | None:
        with self._wake:
            while not self._stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._busy = True
                    return heapq.heappop(self._queue)[2]
                self._wake.wait(wait)
        return None

    def _attempt(self, push: Push) -> None:
        status = 0
        with suppress(RuntimeError):  # the client was closed while this thread was on its way
            try:
                status = self._client.post(push.url, content=push.body, headers=push.headers).status_code
                push.tries.append(status)
            except (httpx.HTTPError, httpx.InvalidURL) as trouble:
                push.tries.append(type(trouble).__name__)
        if status in (102, 200, 201, 202, 204):
            push.state = "delivered"
        elif status and status not in RETRIED:
            push.state = "refused"
        elif len(push.tries) <= len(RETRY_SECONDS):
            self._schedule(RETRY_SECONDS[len(push.tries) - 1] * self._scale, push)
        else:
            push.state = "lost"
