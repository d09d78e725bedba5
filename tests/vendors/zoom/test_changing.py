"""With the permission, a meeting is moved, deleted, and looked for before it is made again (contract 4.3, 4.4)."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sivient.ports.conferencing import Ability, MeetingRequest
from sivient.ports.errors import Gone, OutcomeUnknown, Paused, Reconnect
from sivient.vendors.zoom import PROVIDER
from sivient.vendors.zoom.conferencing import ZoomConferencing, allowed
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.adapted import MEETING, START, Zoom, conferencing, refusal
from tests.vendors.zoom.emulated import TheApp, an_app

NUMBER = "92674392836"
LATER = dataclasses.replace(MEETING, start=START + timedelta(days=1), end=START + timedelta(days=1, minutes=45))
DONE = httpx.Response(204)


def test_the_default_permissions_allow_nothing_more() -> None:
    assert allowed("user:read:user meeting:write:meeting") == frozenset()
    assert allowed("") == frozenset()
    assert PROVIDER.allowed("meeting:update:meeting") == {Ability.MOVE}


@pytest.mark.parametrize(
    ("scope", "abilities"),
    [
        ("meeting:update:meeting", {Ability.MOVE}),
        ("meeting:delete:meeting", {Ability.DELETE}),
        ("meeting:read:list_meetings", {Ability.FIND}),
        ("meeting:write", {Ability.MOVE, Ability.DELETE}),
        ("meeting:read", {Ability.FIND}),
        ("meeting:read meeting:write user:read", set(Ability)),
        ("meeting:read:meeting meeting:writer", set()),
    ],
)
def test_each_permission_is_an_ability_under_its_new_and_its_old_name(scope: str, abilities: set[Ability]) -> None:
    assert allowed(f"user:read:user {scope}") == abilities


def test_a_meeting_is_moved_by_its_start_length_and_zone_alone() -> None:
    zoom = Zoom(DONE)
    with conferencing(zoom) as it:
        it.move(NUMBER, LATER)
    (request,) = zoom.requests
    assert (request.method, request.url.path) == ("PATCH", f"/v2/meetings/{NUMBER}")
    assert zoom.bodies() == [{"start_time": "2040-12-01T09:00:00Z", "duration": 45, "timezone": "Europe/Berlin"}]


def test_a_refused_zone_is_left_out_when_a_meeting_is_moved() -> None:
    refused = refusal(400, 300, "Validation Failed.", errors=[{"field": "timezone", "message": "Invalid field."}])
    zoom = Zoom(refused, DONE)
    with conferencing(zoom) as it:
        it.move(NUMBER, LATER)
    assert zoom.bodies()[1].keys() == {"start_time", "duration"}


def test_a_meeting_that_is_gone_cannot_be_moved_and_is_deleted() -> None:
    with conferencing(Zoom(refusal(404, 3001, f"Meeting does not exist: {NUMBER}."))) as it:
        with pytest.raises(Gone):
            it.move(NUMBER, LATER)
        it.delete(NUMBER)


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(502), httpx.Response(200, content=b"<html>")])
def test_an_answer_that_says_nothing_leaves_open_whether_it_was_done(answer: httpx.Response) -> None:
    with conferencing(Zoom(answer)) as it:
        with pytest.raises(OutcomeUnknown):
            it.move(NUMBER, LATER)
        with pytest.raises(OutcomeUnknown):
            it.delete(NUMBER)


def test_an_odd_id_stays_inside_its_path() -> None:
    zoom = Zoom(DONE)
    with conferencing(zoom) as it:
        it.delete("../users/me?x=1")
    assert zoom.requests[0].url.raw_path == b"/v2/meetings/..%2Fusers%2Fme%3Fx%3D1"


SCOPES = ("user:read:user", *(f"meeting:{verb}" for verb in ("write:meeting", "update:meeting", "delete:meeting")))


def connected(*more: str) -> tuple[ZoomEmulator, str]:
    zoom = ZoomEmulator(an_app(scopes=(*SCOPES, *more)))
    return zoom, str(TheApp(zoom).connect().tokens["access_token"])


def with_token(it: ZoomConferencing, token: str) -> ZoomConferencing:
    return dataclasses.replace(it, token=token)


def soon(**changes: Any) -> MeetingRequest:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    return dataclasses.replace(MEETING, start=start, end=start + timedelta(minutes=30), **changes)


def test_the_emulated_zoom_moves_and_deletes_and_the_link_stays() -> None:
    zoom, token = connected()
    with conferencing(zoom.handle) as bare:
        it = with_token(bare, token)
        made = it.create(soon())
        later = soon().start + timedelta(days=2)
        it.move(made.external_id, dataclasses.replace(soon(), start=later, end=later + timedelta(minutes=60)))
        (kept,) = zoom.meetings
        assert (kept["start_time"], kept["duration"]) == (f"{later:%Y-%m-%dT%H:%M:%SZ}", 60)
        assert kept["join_url"] == made.join_url
        it.delete(made.external_id)
        it.delete(made.external_id)
        with pytest.raises(Gone):
            it.move(made.external_id, soon())
    assert zoom.meetings == []


def test_moving_counts_in_the_hundred_of_the_day_and_deleting_does_not() -> None:
    zoom, token = connected()
    with conferencing(zoom.handle) as bare:
        it = with_token(bare, token)
        number = it.create(soon()).external_id
        zoom.inject("meeting-cap", route="PATCH /v2/meetings/{meeting}")
        with pytest.raises(Paused) as caught:
            it.move(number, soon())
        assert caught.value.shared is False
        it.delete(number)


def test_without_the_permission_zoom_says_that_it_has_changed() -> None:
    zoom = ZoomEmulator(an_app())
    token = str(TheApp(zoom).connect().tokens["access_token"])
    with conferencing(zoom.handle) as bare:
        it = with_token(bare, token)
        number = it.create(soon()).external_id
        for ask in (lambda: it.move(number, soon()), lambda: it.delete(number), lambda: it.find(soon(reference="A"))):
            with pytest.raises(Reconnect, match="permissions"):
                ask()
