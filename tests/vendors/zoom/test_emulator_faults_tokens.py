"""Faults of tokens and of the app: numbers 1 to 7, 22 and 27 of contract chapter 10."""

from __future__ import annotations

import httpx
import pytest

from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import CALLBACK, JONAS, VERIFIER, assert_contract, authorize_url, basic

BOTH = "meeting:write:meeting user:read:user"


def test_fault_1_loses_the_answer_after_the_tokens_were_rotated(broken: Broken) -> None:
    app = broken.app()
    broken.inject(2, settings={"seconds": 60})
    broken.inject(1)
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh()
    assert [(each["fault"], each["happened"], each["done"], each["told"]) for each in broken.journal()] == [
        (2, "tokens rotated, the earlier refresh token works on for 60 s", 200, None),
        (1, "tokens rotated, answer lost", 200, None),
    ]
    assert app.refresh().status_code == 200  # the same token again, within the grace


def test_fault_1_without_grace_ends_the_chain(broken: Broken) -> None:
    app = broken.app()
    broken.inject(1)
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh()
    assert broken.struck() == (1, "tokens rotated, answer lost", 200, None)
    assert app.refresh().json() == {"reason": "Invalid Token!", "error": "invalid_grant"}


@pytest.mark.parametrize(
    ("seconds", "after", "statuses"),
    [(0, 0, [400, 400]), (60, 59, [200, 400]), (None, 3600, [200, 200])],
    ids=["none", "a minute", "without end"],
)
def test_fault_2_decides_how_long_the_earlier_refresh_token_works(
    broken: Broken, seconds: float | None, after: float, statuses: list[int]
) -> None:
    app = broken.app()
    broken.inject(2, settings={"seconds": seconds})
    assert app.refresh().status_code == 200
    length = "without end" if seconds is None else f"for {seconds} s"
    assert broken.struck() == (2, f"tokens rotated, the earlier refresh token works on {length}", 200, 200)
    found = []
    for wait in (after, 86400 if seconds is None else 2):
        broken.hands.move(seconds=wait)
        found.append(app.refresh().status_code)
    assert found == statuses


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("reason", [True, False])
def test_fault_3_says_invalid_grant_with_and_without_a_reason(broken: Broken, reason: bool, status: int) -> None:
    app = broken.app()
    broken.inject(3, settings={"reason": reason, "status": status})
    answer = app.refresh()
    expected = {"reason": "Invalid Token!", "error": "invalid_grant"} if reason else {"error": "invalid_grant"}
    assert (answer.status_code, answer.json()) == (status, expected)
    assert_contract("TokenError", answer.json())
    assert broken.struck() == (3, f"answered {status}, nothing was done", None, status)
    assert app.refresh().status_code == 200  # the token was good all the time


def test_fault_3_of_an_exchange_speaks_of_the_code(broken: Broken) -> None:
    app = broken.app()
    broken.inject(3, route="POST /oauth/token authorization_code")
    assert app.refresh().status_code == 200
    assert app.exchange(app.code()).json() == {"reason": "Invalid authorization code", "error": "invalid_grant"}
    assert broken.struck() == (3, "answered 400, nothing was done", None, 400)


@pytest.mark.parametrize("status", [400, 401])
def test_fault_4_does_not_know_the_credentials(broken: Broken, status: int) -> None:
    app = broken.app()
    broken.inject(4, settings={"status": status})
    answer = app.refresh()
    assert answer.status_code == status
    assert answer.json() == {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    assert broken.struck() == (4, f"answered {status}, nothing was done", None, status)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_fault_5_gives_no_tokens_but_a_server_error(broken: Broken, status: int) -> None:
    app = broken.app()
    broken.inject("token-fails", settings={"status": status})
    answer = app.refresh()
    assert answer.status_code == status
    assert answer.json() == {"reason": "Service unavailable", "error": "server_error"}
    assert broken.struck() == (5, f"answered {status}, nothing was done", None, status)
    assert app.refresh().status_code == 200


def test_fault_5_rotates_and_says_that_it_failed(broken: Broken) -> None:
    app = broken.app()
    broken.inject("token-fails-after")
    assert app.refresh().status_code == 503
    assert broken.struck() == (5, "tokens rotated, answered 503", 200, 503)
    assert app.refresh().status_code == 400


@pytest.mark.parametrize("status", [502, 200])
def test_fault_5_answers_a_page_of_html(broken: Broken, status: int) -> None:
    app = broken.app()
    broken.inject("token-html", settings={"status": status})
    answer = app.refresh()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert broken.struck() == (5, f"answered {status}, nothing was done", None, status)


def test_fault_5_takes_long(broken: Broken) -> None:
    app = broken.app()
    broken.inject("token-slow", settings={"seconds": 30})
    assert app.refresh().status_code == 200
    assert broken.slept == [30]
    assert broken.struck() == (5, "tokens rotated, answered after 30 s", 200, 200)


def test_fault_6_gives_no_new_refresh_token_and_the_used_one_stays_good(broken: Broken) -> None:
    app = broken.app()
    broken.inject(6)
    answer = app.refresh()
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert answer.json()["access_token"] != app.tokens["access_token"]
    assert broken.struck() == (6, "access token given, refresh token not rotated", 200, 200)
    broken.hands.move(days=89)
    assert app.refresh().status_code == 200
    assert app.refresh().status_code == 400  # from then on it is rotated as usual


def test_fault_7_leaves_a_scope_out(broken: Broken) -> None:
    app = broken.app()
    broken.inject("scope-missing")
    app.tokens = app.refresh().json()
    assert app.tokens["scope"] == "user:read:user"
    assert broken.struck() == (7, "tokens rotated without the scope meeting:write:meeting", 200, 200)
    assert app.create().json()["code"] == 4711
    app.tokens = app.refresh().json()
    assert app.create().status_code == 201


def test_fault_7_gives_a_scope_more(broken: Broken) -> None:
    app = broken.app()
    broken.inject("scope-extra")
    assert app.refresh().json()["scope"] == f"{BOTH} recording:read:recording"
    assert broken.struck() == (7, "tokens rotated with the scope recording:read:recording as well", 200, 200)


def test_fault_7_gives_the_scopes_in_another_order(broken: Broken) -> None:
    app = broken.app()
    broken.inject("scope-reordered")
    app.tokens = app.refresh().json()
    assert app.tokens["scope"] == "user:read:user meeting:write:meeting"
    assert app.create().status_code == 201
    assert broken.struck() == (7, "tokens rotated, scopes in another order", 200, 200)


def test_fault_22_lets_the_access_token_die_before_its_hour(broken: Broken) -> None:
    app = broken.app()
    broken.inject(22, settings={"seconds": 60})
    app.tokens = app.refresh().json()
    assert app.tokens["expires_in"] == 3599
    assert app.me().status_code == 200
    broken.hands.move(seconds=60)
    assert app.me().json() == {"code": 124, "message": "Access token is expired."}
    assert broken.struck() == (22, "tokens rotated, the access token lives 60 s", 200, 200)


def test_fault_22_ends_the_access_token_in_the_middle(broken: Broken) -> None:
    app = broken.app()
    broken.inject("token-dies-now")
    answer = app.create()
    assert (answer.status_code, answer.json()) == (401, {"code": 124, "message": "Invalid access token."})
    assert broken.struck() == (22, "access token ended, nothing was done", None, 401)
    assert app.create().status_code == 401
    app.tokens = app.refresh().json()
    assert app.create().status_code == 201


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("app-disabled", "invalid_client", "The app has been disabled (4717)"),
        ("admin-disabled", "invalid_grant", "The app has been disabled by the admin (4738)"),
    ],
)
def test_fault_27_puts_the_app_out_of_service(broken: Broken, name: str, error: str, reason: str) -> None:
    app = broken.app()
    code = app.code()
    broken.inject(name, times=None)
    exchange = app.exchange(code, redirect_uri=CALLBACK, code_verifier=VERIFIER)
    for answer in (app.refresh(), exchange):
        assert (answer.status_code, answer.json()) == (400, {"reason": reason, "error": error})
        assert_contract("TokenError", answer.json())
    assert app.me().json() == {"code": 124, "message": "Invalid access token."}
    page = app.http.get(authorize_url(auto="allow", user=JONAS))
    assert page.status_code == 403
    assert reason in page.text
    assert {(each["fault"], each["done"]) for each in broken.journal()} == {(27, None)}
    broken.control("DELETE", "faults")
    assert app.refresh().status_code == 200
    assert app.http.post("/oauth/revoke", data={"token": "x"}, headers=basic()).status_code == 200
