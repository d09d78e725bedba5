"""Zoom's clock: it can be read, set, moved on and made wrong, and everything ages by it."""

from __future__ import annotations

import pytest

from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import MARA, PRIYA, authorize_url

NOW = "2026-11-24T09:00:00Z"


def test_the_clock_says_both_times(broken: Broken) -> None:
    assert broken.control("GET", "clock").json() == {"now": NOW, "outside": NOW, "skew_seconds": 0}
    moved = broken.control("POST", "clock", {"advance_seconds": 3600}).json()
    assert (moved["now"], moved["outside"]) == ("2026-11-24T10:00:00Z", NOW)


def test_tokens_age_by_it(broken: Broken) -> None:
    app = broken.app()
    broken.control("POST", "clock", {"advance_seconds": 3600})
    assert app.me().json() == {"code": 124, "message": "Access token is expired."}
    broken.control("POST", "clock", {"advance_seconds": 90 * 86400 - 3601})
    app.tokens = app.refresh().json()
    assert app.me().status_code == 200
    broken.control("POST", "clock", {"advance_seconds": 90 * 86400})
    assert app.refresh().json()["error"] == "invalid_grant"


def test_the_daily_cap_ends_at_midnight_utc(broken: Broken) -> None:
    broken.control("POST", "clock", {"set": "2026-11-24T23:58:00Z"})
    app = broken.app()
    for _ in range(100):
        broken.control("POST", "clock", {"advance_seconds": 1})
        assert app.create().status_code == 201
    assert app.create().status_code == 429
    broken.control("POST", "clock", {"set": "2026-11-24T23:59:59Z"})
    assert app.create().status_code == 429
    broken.control("POST", "clock", {"advance_seconds": 1})
    assert app.create().status_code == 201


def test_a_meeting_expires_thirty_days_after_its_date(broken: Broken) -> None:
    broken.zoom.switch(scopes=["meeting:write:meeting", "user:read:user", "meeting:read:meeting"])
    app = broken.app()
    meeting = app.create(start_time="2026-11-25T09:00:00Z").json()
    page = meeting["join_url"].partition(".zoom.us")[2] or "/" + meeting["join_url"].split("/", 3)[3]
    broken.control("POST", "clock", {"set": "2026-12-25T08:59:59Z"})
    app.tokens = app.refresh().json()
    assert app.call("GET", f"/v2/meetings/{meeting['id']}").status_code == 200
    broken.control("POST", "clock", {"advance_seconds": 1})
    assert app.call("GET", f"/v2/meetings/{meeting['id']}").json()["code"] == 3001
    assert app.http.get(page).status_code == 404


def test_it_can_be_set_back_and_then_counts_on_as_usual(broken: Broken) -> None:
    app = broken.app()
    broken.control("POST", "clock", {"advance_seconds": 86400})
    app.tokens = app.refresh().json()
    assert app.create(start_time="2026-12-24T09:00:00Z").status_code == 201
    assert broken.control("POST", "clock", {"set": "2026-11-24T10:00:00+01:00"}).json()["now"] == NOW
    assert app.create().status_code == 201


def test_a_skew_makes_every_time_of_zooms_wrong(broken: Broken) -> None:
    app = broken.app()
    skewed = broken.control("POST", "clock", {"skew_seconds": -600}).json()
    assert skewed == {"now": "2026-11-24T08:50:00Z", "outside": NOW, "skew_seconds": -600}
    assert app.create().json()["created_at"] == "2026-11-24T08:50:00Z"
    broken.control("POST", "deauthorize", {"user_id": MARA})
    assert broken.zoom.deliveries[0]["headers"]["x-zm-request-timestamp"] == str(
        int(broken.hands.now.timestamp()) - 600
    )


@pytest.mark.parametrize(
    "body",
    [
        {"advance_seconds": -1},
        {"advance_seconds": "1"},
        {"advance_seconds": True},
        {"advance_seconds": 1e12},
        {"set": "tomorrow"},
        {"set": "2026-11-24T10:00:00"},
        {"set": "9999-12-31T23:59:59Z"},
        {"skew_seconds": 1e6},
        {"skew_seconds": None},
        {"advance_seconds": 1, "skew_seconds": 1},
        {"hour": 1},
    ],
)
def test_a_wrong_time_is_refused_and_changes_nothing(broken: Broken, body: dict[str, object]) -> None:
    assert broken.control("POST", "clock", body).status_code == 400
    assert broken.control("GET", "clock").json()["now"] == NOW


def test_a_private_app_is_for_its_own_account_and_hears_of_no_removal(broken: Broken) -> None:
    app = broken.app()
    broken.control("POST", "switch", {"published": False})
    assert app.http.get(authorize_url(auto="allow", user=PRIYA)).status_code == 403
    assert app.http.get(authorize_url(auto="allow", user="rita")).status_code == 302
    assert broken.control("POST", "deauthorize", {"user_id": MARA}).json()["delivery"] is None
    assert broken.control("POST", "event", {"user": MARA}).json()["delivery"] is None
    broken.control("POST", "switch", {"published": True})
    assert app.http.get(authorize_url(auto="allow", user=PRIYA)).status_code == 302
