"""A meeting that an earlier request made is found again by the reference in its agenda, and by nothing less."""

import dataclasses
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.conferencing import MadeMeeting
from sivient.ports.errors import OutcomeUnknown
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.adapted import CREATED, MEETING, START, Zoom, conferencing
from tests.vendors.zoom.emulated import TheApp, an_app

WANTED = dataclasses.replace(MEETING, reference="ABC123")
AGENDA = "Booking ref ABC123\nhttps://book.example/bookings/1"


def item(number: int = 1, **changes: Any) -> dict[str, Any]:
    kept = {name: CREATED[name] for name in ("join_url", "start_time")}
    return kept | {"id": 90000000000 + number, "agenda": AGENDA, "topic": "Intro call"} | changes


def a_page(*meetings: Any, then: str = "") -> httpx.Response:
    return httpx.Response(200, json={"meetings": list(meetings), "next_page_token": then})


def found(*meetings: Any) -> MadeMeeting | None:
    with conferencing(Zoom(a_page(*meetings)), pmi=4415550136) as it:
        return it.find(WANTED)


def test_the_meeting_comes_back_as_if_it_had_just_been_made() -> None:
    made = found(item(1, agenda="something else"), item(2))
    assert made == MadeMeeting("90000000002", str(CREATED["join_url"]), start=START)


@pytest.mark.parametrize("agenda", ["ABC123", "Booking ref ABC123", "ref: ABC123.", "(ABC123)", "ABC123\nmore"])
def test_the_reference_may_stand_anywhere_as_a_word_of_its_own(agenda: str) -> None:
    assert found(item(agenda=agenda)) is not None


@pytest.mark.parametrize(
    "agenda", ["Booking ref ABC1234", "XABC123", "ABC123-2", "1-ABC123", "ABC_123", "abc123", "", None, 7, ["ABC123x"]]
)
def test_a_longer_or_another_reference_is_not_this_one(agenda: object) -> None:
    assert found(item(agenda=agenda)) is None


def test_of_several_the_one_nearest_to_the_start_is_it() -> None:
    moved = f"{START - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    made = found(item(1, start_time=moved), item(2), item(3, start_time=None))
    assert made is not None
    assert made.external_id == "90000000002"


def test_the_start_of_what_was_found_is_told_so_that_the_caller_may_doubt() -> None:
    made = found(item(start_time="2040-11-01T09:00:00Z"))
    assert made is not None
    assert made.start == START - timedelta(days=29)


@pytest.mark.parametrize(
    "changes",
    [{"join_url": None}, {"join_url": "http://zoom.us/j/1"}, {"join_url": "https://zoom.us/s/1"}, {"id": 4415550136}],
    ids=str,
)
def test_what_guests_cannot_join_is_not_found(changes: dict[str, Any]) -> None:
    assert found(item(**changes)) is None


def test_a_request_without_a_reference_asks_nothing() -> None:
    zoom = Zoom(a_page())
    with conferencing(zoom) as it:
        assert it.find(MEETING) is None
    assert zoom.requests == []


def test_every_page_is_looked_through() -> None:
    zoom = Zoom(a_page(item(1, agenda=""), then="more/+="), a_page(item(2)))
    with conferencing(zoom) as it:
        assert it.find(WANTED) is not None
    first, second = (dict(request.url.params) for request in zoom.requests)
    assert first == {"type": "upcoming", "page_size": "300"}
    assert second == first | {"next_page_token": "more/+="}


def test_a_list_without_end_is_left_after_five_pages(caplog: pytest.LogCaptureFixture) -> None:
    zoom = Zoom(a_page(then="x"))
    with conferencing(zoom) as it:
        assert it.find(WANTED) is None
    assert len(zoom.requests) == 5
    assert "more upcoming meetings" in caplog.text


def test_strange_entries_are_passed_over() -> None:
    assert found("x", 1, None, [], {}, item(2)) is not None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"meetings": None}),
        httpx.Response(200, json={"meetings": {}}),
        httpx.Response(200, json={}),
        httpx.Response(204),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(503),
    ],
)
def test_a_list_that_cannot_be_read_does_not_mean_that_there_is_no_meeting(answer: httpx.Response) -> None:
    with conferencing(Zoom(answer)) as it, pytest.raises(OutcomeUnknown):
        it.find(WANTED)


def test_the_emulated_zoom_is_asked_after_a_lost_answer_and_has_the_meeting() -> None:
    scopes = ("user:read:user", "meeting:write:meeting", "meeting:read:list_meetings")
    zoom = ZoomEmulator(an_app(scopes=scopes))
    token = str(TheApp(zoom).connect().tokens["access_token"])
    wanted = dataclasses.replace(WANTED, agenda=AGENDA)
    with conferencing(zoom.handle) as bare:
        it = dataclasses.replace(bare, token=token)
        assert it.find(wanted) is None
        zoom.inject("create-answer-lost")
        with pytest.raises(OutcomeUnknown):
            it.create(wanted)
        made = it.find(wanted)
    assert made is not None
    (kept,) = zoom.meetings
    assert (made.external_id, made.join_url, made.start) == (str(kept["id"]), kept["join_url"], START)
