"""The ledger of the emulated Zoom says of every request what really came of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import MARA, basic


def entries(broken: Broken, after: int = 0) -> list[dict[str, Any]]:
    page: dict[str, Any] = broken.control("GET", f"ledger?after={after}").json()
    assert page["more"] is False
    return list(page["entries"])


def test_a_meeting_is_made_changed_and_deleted_under_its_booking_reference(broken: Broken) -> None:
    broken.zoom.switch(
        scopes=["user:read:user", *(f"meeting:{verb}:meeting" for verb in ("write", "update", "delete"))]
    )
    app = broken.app()
    number = app.create(agenda="Booking ref ABC123\nhttps://host.example/b/1").json()["id"]
    app.call("PATCH", f"/v2/meetings/{number}", {"duration": 45})
    app.call("DELETE", f"/v2/meetings/{number}")
    app.call("DELETE", f"/v2/meetings/{number}")
    told = [(e["method"], e["status"], e["effect"], e["meeting_id"], e["reference"]) for e in entries(broken, after=1)]
    assert told == [
        ("POST", 201, "made", number, "ABC123"),
        ("PATCH", 204, "changed", number, "ABC123"),
        ("DELETE", 204, "deleted", number, "ABC123"),
        ("DELETE", 404, "", None, ""),
    ]


def test_an_entry_names_number_times_route_and_user(broken: Broken) -> None:
    broken.zoom.advance(60)
    app = broken.app()
    app.me()
    first, second = entries(broken)
    assert (first["number"], second["number"]) == (1, 2)
    assert (first["route"], second["route"]) == ("/oauth/token", "/v2/users/me")
    assert second["at"] == "2026-11-24T09:01:00.000+00:00"
    assert second["outside"] == "2026-11-24T09:00:00.000+00:00"
    assert second["user_id"] == broken.zoom.people.find(MARA).id  # type: ignore[union-attr]


def test_a_lost_answer_is_dropped_and_its_meeting_made(broken: Broken) -> None:
    app = broken.app()
    broken.inject(10)
    with pytest.raises(httpx.RemoteProtocolError):
        app.create()
    entry = entries(broken)[-1]
    assert (entry["status"], entry["done"], entry["faults"]) == ("dropped", 201, ["create-answer-lost"])
    assert (entry["effect"], entry["meeting_id"]) == ("made", broken.zoom.meetings[0]["id"])


def test_a_failure_before_the_work_has_no_effect_and_one_after_it_has(broken: Broken) -> None:
    app = broken.app()
    for fault in ("fails-before", "create-fails-after"):
        broken.inject(fault)
        app.create()
    before, after = entries(broken)[-2:]
    assert (before["status"], before["done"], before["effect"]) == (503, None, "")
    assert (after["status"], after["done"], after["effect"]) == (503, 201, "made")


def test_a_late_answer_says_how_late(broken: Broken) -> None:
    app = broken.app()
    broken.inject(11, settings={"seconds": 20})
    app.create()
    assert entries(broken)[-1]["late"] == 20


def test_tokens_are_told_by_kind_and_whether_new_ones_were_given(broken: Broken) -> None:
    app = broken.app()
    used = app.tokens["refresh_token"]
    app.tokens = app.refresh().json()
    app.refresh(used)
    broken.inject("token-answer-lost")
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh()
    app.post_token(grant_type="password")
    app.http.post("/oauth/revoke", data={"token": app.tokens["access_token"]}, headers=basic())
    told = [(e["kind"], e["status"], e["issued"]) for e in entries(broken)]
    assert told == [
        ("exchange", 200, True),
        ("refresh", 200, True),
        ("refresh", 400, False),
        ("refresh", "dropped", True),
        ("other", 400, False),
        ("revoke", 200, False),
    ]


def test_the_ledger_is_read_on_from_a_number_and_holds_no_token(broken: Broken) -> None:
    app = broken.app()
    app.create()
    assert [entry["number"] for entry in entries(broken, after=1)] == [2]
    assert entries(broken, after=2) == []
    text = broken.control("GET", "ledger").text
    assert not any(secret in text for secret in (app.tokens["access_token"], app.tokens["refresh_token"]))


def test_long_ledgers_come_in_pages(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.vendors.zoom.emulator.ledger.PAGE", 2)
    app = broken.app()
    app.me()
    app.me()
    first = broken.control("GET", "ledger?after=0").json()
    rest = broken.control("GET", "ledger?after=2").json()
    assert [e["number"] for e in first["entries"] + rest["entries"]] == [1, 2, 3]
    assert (first["more"], rest["more"]) == (True, False)


@pytest.mark.parametrize("after", ["-1", "x", "²", "1" * 12])
def test_what_is_no_number_is_refused(broken: Broken, after: str) -> None:
    assert broken.control("GET", f"ledger?after={after}").status_code == 400
