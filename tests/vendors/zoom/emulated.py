"""What every test of the emulated Zoom starts from: an app, a clock, a browser, the contract."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from jsonschema import Draft202012Validator

from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator

DATA = Path(__file__).parent / "data"
VECTORS: dict[str, Any] = json.loads((DATA / "vectors.json").read_text("utf-8"))
CALLBACK = "http://127.0.0.1:8000/settings/integrations/zoom/callback"
MARA, JONAS, RITA, OTTO, PRIYA = "mara", "jonas", "rita", "otto", "priya"
VERIFIER = VECTORS["pkce_s256"]["code_verifier"]
CHALLENGE = VECTORS["pkce_s256"]["code_challenge"]
TOMORROW = "2026-11-25T13:00:00Z"

_SCHEMA = json.loads((DATA / "zoom-contract.schema.json").read_text("utf-8"))


def assert_contract(kind: str, body: object) -> None:
    """Fail unless `body` is what the contract calls `kind`."""
    Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": _SCHEMA["$defs"]}).validate(body)


@dataclass
class Hands:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def move(self, **length: float) -> None:
        """Move on by a `timedelta`."""
        self.now += timedelta(**length)


def an_app(**changes: Any) -> ZoomApp:
    """Return the app of the tests; nothing listens at its webhook address unless a test says so."""
    registered: dict[str, Any] = {
        "client_id": VECTORS["basic_auth"]["client_id"],
        "client_secret": VECTORS["basic_auth"]["client_secret"],
        "webhook_secret": VECTORS["secret_token"],
        "redirect_uris": (CALLBACK,),
    }
    return ZoomApp(**registered | changes)


def a_client(zoom: ZoomEmulator) -> httpx.Client:
    """Return a browser (with cookies) or an app, whoever speaks through it."""
    return httpx.Client(transport=httpx.MockTransport(zoom.handle), base_url="https://zoom.us")


def authorize_url(**changes: str | None) -> str:
    """Return the address an app sends a browser to; None leaves a parameter out."""
    query: dict[str, str | None] = {
        "response_type": "code",
        "client_id": VECTORS["basic_auth"]["client_id"],
        "redirect_uri": CALLBACK,
        "state": "s-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    given = {name: value for name, value in (query | changes).items() if value is not None}
    return f"/oauth/authorize?{urlencode(given)}"


def returned(response: httpx.Response) -> dict[str, str]:
    """Return the query of the redirect back to the app."""
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


@dataclass
class TheApp:
    """The app's own side: asks for codes and tokens, calls the API."""

    zoom: ZoomEmulator
    tokens: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open a connection."""
        self.http = a_client(self.zoom)

    def code(self, user: str = MARA, **changes: str | None) -> str:
        """Return a fresh code of a user who presses Allow."""
        return returned(self.http.get(authorize_url(auto="allow", user=user, **changes)))["code"]

    def post_token(self, **form: str) -> httpx.Response:
        """Ask the token endpoint."""
        return self.http.post("/oauth/token", data=form, headers=basic())

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        """Exchange a code."""
        form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.post_token(grant_type="authorization_code", **form | changes)

    def connect(self, user: str = MARA) -> TheApp:
        """Go all the way and keep the tokens."""
        response = self.exchange(self.code(user))
        assert response.status_code == 200, response.text
        self.tokens = response.json()
        return self

    def refresh(self, token: str | None = None) -> httpx.Response:
        """Refresh with the kept token or another."""
        return self.post_token(grant_type="refresh_token", refresh_token=token or self.tokens["refresh_token"])

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Call the API with the kept token."""
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self.http.request(method, f"https://api.zoom.us{path}", json=json, headers=bearer | headers)

    def create(self, **changes: Any) -> httpx.Response:
        """Create a meeting as the contract says that a client does."""
        body = {
            "topic": "Intro",
            "type": 2,
            "start_time": TOMORROW,
            "duration": 30,
            "timezone": "Europe/Berlin",
            "agenda": "Booking ref ABC123",
            "settings": {"use_pmi": False},
        }
        kept = {name: value for name, value in (body | changes).items() if value is not ...}
        return self.call("POST", "/v2/users/me/meetings", kept)


def basic() -> dict[str, str]:
    """Return the app's credentials as the vectors have them."""
    return {"Authorization": VECTORS["basic_auth"]["header"]}


Answer = Callable[[bytes, dict[str, str]], tuple[int, bytes]]


@contextmanager
def a_receiver(answer: Answer) -> Iterator[str]:
    """Run a real HTTP server that answers webhooks; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, reply = answer(body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/webhooks/zoom"
    finally:
        server.shutdown()
        server.server_close()
