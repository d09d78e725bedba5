"""The emulated Microsoft: one method answers every request, over HTTP or mounted with `httpx.MockTransport`."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack

import httpx

from sivient.vendors.calendar_emulator import CalendarEmulator, Call, Naming, Wishes
from sivient.vendors.microsoft.emulator import subscriptions, tokens
from sivient.vendors.microsoft.emulator.faults import FAULTS
from sivient.vendors.microsoft.emulator.graph import ROOT, Graph
from sivient.vendors.microsoft.emulator.naming import event_id, uid
from sivient.vendors.microsoft.emulator.people import ACCOUNTS, CALENDARS
from sivient.vendors.microsoft.emulator.vendor import Microsoft
from sivient.vendors.oidc_emulator import OidcEmulator
from sivient.vendors.oidc_emulator.grants import Token
from sivient.vendors.oidc_emulator.requests import form_of


class MicrosoftEmulator(OidcEmulator):
    """Microsoft at one address: the authority is `<base_url>/common`, Graph is `<base_url>/v1.0`.

    `handle(request) -> response`, thread-safe. Tests choose a person with `?auto=<key>` or `?auto=deny`.
    `calendars` are the calendars themselves: `calendars.world` changes events as a person would, `calendars.outbox` are
    the mails, `calendars.inject("lost-answer", ...)` lets it misbehave. With a `state_file` the calendars are kept
    beside it. `wishes`, as `deliver`, are those of `CalendarEmulator`.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8003",
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str],
        app_name: str = "Sivient",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **wishes: Unpack[Wishes],
    ) -> None:
        self.calendars = CalendarEmulator(
            Microsoft.look,
            ACCOUNTS,
            CALENDARS,
            faults=FAULTS,
            naming=Naming(event_id, uid),
            state_file=state_file.with_name(f"{state_file.name}.calendars") if state_file else None,
            clock=clock,
            **wishes,
        )
        super().__init__(
            Microsoft(base_url),
            client_id=client_id,
            client_secret=client_secret,
            redirect_uris=redirect_uris,
            app_name=app_name,
            state_file=state_file,
            clock=self.calendars.clock.now,
        )
        self.graph = Graph(self.calendars, lambda: self.base_url, self._bearer)
        self.calendars.world.listeners.append(lambda event: subscriptions.tell(self.calendars, event))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. httpx.ReadError: the connection is to be cut."""
        method, path = request.method, request.url.path
        if path == ROOT or path.startswith(f"{ROOT}/"):
            return self.graph.handle(request)
        if path.endswith("/oauth2/v2.0/token"):
            return self._token_call(request)
        if path.endswith("/oauth2/v2.0/authorize"):
            return tokens.authorize(self.calendars, request, super().handle)
        if (method, path) == ("POST", "/__ctl/lifecycle"):
            return self._lifecycle(request)
        answer = self.calendars.answer(request)
        if answer is not None:
            return answer
        if (method, path) == ("POST", "/__ctl/reset"):
            self.calendars.reset()
            self.graph.rounds.forget()
        return super().handle(request)

    def close(self) -> None:
        """Stop what runs in the background, and close the calendars' file."""
        self.calendars.close()

    def _token_call(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        kind = {"refresh_token": "refresh", "authorization_code": "exchange"}.get(form.get("grant_type", ""), "token")
        call = Call(request, f"oauth.{kind}", self._whose(form))
        door, refusal = super().handle, self.provider.vendor.error_body
        return self.calendars.call(call, lambda: tokens.give(self.calendars, call, door, refusal))

    def _whose(self, form: dict[str, str]) -> str:
        with self._lock:
            known = self.provider.grants.refresh_tokens.get(form.get("refresh_token", ""))
            code = self.provider.grants.codes.get(form.get("code", ""))
        return known.person if known else code.person if code else ""

    def _bearer(self, request: httpx.Request) -> Token | None:
        with self._lock:
            return self.provider.bearer(request)

    def _lifecycle(self, request: httpx.Request) -> httpx.Response:
        """Send a lifecycle notice: {"subscription": ID, "event": "missed"}."""
        try:
            body = json.loads(request.read())
            with self.calendars.lock:
                subscriptions.tell_of_life(self.calendars, body["subscription"], body["event"])
        except (ValueError, KeyError, TypeError) as problem:
            return httpx.Response(400, json={"message": str(problem)})
        return httpx.Response(200, json={"sent": True})
