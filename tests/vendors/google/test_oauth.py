"""Google's consent for calendars: asked for narrowly, kept alive, given back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sivient.ports.errors import (
    IntegrationError,
    Misconfigured,
    OutcomeUnknown,
    Reconnect,
    Rejected,
    TokenRefused,
    TryLater,
)
from sivient.ports.http import mounted
from sivient.ports.oauth import challenge
from sivient.ports.vendor import Tokens
from sivient.vendors.google import discovery
from sivient.vendors.google.oauth import GoogleOAuth, connect_oauth
from tests.vendors.google.adapted import APP, PATIENCE, SCOPE

CALLBACK = "https://book.example/settings/integrations/google/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
TOKEN_HOST = "https://oauth2.googleapis.test"
USER_HOST = "https://openidconnect.googleapis.test"
DOCUMENT = {
    "issuer": APP.oauth_base,
    "authorization_endpoint": f"{APP.oauth_base}/o/oauth2/v2/auth",
    "token_endpoint": f"{TOKEN_HOST}/token",
    "revocation_endpoint": f"{TOKEN_HOST}/revoke",
    "userinfo_endpoint": f"{USER_HOST}/v1/userinfo",
}


class Endpoints:
    """Answers the discovery document, and everything else with one answer."""

    def __init__(self, answer: httpx.Response | Exception, *, document: Any = DOCUMENT) -> None:
        self.answer, self.document = answer, document
        self.discovered = 0
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == discovery.WELL_KNOWN:
            self.discovered += 1
            answer = self.document
            return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(self.answer.status_code, headers=self.answer.headers, content=self.answer.content)


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_known", {})


@contextmanager
def oauth(google: Endpoints) -> Iterator[GoogleOAuth]:
    with mounted(httpx.MockTransport(google), APP.oauth_base, TOKEN_HOST, USER_HOST):
        yield connect_oauth(APP, PATIENCE)


def answered(**changed: Any) -> httpx.Response:
    whole = {"access_token": "access-canary", "expires_in": 3599, "scope": SCOPE, "token_type": "Bearer"} | changed
    return httpx.Response(200, json={name: value for name, value in whole.items() if value is not ...})


def no(status: int, error: str) -> httpx.Response:
    return httpx.Response(status, json={"error": error, "error_description": "Bad Request"})


def exchanged(answer: httpx.Response | Exception) -> Tokens:
    with oauth(Endpoints(answer)) as it:
        return it.exchange("code-canary", redirect_uri=CALLBACK, verifier=VERIFIER)


def refreshed(answer: httpx.Response | Exception) -> Tokens:
    with oauth(Endpoints(answer)) as it:
        return it.refresh("refresh-canary")


def test_the_consent_page_is_asked_for_the_narrow_scopes_and_lasting_access() -> None:
    with oauth(Endpoints(answered())) as it:
        url = urlsplit(
            it.authorize_url(redirect_uri=CALLBACK, state="s t+1", verifier=VERIFIER, login_hint="m@x.example")
        )
        plain = it.authorize_url(redirect_uri=CALLBACK, state="s", verifier=VERIFIER)
    assert f"{url.scheme}://{url.netloc}{url.path}" == DOCUMENT["authorization_endpoint"]
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["client-id"],
        "redirect_uri": [CALLBACK],
        "scope": [
            "openid email https://www.googleapis.com/auth/calendar.events.owned "
            "https://www.googleapis.com/auth/calendar.events.freebusy "
            "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
        ],
        "state": ["s t+1"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
        "access_type": ["offline"],
        "include_granted_scopes": ["true"],
        "prompt": ["consent"],
        "login_hint": ["m@x.example"],
    }
    assert "login_hint" not in plain
    assert challenge(VERIFIER) in plain
    assert VERIFIER not in plain


def test_the_code_goes_in_the_body_with_the_verifier_and_never_in_the_address() -> None:
    google = Endpoints(answered(refresh_token="refresh-canary"))
    with oauth(google) as it:
        tokens = it.exchange("the-code", redirect_uri=CALLBACK, verifier=VERIFIER)
    [request] = google.requests
    assert str(request.url) == DOCUMENT["token_endpoint"]
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["the-code"],
        "redirect_uri": [CALLBACK],
        "code_verifier": [VERIFIER],
        "client_id": ["client-id"],
        "client_secret": ["client-secret"],
    }
    assert (tokens.access_token, tokens.refresh_token, tokens.scope) == ("access-canary", "refresh-canary", SCOPE)
    assert tokens.lifetime == timedelta(seconds=3599)


def test_a_refresh_brings_no_new_refresh_token_and_says_so() -> None:
    for said in (..., None, ""):
        assert refreshed(answered(refresh_token=said)).refresh_token == ""
    assert refreshed(answered(refresh_token="new", refresh_token_expires_in=604799)).refresh_token == "new"


def test_tokens_are_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with oauth(Endpoints(answered(refresh_token="refresh-canary"))) as it:
        said = repr(it.exchange("code-canary", redirect_uri=CALLBACK, verifier=VERIFIER)) + repr(it) + caplog.text
    assert "canary" not in said
    assert "client-secret" not in said


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("error", "on_exchange", "on_refresh"),
    [
        ("invalid_grant", Rejected, Reconnect),
        ("invalid_client", Misconfigured, Misconfigured),
        ("unauthorized_client", Misconfigured, Misconfigured),
        ("deleted_client", Misconfigured, Misconfigured),
        ("redirect_uri_mismatch", Misconfigured, Misconfigured),
        ("invalid_request", Misconfigured, Misconfigured),
        ("admin_policy_enforced", TryLater, Reconnect),
        ("something_new", TryLater, TryLater),
    ],
)
def test_a_refusal_is_judged_by_its_error_and_not_by_its_status(
    status: int, error: str, on_exchange: type[IntegrationError], on_refresh: type[IntegrationError]
) -> None:
    for ask, expected in ((exchanged, on_exchange), (refreshed, on_refresh)):
        with pytest.raises(IntegrationError) as raised:
            ask(no(status, error))
        assert type(raised.value) is expected


def test_access_that_ended_names_the_seven_days_of_an_app_in_testing() -> None:
    with pytest.raises(Reconnect, match="every seven days"):
        refreshed(no(400, "invalid_grant"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_limit_or_an_outage_never_ends_the_permission_whatever_its_body_says(status: int) -> None:
    with pytest.raises(TryLater):
        refreshed(no(status, "invalid_grant"))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
        httpx.Response(200, html="<h1>Sign in</h1>"),
        httpx.Response(200, content=b'{"access_token": "a'),
        answered(access_token=...),
        answered(access_token="two words"),
        answered(access_token="a\r\nX: y"),
        answered(refresh_token=["x"]),
        httpx.ReadTimeout(""),
    ],
    ids=range(9),
)
def test_an_unreadable_answer_says_nothing_about_the_permission(answer: httpx.Response | Exception) -> None:
    for ask in (exchanged, refreshed):
        with pytest.raises(OutcomeUnknown):
            ask(answer)


@pytest.mark.parametrize("said", [..., None, 0, -1, 10**30, "3600"])
def test_a_strange_lifetime_becomes_an_hour(said: Any) -> None:
    assert refreshed(answered(expires_in=said)).lifetime == timedelta(hours=1)


def test_what_is_withdrawn_already_is_withdrawn() -> None:
    for answer in (httpx.Response(200), no(400, "invalid_token"), httpx.Response(400, content=b"<html>")):
        google = Endpoints(answer)
        with oauth(google) as it:
            it.revoke("access-canary")
        assert str(google.requests[0].url) == DOCUMENT["revocation_endpoint"]
        assert parse_qs(google.requests[0].content.decode()) == {"token": ["access-canary"]}
    for answer in (httpx.Response(429), httpx.Response(503)):
        with oauth(Endpoints(answer)) as it, pytest.raises(TryLater):
            it.revoke("access-canary")


def test_the_account_is_known_by_its_subject_and_named_by_its_address() -> None:
    google = Endpoints(httpx.Response(200, json={"sub": "1084", "email": "mara@x.example", "hd": 7}))
    with oauth(google) as it:
        account = it.account("access-canary")
    assert (account.user_id, account.email) == ("1084", "mara@x.example")
    assert google.requests[0].headers["Authorization"] == "Bearer access-canary"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={"email": "mara@x.example"}), OutcomeUnknown),
        (httpx.Response(200, html="<html>"), OutcomeUnknown),
        (no(401, "invalid_request"), TokenRefused),
        (no(403, "invalid_client"), TryLater),
        (httpx.Response(503), OutcomeUnknown),
    ],
)
def test_an_account_that_is_not_told_is_not_guessed(answer: httpx.Response, error: type[IntegrationError]) -> None:
    with oauth(Endpoints(answer)) as it, pytest.raises(IntegrationError) as raised:
        it.account("access-canary")
    assert type(raised.value) is error


class TestDiscovery:
    def ask(self, google: Endpoints) -> str:
        with oauth(google) as it:
            return it.authorize_url(redirect_uri=CALLBACK, state="s", verifier=VERIFIER)

    def test_the_document_is_read_once_an_hour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        google, clock = Endpoints(answered()), [1000.0]
        monkeypatch.setattr(discovery.time, "monotonic", lambda: clock[0])
        for _ in range(3):
            self.ask(google)
        assert google.discovered == 1
        clock[0] += discovery.CACHED
        self.ask(google)
        assert google.discovered == 2

    def test_while_google_is_silent_the_endpoints_of_the_last_time_stand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = [1000.0]
        monkeypatch.setattr(discovery.time, "monotonic", lambda: clock[0])
        before = self.ask(Endpoints(answered()))
        clock[0] += discovery.CACHED
        assert self.ask(Endpoints(answered(), document=httpx.Response(503))) == before

    @pytest.mark.parametrize(
        ("document", "error"),
        [
            (httpx.Response(404), TryLater),
            (httpx.Response(200, html="<html>"), OutcomeUnknown),
            ({}, Misconfigured),
            (DOCUMENT | {"issuer": "https://evil.test"}, Misconfigured),
            (DOCUMENT | {"token_endpoint": None}, OutcomeUnknown),
            (DOCUMENT | {"token_endpoint": "http://oauth2.googleapis.test/token"}, OutcomeUnknown),
            (DOCUMENT | {"userinfo_endpoint": "https://[x/"}, OutcomeUnknown),
        ],
    )
    def test_tokens_go_nowhere_else_than_google_says(self, document: Any, error: type[IntegrationError]) -> None:
        with pytest.raises(IntegrationError) as raised:
            self.ask(Endpoints(answered(), document=document))
        assert type(raised.value) is error
