"""An emulated Zoom on a real socket whose faults are switched on over its control API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from sivient.demo.httpd import serve
from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
from tests.vendors.zoom.emulated import MARA, Hands, TheApp, an_app


@dataclass
class ServedApp(TheApp):
    """The app's own side, over a socket; redirects are not followed."""

    address: str = ""

    def __post_init__(self) -> None:
        """Open a connection; a lost answer must not be retried on another one."""
        limits = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=self.address, trust_env=False, limits=limits, timeout=10)

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Call the API with the kept token."""
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self.http.request(method, path, json=json, headers=bearer | headers)

    def me(self) -> httpx.Response:
        """Ask who the user is."""
        return self.call("GET", "/v2/users/me")


@dataclass
class Broken:
    """A Zoom to break: its control API, its journal, and how long it has kept answers back."""

    zoom: ZoomEmulator
    address: str
    hands: Hands
    slept: list[float] = field(default_factory=list)

    def app(self, user: str = MARA) -> ServedApp:
        """Return an app that is connected to a user."""
        app = ServedApp(self.zoom, address=self.address)
        app.connect(user)
        return app

    def control(self, method: str, name: str, body: object = None) -> httpx.Response:
        """Ask the control API."""
        return httpx.request(method, f"{self.address}/__ctl/{name}", json=body, trust_env=False)

    def inject(self, fault: int | str, **wish: object) -> dict[str, Any]:
        """Add a rule and return it."""
        answer = self.control("POST", "faults", {"fault": fault, **wish})
        assert answer.status_code == 200, answer.text
        rule: dict[str, Any] = answer.json()
        return rule

    def journal(self) -> list[dict[str, Any]]:
        """Return what the faults have done."""
        injections: list[dict[str, Any]] = self.control("GET", "injections").json()["injections"]
        return injections

    def struck(self) -> tuple[int, str, int | None, int | None]:
        """Return the only injection: number, what happened, what was done, what was told."""
        (only,) = self.journal()
        return only["fault"], only["happened"], only["done"], only["told"]


@contextmanager
def a_broken_zoom(app: ZoomApp | None = None, **options: Any) -> Iterator[Broken]:
    """Serve a Zoom whose clock stands and whose waits do not wait."""
    hands = Hands()
    slept: list[float] = []
    zoom = ZoomEmulator(app or an_app(), clock=hands, sleep=slept.append, **options)
    server = serve(zoom.handle)
    try:
        yield Broken(zoom, server.url, hands, slept)
    finally:
        server.close()
        zoom.close()
