"""Google's consent for calendars: confidential client with PKCE, incremental and lasting (calendars contract 1.2)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from sivient.core.text import clean_line
from sivient.ports.errors import (
    IntegrationError,
    Misconfigured,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    TokenRefused,
    TryLater,
)
from sivient.ports.http import Answer, Judge, Patience, client, read_json, request_json, send
from sivient.ports.oauth import challenge, read_tokens
from sivient.ports.vendor import App, Tokens, VendorAccount
from sivient.vendors.google.api import WHO
from sivient.vendors.google.discovery import Endpoints, endpoints, origin
from sivient.vendors.google.scopes import ASKED

ID_LIMIT = 255  # characters
OF_THE_APP = {
    *("invalid_client", "unauthorized_client", "deleted_client", "disabled_client", "redirect_uri_mismatch"),
    *("invalid_request", "invalid_scope", "unsupported_grant_type", "org_internal"),
}


@dataclass(frozen=True, slots=True)
class GoogleOAuth:
    """The authorization code flow at one OAuth client of Google's."""

    app: App
    patience: Patience

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        """Return the consent page's address. TryLater: Google does not say where it is.

        `prompt=consent` as Google gives lasting access only then; what was allowed before stays allowed.
        """
        query = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(ASKED),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "include_granted_scopes": "true",
            "prompt": "consent",
            **({"login_hint": login_hint} if login_hint else {}),
        }
        return f"{self._at().authorization}?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Tokens:
        """Turn a code into tokens, perhaps without a lasting one. Rejected: the code is expired, used or foreign."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return self._tokens(form, _judge_exchange)

    def refresh(self, refresh_token: str) -> Tokens:
        """Return a new access token; Google keeps the refresh token. Reconnect: the permission is gone."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token}, _judge_refresh)

    def revoke(self, access_token: str) -> None:
        """Withdraw the permission at Google; a token that is not valid any more is withdrawn already (400)."""
        at = self._at().revocation
        form = {"token": access_token}
        answer = send(client(origin(at)), "POST", urlsplit(at).path, who=WHO, patience=self.patience, data=form)
        if answer.status not in (200, 400):
            raise _judge_app(answer, "")

    def account(self, access_token: str) -> VendorAccount:
        """Return who allowed us in. TokenRefused: this token is not accepted."""
        at = self._at().userinfo
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = send(client(origin(at)), "GET", urlsplit(at).path, who=WHO, patience=self.patience, headers=headers)
        return _account(read_json(answer, who=WHO, judge=_judge_account))

    def _tokens(self, form: dict[str, str], judge: Judge) -> Tokens:
        """Ask the token endpoint. The secret goes in the body, where its characters need no second encoding."""
        at = self._at().token
        form = {**form, "client_id": self.app.client_id, "client_secret": self.app.client_secret}
        return read_tokens(
            request_json(
                client(origin(at)), "POST", urlsplit(at).path, who=WHO, patience=self.patience, judge=judge, data=form
            ),
            who=WHO,
        )

    def _at(self) -> Endpoints:
        return endpoints(self.app.oauth_base, self.patience)


def connect_oauth(app: App, patience: Patience) -> GoogleOAuth:
    """Return the flow of the operator's OAuth client."""
    return GoogleOAuth(app, patience)


def _judge_exchange(answer: Answer) -> IntegrationError:
    if _error(answer) == "invalid_grant":
        return Rejected("Google's confirmation was too old or already used.")
    return _judge_app(answer, _error(answer))


def _judge_refresh(answer: Answer) -> IntegrationError:
    error = _error(answer)
    if error == "invalid_grant":
        return Reconnect(
            "Google no longer accepts our access. If this happens every seven days, the app of this server is still "
            "in testing at Google, and its operator can end that."
        )
    if error == "admin_policy_enforced":
        return Reconnect("The administrator of this Google account does not allow our access.")
    return _judge_app(answer, error)


def _judge_account(answer: Answer) -> IntegrationError:
    if answer.status == 401:
        return TokenRefused("Google no longer accepts our access.")
    return _judge_app(answer, "")


def _judge_app(answer: Answer, error: str) -> IntegrationError:
    if error in OF_THE_APP:
        return Misconfigured("Google does not accept this server's Google app. Its operator has to mend that.")
    if answer.status < 500:
        return TryLater("Google refused for a reason that it did not name.")
    return OutcomeUnknown("Google has trouble at the moment.")


def _error(answer: Answer) -> str:
    """Return Google's word for a refusal. A limit or an outage says nothing, whatever its body repeats."""
    body = answer.json() if answer.status in (400, 401, 403) else None
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _account(body: dict[str, Any]) -> VendorAccount:
    subject = clean_line(str(body.get("sub") or ""), ID_LIMIT)
    if not subject:
        raise OutcomeUnknown("Google gave an answer that cannot be read.")
    return VendorAccount(user_id=subject, email=clean_line(str(body.get("email") or ""), 254))
