"""Faults while a meeting is made: numbers 10 to 17 and 26 of contract chapter 10."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.broken import Broken
from tests.vendors.zoom.emulated import PRIYA, TOMORROW, TheApp, an_app, assert_contract


def test_fault_10_loses_the_answer_after_the_meeting_was_made(broken: Broken) -> None:
    app = broken.app()
    broken.inject(10)
    with pytest.raises(httpx.RemoteProtocolError):
        app.create()
    (meeting,) = broken.zoom.meetings
    assert broken.struck() == (10, f"meeting {meeting['id']} created, answer lost", 201, None)
    (injection,) = broken.journal()
    assert injection["meeting_id"] == meeting["id"]
    assert injection["user_id"] == meeting["host_id"]
    assert injection["name"] == "create-answer-lost"
    assert app.create().status_code == 201


@pytest.mark.parametrize("seconds", [5, 60])
def test_fault_11_makes_the_meeting_and_answers_late(broken: Broken, seconds: int) -> None:
    app = broken.app()
    broken.inject(11, settings={"seconds": seconds})
    answer = app.create()
    assert answer.status_code == 201
    assert_contract("MeetingCreateResponse", answer.json())
    assert broken.slept == [seconds]
    assert broken.struck() == (11, f"meeting {answer.json()['id']} created, answered after {seconds} s", 201, 201)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_fault_12_fails_before_the_meeting_is_made(broken: Broken, status: int) -> None:
    app = broken.app()
    broken.inject("fails-before", settings={"status": status})
    answer = app.create()
    assert (answer.status_code, answer.json()) == (status, {"code": status, "message": "Emulated failure."})
    assert broken.zoom.meetings == []
    assert broken.struck() == (12, f"answered {status}, nothing was done", None, status)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_fault_12_fails_after_the_meeting_was_made(broken: Broken, status: int) -> None:
    app = broken.app()
    broken.inject("create-fails-after", settings={"status": status})
    assert app.create().status_code == status
    (meeting,) = broken.zoom.meetings
    assert broken.struck() == (12, f"meeting {meeting['id']} created, answered {status}", 201, status)


@pytest.mark.parametrize(("form", "link"), [("absent", False), ("null", None)])
def test_fault_13_answers_without_a_join_url(broken: Broken, form: str, link: object) -> None:
    app = broken.app()
    broken.inject(13, settings={"as": form})
    answer = app.create()
    assert answer.status_code == 201
    assert answer.json().get("join_url", False) is link
    (meeting,) = broken.zoom.meetings
    assert meeting["join_url"]
    assert broken.struck() == (13, f"meeting {meeting['id']} created, answered without join_url", 201, 201)


def test_fault_14_answers_without_a_password(broken: Broken) -> None:
    app = broken.app()
    broken.inject(14)
    answer = app.create()
    assert_contract("MeetingCreateResponse", answer.json())
    assert not [name for name in answer.json() if "password" in name]
    assert broken.struck() == (14, f"meeting {answer.json()['id']} created, answered without password", 201, 201)


def test_fault_15_puts_the_meeting_on_the_personal_id(broken: Broken) -> None:
    app = broken.app()
    personal = app.me().json()["pmi"]
    broken.inject(15)
    answer = app.create()
    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["pmi"]) == (personal, str(personal))
    assert answer.json()["settings"]["use_pmi"] is True
    assert [meeting["id"] for meeting in broken.zoom.meetings] == [personal]
    assert broken.struck() == (15, f"meeting {personal} created on the personal meeting id", 201, 201)


@pytest.mark.parametrize(("minutes", "start"), [(60, "2026-11-25T14:00:00Z"), (-60, "2026-11-25T12:00:00Z")])
def test_fault_16_makes_the_meeting_for_another_time(broken: Broken, minutes: int, start: str) -> None:
    app = broken.app()
    broken.inject(16, settings={"minutes": minutes})
    answer = app.create(start_time=TOMORROW)
    assert (answer.status_code, answer.json()["start_time"]) == (201, start)
    assert broken.zoom.meetings[0]["start_time"] == start
    told = f"meeting {answer.json()['id']} created, {minutes} minutes from where it should be"
    assert broken.struck() == (16, told, 201, 201)


def test_fault_17_answers_200_instead_of_201(broken: Broken) -> None:
    app = broken.app()
    broken.inject(17)
    answer = app.create()
    assert answer.status_code == 200
    assert_contract("MeetingCreateResponse", answer.json())
    assert broken.struck() == (17, f"meeting {answer.json()['id']} created, answered 200", 201, 200)


def test_fault_26_drops_a_setting_without_a_word(broken: Broken) -> None:
    app = broken.app(PRIYA)  # her own settings put every meeting on her personal id
    broken.inject(26, settings={"setting": "use_pmi"})
    answer = app.create(settings={"use_pmi": False, "waiting_room": True})
    assert answer.status_code == 201
    assert answer.json()["settings"]["use_pmi"] is True
    assert answer.json()["settings"]["waiting_room"] is True
    told = f"meeting {answer.json()['id']} created without the setting use_pmi"
    assert broken.struck() == (26, told, 201, 201)


def test_fault_26_waits_for_a_request_that_has_settings(broken: Broken) -> None:
    app = broken.app()
    broken.inject(26)
    assert app.create(settings=...).status_code == 201
    assert broken.journal() == []
    app.create(settings={"waiting_room": False})
    assert broken.journal()[0]["happened"].endswith("without the setting waiting_room")


def test_a_refusal_inside_a_fault_is_written_down_as_one(broken: Broken) -> None:
    app = broken.app()
    broken.inject(10)
    with pytest.raises(httpx.RemoteProtocolError):
        app.create(duration=0)
    assert broken.zoom.meetings == []
    assert broken.struck() == (10, "refused with 400, answer lost", 400, None)


def test_a_late_answer_keeps_nobody_else_waiting_and_ends_with_the_emulator() -> None:
    zoom = ZoomEmulator(an_app())
    app = TheApp(zoom).connect()
    zoom.inject("create-hangs", settings={"seconds": 60})
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(app.create)
        while not zoom.meetings:
            time.sleep(0.01)
        assert app.call("GET", "/v2/users/me").status_code == 200
        assert not late.done()
        zoom.close()
        assert late.result(timeout=5).status_code == 201
