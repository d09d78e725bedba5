"""The emulated Zoom's REST API: contract chapters 3 to 5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import (
    JONAS,
    MARA,
    OTTO,
    PRIYA,
    RITA,
    TOMORROW,
    Hands,
    TheApp,
    an_app,
    assert_contract,
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
    """The app, connected with Mara."""
    return TheApp(zoom).connect()


def assert_refused(response: httpx.Response, status: int, code: int) -> None:
    """Fail unless the API refused with this status and code."""
    assert_contract("ApiError", response.json())
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize("user", [MARA, JONAS, RITA, OTTO, PRIYA])
def test_me_is_the_user_who_allowed(zoom: ZoomEmulator, user: str) -> None:
    response = TheApp(zoom).connect(user).call("GET", "/v2/users/me")
    assert response.status_code == 200
    assert_contract("UserMe", response.json())
    person = zoom.people.find(user)
    assert person is not None
    assert (response.json()["id"], response.json()["email"]) == (person.id, person.email)
    assert len(person.id) == 22
    assert "x-zm-trackingid" in response.headers
    assert response.headers["X-RateLimit-Category"] == "Light"


def test_calls_are_counted_without_secrets(app: TheApp, zoom: ZoomEmulator) -> None:
    app.call("GET", "/v2/users/me?x=1")
    assert zoom.calls == [("POST", "/oauth/token"), ("GET", "/v2/users/me")]


def test_only_me_is_known(app: TheApp, zoom: ZoomEmulator) -> None:
    mara = zoom.people.find(MARA)
    assert mara is not None
    for name in (mara.id, mara.email, "ME"):
        assert_refused(app.call("GET", f"/v2/users/{name}"), 404, 1001)
        assert_refused(app.call("POST", f"/v2/users/{name}/meetings", {"topic": "x"}), 404, 1001)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer made-up", "Basic made-up"])
def test_a_foreign_token_is_refused(app: TheApp, header: str) -> None:
    response = app.call("GET", "/v2/users/me", Authorization=header)
    assert_refused(response, 401, 124)
    assert response.json()["message"] == "Invalid access token."


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v2/meetings/91234567890", "meeting:read:meeting"),
        ("PATCH", "/v2/meetings/91234567890", "meeting:update:meeting"),
        ("DELETE", "/v2/meetings/91234567890", "meeting:delete:meeting"),
        ("GET", "/v2/users/me/meetings", "meeting:read:list_meetings"),
    ],
)
def test_what_was_not_granted_answers_the_scope_error(app: TheApp, method: str, path: str, scope: str) -> None:
    response = app.call(method, path)
    assert_refused(response, 400, 4711)
    assert response.json()["message"].startswith("Invalid access token, does not contain scopes:[")
    assert scope in response.json()["message"]


def test_a_missing_scope_refuses_the_create(zoom: ZoomEmulator) -> None:
    zoom.switch(scopes=["user:read:user"])
    app = TheApp(zoom).connect()
    assert app.tokens["scope"] == "user:read:user"
    assert_refused(app.create(), 400, 4711)


def test_a_created_meeting_has_the_shape_of_the_contract(app: TheApp, zoom: ZoomEmulator) -> None:
    response = app.create()
    assert response.status_code == 201
    assert_contract("MeetingCreateResponse", response.json())
    meeting = response.json()
    assert (meeting["topic"], meeting["start_time"], meeting["duration"]) == ("Intro", TOMORROW, 30)
    assert (meeting["type"], meeting["timezone"]) == (2, "Europe/Berlin")
    assert "zak=" in meeting["start_url"]
    assert "pmi" not in meeting
    assert "status" not in meeting
    assert response.headers["X-RateLimit-Category"] == "Medium"
    assert zoom.meetings[0]["join_url"] == meeting["join_url"]


def test_ids_are_eleven_digits_uuids_have_slashes_and_hosts_vary(app: TheApp) -> None:
    meetings = [app.create().json() for _ in range(12)]
    assert {len(str(meeting["id"])) for meeting in meetings} == {11}
    assert all(meeting["id"] > 2**33 for meeting in meetings)
    assert len({meeting["id"] for meeting in meetings}) == 12
    assert any(meeting["uuid"].startswith("/") for meeting in meetings)
    assert any("//" in meeting["uuid"] for meeting in meetings)
    assert len({httpx.URL(meeting["join_url"]).host for meeting in meetings}) >= 3
    assert all("?pwd=" in meeting["join_url"] for meeting in meetings)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", "x" * 201),
        ("topic", ""),
        ("topic", 5),
        ("topic", None),
        ("type", "2"),
        ("type", 7),
        ("type", True),
        ("start_time", "2026-11-25 13:00:00Z"),
        ("start_time", "2026-11-25T13:00:00+01:00"),
        ("start_time", "2026-11-25T13:00:00.000Z"),
        ("start_time", "2026-02-30T13:00:00Z"),
        ("start_time", 1764075600),
        ("start_time", "9999-12-31T23:59:59Z"),
        ("start_time", "0001-01-01T00:00:00"),
        ("start_time", "\uff12026-11-25T13:00:00Z"),
        ("duration", 0),
        ("duration", 1441),
        ("duration", "30"),
        ("duration", 30.5),
        ("duration", True),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("agenda", "x" * 2001),
        ("agenda", 1),
        ("password", "x" * 11),
        ("settings", []),
    ],
)
def test_a_wrong_field_is_named(app: TheApp, zoom: ZoomEmulator, field: str, value: object) -> None:
    response = app.create(**{field: value})
    assert_refused(response, 400, 300)
    assert response.json()["message"] == "Validation Failed."
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert zoom.meetings == []


@pytest.mark.parametrize("settings", [{"use_pmi": "false"}, {"waiting_room": 1}, {"auto_recording": "yes"}])
def test_a_wrong_setting_is_named(app: TheApp, settings: dict[str, Any]) -> None:
    response = app.create(settings=settings)
    assert_refused(response, 400, 300)
    assert response.json()["errors"][0]["field"] == f"settings.{next(iter(settings))}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("topic", "日" * 200), ("topic", "🎉" * 200), ("agenda", "x" * 2000), ("duration", 1), ("duration", 1440)],
)
def test_the_limits_themselves_are_accepted(app: TheApp, field: str, value: object) -> None:
    response = app.create(**{field: value})
    assert (response.status_code, response.json()[field]) == (201, value)


def test_unknown_fields_are_let_through(app: TheApp) -> None:
    assert app.create(colour="blue", settings={"use_pmi": False, "confetti": 3}).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(app: TheApp, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {app.tokens['access_token']}", "Content-Type": "application/json"}
    response = app.http.post("/v2/users/me/meetings", content=body, headers=headers)
    assert_refused(response, 400, 300)
    assert response.json()["message"] == "Request Body should be a valid JSON object."


def test_half_a_surrogate_pair_is_no_text(app: TheApp) -> None:
    headers = {"Authorization": f"Bearer {app.tokens['access_token']}", "Content-Type": "application/json"}
    response = app.http.post("/v2/users/me/meetings", content=b'{"topic": "\\ud800"}', headers=headers)
    assert_refused(response, 400, 300)
    assert response.json()["errors"][0]["field"] == "topic"


def test_a_time_without_z_is_wall_time_in_the_zone(app: TheApp) -> None:
    meeting = app.create(start_time="2026-11-25T13:00:00", timezone="America/New_York").json()
    assert meeting["start_time"] == "2026-11-25T18:00:00Z"
    meeting = app.create(start_time="2026-11-25T13:00:00", timezone=...).json()
    assert meeting["start_time"] == "2026-11-25T12:00:00Z"  # Mara's own zone is Berlin


@pytest.mark.parametrize("start_time", [..., "2026-11-24T09:00:00Z", "2020-01-01T00:00:00Z"])
def test_no_start_or_a_past_one_makes_an_instant_meeting(app: TheApp, start_time: object) -> None:
    meeting = app.create(start_time=start_time).json()
    assert (meeting["type"], meeting["start_time"]) == (1, "2026-11-24T09:00:00Z")


def test_a_user_who_may_not_host_is_told(zoom: ZoomEmulator) -> None:
    response = TheApp(zoom).connect(OTTO).create()
    assert_refused(response, 400, 3161)
    assert response.json()["message"].startswith("Your user account is not allowed meeting hosting")


def test_an_unknown_endpoint_is_refused_as_json(app: TheApp) -> None:
    assert_contract("ApiError", app.call("GET", "/v2/webinars").json())
    assert app.call("PUT", "/v2/users/me", {}).status_code == 404


def test_the_503_switch_stops_the_api_and_nothing_else(app: TheApp, zoom: ZoomEmulator) -> None:
    zoom.switch(answers_503=True)
    assert app.create().status_code == 503
    assert_contract("ApiError", app.create().json())
    assert app.refresh().status_code == 503
    assert_contract("TokenError", app.refresh().json())
    assert app.http.post("/oauth/revoke").status_code == 503
    assert app.http.get("/").status_code == 200
    zoom.switch(answers_503=False)
    assert app.create().status_code == 201
    assert len(zoom.meetings) == 1


def test_queued_failures_come_first_and_by_route(app: TheApp, zoom: ZoomEmulator) -> None:
    zoom.fail_next["POST /v2/users/me/meetings"] += [500, 429, 401]
    assert app.call("GET", "/v2/users/me").status_code == 200
    assert [app.create().status_code for _ in range(4)] == [500, 429, 401, 201]
    zoom.fail_next["*"] += [502]
    assert app.call("GET", "/v2/users/me").status_code == 502
    assert len(zoom.meetings) == 1
