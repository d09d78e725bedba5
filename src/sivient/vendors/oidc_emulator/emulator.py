"""The door of an emulated provider: one `handle(request) -> response` for browsers, applications and tests."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from sivient.vendors.oidc_emulator import control, front_channel, token_endpoint
from sivient.vendors.oidc_emulator.clients import Client
from sivient.vendors.oidc_emulator.provider import Provider
from sivient.vendors.oidc_emulator.state import StateFile
from sivient.vendors.oidc_emulator.tokens import Claims
from sivient.vendors.oidc_emulator.vendor import Vendor

CACHED = {"Cache-Control": "public, max-age=3600"}


class OidcEmulator:
    """An emulated provider. Thread-safe.

    With a `state_file`, keys, codes and tokens survive a restart. `clock` answers the present instant, aware.
    """

    def __init__(
        self,
        vendor: Vendor[Any],
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str],
        app_name: str = "Sivient",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        client = Client(client_id, client_secret, tuple(redirect_uris), app_name)
        self.provider = Provider(vendor, client, clock)
        self._lock = threading.Lock()
        self._file = StateFile(state_file)
        if kept := self._file.read():
            self.provider.load(kept)
        self._file.write(self.provider.dump())

    @property
    def base_url(self) -> str:
        """The address the emulator believes to be served at."""
        return self.provider.vendor.base_url

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        with self._lock:
            self.provider.grants.forget_expired(now=self.provider.now())
            response = self._route(request)
            self._file.write(self.provider.dump())
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    def _route(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path in control.PAGES or path.startswith("/__ctl/"):
            return control.answer(self.provider, request)
        located = self.provider.vendor.locate(path)
        if located is None:
            return httpx.Response(404, json={"error": "not_found", "error_description": "Not emulated."})
        self.provider.calls[located.endpoint] += 1
        match request.method, located.endpoint:
            case "GET", "discovery":
                return httpx.Response(200, json=self._metadata(located.audience), headers=CACHED)
            case "GET", "jwks":
                return httpx.Response(200, json=self.provider.keys.published(), headers=CACHED)
            case "GET" | "POST", "authorize":
                return front_channel.answer(self.provider, request, located.audience)
            case "POST", "token":
                return token_endpoint.exchange(self.provider, request)
            case "POST", "revoke":
                return token_endpoint.revoke(self.provider, request)
            case "GET" | "POST", "userinfo":
                return token_endpoint.userinfo(self.provider, request)
        return httpx.Response(405, json={"error": "method_not_allowed"})

    def _metadata(self, audience: str) -> Claims:
        return {
            **self.provider.vendor.discovery(audience),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }
