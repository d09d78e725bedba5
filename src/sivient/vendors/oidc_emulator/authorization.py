"""The request that brings a browser to the provider (OpenID Core 3.1.2.1), and its way back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from sivient.vendors.oidc_emulator.clients import Client
from sivient.vendors.oidc_emulator.errors import NoWayBack, OAuthError

CHALLENGE_LENGTH = 43  # base64url of a SHA-256, without padding (RFC 7636 4.2)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked request for a code."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str | None
    params: Mapping[str, str]  # everything, also what only one vendor understands

    @classmethod
    def read(cls, params: httpx.QueryParams, known_scopes: Collection[str]) -> Self:
        """Check a request whose way back is known already. Raise OAuthError."""
        given = dict(params)
        if len(params.multi_items()) != len(given):
            raise OAuthError("invalid_request", "A parameter is given more than once.")
        if given.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "Only response_type=code is emulated.")
        if given.get("response_mode", "query") != "query":
            raise OAuthError("invalid_request", "Only response_mode=query is emulated.")
        if given.get("prompt") == "none":
            raise OAuthError("login_required", "Nobody is signed in, and the request forbids asking.")
        return cls(
            redirect_uri=given["redirect_uri"],
            scopes=_scopes(given.get("scope", ""), known_scopes),
            state=given.get("state"),
            nonce=given.get("nonce"),
            challenge=_challenge(given),
            params=given,
        )

    def without(self, refused: Collection[str]) -> Self:
        """Return the request as the person allowed it."""
        return replace(self, scopes=tuple(scope for scope in self.scopes if scope not in refused))


def check_way_back(params: httpx.QueryParams, client: Client) -> str:
    """Return the redirect address. Raise NoWayBack unless client and address are exactly the registered ones."""
    if params.get("client_id") != client.id:
        raise NoWayBack("invalid_client", "No application with this client_id is known.", status=401)
    redirect_uri: str = params.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise NoWayBack("redirect_uri_mismatch", f"The redirect address is not registered: {redirect_uri}")
    return redirect_uri


def way_back(redirect_uri: str, **answer: str | None) -> str:
    """Return the redirect address with the answer added to its query."""
    parts = urlsplit(redirect_uri)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += [(name, value) for name, value in answer.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _scopes(text: str, known: Collection[str]) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(text.split()))
    unknown = [scope for scope in scopes if scope not in known]
    if unknown or not scopes:
        raise OAuthError("invalid_scope", f"Unknown or missing scope: {' '.join(unknown) or '(none)'}")
    return scopes


def _challenge(params: Mapping[str, str]) -> str | None:
    challenge = params.get("code_challenge")
    if challenge is None:
        if "code_challenge_method" in params:
            raise OAuthError("invalid_request", "code_challenge_method without code_challenge.")
        return None
    if params.get("code_challenge_method") != "S256":  # left out means `plain` (RFC 7636 4.3)
        raise OAuthError("invalid_request", "code_challenge_method must be S256.")
    if len(challenge) != CHALLENGE_LENGTH:
        raise OAuthError("invalid_request", "code_challenge is not a SHA-256 in base64url.")
    return challenge
