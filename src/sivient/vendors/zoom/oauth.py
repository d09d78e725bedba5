"""Zoom's OAuth dialect: confidential client with PKCE (Zoom contract chapter 2) and who allowed us in (chapter 3)."""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from sivient.core.text import clean_line
from sivient.ports.errors import IntegrationError, Misconfigured, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.ports.http import Answer, Judge, Patience, client, request_json
from sivient.ports.oauth import challenge, read_tokens
from sivient.ports.vendor import App, Tokens, VendorAccount
from sivient.vendors.zoom.api import WHO, Span, call

ID_LIMIT = 200  # characters
# Either name of each permission: which one an app has depends on its age (contract 11, row 12).
NEEDED = ({"meeting:write:meeting", "meeting:write"}, {"user:read:user", "user:read"})


@dataclass(frozen=True, slots=True)
class ZoomOAuth:
    """The authorization code flow at one Zoom app."""

    app: App
    patience: Patience
    oauth: httpx.Client
    api: httpx.Client

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        """Return the consent page's address. No `scope`: the app's registration says it (contract 2.1)."""
        query = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.app.oauth_base}/oauth/authorize?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Tokens:
        """Turn a code into tokens, perhaps without a lasting one. Rejected: the code is expired, used or foreign."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return read_tokens(self._post("/oauth/token", form, _judge_exchange), who=WHO)

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens. Reconnect: the permission is gone."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return read_tokens(self._post("/oauth/token", form, _judge_refresh), who=WHO)

    def revoke(self, access_token: str) -> None:
        """Withdraw the permission at Zoom."""
        self._post("/oauth/revoke", {"token": access_token}, _judge_refresh)

    def account(self, access_token: str) -> VendorAccount:
        """Return who allowed us in. TokenRefused: this token is not accepted."""
        span = Span(self.patience, 2 * (self.patience.connect + self.patience.answer))
        return _account(call(self.api, access_token, "GET", "/v2/users/me", span=span))

    def _post(self, path: str, form: dict[str, str], judge: Judge) -> dict[str, Any]:
        return request_json(
            self.oauth,
            "POST",
            path,
            who=WHO,
            patience=self.patience,
            judge=judge,
            data=form,
            headers={"Authorization": basic(self.app.client_id, self.app.client_secret)},
        )


def connect_oauth(app: App, patience: Patience) -> ZoomOAuth:
    """Return the flow of the operator's Zoom app."""
    return ZoomOAuth(app, patience, client(app.oauth_base), client(app.api_base))


def basic(client_id: str, client_secret: str) -> str:
    """Return the Authorization header of the token endpoint."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


def grants_enough(scope: str) -> bool:
    """Whether a granted scope string allows making meetings and knowing the user; order and extras do not matter."""
    granted = set(scope.split())
    return all(granted & names for names in NEEDED)


def _judge_exchange(answer: Answer) -> IntegrationError:
    error, reason = _error(answer)
    if error == "invalid_grant" or (error == "invalid_request" and "authorization code" in reason):
        return Rejected("Zoom's confirmation was too old or already used.")
    return _judge_app(answer, error)


def _judge_refresh(answer: Answer) -> IntegrationError:
    error, _ = _error(answer)
    if error == "invalid_grant":
        return Reconnect("Zoom no longer accepts our access.")
    return _judge_app(answer, error)


def _judge_app(answer: Answer, error: str) -> IntegrationError:
    """Judge by `error`, as both 400 and 401 come with each (contract 2.4)."""
    if error in ("invalid_client", "invalid_request", "unauthorized_client", "unsupported_grant_type"):
        return Misconfigured("Zoom does not accept this server's Zoom app. Its operator has to mend that.")
    if answer.status < 500:
        return TryLater("Zoom refused for a reason that it did not name.")
    return OutcomeUnknown("Zoom has trouble at the moment.")


def _error(answer: Answer) -> tuple[str, str]:
    """Return what Zoom itself said. A limit or an outage says nothing, whatever its body repeats."""
    body = answer.json() if answer.status in (400, 401, 403) else None
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("error", "")), f"{body.get('reason', '')} {body.get('error_description', '')}".lower()


def _account(body: dict[str, Any]) -> VendorAccount:
    user_id = clean_line(str(body.get("id") or ""), ID_LIMIT)
    if not user_id:
        raise OutcomeUnknown("Zoom gave an answer that cannot be read.")
    kind, pmi = body.get("type"), body.get("pmi")
    return VendorAccount(
        user_id=user_id,
        account_id=clean_line(str(body.get("account_id") or ""), ID_LIMIT),
        email=clean_line(str(body.get("email") or ""), 254),
        user_type=kind if isinstance(kind, int) and 0 <= kind < 1000 else None,
        user_status=clean_line(str(body.get("status") or ""), 20),
        personal_meeting_id=pmi if isinstance(pmi, int) and 0 < pmi < 2**53 else None,
    )
