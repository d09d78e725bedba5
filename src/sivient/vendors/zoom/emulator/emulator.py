"""The emulated Zoom: one method answers every request, over HTTP or mounted with `httpx.MockTransport`."""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from sivient.vendors.zoom.emulator import control, control_faults
from sivient.vendors.zoom.emulator.api import Api
from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.clock import Clock, wall_clock
from sivient.vendors.zoom.emulator.faults import Call, Faults, Outcome
from sivient.vendors.zoom.emulator.grants import Grants
from sivient.vendors.zoom.emulator.ledger import Ledger
from sivient.vendors.zoom.emulator.limits import Limits
from sivient.vendors.zoom.emulator.meetings import MeetingBook
from sivient.vendors.zoom.emulator.mint import Mint
from sivient.vendors.zoom.emulator.pages import site
from sivient.vendors.zoom.emulator.people import SEEDED, People, ZoomUser
from sivient.vendors.zoom.emulator.store import Store
from sivient.vendors.zoom.emulator.tokens import TokenEndpoint
from sivient.vendors.zoom.emulator.webhooks import Webhooks
from sivient.vendors.zoom.emulator.world import World

OAUTH_API = ("/oauth/token", "/oauth/revoke")


class ZoomEmulator:
    """Zoom as its contract describes it, for one registered app. Thread-safe.

    `users` are who exists at Zoom. `state_file` keeps everything over a restart. `join_base` is where join
    links point: None varies Zoom's own hosts, a served emulator gives its own address so that people can open
    the links (then `join_url` is http, the one way in which answers differ from the contract). `retry_scale`
    multiplies the waits between webhook tries. `sleep` is how late answers wait; closing ends every wait.
    """

    def __init__(
        self,
        app: ZoomApp,
        *,
        base_url: str = "http://127.0.0.1:8001",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = wall_clock,
        seed: int = 1,
        users: tuple[ZoomUser, ...] = SEEDED,
        join_base: str | None = None,
        retry_scale: float = 1.0,
        webhook_transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self.people = People(users)
        self._store = store = Store(state_file)
        self._clock = Clock(clock, store)
        mint = Mint(seed, store)
        grants = Grants(app, store, self._clock, mint)
        meetings = MeetingBook(store, self._clock, mint, join_base.rstrip("/") if join_base else None)
        faults = Faults(store, self._clock, seed)
        webhooks = Webhooks(
            app, store, self._clock, self._lock, retry_scale=retry_scale, transport=webhook_transport, bend=faults.bend
        )
        self._ledger = Ledger(self._clock, meetings)
        self._world = World(
            app, base_url, self.people, store, self._clock, grants, meetings, webhooks, faults, self._ledger
        )
        self._api = Api(self.people, grants, Limits(store, self._clock), meetings)
        self._tokens = TokenEndpoint(app, self.people, grants, self._clock, self._world.revoked)
        self.calls: list[tuple[str, str]] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request: API, page or control."""
        request.read()
        path = request.url.path
        if path in OAUTH_API or path.startswith("/v2/"):
            return self._answer_api(request)
        if path == "/__ctl/validate-url" and request.method == "POST":
            return httpx.Response(200, json=self.validate_url())
        with self._lock:
            try:
                if path.startswith("/__ctl/"):
                    return control.answer(self._world, request)
                return site.answer(self._world, request)
            finally:
                self._store.flush()

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """Every meeting as Zoom keeps it, oldest first, with `joins`."""
        with self._lock:
            return [meeting.body | {"joins": meeting.joins} for meeting in self._store.meetings]

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """Every webhook: event, state, attempts, and the signed headers and body."""
        with self._lock:
            return [asdict(delivery) for delivery in self._store.deliveries]

    @property
    def fail_next(self) -> defaultdict[str, list[int]]:
        """Status codes to answer first, by route: `fail_next["POST /oauth/token"] += [503]`; "*" is any."""
        return self._world.faults.fail_next

    @property
    def faults(self) -> Faults:
        """The rules of misbehaviour."""
        return self._world.faults

    @property
    def injections(self) -> list[dict[str, Any]]:
        """Every fault that struck, oldest first, and what really happened."""
        with self._lock:
            return [asdict(injection) for injection in self._store.injections]

    def inject(self, fault: int | str, **wish: Any) -> str:
        """Add a rule and return its id; `wish` is as in `POST /__ctl/faults`: settings, times, share, nth, user..."""
        with self._lock:
            rule: dict[str, Any] = control_faults.inject(self._world, {"fault": fault} | wish)
            self._store.flush()
        return str(rule["id"])

    def switch(self, **changes: Any) -> None:
        """Turn switches: answers_503, delay_seconds, limits, published, scopes and the others."""
        with self._lock:
            control.switch(self._world, changes)
            self._store.flush()

    def advance(self, seconds: float) -> None:
        """Move the clock forward: tokens, codes and meetings grow older."""
        with self._lock:
            self._clock.advance(seconds)
            self._world.webhooks.tick()
            self._store.flush()

    def remove_app(self, zoom_user_id: str) -> None:
        """Remove the app for a user, as Remove under Installed apps does."""
        with self._lock:
            self._world.remove_app(zoom_user_id)
            self._store.flush()

    def validate_url(self) -> dict[str, Any]:
        """Send `endpoint.url_validation` and return the delivery; `state` is delivered if it proved itself."""
        return asdict(self._world.webhooks.validate())

    def webhooks_done(self, within: float = 5.0) -> bool:
        """Wait until every webhook has its outcome; return whether that came within the seconds."""
        return self._world.webhooks.all_done(within)

    def close(self) -> None:
        """Stop the sender, let go of late answers, and close the file."""
        self._closed.set()
        self._world.webhooks.close()
        with self._lock:
            self._store.close()

    def _answer_api(self, request: httpx.Request) -> httpx.Response:
        # Waiting is outside the lock: a slow Zoom is slow for everybody at once, not one after the other.
        if self._store.switches.delay_seconds:
            self._sleep(self._store.switches.delay_seconds)
        outcome = Outcome()
        with self._lock:
            self.calls.append((request.method, request.url.path))
            self._world.webhooks.tick()
            call, named, told = self._call(request), self._ledger.about(request), None
            try:
                response = self.faults.answer(self._world, call, self._route, outcome)
                told = response.status_code
            finally:
                self._ledger.write(call, outcome, told, named)
                self._store.flush()
        if outcome.wait:
            self._sleep(outcome.wait)
        response.headers["x-zm-trackingid"] = call.tracking_id
        return response

    def _call(self, request: httpx.Request) -> Call:
        tracking_id = f"v=2.0;clid=us05;rid=WEB_{secrets.token_hex(16)}"
        if request.url.path in OAUTH_API:
            grant_type, user_id = self._tokens.about(request)
            route = f"{request.method} {request.url.path} {grant_type}".rstrip()
            return Call(route, user_id, request, tracking_id=tracking_id)
        token = self._api.token(request)
        user_id = token.user_id if token else None
        return Call(self._api.route_name(request), user_id, request, self._api.scope(request), tracking_id)

    def _route(self, request: httpx.Request) -> httpx.Response:
        if request.url.path in OAUTH_API:
            return self._tokens.answer(request)
        return self._api.answer(request)
