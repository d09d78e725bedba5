"""Meetings of the emulated Zoom: what they inherit, how long they live, what more scopes allow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import JONAS, MARA, PRIYA, RITA, Hands, TheApp, an_app, assert_contract

EVERYTHING = [
    "meeting:write:meeting",
    "user:read:user",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:read:meeting",
    "meeting:read:list_meetings",
]


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
def able(zoom: ZoomEmulator) -> TheApp:
    """An app that was granted everything, connected with Mara."""
    zoom.switch(scopes=EVERYTHING)
    return TheApp(zoom).connect()


@pytest.mark.parametrize(
    ("user", "waiting_room", "has_passcode", "recording"),
    [
        (MARA, True, True, "none"),
        (JONAS, False, True, "none"),
        (RITA, True, False, "cloud"),
        (PRIYA, False, True, "local"),
    ],
)
def test_each_meeting_inherits_waiting_room_passcode_and_recording_of_its_host(
    zoom: ZoomEmulator, user: str, waiting_room: bool, has_passcode: bool, recording: str
) -> None:
    meeting = TheApp(zoom).connect(user).create().json()
    assert meeting["settings"]["waiting_room"] is waiting_room
    assert meeting["settings"]["auto_recording"] == recording
    assert ("password" in meeting) is has_passcode
    assert ("?pwd=" in meeting["join_url"]) is has_passcode
    assert_contract("MeetingCreateResponse", meeting)


def test_what_the_request_says_wins_over_what_would_be_inherited(zoom: ZoomEmulator) -> None:
    wanted = {"use_pmi": False, "waiting_room": False, "auto_recording": "local"}
    meeting = TheApp(zoom).connect(MARA).create(settings=wanted, password="s3cret").json()
    assert meeting["settings"]["waiting_room"] is False
    assert meeting["settings"]["auto_recording"] == "local"
    assert meeting["password"] == "s3cret"


def test_use_pmi_false_makes_a_unique_meeting_where_the_user_prefers_the_personal_id(zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(PRIYA)
    me = app.call("GET", "/v2/users/me").json()
    assert me["use_pmi"] is True
    first, second = app.create().json(), app.create().json()
    assert len({first["id"], second["id"], me["pmi"]}) == 3


def test_leaving_use_pmi_out_puts_every_meeting_on_the_personal_id(zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(PRIYA)
    first, second = app.create(settings=...).json(), app.create(settings={}).json()
    assert first["id"] == second["id"] == app.call("GET", "/v2/users/me").json()["pmi"]
    assert first["pmi"] == str(first["id"])
    assert len(zoom.meetings) == 2


def test_a_granted_scope_lets_the_meeting_be_read_listed_changed_and_deleted(able: TheApp) -> None:
    meeting = able.create().json()
    path = f"/v2/meetings/{meeting['id']}"

    read = able.call("GET", path)
    assert read.status_code == 200
    assert_contract("MeetingCreateResponse", read.json())
    assert read.json()["status"] == "waiting"

    listed = able.call("GET", "/v2/users/me/meetings").json()
    assert [item["id"] for item in listed["meetings"]] == [meeting["id"]]
    assert "start_url" not in listed["meetings"][0]

    moved = able.call("PATCH", path, {"start_time": "2026-12-01T08:00:00Z", "duration": 45})
    assert (moved.status_code, moved.content) == (204, b"")
    changed = able.call("GET", path).json()
    assert (changed["start_time"], changed["duration"]) == ("2026-12-01T08:00:00Z", 45)
    assert changed["join_url"] == meeting["join_url"]

    assert able.call("DELETE", path).status_code == 204
    gone = able.call("GET", path)
    assert (gone.status_code, gone.json()["code"]) == (404, 3001)
    assert gone.json()["message"] == f"Meeting does not exist: {meeting['id']}."


def test_a_change_is_validated_like_a_create(able: TheApp) -> None:
    meeting = able.create().json()
    response = able.call("PATCH", f"/v2/meetings/{meeting['id']}", {"duration": 0})
    assert response.json()["errors"][0]["field"] == "duration"


def test_a_list_comes_in_pages(able: TheApp) -> None:
    made = {able.create().json()["id"] for _ in range(5)}
    seen: list[int] = []
    token = ""
    while True:
        page = able.call("GET", f"/v2/users/me/meetings?page_size=2&next_page_token={token}").json()
        seen += [item["id"] for item in page["meetings"]]
        token = page["next_page_token"]
        if not token:
            break
    assert (set(seen), len(seen), page["total_records"]) == (made, 5, 5)


def test_nobody_reaches_a_meeting_of_somebody_else(able: TheApp, zoom: ZoomEmulator) -> None:
    meeting = able.create().json()
    other = TheApp(zoom).connect(JONAS)
    assert other.call("GET", f"/v2/meetings/{meeting['id']}").status_code == 404
    assert other.call("DELETE", f"/v2/meetings/{meeting['id']}").status_code == 404
    assert len(zoom.meetings) == 1


def test_an_id_expires_thirty_days_after_its_date(able: TheApp, hands: Hands) -> None:
    path = f"/v2/meetings/{able.create().json()['id']}"
    hands.now = datetime(2026, 12, 25, 12, 59, tzinfo=UTC)
    able.connect()
    assert able.call("GET", path).status_code == 200
    hands.move(minutes=1)
    assert able.call("GET", path).status_code == 404


def test_use_keeps_an_id_alive(able: TheApp, hands: Hands) -> None:
    link = able.create().json()["join_url"]
    hands.move(days=25)
    assert able.http.get(link).status_code == 200
    hands.move(days=25)
    assert able.http.get(link).status_code == 200


def test_the_join_base_leads_every_link_to_the_served_emulator() -> None:
    zoom = ZoomEmulator(an_app(), join_base="http://127.0.0.1:8001/", clock=Hands())
    meeting = TheApp(zoom).connect().create().json()
    assert meeting["join_url"].startswith(f"http://127.0.0.1:8001/j/{meeting['id']}?pwd=")


def test_the_same_seed_makes_the_same_meetings() -> None:
    def first_two(seed: int) -> list[tuple[Any, ...]]:
        zoom = ZoomEmulator(an_app(), clock=Hands(), seed=seed)
        app = TheApp(zoom).connect()
        made = [app.create().json() for _ in range(2)]
        return [(m["id"], m["uuid"], m["join_url"], m["password"], app.tokens["access_token"]) for m in made]

    assert first_two(1) == first_two(1)
    assert first_two(1) != first_two(2)


def test_many_threads_get_a_meeting_each(zoom: ZoomEmulator) -> None:
    zoom.switch(limits=False)
    app = TheApp(zoom).connect()
    with ThreadPoolExecutor(16) as threads:
        ids = set(threads.map(lambda _: app.create().json()["id"], range(64)))
    assert len(ids) == len(zoom.meetings) == 64


def test_a_slow_zoom_answers_later(zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect()
    zoom.switch(delay_seconds=0.05)
    began = time.monotonic()
    assert app.create().status_code == 201
    assert time.monotonic() - began >= 0.05
