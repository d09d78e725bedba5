"""The authorization code flow at the emulator, and against answers that go wrong."""

import logging
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
from sivient.ports.oauth import challenge
from sivient.ports.vendor import Tokens
from sivient.vendors.microsoft.emulator import PEOPLE
from sivient.vendors.microsoft.oauth import connect_oauth, grants_enough, may_write, missing
from tests.vendors.microsoft.adapted import (
    APP,
    CALLBACK,
    PATIENCE,
    SITE,
    VERIFIER,
    Graph,
    answer,
    consent,
    emulated,
    oauth,
    refusal,
)

ANSWER = {
    "access_token": "access-canary",
    "refresh_token": "refresh-canary",
    "expires_in": 4799,
    "scope": "Calendars.ReadWrite User.Read profile openid email",
}


def refreshed(response: httpx.Response | Exception) -> Tokens:
    with oauth(Graph(response)) as flow:
        return flow.refresh("refresh-canary")


def exchanged(response: httpx.Response | Exception) -> Tokens:
    with oauth(Graph(response)) as flow:
        return flow.exchange("code", redirect_uri=CALLBACK, verifier=VERIFIER)


def test_the_consent_page_is_asked_for_the_calendar_and_nothing_more() -> None:
    with oauth(Graph(answer())) as flow:
        plain, hinted = (
            urlsplit(flow.authorize_url(redirect_uri=CALLBACK, state="s t", verifier=VERIFIER, login_hint=hint))
            for hint in ("", "priya@contoso.example")
        )
    assert f"{plain.scheme}://{plain.netloc}{plain.path}" == f"{SITE}/common/oauth2/v2.0/authorize"
    asked = {name: values[0] for name, values in parse_qs(plain.query).items()}
    assert asked == {
        "client_id": "client-id",
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": CALLBACK,
        "scope": "offline_access User.Read Calendars.ReadWrite",
        "state": "s t",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
        "prompt": "select_account",  # a second account can be chosen
    }
    assert parse_qs(hinted.query)["login_hint"] == ["priya@contoso.example"]
    assert "prompt" not in parse_qs(hinted.query)


@pytest.mark.parametrize("person", list(PEOPLE))
def test_a_host_connects_and_we_know_who_it_is(person: str) -> None:
    with emulated(person) as it:
        account = connect_oauth(APP, PATIENCE).account(it.tokens.access_token)
    known = PEOPLE[person]
    assert account.user_id == known.user_id
    assert account.email == known.email
    assert it.tokens.refresh_token
    assert it.tokens.lifetime == timedelta(seconds=3599)
    assert grants_enough(it.tokens.scope)
    assert may_write(it.tokens.scope)


def test_every_refresh_brings_a_new_refresh_token() -> None:
    with emulated() as it:
        again = connect_oauth(APP, PATIENCE).refresh(it.tokens.refresh_token)
        assert again.refresh_token not in ("", it.tokens.refresh_token)
        assert connect_oauth(APP, PATIENCE).refresh(again.refresh_token).access_token


def test_a_refresh_without_a_new_refresh_token_says_so() -> None:
    with emulated() as it:
        it.service.inject("refresh-without-token")
        assert connect_oauth(APP, PATIENCE).refresh(it.tokens.refresh_token).refresh_token == ""


def test_a_permission_that_is_gone_is_for_the_host_to_renew() -> None:
    with emulated() as it:
        it.service.inject("refresh-refused")
        with pytest.raises(Reconnect):
            connect_oauth(APP, PATIENCE).refresh(it.tokens.refresh_token)
        it.service.inject("needs-admin")
        with pytest.raises(Reconnect, match="administrator"):
            connect_oauth(APP, PATIENCE).refresh(it.tokens.refresh_token)


def test_what_works_follows_what_was_granted() -> None:
    with emulated() as it:
        it.service.inject("fewer-scopes", settings={"scope": "User.Read Calendars.Read"})
        flow = connect_oauth(APP, PATIENCE)
        code = consent(it.microsoft, flow, "priya")["code"]
        scope = flow.exchange(code, redirect_uri=CALLBACK, verifier=VERIFIER).scope
    assert (grants_enough(scope), may_write(scope)) == (True, False)
    assert "read" in missing(scope)[0]


def test_an_administrator_who_has_to_allow_first_is_told_by_the_way_back() -> None:
    with emulated() as it:
        it.service.inject("needs-admin")
        back = consent(it.microsoft, connect_oauth(APP, PATIENCE), "priya")
    assert (back["error"], back["state"]) == ("consent_required", "s")


@pytest.mark.parametrize(
    ("scope", "enough", "writes"),
    [
        ("Calendars.ReadWrite User.Read", True, True),
        ("https://graph.microsoft.com/Calendars.ReadWrite https://graph.microsoft.com/User.Read", True, True),
        ("user.read calendars.read", True, False),
        ("User.Read", False, False),
        ("Calendars.ReadBasic", False, False),
        ("", False, False),
    ],
)
def test_granted_scopes_are_read_however_they_are_spelt(scope: str, enough: bool, writes: bool) -> None:
    assert (grants_enough(scope), may_write(scope)) == (enough, writes)


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "numbers", "on_exchange", "on_refresh"),
    [
        ("invalid_grant", [70000], Rejected, Reconnect),
        ("invalid_grant", [65001], Rejected, Reconnect),
        ("interaction_required", [50076], Rejected, Reconnect),
        ("consent_required", [], Rejected, Reconnect),
        ("invalid_client", [7000215], Misconfigured, Misconfigured),
        ("unauthorized_client", [700016], Misconfigured, Misconfigured),
        ("invalid_request", [50011], Misconfigured, Misconfigured),
        ("temporarily_unavailable", [], TryLater, TryLater),
        ("something_new", [], TryLater, TryLater),
    ],
)
def test_a_refusal_is_judged_by_its_error(
    status: int,
    error: str,
    numbers: list[int],
    on_exchange: type[IntegrationError],
    on_refresh: type[IntegrationError],
) -> None:
    response = answer(status, error=error, error_codes=numbers, error_description="AADSTS1: words")
    with pytest.raises(IntegrationError) as at_exchange:
        exchanged(response)
    with pytest.raises(IntegrationError) as at_refresh:
        refreshed(response)
    assert (type(at_exchange.value), type(at_refresh.value)) == (on_exchange, on_refresh)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [({"suberror": "consent_required"}, []), ({}, [65001]), ({"error_description": "AADSTS90094: Admin."}, [])],
)
def test_a_missing_consent_names_the_administrator(said: dict[str, Any], numbers: list[int]) -> None:
    with pytest.raises(Rejected, match="administrator"):
        exchanged(answer(400, **{"error": "invalid_grant", "error_codes": numbers, **said}))


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(502, html="<h1>invalid_grant</h1>"), OutcomeUnknown),
        (answer(500, error="invalid_grant"), OutcomeUnknown),
        (answer(429, error="invalid_grant"), TryLater),
        (httpx.Response(200, content=b'{"access_tok'), OutcomeUnknown),
        (httpx.Response(200, json=[1]), OutcomeUnknown),
        (answer(**ANSWER | {"access_token": None}), OutcomeUnknown),
        (answer(**ANSWER | {"access_token": "a b"}), OutcomeUnknown),
        (answer(400, error=None, error_codes=None, error_description=None), TryLater),
        (httpx.ConnectError("x"), TryLater),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
    ],
)
def test_an_outage_ends_no_permission(response: httpx.Response | Exception, error: type[IntegrationError]) -> None:
    with pytest.raises(IntegrationError) as raised:
        refreshed(response)
    assert type(raised.value) is error


@pytest.mark.parametrize("said", [None, 0, -1, "3600", 10**9])
def test_a_lifetime_that_makes_no_sense_is_an_hour(said: Any) -> None:
    assert refreshed(answer(**ANSWER | {"expires_in": said})).lifetime == timedelta(hours=1)


@pytest.mark.parametrize(
    ("body", "email"),
    [
        ({"mail": "m@x.example", "userPrincipalName": "u@x.example"}, "m@x.example"),
        ({"mail": None, "userPrincipalName": "u@x.example"}, "u@x.example"),
        ({"mail": None, "userPrincipalName": None}, ""),
        ({}, ""),
    ],
)
def test_the_address_is_the_mailboxs_or_the_sign_in_name(body: dict[str, Any], email: str) -> None:
    with oauth(Graph(answer(id="u-1", **body))) as flow:
        assert flow.account("access").email == email


def test_an_account_without_an_id_or_with_a_dead_token_is_nobody() -> None:
    with oauth(Graph(answer(mail="m@x.example"))) as flow, pytest.raises(OutcomeUnknown):
        flow.account("access")
    with oauth(Graph(refusal(401, "InvalidAuthenticationToken"))) as flow, pytest.raises(TokenRefused):
        flow.account("access")


def test_disconnecting_asks_microsoft_for_nothing() -> None:
    microsoft = Graph(answer())
    with oauth(microsoft) as flow:
        flow.revoke("access")
    assert microsoft.requests == []


def test_secrets_are_in_the_body_and_in_no_address_repr_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    microsoft = Graph(answer(**ANSWER))
    with oauth(microsoft) as flow:
        tokens = flow.exchange("code-canary", redirect_uri=CALLBACK, verifier=VERIFIER)
        flow.refresh("refresh-canary")
        said = repr(flow) + repr(tokens) + "".join(str(request.url) for request in microsoft.requests)
    forms = [parse_qs(request.content.decode()) for request in microsoft.requests]
    assert forms[0]["code_verifier"] == [VERIFIER]
    assert forms[1]["client_secret"] == ["client-secret"]
    assert "scope" not in forms[1]
    assert "canary" not in said + caplog.text
    assert "client-secret" not in said + caplog.text
