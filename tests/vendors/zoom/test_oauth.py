"""The authorization code flow, against the vectors, the emulator, and answers that go wrong."""

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
from sivient.ports.vendor import App, Tokens
from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.oauth import basic, grants_enough
from tests.vendors.zoom.adapted import Zoom, oauth, refusal
from tests.vendors.zoom.emulated import CALLBACK, VECTORS, VERIFIER, TheApp, a_client, an_app

ANSWER = {
    "access_token": "access-canary",
    "token_type": "bearer",
    "refresh_token": "refresh-canary",
    "expires_in": 3599,
    "scope": "user:read:user meeting:write:meeting",
    "api_url": "https://api-eu.zoom.us",
}
EMULATED = App(
    VECTORS["basic_auth"]["client_id"],
    VECTORS["basic_auth"]["client_secret"],
    (VECTORS["secret_token"],),
    "https://zoom.us",
    "https://api.zoom.us",
)


def answered(status: int = 200, **changes: Any) -> httpx.Response:
    return httpx.Response(status, json={k: v for k, v in (ANSWER | changes).items() if v is not ...})


def no(status: int, error: str, reason: str = "") -> httpx.Response:
    return httpx.Response(status, json={"error": error, "reason": reason})


def exchanged(answer: httpx.Response | Exception) -> Tokens:
    with oauth(Zoom(answer)) as it:
        return it.exchange("code", redirect_uri=CALLBACK, verifier=VERIFIER)


def refreshed(answer: httpx.Response | Exception) -> Tokens:
    with oauth(Zoom(answer)) as it:
        return it.refresh("refresh-canary")


def test_the_challenge_and_the_header_are_those_of_the_vectors() -> None:
    assert challenge(VERIFIER) == VECTORS["pkce_s256"]["code_challenge"]
    known = VECTORS["basic_auth"]
    assert basic(known["client_id"], known["client_secret"]) == known["header"]


def test_the_consent_page_gets_a_challenge_and_no_scope() -> None:
    with oauth(Zoom(answered())) as it:
        url = urlsplit(it.authorize_url(redirect_uri=CALLBACK, state="s t+1", verifier=VERIFIER))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://zoom.test/oauth/authorize"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["client-id"],
        "redirect_uri": [CALLBACK],
        "state": ["s t+1"],
        "code_challenge": [challenge(VERIFIER)],
        "code_challenge_method": ["S256"],
    }
    assert VERIFIER not in url.query


def test_the_code_goes_in_the_body_with_the_verifier_and_never_in_the_address() -> None:
    zoom = Zoom(answered())
    with oauth(zoom) as it:
        tokens = it.exchange("the-code", redirect_uri=CALLBACK, verifier=VERIFIER)
    request = zoom.requests[0]
    assert str(request.url) == "https://zoom.test/oauth/token"
    assert request.headers["Authorization"] == basic("client-id", "client-secret")
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["the-code"],
        "redirect_uri": [CALLBACK],
        "code_verifier": [VERIFIER],
    }
    assert (tokens.access_token, tokens.refresh_token) == ("access-canary", "refresh-canary")
    assert tokens.lifetime == timedelta(seconds=3599)


def test_a_refresh_and_a_revoke_go_in_the_body_too() -> None:
    zoom = Zoom(answered())
    with oauth(zoom) as it:
        it.refresh("old")
        it.revoke("access")
    refresh, revoke = (parse_qs(request.content.decode()) for request in zoom.requests)
    assert refresh == {"grant_type": ["refresh_token"], "refresh_token": ["old"]}
    assert revoke == {"token": ["access"]}
    assert [request.url.path for request in zoom.requests] == ["/oauth/token", "/oauth/revoke"]


def test_tokens_are_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with oauth(Zoom(answered())) as it:
        tokens = it.exchange("code-canary", redirect_uri=CALLBACK, verifier=VERIFIER)
        said = repr(tokens) + repr(it) + caplog.text
    assert "canary" not in said
    assert "client-secret" not in said
    assert "webhook-secret" not in said


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "reason", "on_exchange", "on_refresh"),
    [
        ("invalid_grant", "Invalid authorization code x", Rejected, Reconnect),
        ("invalid_grant", "", Rejected, Reconnect),
        ("invalid_request", "Invalid authorization code x", Rejected, Misconfigured),
        ("invalid_request", "Redirect URI mismatch.", Misconfigured, Misconfigured),
        ("invalid_client", "Invalid client_id or client_secret", Misconfigured, Misconfigured),
        ("something_new", "", TryLater, TryLater),
    ],
)
def test_a_refusal_is_judged_by_its_error_and_not_by_its_status(
    status: int, error: str, reason: str, on_exchange: type[IntegrationError], on_refresh: type[IntegrationError]
) -> None:
    with pytest.raises(IntegrationError) as at_exchange:
        exchanged(no(status, error, reason))
    with pytest.raises(IntegrationError) as at_refresh:
        refreshed(no(status, error, reason))
    assert (type(at_exchange.value), type(at_refresh.value)) == (on_exchange, on_refresh)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503, content=b"<html>"),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b""),
        answered(access_token=...),
        answered(access_token=""),
        answered(access_token="two words"),
        answered(access_token="a\r\nX: y"),
        answered(access_token=7),
        answered(refresh_token=["x"]),
        httpx.ReadTimeout(""),
    ],
    ids=range(11),
)
def test_an_unreadable_answer_says_nothing_about_the_permission(answer: httpx.Response | Exception) -> None:
    for ask in (exchanged, refreshed):
        with pytest.raises(OutcomeUnknown):
            ask(answer)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_limit_or_an_outage_never_ends_the_permission_whatever_its_body_says(status: int) -> None:
    with pytest.raises(TryLater):
        refreshed(no(status, "invalid_grant", "Invalid Token!"))


@pytest.mark.parametrize("said", [..., None, ""])
def test_an_answer_without_a_new_refresh_token_says_so(said: Any) -> None:
    assert refreshed(answered(refresh_token=said)).refresh_token == ""
    unusable = exchanged(answered(refresh_token=said))  # whoever asked can give the access back
    assert (unusable.access_token, unusable.refresh_token) == ("access-canary", "")


@pytest.mark.parametrize("said", [..., None, 0, -1, 10**30, "3600"])
def test_a_strange_lifetime_becomes_an_hour(said: Any) -> None:
    assert refreshed(answered(expires_in=said)).lifetime == timedelta(hours=1)


@pytest.mark.parametrize(
    ("scope", "enough"),
    [
        ("meeting:write:meeting user:read:user", True),
        ("user:read:user extra:scope meeting:write:meeting", True),
        ("meeting:write user:read", True),
        ("user:read:user", False),
        ("meeting:write:meeting", False),
        ("", False),
    ],
)
def test_both_permissions_are_needed_in_any_order_and_by_either_name(scope: str, enough: bool) -> None:
    assert grants_enough(scope) is enough


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"id": "u1"}, ("u1", "", "", None, "", None)),
        (
            {"id": "u1", "account_id": "a1", "email": "m@x.example", "type": 2, "status": "active", "pmi": 4415550136},
            ("u1", "a1", "m@x.example", 2, "active", 4415550136),
        ),
        ({"id": "u1", "email": None, "type": "2", "status": 7, "pmi": "x"}, ("u1", "", "", None, "7", None)),
        ({"id": "u1\x00", "email": "m\r\n@x.example", "type": -1}, ("u1", "", "m @x.example", None, "", None)),
    ],
)
def test_only_the_id_of_a_user_must_be_there(body: dict[str, Any], kept: tuple[Any, ...]) -> None:
    with oauth(Zoom(httpx.Response(200, json=body))) as it:
        got = it.account("access")
    assert (
        got.user_id, got.account_id, got.email, got.user_type, got.user_status, got.personal_meeting_id,
    ) == kept  # fmt: skip


def test_a_user_without_an_id_is_an_unknown_outcome_and_a_refused_token_is_told() -> None:
    with oauth(Zoom(httpx.Response(200, json={"email": "m@x.example"}))) as it, pytest.raises(OutcomeUnknown):
        it.account("access")
    with oauth(Zoom(refusal(401, 124, "Invalid access token."))) as it, pytest.raises(TokenRefused):
        it.account("access")


def test_the_whole_way_through_the_emulated_zoom() -> None:
    zoom = ZoomEmulator(an_app())
    code = TheApp(zoom).code("mara")
    with oauth(zoom.handle, app=EMULATED) as it:
        tokens = it.exchange(code, redirect_uri=CALLBACK, verifier=VERIFIER)
        assert it.account(tokens.access_token).email == "mara@nordlicht.example"
        with pytest.raises(Rejected):
            it.exchange(code, redirect_uri=CALLBACK, verifier=VERIFIER)
        newer = it.refresh(tokens.refresh_token)
        it.revoke(newer.access_token)
        with pytest.raises(TokenRefused):
            it.account(newer.access_token)
        with pytest.raises(Reconnect):
            it.refresh(newer.refresh_token)


def test_the_consent_page_of_the_emulated_zoom_accepts_our_address() -> None:
    zoom = ZoomEmulator(an_app())
    with oauth(zoom.handle, app=EMULATED) as it:
        url = it.authorize_url(redirect_uri=CALLBACK, state="s-1", verifier=VERIFIER)
    answer = a_client(zoom).get(f"{url}&auto=allow&user=mara")
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s-1"]
