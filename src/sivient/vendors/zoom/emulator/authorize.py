"""`/oauth/authorize`: checks the app's request and makes the redirect back (contract 2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.grants import Grants
from sivient.vendors.zoom.emulator.people import ZoomUser

S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class NotOurs(Exception):
    """Unknown client or redirect address: shown to the person, never redirected (RFC 6749, 4.1.2.1)."""


class Returned(Exception):
    """The request is wrong in another way; `location` tells the app so."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """A checked request. An absent `state` stays absent in the answer."""

    redirect_uri: str
    state: str | None
    challenge: str
    method: str

    def allowed(self, grants: Grants, user: ZoomUser) -> str:
        """The person pressed Allow: return where to go, with a code."""
        code = grants.allow(user, redirect_uri=self.redirect_uri, challenge=self.challenge, method=self.method)
        return self._back({"code": code.value})

    def denied(self) -> str:
        """The person pressed Decline: return where to go."""
        return self._back({"error": "access_denied", "error_description": "The user declined."})

    def _back(self, answer: dict[str, str]) -> str:
        return _with_query(self.redirect_uri, answer, self.state)


def read_request(query: Mapping[str, str], app: ZoomApp) -> AuthorizeRequest:
    """Check the query of an authorize request; `scope` is ignored, as Zoom does."""
    if query.get("client_id") != app.client_id:
        raise NotOurs("Invalid client_id (4702).")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise NotOurs("Invalid redirect: the address is not on the app's allow list (4709).")
    state = query.get("state")
    challenge = query.get("code_challenge", "")
    method = query.get("code_challenge_method", "plain" if challenge else "")
    problem = _problem(query.get("response_type", ""), challenge, method)
    if problem:
        raise Returned(_with_query(redirect_uri, problem, state))
    return AuthorizeRequest(redirect_uri, state, challenge, method)


def _problem(response_type: str, challenge: str, method: str) -> dict[str, str]:
    if response_type != "code":
        return {"error": "unsupported_response_type", "error_description": "Use response_type=code."}
    if method not in ("", "S256", "plain") or (method and not challenge):
        return {"error": "invalid_request", "error_description": "Invalid code_challenge_method."}
    if method == "S256" and not S256_CHALLENGE.fullmatch(challenge):
        return {"error": "invalid_request", "error_description": "Invalid code_challenge."}
    return {}


def _with_query(address: str, answer: dict[str, str], state: str | None) -> str:
    parts = urlsplit(address)
    query = urlencode(answer if state is None else answer | {"state": state})
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))
