"""A meeting is asked for exactly as the contract says (4.1), and believed only when its answer is whole (4.2)."""

import dataclasses
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from sivient.ports.errors import OutcomeUnknown, Rejected
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.adapted import APP, CREATED, MEETING, Zoom, conferencing, refusal
from tests.vendors.zoom.emulated import TheApp, an_app, assert_contract


def created(**changes: Any) -> httpx.Response:
    return httpx.Response(201, json={k: v for k, v in (CREATED | changes).items() if v is not ...})


def asked(**changes: Any) -> dict[str, Any]:
    zoom = Zoom(created())
    with conferencing(zoom) as zoom_conferencing:
        zoom_conferencing.create(dataclasses.replace(MEETING, **changes))
    body: dict[str, Any] = zoom.bodies()[0]
    assert_contract("MeetingCreateRequest", body)
    return body


def test_the_body_has_exactly_the_keys_of_the_contract() -> None:
    assert asked() == {
        "topic": "Intro call",
        "type": 2,
        "start_time": "2040-11-30T09:00:00Z",
        "duration": 30,
        "timezone": "Europe/Berlin",
        "agenda": "Booking ref ABC123",
        "settings": {"use_pmi": False},
    }


def test_the_request_carries_the_token_and_goes_to_me() -> None:
    zoom = Zoom(created())
    with conferencing(zoom) as it:
        it.create(MEETING)
    request = zoom.requests[0]
    assert (request.method, request.url.path) == ("POST", "/v2/users/me/meetings")
    assert request.headers["Authorization"] == "Bearer access-canary"


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "America/Sao_Paulo"]
)
def test_the_start_is_the_same_instant_in_every_zone_also_when_clocks_change(zone: str) -> None:
    for start in (datetime(2040, 10, 28, 0, 30, tzinfo=UTC), datetime(2040, 3, 11, 7, 30, tzinfo=UTC)):
        local = start.astimezone(ZoneInfo(zone))
        body = asked(start=local, end=local + timedelta(minutes=30), timezone=zone)
        assert body["start_time"] == f"{start:%Y-%m-%dT%H:%M:%SZ}"
        assert body["timezone"] == zone


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Gespräch, 日本語 🎉", "Gespräch, 日本語 🎉"),
        ("two\r\nlines\x00\x1b", "two lines"),
        ("🎉" * 300, "🎉" * 200),
        ("", "Meeting"),
        (" \x00\t", "Meeting"),
        ("a\ud800b", "ab"),
    ],
)
def test_the_topic_is_one_line_of_at_most_200_characters_and_never_empty(title: str, topic: str) -> None:
    assert asked(topic=title)["topic"] == topic


def test_id_link_and_passcode_are_kept_and_the_start_link_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with conferencing(Zoom(created())) as it:
        made = it.create(MEETING)
    assert (made.external_id, made.join_url, made.passcode) == ("92674392836", CREATED["join_url"], "x1Y2z3")
    assert "start-canary" not in repr(made) + caplog.text
    assert "access-canary" not in repr(it) + caplog.text


def test_a_missing_passcode_and_a_200_are_well() -> None:
    answer = httpx.Response(200, json={"id": 8_000_000_000 + 2**33, "join_url": "https://zoom.us/j/1"})
    with conferencing(Zoom(answer)) as it:
        assert it.create(MEETING).passcode == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"join_url": ...},
        {"join_url": None},
        {"join_url": ""},
        {"join_url": "http://zoom.us/j/1"},
        {"join_url": "http://127.0.0.1/j/1"},
        {"join_url": "javascript:alert(1)"},
        {"join_url": "https://[/j"},
        {"join_url": "https:///j/1"},
        {"join_url": "https://zoom.us/j/1 2"},
        {"join_url": "https://zoom.us/j/1\n"},
        {"join_url": "https://zoom.us/" + "x" * 2048},
        {"id": ...},
        {"id": True},
        {"id": -1},
        {"id": "none"},
        {"id": 4415550136},
    ],
    ids=str,
)
def test_an_answer_without_a_link_to_a_meeting_of_its_own_is_an_unknown_outcome(changes: dict[str, Any]) -> None:
    with conferencing(Zoom(created(**changes)), pmi=4415550136) as it, pytest.raises(OutcomeUnknown):
        it.create(MEETING)


def test_the_number_of_the_hosts_personal_room_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    for number in (4415550136, "4415550136"):
        with conferencing(Zoom(created(id=number)), pmi=4415550136) as it, pytest.raises(OutcomeUnknown):
            it.create(MEETING)
    said = [vars(line).get("key") for line in caplog.records]
    assert said == ["zoom:none"] * 2
    assert "4415550136" not in str([vars(line) for line in caplog.records])


def test_a_link_of_2048_characters_is_kept_whole() -> None:
    link = "https://zoom.us/j/1?pwd=".ljust(2048, "x")
    with conferencing(Zoom(created(join_url=link))) as it:
        assert it.create(MEETING).join_url == link


def test_an_emulator_on_this_machine_may_give_plain_links_to_itself_alone() -> None:
    app = dataclasses.replace(APP, api_base="http://127.0.0.1:8001")
    with conferencing(Zoom(created(join_url="http://127.0.0.1:8001/j/1")), app=app) as it:
        assert it.create(MEETING).join_url == "http://127.0.0.1:8001/j/1"
    elsewhere = Zoom(created(join_url="http://zoom.us/j/1"))
    with conferencing(elsewhere, app=app) as it, pytest.raises(OutcomeUnknown):
        it.create(MEETING)


@pytest.mark.parametrize("said", ["2040-11-30T10:00:00Z", "2040-11-30T09:00:00", "soon"])
def test_another_start_than_asked_for_is_logged_and_the_link_is_kept(
    said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with conferencing(Zoom(created(start_time=said))) as it:
        assert it.create(MEETING).join_url == CREATED["join_url"]
    assert "another start" in caplog.text


def test_a_refused_time_zone_is_left_out_and_asked_once_more() -> None:
    refused = refusal(400, 300, "Validation Failed.", errors=[{"field": "timezone", "message": "Invalid field."}])
    zoom = Zoom(refused, created())
    with conferencing(zoom) as it:
        it.create(MEETING)
    first, second = zoom.bodies()
    assert first.keys() - second.keys() == {"timezone"}


def test_a_refused_start_is_not_asked_again() -> None:
    zoom = Zoom(refusal(400, 300, "Validation Failed.", errors=[{"field": "start_time", "message": "Invalid."}]))
    with conferencing(zoom) as it, pytest.raises(Rejected):
        it.create(MEETING)
    assert len(zoom.requests) == 1


def test_the_emulated_zoom_makes_the_meeting_that_was_asked_for() -> None:
    zoom = ZoomEmulator(an_app())
    tokens = TheApp(zoom).connect().tokens
    with conferencing(zoom.handle) as it:
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
        meeting = dataclasses.replace(MEETING, start=start, end=start + timedelta(minutes=45))
        made = dataclasses.replace(it, token=tokens["access_token"]).create(meeting)
    kept = zoom.meetings[0]
    assert (str(kept["id"]), kept["join_url"]) == (made.external_id, made.join_url)
    assert (kept["duration"], kept["start_time"]) == (45, f"{start:%Y-%m-%dT%H:%M:%SZ}")
    assert kept["settings"]["waiting_room"] is True  # inherited from the user: we said nothing about it


def test_a_regional_redirect_is_asked_once_more_there_with_the_token() -> None:
    moved = httpx.Response(307, headers={"Location": "https://api-eu.zoom.us/v2/users/me/meetings"})
    zoom = Zoom(moved, created())
    with conferencing(zoom) as it:
        it.create(MEETING)
    assert zoom.requests[1].url.host == "api-eu.zoom.us"
    assert zoom.requests[1].headers["Authorization"] == "Bearer access-canary"
    assert zoom.bodies()[0] == zoom.bodies()[1]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/x",
        "http://api-eu.zoom.us/x",
        "https://zoom.us.evil.test/",
        "https://a:b@zoom.us/",
        "https://[",
    ],
)
def test_a_redirect_anywhere_else_never_gets_the_token(target: str) -> None:
    zoom = Zoom(httpx.Response(307, headers={"Location": target}))
    with conferencing(zoom) as it, pytest.raises(Exception, match="another address"):
        it.create(MEETING)
    assert len(zoom.requests) == 1
