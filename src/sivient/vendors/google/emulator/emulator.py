"""The emulated Google: one method answers every request, over HTTP or mounted with `httpx.MockTransport`."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack

import httpx

from sivient.vendors.calendar_emulator import Account, Calendar, CalendarEmulator, Call, Naming, Wishes
from sivient.vendors.google.emulator import faults
from sivient.vendors.google.emulator.api import BASE, GoogleCalendarApi
from sivient.vendors.google.emulator.people import PEOPLE
from sivient.vendors.google.emulator.vendor import Google
from sivient.vendors.oidc_emulator import OidcEmulator
from sivient.vendors.oidc_emulator.grants import Token
from sivient.vendors.oidc_emulator.requests import form_of

TOKEN_ENDPOINTS = ("/token", "/revoke", "/v1/userinfo")
ALPHABET = "0123456789abcdefghijklmnopqrstuv"


class GoogleEmulator(OidcEmulator):
    """Google at one address: issuer, sign-in pages, tokens, userinfo, keys, revocation, and `/calendar/v3/`.

    `handle(request) -> response`, thread-safe. Tests choose a person with `?auto=<key>` or `?auto=deny`, and what is
    not allowed with `&untick=<scope>`. `calendars` are the calendars themselves: `calendars.world` changes events as a
    person would, `calendars.outbox` are the mails, `calendars.inject("lost-answer", ...)` lets it misbehave.
    With a `state_file` the calendars are kept beside it. `wishes`, as `deliver`, are those of `CalendarEmulator`.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8002",
        *,
        client_id: str,
        client_secret: str,
        redirect_uris: Sequence[str],
        app_name: str = "Sivient",
        state_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **wishes: Unpack[Wishes],
    ) -> None:
        google = Google(base_url)
        accounts = [Account(person.key, person.name, person.email) for person in PEOPLE.values()]
        self.calendars = CalendarEmulator(
            google.look,
            accounts,
            [Calendar(each.address, each.key, each.name, each.zone, primary=True) for each in accounts],
            faults=faults.FAULTS,
            naming=Naming(new_event_id, lambda event_id: f"{event_id}@google.com"),
            state_file=state_file.with_name(f"{state_file.name}.calendars") if state_file else None,
            clock=clock,
            **wishes,
        )
        super().__init__(
            google,
            client_id=client_id,
            client_secret=client_secret,
            redirect_uris=redirect_uris,
            app_name=app_name,
            state_file=state_file,
            clock=self.calendars.clock.now,
        )
        self._api = GoogleCalendarApi(self.calendars, self._bearer, lambda: self.base_url)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. httpx.ReadError: the connection is to be cut."""
        path = request.url.path
        if path.startswith(BASE):
            return self._api.answer(request)
        if path in TOKEN_ENDPOINTS:
            return self._token_call(request)
        answer = self.calendars.answer(request)
        if answer is not None:
            return answer
        if (request.method, path) == ("POST", "/__ctl/reset"):
            self.calendars.reset()
        return super().handle(request)

    def close(self) -> None:
        """Stop what runs in the background, and close the calendars' file."""
        self.calendars.close()

    def _token_call(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        kind = {"refresh_token": "refresh", "authorization_code": "exchange"}.get(form.get("grant_type", ""), "")
        call = Call(request, f"oauth.{kind or request.url.path.rpartition('/')[2]}", self._whose(form))

        def work() -> httpx.Response:
            refusal = faults.at_token_endpoint(self.calendars, call, form)
            response = refusal or super(GoogleEmulator, self).handle(request)
            if kind == "exchange" and response.is_success and faults.strikes(self.calendars, "no-refresh-token", call):
                body = {name: value for name, value in response.json().items() if name != "refresh_token"}
                return httpx.Response(200, json=body, headers={"Cache-Control": "no-store"})
            return response

        return self.calendars.call(call, work)

    def _whose(self, form: dict[str, str]) -> str:
        with self._lock:
            known = self.provider.grants.refresh_tokens.get(form.get("refresh_token", ""))
            code = self.provider.grants.codes.get(form.get("code", ""))
        return known.person if known else code.person if code else ""

    def _bearer(self, request: httpx.Request) -> Token | None:
        with self._lock:
            return self.provider.bearer(request)


def new_event_id() -> str:
    """Return an event's id as Google gives them: 26 characters of its alphabet."""
    return "".join(secrets.choice(ALPHABET) for _ in range(26))
