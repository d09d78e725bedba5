"""The emulated Zoom's OAuth: contract chapter 2, each refusal included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import (
    CALLBACK,
    CHALLENGE,
    MARA,
    PRIYA,
    VERIFIER,
    Hands,
    TheApp,
    an_app,
    assert_contract,
    authorize_url,
    basic,
    returned,
)


@pytest.fixture
def hands() -> Hands:
    """A clock that stands."""
    return Hands()


@pytest.fixture
def zoom(hands: Hands) -> Iterator[ZoomEmulator]:
    """An emulated Zoom."""
    emulator = ZoomEmulator(an_app(), clock=hands)
    yield emulator
    emulator.close()


@pytest.fixture
def app(zoom: ZoomEmulator) -> TheApp:
    """The app, not yet connected."""
    return TheApp(zoom)


def assert_refused(response: httpx.Response, error: str, *statuses: int) -> None:
    """Fail unless the token endpoint refused with this error."""
    assert_contract("TokenError", response.json())
    assert response.json()["error"] == error
    assert response.status_code in (statuses or (400,))


def test_an_exchange_gives_tokens_with_both_scopes(app: TheApp) -> None:
    response = app.exchange(app.code())
    assert response.status_code == 200
    assert_contract("TokenResponse", response.json())
    tokens = response.json()
    assert set(tokens["scope"].split()) == {"meeting:write:meeting", "user:read:user"}
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] in (3599, 3600)
    assert tokens["api_url"] == "https://api-eu.zoom.us"
    assert len(tokens["access_token"]) > 500
    assert response.headers["Cache-Control"] == "no-store"


def test_the_code_comes_back_with_the_state_as_it_was(app: TheApp) -> None:
    back = returned(app.http.get(authorize_url(auto="allow", state="a&b=c d")))
    assert back["state"] == "a&b=c d"
    assert set(back) == {"code", "state"}


def test_an_install_without_state_comes_back_without_one(app: TheApp) -> None:
    assert set(returned(app.http.get(authorize_url(auto="allow", state=None)))) == {"code"}


def test_decline_comes_back_as_access_denied(app: TheApp) -> None:
    back = returned(app.http.get(authorize_url(auto="deny")))
    assert (back["error"], back["state"]) == ("access_denied", "s-1")
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": None},
    ],
)
def test_a_foreign_client_or_address_is_never_redirected(app: TheApp, changes: dict[str, str | None]) -> None:
    response = app.http.get(authorize_url(auto="allow", **changes))
    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
def test_a_wrong_request_comes_back_as_an_error(app: TheApp, changes: dict[str, str | None], error: str) -> None:
    assert returned(app.http.get(authorize_url(auto="allow", **changes)))["error"] == error


def test_a_code_works_once(app: TheApp) -> None:
    code = app.code()
    assert app.exchange(code).status_code == 200
    assert_refused(app.exchange(code), "invalid_grant")


@pytest.mark.parametrize(("minutes", "status"), [(4.99, 200), (5, 400)])
def test_a_code_lives_five_minutes(app: TheApp, hands: Hands, minutes: float, status: int) -> None:
    code = app.code()
    hands.move(minutes=minutes)
    assert app.exchange(code).status_code == status


def test_an_unknown_code_is_refused(app: TheApp) -> None:
    assert_refused(app.exchange("never-made"), "invalid_grant")
    assert app.exchange("x").json()["reason"].startswith("Invalid authorization code")


def test_the_redirect_address_must_be_the_same_at_the_exchange(app: TheApp) -> None:
    assert_refused(app.exchange(app.code(), redirect_uri=CALLBACK + "2"), "invalid_request")


@pytest.mark.parametrize("verifier", ["", "A" * 43, VERIFIER[:-1], VERIFIER + "A", CHALLENGE])
def test_the_verifier_must_fit_the_challenge(app: TheApp, verifier: str) -> None:
    assert_refused(app.exchange(app.code(), code_verifier=verifier), "invalid_grant")


def test_a_code_without_challenge_takes_no_verifier(app: TheApp) -> None:
    without: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    assert_refused(app.exchange(app.code(**without)), "invalid_grant")
    assert app.exchange(app.code(**without), code_verifier="").status_code == 200


def test_plain_exists_and_compares_the_verifier_itself(app: TheApp) -> None:
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    assert app.exchange(app.code(**plain)).status_code == 200
    odd = {"code_challenge": "日本", "code_challenge_method": "plain"}
    assert_refused(app.exchange(app.code(**odd)), "invalid_grant")


@pytest.mark.parametrize("name", ["code", "redirect_uri"])
def test_a_missing_parameter_is_named(app: TheApp, name: str) -> None:
    response = app.exchange(**{"code": app.code()} | {name: ""})
    assert_refused(response, "invalid_request")
    assert name in response.json()["reason"]


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic Zm9vOmJhcg==", "Bearer Zm9vOmJhcg=="])
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_wrong_client_credentials_are_refused(app: TheApp, path: str, header: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    response = app.http.post(path, data=form, headers={"Authorization": header})
    assert_refused(response, "invalid_client", 400, 401)


def test_a_grant_type_that_zoom_has_not_is_refused(app: TheApp) -> None:
    assert_refused(app.post_token(grant_type="password"), "unsupported_grant_type")
    assert_refused(app.post_token(), "invalid_request")


def test_parameters_in_the_query_string_do_not_count(app: TheApp) -> None:
    query = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": CALLBACK}
    assert_refused(app.http.post("/oauth/token", params=query, headers=basic()), "invalid_request")


def test_a_refresh_rotates_and_the_used_token_is_dead(app: TheApp) -> None:
    app.connect()
    response = app.refresh()
    assert_contract("TokenResponse", response.json())
    assert response.json()["refresh_token"] != app.tokens["refresh_token"]
    assert_refused(app.refresh(), "invalid_grant")
    assert app.refresh().json()["reason"] == "Invalid Token!"
    assert app.refresh(response.json()["refresh_token"]).status_code == 200


def test_a_used_refresh_token_lives_on_for_the_grace_and_no_longer(
    app: TheApp, zoom: ZoomEmulator, hands: Hands
) -> None:
    zoom.switch(refresh_grace_seconds=30)
    app.connect()
    assert app.refresh().status_code == 200
    hands.move(seconds=20)
    assert app.refresh().status_code == 200
    hands.move(seconds=10)
    assert_refused(app.refresh(), "invalid_grant")


def test_an_access_token_lives_an_hour(app: TheApp, zoom: ZoomEmulator) -> None:
    app.connect()
    zoom.advance(3599)
    assert app.call("GET", "/v2/users/me").status_code == 200
    zoom.advance(1)
    response = app.call("GET", "/v2/users/me")
    assert (response.status_code, response.json()["code"]) == (401, 124)
    assert response.json()["message"] == "Access token is expired."


@pytest.mark.parametrize(("days", "status"), [(89.9, 200), (90, 400)])
def test_a_refresh_token_lives_ninety_days(app: TheApp, zoom: ZoomEmulator, days: float, status: int) -> None:
    app.connect()
    zoom.advance(days * 86400)
    assert app.refresh().status_code == status


def test_a_second_authorization_of_the_same_user_kills_the_first(zoom: ZoomEmulator) -> None:
    first, second = TheApp(zoom).connect(), TheApp(zoom).connect()
    response = first.call("GET", "/v2/users/me")
    assert (response.status_code, response.json()["message"]) == (401, "Invalid access token.")
    assert_refused(first.refresh(), "invalid_grant")
    assert second.call("GET", "/v2/users/me").status_code == 200


def test_another_user_is_not_touched_by_it(zoom: ZoomEmulator) -> None:
    mara, priya = TheApp(zoom).connect(MARA), TheApp(zoom).connect(PRIYA)
    assert mara.call("GET", "/v2/users/me").status_code == 200
    assert priya.call("GET", "/v2/users/me").status_code == 200


def test_revoke_kills_both_tokens_and_the_app_stays_listed(app: TheApp, zoom: ZoomEmulator) -> None:
    app.connect()
    response = app.http.post("/oauth/revoke", data={"token": app.tokens["access_token"]}, headers=basic())
    assert response.status_code == 200
    assert_contract("RevokeResponse", response.json())
    assert app.call("GET", "/v2/users/me").status_code == 401
    assert_refused(app.refresh(), "invalid_grant")
    listed = app.http.get("/__ctl/state").json()["installed_apps"]
    assert len(listed) == 1
    assert zoom.deliveries == []


def test_a_private_app_is_for_its_own_account(hands: Hands) -> None:
    zoom = ZoomEmulator(an_app(published=False), clock=hands)
    app = TheApp(zoom)
    assert app.http.get(authorize_url(auto="allow", user=PRIYA)).status_code == 403
    assert app.connect(MARA).call("GET", "/v2/users/me").status_code == 200
    zoom.switch(published=True)
    assert app.connect(PRIYA).call("GET", "/v2/users/me").status_code == 200


def test_the_scope_parameter_is_ignored(app: TheApp) -> None:
    tokens = app.exchange(app.code(scope="meeting:delete:meeting")).json()
    assert "delete" not in tokens["scope"]
