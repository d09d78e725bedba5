"""Microsoft's OAuth dialect, v2.0 endpoints (calendars contract, chapters 2.1 to 2.3), and who allowed us in.

A permission cannot be withdrawn by us: Microsoft has no endpoint for it. The host removes the app at Microsoft.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from sivient.core.text import clean_line
from sivient.ports.errors import IntegrationError, Misconfigured, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.ports.http import Answer, Judge, Patience, client, request_json
from sivient.ports.oauth import challenge, read_tokens
from sivient.ports.vendor import App, Tokens, VendorAccount
from sivient.vendors.microsoft.api import WHO, Graph

SCOPES = "offline_access User.Read Calendars.ReadWrite"
READING = {"calendars.read", "calendars.readwrite"}
WRITING = "calendars.readwrite"
ID_LIMIT, DESCRIPTION_LIMIT = 200, 4000  # characters
LONGEST = timedelta(days=2, seconds=1)  # an access token may last a day and more (continuous access evaluation)
# Nobody has agreed yet, or only an administrator can (AADSTS numbers).
CONSENT = {65001, 65004, 90094, 90008, 650056}
OPERATORS = {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "unsupported_grant_type"}
NUMBER = re.compile(r"AADSTS(\d{4,8})")


@dataclass(frozen=True, slots=True)
class MicrosoftOAuth:
    """The authorization code flow of the operator's app at one authority."""

    app: App
    patience: Patience
    oauth: httpx.Client
    api: httpx.Client

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        """Return the consent page's address. Without a hint people choose: it may be their second account."""
        query = {
            "client_id": self.app.client_id,
            "response_type": "code",
            "response_mode": "query",
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **({"login_hint": login_hint} if login_hint else {"prompt": "select_account"}),
        }
        return f"{self.app.oauth_base}/oauth2/v2.0/authorize?{urlencode(query)}"

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
        """Return new tokens, with a new refresh token each time. Reconnect: the permission is gone.

        No `scope`: what was granted stays, which may be less than we ask for when connecting.
        """
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token}, _judge_refresh)

    def revoke(self, access_token: str) -> None:
        """Do nothing: Microsoft has no way to withdraw one app's permission."""

    def account(self, access_token: str) -> VendorAccount:
        """Return who allowed us in. TokenRefused: this token is not accepted."""
        return _account(Graph(self.api, access_token, self.patience).call("GET", "/me"))

    def _tokens(self, form: dict[str, str], judge: Judge) -> Tokens:
        credentials = {"client_id": self.app.client_id, "client_secret": self.app.client_secret}
        path = "/oauth2/v2.0/token"
        body = request_json(
            self.oauth, "POST", path, who=WHO, patience=self.patience, judge=judge, data=form | credentials
        )
        return read_tokens(body, who=WHO, longest=LONGEST)


def connect_oauth(app: App, patience: Patience) -> MicrosoftOAuth:
    """Return the flow of the operator's app."""
    return MicrosoftOAuth(app, patience, client(app.oauth_base), client(app.api_base))


def grants_enough(scope: str) -> bool:
    """Whether a granted scope string lets us see when the host is busy; writing may be missing."""
    return bool(_granted(scope) & READING)


def may_write(scope: str) -> bool:
    """Whether a granted scope string lets us write bookings into a calendar."""
    return WRITING in _granted(scope)


def missing(scope: str) -> tuple[str, ...]:
    """Return what does not work with these permissions."""
    if may_write(scope):
        return ()
    return ("We may only read your calendars, so bookings are not written into them and we mail the invites.",)


def _granted(scope: str) -> set[str]:
    """Return the names of the permissions in small letters; Microsoft writes them with and without the resource."""
    return {name.rpartition("/")[2].lower() for name in scope.split()}


def _judge_exchange(answer: Answer) -> IntegrationError:
    error, numbers = _error(answer)
    if _wants_consent(error, numbers):
        return Rejected("The administrator of your Microsoft account has to allow our app first.")
    if error in ("invalid_grant", "interaction_required"):
        return Rejected("Microsoft's confirmation was too old or already used.")
    return _judge_app(answer, error)


def _judge_refresh(answer: Answer) -> IntegrationError:
    error, numbers = _error(answer)
    if _wants_consent(error, numbers):
        return Reconnect("The administrator of your Microsoft account does not allow our app any more.")
    if error in ("invalid_grant", "interaction_required", "login_required"):
        return Reconnect("Microsoft no longer accepts our access.")
    return _judge_app(answer, error)


def _wants_consent(error: str, numbers: set[int]) -> bool:
    return error == "consent_required" or (
        error in ("invalid_grant", "interaction_required") and bool(numbers & CONSENT)
    )


def _judge_app(answer: Answer, error: str) -> IntegrationError:
    if error in OPERATORS:
        return Misconfigured("Microsoft does not accept this server's app. Its operator has to mend that.")
    if answer.status < 500:
        return TryLater("Microsoft refused for a reason that it did not name.")
    return OutcomeUnknown("Microsoft has trouble at the moment.")


def _error(answer: Answer) -> tuple[str, set[int]]:
    """Return what Microsoft itself said. A limit or an outage says nothing, whatever its body repeats."""
    body = answer.json() if answer.status in (400, 401, 403) else None
    if not isinstance(body, dict):
        return "", set()
    listed = body.get("error_codes")
    numbers = {number for number in (listed if isinstance(listed, list) else []) if isinstance(number, int)}
    numbers |= {int(number) for number in NUMBER.findall(str(body.get("error_description") or "")[:DESCRIPTION_LIMIT])}
    consent = body.get("suberror") == "consent_required"
    return ("consent_required" if consent else str(body.get("error", ""))), numbers


def _account(body: dict[str, Any]) -> VendorAccount:
    user_id = clean_line(str(body.get("id") or ""), ID_LIMIT)
    if not user_id:
        raise OutcomeUnknown("Microsoft gave an answer that cannot be read.")
    email = clean_line(str(body.get("mail") or body.get("userPrincipalName") or ""), 254)
    return VendorAccount(user_id=user_id, email=email)
