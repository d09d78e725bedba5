"""An application that signs people in the way Authlib does it, and checks everything an ID token promises."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

from sivient.vendors.oidc_emulator import OidcEmulator, half_hash

CLIENT_ID = "sivient-demo"
CLIENT_SECRET = "a secret / with : signs"
CALLBACK = "http://127.0.0.1:8000/auth/callback"
REGISTERED: dict[str, Any] = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "redirect_uris": [CALLBACK, "http://127.0.0.1:8000/other"],
}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Answer:
    """What came back on the callback, with what the application remembered of its request."""

    params: dict[str, str]
    location: str
    verifier: str
    nonce: str


@dataclass
class Application:
    """Speaks to a provider through `http`, whatever is behind it: a socket or `handle` itself."""

    http: httpx.Client
    discovery_url: str
    auth_method: str = "client_secret_post"
    clock: Clock | None = None
    scope: str = "openid email profile"
    metadata: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.metadata = self.http.get(self.discovery_url).raise_for_status().json()

    @classmethod
    def of(cls, emulator: OidcEmulator, path: str, clock: Clock, **wishes: Any) -> "Application":
        http = httpx.Client(transport=httpx.MockTransport(emulator.handle), base_url=emulator.base_url)
        return cls(http, emulator.base_url + path, clock=clock, **wishes)

    def ask(self, **extra: Any) -> tuple[str, str, str]:
        """Return an authorization address with its verifier and nonce."""
        client = OAuth2Client(
            CLIENT_ID, redirect_uri=CALLBACK, scope=self.scope, code_challenge_method="S256", **extra.pop("client", {})
        )
        verifier, nonce = generate_token(48), generate_token(20)
        url, _ = client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **extra
        )
        return url, verifier, nonce

    def go(self, choice: str, **extra: Any) -> Answer:
        """Send a browser there, choose, and return what it brings back."""
        url, verifier, nonce = self.ask(**extra)
        page = self.http.get(url)
        assert page.status_code == 200, page.headers.get("location", page.text)
        assert re.search(rf'name="person" value="{choice}"', page.text)
        response = self.http.post(url, data={"person": choice})
        assert response.status_code == 302
        location = response.headers["location"]
        assert location.startswith(CALLBACK + "?")
        params = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        return Answer(params, location, verifier, nonce)

    def fetch(self, answer: Answer, **changes: Any) -> httpx.Response:
        """Trade the code for tokens by hand, so that each part can be wrong."""
        form = {
            "grant_type": "authorization_code",
            "code": answer.params["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": answer.verifier,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **changes,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return self.http.post(self.metadata["token_endpoint"], data=form)

    def refresh(self, refresh_token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.http.post(
            self.metadata["token_endpoint"], data={**form, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        )

    def verify(self, token: Mapping[str, Any], *, nonce: str, issuer: str) -> dict[str, Any]:
        """Check the ID token as OpenID Core 3.1.3.7 says, and return its claims. Raise joserfc's errors."""
        keys = KeySet.import_key_set(self.http.get(self.metadata["jwks_uri"]).json())
        decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
        now = self.clock().timestamp() if self.clock else None
        jwt.JWTClaimsRegistry(
            now=int(now) if now else None,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": CLIENT_ID},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
            at_hash={"value": half_hash(token["access_token"])},
        ).validate(decoded.claims)
        return dict(decoded.claims)

    def sign_in(self, choice: str, *, issuer: str, **extra: Any) -> dict[str, Any]:
        """Go the whole way with Authlib's own client, and return the verified claims."""
        answer = self.go(choice, **extra)
        with OAuth2Client(
            CLIENT_ID,
            CLIENT_SECRET,
            redirect_uri=CALLBACK,
            state=answer.params["state"],
            token_endpoint_auth_method=self.auth_method,
            transport=self.http._transport,
        ) as client:
            token = client.fetch_token(
                self.metadata["token_endpoint"],
                authorization_response=answer.location,
                code_verifier=answer.verifier,
            )
        return self.verify(token, nonce=answer.nonce, issuer=issuer)
