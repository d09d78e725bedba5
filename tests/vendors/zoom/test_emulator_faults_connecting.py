"""Faults while somebody connects: numbers 8 and 9 of contract chapter 10."""

from __future__ import annotations

import pytest

from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import assert_contract, authorize_url, returned

ALLOW = authorize_url(auto="allow", user="mara")


def test_fault_8_comes_back_without_state(broken: Broken) -> None:
    app = broken.app()
    broken.inject("callback-without-state")
    answer = returned(app.http.get(ALLOW))
    assert set(answer) == {"code"}
    assert app.exchange(answer["code"]).status_code == 200
    assert broken.struck() == (8, "code given, state left out", 302, 302)


def test_fault_8_comes_back_with_another_state(broken: Broken) -> None:
    app = broken.app()
    broken.inject("callback-wrong-state")
    answer = returned(app.http.get(ALLOW))
    assert answer["state"] == "another-state"
    assert app.exchange(answer["code"]).status_code == 200
    assert broken.struck() == (8, "code given, with another state", 302, 302)


def test_fault_8_comes_back_with_a_code_that_was_used(broken: Broken) -> None:
    app = broken.app()
    broken.inject("callback-code-replayed")
    answer = returned(app.http.get(ALLOW))
    assert answer["state"] == "s-1"
    assert app.exchange(answer["code"]).json() == {
        "reason": "Invalid authorization code (4734)",
        "error": "invalid_grant",
    }
    assert broken.struck() == (8, "code given that is used up already", 302, 302)


def test_fault_8_counts_allow_as_decline(broken: Broken) -> None:
    app = broken.app()
    broken.zoom.remove_app("mAraLq7TQd2fHk0xWv3s9A")
    broken.inject("callback-denied")
    assert returned(app.http.get(ALLOW)) == {
        "error": "access_denied",
        "error_description": "The user declined.",
        "state": "s-1",
    }
    assert broken.control("GET", "state").json()["installed_apps"] == []
    assert broken.struck() == (8, "answered access_denied, nothing was allowed", None, 302)


def test_fault_8_keeps_the_person_at_zoom(broken: Broken) -> None:
    app = broken.app()
    broken.inject("callback-never")
    page = app.http.get(ALLOW)
    assert page.status_code == 200
    assert "Location" not in page.headers
    assert "has to approve this app first" in page.text
    assert broken.struck() == (8, "the person was kept at Zoom, nothing was allowed", None, 200)


def test_fault_9_does_not_know_the_user(broken: Broken) -> None:
    app = broken.app()
    broken.inject(9)
    answer = app.me()
    assert (answer.status_code, answer.json()) == (404, {"code": 1001, "message": "User does not exist: me."})
    assert broken.struck() == (9, "answered 404, nothing was done", None, 404)


def test_fault_9_does_not_accept_the_token(broken: Broken) -> None:
    app = broken.app()
    broken.inject("me-refused")
    answer = app.me()
    assert (answer.status_code, answer.json()) == (401, {"code": 124, "message": "Invalid access token."})
    assert app.me().status_code == 200
    assert broken.struck() == (9, "answered 401, nothing was done", None, 401)


def test_fault_9_takes_long(broken: Broken) -> None:
    app = broken.app()
    broken.inject("me-slow", settings={"seconds": 20})
    assert app.me().status_code == 200
    assert broken.slept == [20]
    assert broken.struck() == (9, "done, answered after 20 s", 200, 200)


@pytest.mark.parametrize("name", ["email", "timezone"])
@pytest.mark.parametrize(("form", "value"), [("absent", "gone"), ("null", None), ("empty", "")])
def test_fault_9_leaves_email_or_timezone_out(broken: Broken, name: str, form: str, value: object) -> None:
    app = broken.app()
    whole = app.me().json()
    broken.inject(f"me-without-{name}", settings={"as": form})
    answer = app.me()
    assert answer.status_code == 200
    assert answer.json().get(name, "gone") == value
    assert {**answer.json(), name: whole[name]} == whole
    if form == "absent":
        assert_contract("UserMe", answer.json())
    assert broken.struck() == (9, f"done, answered without {name}", 200, 200)
