"""A meeting is asked for exactly as the contract says (4.1), and believed only when its answer is whole (4.2)."""

import dataclasses
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.errors import OutcomeUnknown, Rejected, Unusable
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.adapted import APP, CREATED, MEETING, Zoom, conferencing, refusal
from tests.vendors.zoom.emulated import TheApp, an_app, assert_contract


def created(**changes: Any) -> httpx.Response:
    return httpx.Response(201, json={k: v for k, v in (CREATED | changes).items() if v is not ...})


def invalid(*fields: str) -> httpx.Response:
    errors = [{"field": name, "message": "Invalid field."} for name in fields]
    return refusal(400, 300, "Validation Failed.", errors=errors)


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


@pytest.mark.parametrize(
    ("written", "agenda"),
    [
        ("Booking ref ABC123\r\nhttps://book.example/b/1", "Booking ref ABC123\nhttps://book.example/b/1"),
        ("bell\x07 and 日本語 🎉", "bell and 日本語 🎉"),
        ("🎉" * 3000, "🎉" * 2000),
    ],
)
def test_the_agenda_has_lines_and_at_most_2000_characters(written: str, agenda: str) -> None:
    assert asked(agenda=written)["agenda"] == agenda


@pytest.mark.parametrize("name", ["agenda", "timezone"])
def test_what_is_empty_is_not_sent(name: str) -> None:
    assert name not in asked(**{name: ""})


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
        {"join_url": "https://zoom.us/u/abc"},
        {"join_url": CREATED["start_url"]},
        {"id": ...},
        {"id": True},
        {"id": -1},
        {"id": "none"},
        {"id": 4415550136},
        {"id": "4415550136"},
        {"id": "²"},
    ],
    ids=str,
)
def test_a_meeting_that_guests_cannot_join_is_unusable_and_its_id_is_told(changes: dict[str, Any]) -> None:
    with conferencing(Zoom(created(**changes)), pmi=4415550136) as it, pytest.raises(Unusable) as caught:
        it.create(MEETING)
    assert caught.value.external_id == ("" if "id" in changes else "92674392836")


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


@pytest.mark.parametrize(
    ("said", "start"),
    [("2040-11-30T10:00:00Z", MEETING.start + timedelta(hours=1)), ("2040-11-30T09:00:00", None), ("soon", None)],
)
def test_another_start_than_asked_for_is_logged_and_the_link_is_kept(
    said: str, start: datetime | None, caplog: pytest.LogCaptureFixture
) -> None:
    with conferencing(Zoom(created(start_time=said))) as it:
        made = it.create(MEETING)
    assert (made.join_url, made.start) == (CREATED["join_url"], start)
    assert "another start" in caplog.text


@pytest.mark.parametrize(
    ("refused", "dropped"),
    [
        (invalid("timezone"), {"timezone"}),
        (invalid("agenda", "timezone"), {"agenda", "timezone"}),
        (invalid("timezone", "topic"), {"timezone"}),
        (refusal(400, 300, "The value that you entered for the Timezone field is not valid."), {"timezone"}),
    ],
)
def test_a_refused_zone_or_agenda_is_left_out_and_asked_once_more(refused: httpx.Response, dropped: set[str]) -> None:
    zoom = Zoom(refused, created())
    with conferencing(zoom) as it:
        it.create(MEETING)
    first, second = zoom.bodies()
    assert first.keys() - second.keys() == dropped


def test_a_second_refusal_stands() -> None:
    zoom = Zoom(invalid("timezone"))
    with conferencing(zoom) as it, pytest.raises(Rejected):
        it.create(MEETING)
    assert len(zoom.requests) == 2


def test_the_operators_log_says_which_fields_were_refused(caplog: pytest.LogCaptureFixture) -> None:
    with conferencing(Zoom(invalid("topic", "settings.use_pmi", "<script>"))) as it, pytest.raises(Rejected):
        it.create(MEETING)
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(line)["key"] == "zoom:topic,use_pmi"


def test_a_refused_start_is_not_asked_again() -> None:
    zoom = Zoom(invalid("start_time"))
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
