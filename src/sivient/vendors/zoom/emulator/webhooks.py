"""Sends signed webhooks: `app_deauthorized` and the URL validation (contract chapter 7)."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

import httpx

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.events import Draft, zoom_milliseconds
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import Delivery
from sivient.vendors.zoom.emulator.store import Store
from sivient.vendors.zoom.emulator.subscription import VALIDATION, Subscription

ANSWER_WITHIN = 3.0
RETRY_SECONDS = (5 * 60, 20 * 60, 60 * 60)
"""Waits before the second, third and fourth try: 85 minutes in all, then the event is lost."""


AFTERWARDS = 0.05
"""Seconds by which one event is sure to go after another."""


def encrypted_token(secret: str, plain_token: str) -> str:
    """Return what a receiver must answer to a URL validation."""
    return hmac.new(secret.encode(), plain_token.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Return those whom HTTPS trusts, read once for all emulators of the process: it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class Webhooks:
    """Records every event, and sends it from one background thread.

    The event is signed once: a retry carries the same bytes and the same timestamp, the harder of
    the two readings that the contract leaves open. `lock` guards the store and is never held
    while sending, so the receiver may call the API from inside its handler.
    """

    def __init__(
        self,
        app: ZoomApp,
        store: Store,
        clock: Clock,
        lock: threading.RLock,
        *,
        retry_scale: float,
        transport: httpx.BaseTransport | None,
        bend: Callable[[Draft], None],
    ) -> None:
        self._app = app
        self._store = store
        self._clock = clock
        self._lock = lock
        self._retry_scale = retry_scale
        self._bend = bend
        self.subscription = Subscription(store, clock)
        self._client = httpx.Client(timeout=ANSWER_WITHIN, transport=transport, verify=_authorities(), trust_env=False)
        self._wake = threading.Condition()
        self._queue: list[tuple[float, str]] = []  # (monotonic seconds, delivery id)
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._resume()

    def deauthorized(self, user: ZoomUser) -> Delivery:
        """Tell the app that a user removed it; return the first delivery, as faults may make several."""
        now = self._clock.wall()
        payload = {
            "account_id": user.account.id,
            "user_id": user.id,
            "signature": secrets.token_hex(32),  # identifies the event; not for verification
            "deauthorization_time": zoom_milliseconds(now),
            "client_id": self._app.client_id,
            "user_data_retention": "false",
        }
        draft = Draft(secrets.token_hex(8), "app_deauthorized", user.id, payload, now, now)
        deliveries = self._signed(draft)
        earlier = [delivery for delivery in self._store.deliveries if delivery.state == "held"]
        for delivery in deliveries:
            if not self._app.webhook_url or not self._store.progress.webhook_active:
                delivery.state = "not sent"
            elif draft.held:
                delivery.state = "held"
            else:
                self._schedule(0.0, delivery)
        if not draft.held:
            self._release(earlier)
        return deliveries[0]

    def release(self) -> None:
        """Send what was held back."""
        self._release([delivery for delivery in self._store.deliveries if delivery.state == "held"])

    def validate(self) -> Delivery:
        """Send `endpoint.url_validation` now and wait for the answer. Do not hold the lock."""
        with self._lock:
            delivery = self._validation()
            self._store.flush()
        self._attempt(delivery)
        return delivery

    def tick(self) -> None:
        """Send the repeated validation in the background when its 72 hours are over."""
        if self._app.webhook_url and self.subscription.take_due():
            self.validate_soon()

    def validate_soon(self) -> None:
        """Send `endpoint.url_validation` in the background."""
        self._schedule(0.0, self._validation())

    def all_done(self, within: float) -> bool:
        """Wait until nothing is being sent or waits for a retry; return whether that came in time."""
        until = time.monotonic() + within
        while True:
            with self._lock:
                if not any(d.state in ("sending", "waiting") for d in self._store.deliveries):
                    return True
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)

    def close(self) -> None:
        """Stop sending. What waits is resumed by the next emulator on the same file."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._client.close()
        if self._thread is not None:
            self._thread.join(timeout=0.5)

    def _validation(self) -> Delivery:
        now = self._clock.wall()
        payload = {"plainToken": secrets.token_urlsafe(16)}
        return self._signed(Draft(secrets.token_hex(8), VALIDATION, "", payload, now, now))[0]

    def _signed(self, draft: Draft) -> list[Delivery]:
        """Let faults have the draft, then sign and keep what has become of it."""
        self._bend(draft)
        deliveries: list[Delivery] = []
        for payload in (draft.payload, *draft.also):
            body = draft.body(payload)
            headers = draft.headers(
                body,
                client_id=self._app.client_id,
                secret=self._app.webhook_secret,
                tracking_id=secrets.token_hex(16),
            )
            for _ in range(draft.copies):
                delivery = Delivery(
                    id=f"{draft.id}-{len(deliveries)}" if deliveries else draft.id,
                    event=draft.event,
                    user_id=draft.user_id,
                    url=self._app.webhook_url,
                    headers=headers,
                    body=body,
                    state="sending",
                    faults=list(draft.faults),
                    unprovable=draft.unprovable,
                )
                deliveries.append(self._store.deliveries.put(delivery.id, delivery))
        return deliveries

    def _release(self, held: list[Delivery]) -> None:
        for delivery in held:
            delivery.state = "sending"
            self._store.deliveries.put(delivery.id, delivery)
            self._schedule(AFTERWARDS, delivery)

    def _schedule(self, delay: float, delivery: Delivery) -> None:
        with self._wake:
            heapq.heappush(self._queue, (time.monotonic() + delay, delivery.id))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="zoom-webhooks", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _resume(self) -> None:
        for delivery in self._store.deliveries:
            if delivery.state in ("sending", "waiting"):
                self._schedule(max(0.0, (delivery.next_attempt_at or 0.0) - time.time()), delivery)

    def _run(self) -> None:
        while (delivery_id := self._next()) is not None:
            with self._lock:
                delivery = self._store.deliveries.get(delivery_id)
            if delivery is not None:
                self._attempt(delivery)

    def _next(self) -> str | None:
        """Wait for the next delivery that is due and return its id, or None at the end."""
        with self._wake:
            while not self._stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue)[1]
                self._wake.wait(wait)
        return None

    def _attempt(self, delivery: Delivery) -> None:
        began = time.monotonic()
        response: httpx.Response | None = None
        error = ""
        # RuntimeError: the client was closed while this thread was on its way.
        with suppress(RuntimeError):
            try:
                response = self._client.post(
                    self._app.webhook_url, content=delivery.body.encode(), headers=delivery.headers
                )
            except (httpx.HTTPError, httpx.InvalidURL) as trouble:
                error = type(trouble).__name__
        took = time.monotonic() - began
        if took > ANSWER_WITHIN:
            response, error = None, "later than 3 seconds"
        with self._lock:
            if not self._stopped:
                self._record(delivery, response, error, took)
                self._store.flush()

    def _record(self, delivery: Delivery, response: httpx.Response | None, error: str, took: float) -> None:
        status = response.status_code if response is not None else None
        at = self._clock.wall().isoformat(timespec="seconds")
        delivery.attempts.append({"at": at, "status": status, "error": error, "milliseconds": int(took * 1000)})
        delivery.url = self._app.webhook_url  # a restart may have moved it
        delivery.next_attempt_at = None
        if delivery.event == VALIDATION:
            delivery.state = "delivered" if self._is_proven(delivery, response) else "refused"
            self.subscription.checked(delivery.state == "delivered")
        elif status is not None and status < 500:
            delivery.state = "delivered" if status < 300 else "refused"
        else:
            self._retry(delivery)
        self._store.deliveries.put(delivery.id, delivery)

    def _retry(self, delivery: Delivery) -> None:
        tries = len(delivery.attempts)
        if tries > len(RETRY_SECONDS):
            delivery.state = "lost"
            return
        delay = RETRY_SECONDS[tries - 1] * self._retry_scale
        delivery.state = "waiting"
        delivery.next_attempt_at = time.time() + delay
        self._schedule(delay, delivery)

    def _is_proven(self, delivery: Delivery, response: httpx.Response | None) -> bool:
        """Whether the receiver answered 200 with both tokens, so it knows the secret."""
        plain = json.loads(delivery.body)["payload"]["plainToken"]
        expected = {
            "plainToken": plain,
            "encryptedToken": encrypted_token(self._app.webhook_secret, plain),
        }
        if response is None or response.status_code != 200 or delivery.unprovable:
            return False
        try:
            answer = response.json()
        except ValueError:
            return False
        return isinstance(answer, dict) and expected.items() <= answer.items()
