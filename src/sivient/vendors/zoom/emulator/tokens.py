"""`POST /oauth/token` and `POST /oauth/revoke`: RFC 6749 with Zoom's answers (contract 2.2 to 2.5)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.errors import OAuthRefusal, invalid_client, invalid_token
from sivient.vendors.zoom.emulator.grants import Grants
from sivient.vendors.zoom.emulator.people import People
from sivient.vendors.zoom.emulator.records import AccessToken, Code, RefreshToken

Form = dict[str, str]
VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


class TokenEndpoint:
    """Exchanges, rotates and revokes. `told` is called with a user id after a revoke."""

    def __init__(self, app: ZoomApp, people: People, grants: Grants, clock: Clock, told: Callable[[str], None]) -> None:
        self._app = app
        self._people = people
        self._grants = grants
        self._clock = clock
        self._told = told

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; refusals are answers too."""
        try:
            response = self._answer(request)
        except OAuthRefusal as refusal:
            response = refusal.response()
        response.headers["Cache-Control"] = "no-store"
        return response

    def about(self, request: httpx.Request) -> tuple[str, str | None]:
        """Return the grant type of a request and whose code or token it carries, if that is known."""
        try:
            form = read_form(request)
        except OAuthRefusal:
            return "", None
        known = (
            self._grants.code(form.get("code", "")),
            self._grants.refresh_token(form.get("refresh_token", "")),
            self._grants.access_token(form.get("token", "")) or self._grants.refresh_token(form.get("token", "")),
        )
        return form.get("grant_type", ""), next((one.user_id for one in known if one is not None), None)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST":
            raise OAuthRefusal(405, "invalid_request", "Only POST is supported")
        self._check_client(request)
        form = read_form(request)
        if request.url.path == "/oauth/revoke":
            return self._revoke(form)
        match form.get("grant_type", ""):
            case "authorization_code":
                return self._exchange(form)
            case "refresh_token":
                return self._refresh(form)
            case "":
                raise OAuthRefusal(400, "invalid_request", "Missing grant type (4705)")
            case _:
                raise OAuthRefusal(400, "unsupported_grant_type", "Unsupported grant type (4705)")

    def _exchange(self, form: Form) -> httpx.Response:
        code = self._grants.take_code(_needed(form, "code"))
        if code is None:
            raise OAuthRefusal(400, "invalid_grant", "Invalid authorization code (4734)")
        if self._clock.seconds() >= code.expires_at:
            raise OAuthRefusal(400, "invalid_grant", "Invalid authorization code: expired (4733)")
        if _needed(form, "redirect_uri") != code.redirect_uri:
            raise OAuthRefusal(400, "invalid_request", "Redirect URI mismatch (4709)")
        _check_verifier(code, form.get("code_verifier", ""))
        return self._tokens(*self._grants.begin(code.user_id, code.scope))

    def _refresh(self, form: Form) -> httpx.Response:
        token = self._grants.refresh_token(_needed(form, "refresh_token"))
        if token is None:
            raise invalid_token()
        return self._tokens(*self._grants.rotate(token))

    def _revoke(self, form: Form) -> httpx.Response:
        """End both tokens. An unknown token is no error (RFC 7009): it is as dead as was asked."""
        value = _needed(form, "token")
        token = self._grants.access_token(value) or self._grants.refresh_token(value)
        if token is not None:
            self._grants.kill(token.user_id)
            self._told(token.user_id)
        return httpx.Response(200, json={"status": "success"})

    def _tokens(self, access: AccessToken, refresh: RefreshToken) -> httpx.Response:
        body = {
            "access_token": access.value,
            "token_type": "bearer",
            "refresh_token": refresh.value,
            "expires_in": 3599,
            "scope": access.scope,
            "api_url": self._people.get(access.user_id).account.api_url,
        }
        return httpx.Response(200, json=body)

    def _check_client(self, request: httpx.Request) -> None:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise invalid_client() from None
        expected = f"{self._app.client_id}:{self._app.client_secret}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
            raise invalid_client()


def read_form(request: httpx.Request) -> Form:
    """Return the fields of a form body; parameters of the query string do not count (contract 2.2)."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthRefusal(400, "invalid_request", "The body must be a form")
    pairs = parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True)
    if len({name for name, _ in pairs}) != len(pairs):
        raise OAuthRefusal(400, "invalid_request", "A parameter is given twice")
    return dict(pairs)


def s256(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _check_verifier(code: Code, verifier: str) -> None:
    """A code bound to a challenge needs its verifier; one that is not refuses any (RFC 9700, 2.1.1)."""
    if not code.challenge and not verifier:
        return
    if not code.challenge or not VERIFIER.fullmatch(verifier):
        raise OAuthRefusal(400, "invalid_grant", "Invalid code verifier")
    given = s256(verifier) if code.method == "S256" else verifier
    if not hmac.compare_digest(given.encode(), code.challenge.encode()):
        raise OAuthRefusal(400, "invalid_grant", "Invalid code verifier")


def _needed(form: Form, name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthRefusal(400, "invalid_request", f"Missing {name} (4706)")
    return value
