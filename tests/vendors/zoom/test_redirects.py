"""A redirect is followed once, by us, to Zoom's own API hosts: the token goes nowhere else (contract chapter 5)."""

import dataclasses

import httpx
import pytest

from sivient.ports.errors import OutcomeUnknown, TryLater
from tests.vendors.zoom.adapted import APP, CREATED, MEETING, Zoom, conferencing

EU = "https://api-eu.zoom.us/v2/users/me/meetings"


def moved(target: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"Location": target})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("target", [EU, "https://acme.zoom.us/v2/users/me/meetings", "https://zoom.us:443/v2/x"])
def test_a_regional_or_vanity_host_is_asked_once_more_with_the_token(status: int, target: str) -> None:
    zoom = Zoom(moved(target, status), httpx.Response(201, json=CREATED))
    with conferencing(zoom) as it:
        it.create(MEETING)
    assert str(zoom.requests[1].url) == str(httpx.URL(target))
    assert zoom.requests[1].method == "POST"
    assert zoom.requests[1].headers["Authorization"] == "Bearer access-canary"
    assert zoom.bodies()[0] == zoom.bodies()[1]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/v2/x",
        "http://api-eu.zoom.us/v2/x",
        "https://zoom.us.evil.test/v2/x",
        "https://evilzoom.us/v2/x",
        "https://a:b@zoom.us/v2/x",
        "https://zoom.us:8443/v2/x",
        "https://zoom.us:port/v2/x",
        "https://zoom.us/signin",
        "//evil.test/v2/x",
        "https://[",
        "",
    ],
)
def test_a_redirect_anywhere_else_never_gets_the_token(target: str) -> None:
    zoom = Zoom(moved(target))
    with conferencing(zoom) as it, pytest.raises(TryLater):
        it.create(MEETING)
    assert len(zoom.requests) == 1


def test_a_second_redirect_is_not_followed() -> None:
    zoom = Zoom(moved(EU))
    with conferencing(zoom) as it, pytest.raises(TryLater, match="another address"):
        it.create(MEETING)
    assert len(zoom.requests) == 2


def test_an_answer_lost_after_a_redirect_is_an_unknown_outcome() -> None:
    with conferencing(Zoom(moved(EU), httpx.ReadTimeout("slow"))) as it, pytest.raises(OutcomeUnknown):
        it.create(MEETING)


def test_an_emulator_on_this_machine_sends_nobody_to_the_real_zoom() -> None:
    app = dataclasses.replace(APP, api_base="http://127.0.0.1:8001")
    zoom = Zoom(moved(EU))
    with conferencing(zoom, app=app) as it, pytest.raises(TryLater, match="another address"):
        it.create(MEETING)
    assert len(zoom.requests) == 1
