"""What survives a restart of the emulated Zoom, and the control API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import CALLBACK, JONAS, MARA, VERIFIER, Hands, TheApp, a_receiver, an_app


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the state is kept."""
    return tmp_path / "zoom.state"


def a_zoom(path: Path | None, hands: Hands | None = None, **app: Any) -> ZoomEmulator:
    """Start an emulated Zoom on the file."""
    return ZoomEmulator(an_app(**app), state_file=path, clock=hands or Hands(), retry_scale=1e-4)


def control(zoom: ZoomEmulator, name: str, body: object = None) -> httpx.Response:
    """Post to the control API."""
    return TheApp(zoom).http.post(f"/__ctl/{name}", json=body)


def test_tokens_codes_meetings_and_switches_survive_a_restart(path: Path) -> None:
    first = a_zoom(path)
    app = TheApp(first).connect(MARA)
    meeting = app.create().json()
    app.http.get(meeting["join_url"])
    code = TheApp(first).code(JONAS)
    first.switch(answers_503=True, delay_seconds=0.01)
    first.advance(60)
    before = control(first, "clock", {"advance_seconds": 0}).json()
    first.close()

    again = a_zoom(path)
    assert control(again, "clock", {"advance_seconds": 0}).json() == before
    app.http = TheApp(again).http
    assert app.create().status_code == 503
    again.switch(answers_503=False)
    assert again.meetings == first.meetings
    assert again.meetings[0]["joins"] == 1
    assert app.call("GET", "/v2/users/me").status_code == 200
    assert app.create().json()["id"] != meeting["id"]
    assert app.refresh().status_code == 200
    form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert app.post_token(grant_type="authorization_code", **form).status_code == 200
    assert len(app.http.get("/__ctl/state").json()["installed_apps"]) == 2
    again.close()


def test_the_state_survives_a_kill(path: Path) -> None:
    killed = a_zoom(path)
    app = TheApp(killed).connect()
    app.create()
    again = a_zoom(path)  # the first one never closed its file
    app.http = TheApp(again).http
    assert app.call("GET", "/v2/users/me").status_code == 200
    assert len(again.meetings) == 1


def test_a_line_that_was_cut_short_does_not_count(path: Path) -> None:
    first = a_zoom(path)
    app = TheApp(first).connect()
    app.create()
    first.close()
    with path.open("a") as file:
        file.write('[["meeting","x",{"bo')
    again = a_zoom(path)
    app.http = TheApp(again).http
    assert app.create().status_code == 201
    again.close()
    assert len(a_zoom(path).meetings) == 2


def test_a_file_of_something_else_is_begun_anew(path: Path) -> None:
    path.write_text("SQLite format 3")
    first = a_zoom(path)
    TheApp(first).connect().create()
    first.close()
    assert len(a_zoom(path).meetings) == 1


def test_the_file_does_not_grow_without_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.vendors.zoom.emulator.journal.REWRITE_AFTER", 20)
    zoom = a_zoom(path)
    app = TheApp(zoom).connect()
    for _ in range(50):
        app.call("GET", "/v2/users/me")
        app.refresh(app.tokens["refresh_token"])
        zoom.advance(1)
    assert len(path.read_text().splitlines()) < 40
    zoom.close()
    app.http = TheApp(a_zoom(path)).http
    assert app.call("GET", "/v2/users/me").status_code == 200


def test_the_daily_cap_survives_a_restart(path: Path) -> None:
    hands = Hands()
    first = a_zoom(path, hands)
    app = TheApp(first).connect()
    for _ in range(100):
        hands.move(seconds=1)
        app.create()
    first.close()
    app.http = TheApp(a_zoom(path, hands)).http
    assert app.create().status_code == 429


def test_a_webhook_that_waits_is_sent_after_a_restart(path: Path) -> None:
    first = ZoomEmulator(an_app(webhook_url="http://127.0.0.1:9/x"), state_file=path, retry_scale=1e-3)
    TheApp(first).connect()
    control(first, "deauthorize", {"user_id": MARA})
    first.webhooks_done(within=0.1)
    first.close()

    bodies: list[bytes] = []

    def answer(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        bodies.append(body)
        return 200, b""

    with a_receiver(answer) as url:
        again = ZoomEmulator(an_app(webhook_url=url), state_file=path, retry_scale=1e-3)
        assert again.webhooks_done()
        again.close()
    assert again.deliveries[0]["state"] == "delivered"
    assert bodies == [again.deliveries[0]["body"].encode()]


def test_the_state_says_everything_and_no_secret() -> None:
    zoom = a_zoom(None)
    app = TheApp(zoom).connect()
    meeting = app.create().json()
    app.http.get(meeting["join_url"])
    text = app.http.get("/__ctl/state").text
    state = app.http.get("/__ctl/state").json()
    assert [user["key"] for user in state["users"]] == ["mara", "jonas", "rita", "otto", "priya"]
    assert state["users"][0]["tokens"] == {"access": 1, "refresh": 1}
    assert (state["meetings"][0]["id"], state["meetings"][0]["joins"]) == (meeting["id"], 1)
    assert state["switches"]["answers_503"] is False
    secrets = (app.tokens["access_token"], app.tokens["refresh_token"], meeting["start_url"], an_app().client_secret)
    assert not any(secret in text for secret in secrets)


@pytest.mark.parametrize(
    "body", [{"answers_503": "yes"}, {"delay_seconds": -1}, {"unknown": True}, {"scopes": ["x"]}, {"limits": None}]
)
def test_a_wrong_switch_changes_nothing(body: dict[str, object]) -> None:
    zoom = a_zoom(None)
    before = TheApp(zoom).http.get("/__ctl/state").json()["switches"]
    assert control(zoom, "switch", body).status_code == 400
    assert TheApp(zoom).http.get("/__ctl/state").json()["switches"] == before


def test_a_page_of_another_site_cannot_turn_a_switch() -> None:
    zoom = a_zoom(None)
    headers = {"Content-Type": "text/plain"}  # all that a browser sends to another site without asking it first
    response = TheApp(zoom).http.post("/__ctl/switch", content='{"answers_503": true}', headers=headers)
    assert response.status_code == 400
    assert TheApp(zoom).http.get("/__ctl/state").json()["switches"]["answers_503"] is False


def test_a_reset_forgets_and_makes_no_token_twice() -> None:
    zoom = a_zoom(None)
    app = TheApp(zoom).connect()
    app.create()
    zoom.switch(answers_503=True)
    assert control(zoom, "reset").json() == {"reset": True}
    assert zoom.meetings == []
    assert app.call("GET", "/v2/users/me").status_code == 401
    before = app.tokens["access_token"]
    assert app.connect().tokens["access_token"] != before


def test_deauthorize_takes_an_id_a_key_or_an_address() -> None:
    zoom = a_zoom(None)
    TheApp(zoom).connect()
    answer = control(zoom, "deauthorize", {"user_id": "mara@nordlicht.example"}).json()
    assert answer["delivery"] == zoom.deliveries[0]["id"]
    assert control(zoom, "deauthorize", {"user_id": "nobody"}).status_code == 400


def test_faults_take_queues_of_status_codes() -> None:
    zoom = a_zoom(None)
    app = TheApp(zoom).connect()
    queued = control(zoom, "faults", {"fail_next": {"GET /v2/users/me": [500]}})
    assert queued.json() == {"fail_next": {"GET /v2/users/me": [500]}}
    assert [app.call("GET", "/v2/users/me").status_code for _ in range(2)] == [500, 200]
    assert control(zoom, "faults", {"fail_next": [200]}).status_code == 400
    assert control(zoom, "faults", {"rules": []}).status_code == 400


def test_validate_url_reports_what_came_of_it() -> None:
    zoom = a_zoom(None, webhook_url="http://127.0.0.1:9/x")
    report = control(zoom, "validate-url").json()
    assert (report["state"], report["attempts"][0]["status"]) == ("refused", None)


def test_an_unknown_control_is_named() -> None:
    assert control(a_zoom(None), "explode").status_code == 404
