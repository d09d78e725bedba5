"""Faults of any call: numbers 12 and 18 to 21 of contract chapter 10."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest

from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import MARA, assert_contract

PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
PER_DAY = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)
CAP = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)


def test_fault_12_answers_503_to_everything(broken: Broken) -> None:
    app = broken.app()
    broken.inject("answers-503", times=None)
    assert [app.create().status_code, app.me().status_code, app.refresh().status_code] == [503, 503, 503]
    assert app.refresh().json() == {"reason": "Service unavailable", "error": "server_error"}
    assert {(each["fault"], each["done"], each["told"]) for each in broken.journal()} == {(12, None, 503)}


def test_the_switch_of_the_tour_is_a_rule_like_others(broken: Broken) -> None:
    app = broken.app()
    broken.control("POST", "switch", {"answers_503": True})
    assert app.me().status_code == 503
    (rule,) = broken.control("GET", "faults").json()["rules"]
    assert (rule["id"], rule["name"]) == ("switch", "answers-503")
    assert broken.struck() == (12, "answered 503, nothing was done", None, 503)
    broken.control("DELETE", "faults/switch")
    assert app.me().status_code == 200


def test_fault_18_says_a_missing_scope_in_broken_json(broken: Broken) -> None:
    app = broken.app()
    broken.inject("scope-error-malformed")
    answer = app.create()
    scope = "meeting:write:meeting"
    assert answer.status_code == 400
    assert answer.text == (
        f'{{"code":4711,"message":"Invalid access token, does not contain scopes:["{scope}","{scope}:admin"]."}}'
    )
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert broken.struck() == (18, "answered 400, nothing was done", None, 400)


@pytest.mark.parametrize(("status", "words"), [(500, "Internal Server Error"), (401, "Unauthorized")])
def test_fault_18_answers_an_error_in_xml(broken: Broken, status: int, words: str) -> None:
    app = broken.app()
    broken.inject("xml-error", settings={"status": status})
    answer = app.create()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/xml")
    assert answer.text == (
        f'<?xml version="1.0" encoding="UTF-8"?><error><code>{status}</code><message>{words}</message></error>'
    )
    assert broken.struck() == (18, f"answered {status}, nothing was done", None, status)


def test_fault_18_answers_the_page_of_a_proxy(broken: Broken) -> None:
    app = broken.app()
    broken.inject("html-error", settings={"status": 504})
    answer = app.me()
    assert (answer.status_code, answer.headers["Content-Type"]) == (504, "text/html; charset=utf-8")
    assert "<h1>504 Gateway Timeout</h1>" in answer.text
    assert broken.struck() == (18, "answered 504, nothing was done", None, 504)


def test_fault_18_answers_with_an_empty_body(broken: Broken) -> None:
    app = broken.app()
    broken.inject("empty-body")
    answer = app.create()
    assert (answer.status_code, answer.content) == (201, b"")
    (meeting,) = broken.zoom.meetings
    told = f"meeting {meeting['id']} created, answered 201 without a body"
    assert broken.struck() == (18, told, 201, 201)


def test_fault_18_packs_the_answer(broken: Broken) -> None:
    app = broken.app()
    broken.inject("gzip-body")
    with app.http.stream(
        "GET", "/v2/users/me", headers={"Authorization": f"Bearer {app.tokens['access_token']}"}
    ) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed))["email"] == "mara@nordlicht.example"
    assert broken.struck() == (18, "done, answer packed with gzip", 200, 200)


@pytest.mark.parametrize(
    ("name", "message", "until"),
    [
        ("too-fast", PER_SECOND, "2026-11-24T09:00:01Z"),
        ("daily-limit", PER_DAY, "2026-11-25T00:00:00Z"),
        ("meeting-cap", CAP, "2026-11-25T00:00:00Z"),
        ("too-many-together", "Too many concurrent requests. Try again later.", "2026-11-24T09:00:01Z"),
    ],
)
def test_fault_19_names_each_limit_with_each_header(broken: Broken, name: str, message: str, until: str) -> None:
    app = broken.app()
    answers: dict[str, httpx.Response] = {}
    for form in ("none", "iso", "seconds", "date"):
        broken.inject(name, settings={"retry_after": form})
        answers[form] = app.create()
    for answer in answers.values():
        assert (answer.status_code, answer.json()) == (429, {"code": 429, "message": message})
        assert_contract("ApiError", answer.json())
    assert "Retry-After" not in answers["none"].headers
    assert answers["iso"].headers["Retry-After"] == until
    assert answers["seconds"].headers["Retry-After"] == ("1" if until.endswith("01Z") else str(15 * 3600))
    assert answers["date"].headers["Retry-After"].endswith(f"{until[11:19]} GMT")
    assert broken.zoom.meetings == []
    assert {(each["fault"], each["happened"]) for each in broken.journal()} == {(19, "answered 429, nothing was done")}


def test_fault_19_has_the_reported_code_too(broken: Broken) -> None:
    app = broken.app()
    broken.inject("too-fast", settings={"code": 4001})
    assert app.create().json()["code"] == 4001
    assert broken.struck() == (19, "answered 429, nothing was done", None, 429)


@pytest.mark.parametrize(
    ("name", "status", "code", "message"),
    [
        ("may-not-host", 400, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities."),
        ("no-permission", 400, 200, "No permission."),
        ("may-not-schedule", 400, 3000, "You cannot schedule a meeting for mara@nordlicht.example."),
        ("user-gone", 404, 1001, "User does not exist: mAraLq7TQd2fHk0xWv3s9A."),
        ("invitation-expired", 400, 1120, "The invitation of the user has expired."),
    ],
)
def test_fault_20_refuses_for_good(broken: Broken, name: str, status: int, code: int, message: str) -> None:
    app = broken.app()
    broken.inject(name)
    answer = app.create()
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": message})
    assert broken.zoom.meetings == []
    assert broken.struck() == (20, f"answered {status}, nothing was done", None, status)


def test_fault_20_has_the_other_words_of_200(broken: Broken) -> None:
    app = broken.app()
    broken.inject("no-permission", settings={"message": "Only available for paid account"})
    assert app.create().json() == {"code": 200, "message": "Only available for paid account"}
    assert broken.struck()[0] == 20


def test_fault_20_refuses_a_field_for_as_long_as_it_is_sent(broken: Broken) -> None:
    app = broken.app()
    broken.inject("field-refused", settings={"field": "timezone"}, times=None)
    answer = app.create()
    errors = [{"field": "timezone", "message": "Invalid field."}]
    assert answer.status_code == 400
    assert answer.json() == {"code": 300, "message": "Validation Failed.", "errors": errors}
    assert app.create(timezone=...).status_code == 201
    assert broken.struck() == (20, "answered 400, nothing was done", None, 400)


def test_fault_21_sends_the_app_to_another_host(broken: Broken) -> None:
    app = broken.app()
    broken.inject(21, settings={"host": "api-in.zoom.us"}, user=MARA)
    answer = app.create()
    assert answer.status_code == 307
    assert answer.headers["Location"] == "https://api-in.zoom.us/v2/users/me/meetings"
    assert broken.zoom.meetings == []
    assert broken.struck() == (21, "sent on to api-in.zoom.us, nothing was done", None, 307)
