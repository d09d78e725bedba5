"""What the emulated Zoom lists, and which scopes of older apps it knows."""

from __future__ import annotations

from typing import Any

import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import Hands, TheApp, an_app

LIST = "/v2/users/me/meetings"


def connected(*scopes: str, hands: Hands | None = None) -> TheApp:
    return TheApp(ZoomEmulator(an_app(scopes=("user:read:user", *scopes)), clock=hands or Hands())).connect()


def listed(app: TheApp, query: str = "") -> list[dict[str, Any]]:
    answer = app.call("GET", f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["meetings"])


def test_an_agenda_is_listed_and_cut_after_250_characters() -> None:
    app = connected("meeting:write:meeting", "meeting:read:list_meetings")
    app.create(agenda="Booking ref ABC123\n" + "x" * 1000)
    (only,) = listed(app)
    assert only["agenda"].startswith("Booking ref ABC123\n")
    assert len(only["agenda"]) == 250


def test_upcoming_ones_have_not_ended_and_scheduled_ones_have_not_expired() -> None:
    hands = Hands()
    app = connected("meeting:write:meeting", "meeting:read:list_meetings", hands=hands)
    number = app.create().json()["id"]
    hands.move(days=1, hours=4, minutes=15)  # the meeting runs
    app.tokens = app.refresh().json()
    assert [meeting["id"] for meeting in listed(app, "type=upcoming")] == [number]
    hands.move(minutes=15)
    assert listed(app, "type=upcoming") == []
    assert [meeting["id"] for meeting in listed(app)] == [number]


def test_an_instant_meeting_is_not_listed() -> None:
    app = connected("meeting:write:meeting", "meeting:read:list_meetings")
    app.create(type=1)
    assert listed(app) == []


def test_an_unknown_list_is_refused() -> None:
    app = connected("meeting:read:list_meetings")
    assert app.call("GET", f"{LIST}?type=all").json()["errors"][0]["field"] == "type"


@pytest.mark.parametrize(
    ("classic", "statuses"), [("meeting:write", [201, 204, 204, 400]), ("meeting:read", [400, 200])]
)
def test_an_older_app_has_scopes_that_cover_several(classic: str, statuses: list[int]) -> None:
    app = connected(classic)
    made = app.create()
    told = [made.status_code]
    if made.status_code == 201:
        path = f"/v2/meetings/{made.json()['id']}"
        told += [app.call("PATCH", path, {"duration": 45}).status_code, app.call("DELETE", path).status_code]
    assert [*told, app.call("GET", LIST).status_code] == statuses
