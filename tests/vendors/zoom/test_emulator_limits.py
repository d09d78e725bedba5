"""Rate limits of the emulated Zoom: contract chapter 6."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import JONAS, MARA, RITA, Hands, TheApp, an_app, assert_contract


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


def create_slowly(app: TheApp, hands: Hands, times: int) -> list[int]:
    """Create meetings a second apart and return the statuses."""
    statuses = []
    for _ in range(times):
        hands.move(seconds=1)
        statuses.append(app.create().status_code)
    return statuses


def test_the_101st_create_of_a_day_waits_for_midnight_utc(zoom: ZoomEmulator, hands: Hands) -> None:
    app = TheApp(zoom).connect(MARA)
    assert set(create_slowly(app, hands, 100)) == {201}

    refused = app.create()
    assert_contract("ApiError", refused.json())
    assert (refused.status_code, refused.json()["code"]) == (429, 429)
    assert refused.json()["message"].startswith("You have exceeded the daily rate limit (100) of Meeting Create/Update")
    assert refused.json()["message"].endswith("You may resume these requests at GMT 00:00:00.")
    assert len(zoom.meetings) == 100

    assert TheApp(zoom).connect(RITA).create().status_code == 201  # the cap is per user

    hands.now = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert app.connect(MARA).create().status_code == 201


def test_updates_count_as_well(zoom: ZoomEmulator, hands: Hands) -> None:
    zoom.switch(scopes=["meeting:write:meeting", "user:read:user", "meeting:update:meeting"])
    app = TheApp(zoom).connect(MARA)
    path = f"/v2/meetings/{app.create().json()['id']}"
    for _ in range(99):
        hands.move(seconds=1)
        assert app.call("PATCH", path, {"duration": 45}).status_code == 204
    assert app.call("PATCH", path, {"duration": 50}).status_code == 429
    assert app.create().status_code == 429


@pytest.mark.parametrize(("user", "allowed"), [(JONAS, 2), (MARA, 60)])
def test_creates_of_one_second_are_limited_by_the_plan(
    zoom: ZoomEmulator, hands: Hands, user: str, allowed: int
) -> None:
    app = TheApp(zoom).connect(user)
    statuses = [app.create().status_code for _ in range(allowed + 1)]
    assert statuses == [201] * allowed + [429]
    refused = app.create()
    assert "maximum per-second rate limit for this API. Try again later." in refused.json()["message"]
    assert refused.headers["X-RateLimit-Type"] == "QPS"
    hands.move(seconds=1)
    assert app.create().status_code == 201


def test_light_and_medium_are_counted_apart(zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(JONAS)
    assert [app.create().status_code for _ in range(3)] == [201, 201, 429]
    assert [app.call("GET", "/v2/users/me").status_code for _ in range(5)] == [200] * 4 + [429]


def test_users_of_one_account_share_its_rate(zoom: ZoomEmulator) -> None:
    mara, rita = TheApp(zoom).connect(MARA), TheApp(zoom).connect(RITA)
    assert {app.create().status_code for app in [mara, rita] * 30} == {201}
    assert (mara.create().status_code, rita.create().status_code) == (429, 429)


def test_a_free_account_has_a_daily_limit_with_a_date_to_retry(zoom: ZoomEmulator, hands: Hands) -> None:
    zoom.switch(scopes=["meeting:read:list_meetings"])
    app = TheApp(zoom).connect(JONAS)
    for _ in range(1000):
        hands.move(seconds=1)
        assert [app.call("GET", "/v2/users/me/meetings").status_code for _ in range(2)] == [200] * 2
    hands.move(seconds=1)
    refused = app.call("GET", "/v2/users/me/meetings")
    assert refused.status_code == 429
    assert "maximum daily rate limit" in refused.json()["message"]
    assert refused.headers["Retry-After"] == "2026-11-25T00:00:00Z"


def test_the_limits_can_be_switched_off(zoom: ZoomEmulator) -> None:
    zoom.switch(limits=False)
    app = TheApp(zoom).connect(JONAS)
    assert {app.create().status_code for _ in range(120)} == {201}
