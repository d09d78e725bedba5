"""The check against Google's own description catches what an adapter, or an emulator, could get wrong."""

from typing import Any

import httpx
import pytest

from sivient.vendors.google.events import new_event
from sivient.vendors.google.scopes import ASKED, EVENTS_FREEBUSY, EVENTS_OWNED
from tests.vendors.google.adapted import DRAFT, event
from tests.vendors.google.discovery import wrong_in_answer, wrong_in_request

BASE = "https://www.googleapis.com/calendar/v3/"
EVENTS = "calendars/me%40x.example/events"
SCOPE = " ".join(ASKED)


def wrong(method: str, path: str, body: Any = None, *, scope: str = SCOPE, **query: Any) -> list[str]:
    return wrong_in_request(httpx.Request(method, BASE + path, params=query, json=body), scope)


def test_what_google_knows_passes() -> None:
    assert wrong("POST", EVENTS, new_event(DRAFT), sendUpdates="all", conferenceDataVersion=1) == []
    assert wrong("PATCH", f"{EVENTS}/abc", {"conferenceData": None, "summary": "x"}) == []
    assert wrong("GET", EVENTS, singleEvents="true", maxResults=2500, fields="items(id,attendees/email),timeZone") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("GET", "calendars/me/event", None, {}),
        ("PUT", "freeBusy", {}, {}),
        ("POST", EVENTS, new_event(DRAFT), {"sendUpdate": "all"}),
        ("POST", EVENTS, new_event(DRAFT), {"sendUpdates": "everybody"}),
        ("POST", EVENTS, new_event(DRAFT), {"conferenceDataVersion": 2}),
        ("POST", EVENTS, new_event(DRAFT) | {"sumary": "x"}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"summary": 7}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"summary": None}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"attendees": {}}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"attendees": [{"mail": "x"}]}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"start": {"dateTime": "2040-11-30T09:00:00"}}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"id": "UPPER-CASE"}, {}),
        ("POST", EVENTS, new_event(DRAFT) | {"iCalUID": "x@y"}, {}),
        ("GET", EVENTS, None, {"maxResults": 2501}),
        ("GET", EVENTS, None, {"singleEvents": "yes"}),
        ("GET", EVENTS, None, {"timeMin": "2040-11-30T09:00:00"}),
        ("GET", EVENTS, None, {"syncToken": "t", "timeMin": "2040-11-30T09:00:00Z"}),
        ("GET", EVENTS, None, {"fields": "items(id,titel)"}),
        ("GET", EVENTS, None, {"fields": "items(id,attendees(mail)),timeZone"}),
        ("DELETE", f"{EVENTS}/abc", {"why": "x"}, {}),
        ("POST", "freeBusy", {"timeMin": "2040-01-01T00:00:00Z", "timeMax": "2040-05-01T00:00:00Z", "items": []}, {}),
        ("POST", f"{EVENTS}/watch", {"id": "c", "type": "web_hook", "address": "http://x.example"}, {}),
        ("POST", f"{EVENTS}/watch", {"id": "c" * 65, "type": "web_hook", "address": "https://x.example"}, {}),
    ],
)
def test_what_google_does_not_know_is_caught(method: str, path: str, body: Any, query: dict[str, Any]) -> None:
    assert len(wrong(method, path, body, **query)) == 1


def test_each_call_needs_its_scope() -> None:
    assert wrong("GET", EVENTS, scope=EVENTS_FREEBUSY) == []
    assert wrong("DELETE", f"{EVENTS}/abc", scope=EVENTS_FREEBUSY) == ["scope of events.delete"]
    assert wrong("GET", "users/me/calendarList", scope=f"{EVENTS_OWNED} {EVENTS_FREEBUSY}") != []


def answered(method: str, path: str, answer: httpx.Response) -> list[str]:
    return wrong_in_answer(httpx.Request(method, BASE + path), answer)


def test_answers_are_checked_in_the_same_way() -> None:
    assert answered("GET", EVENTS, httpx.Response(200, json={"items": [event()], "nextSyncToken": "t"})) == []
    assert answered("GET", EVENTS, httpx.Response(200, json={"item": []})) != []
    assert answered("GET", f"{EVENTS}/abc", httpx.Response(200, json=event(start={"dateTime": "2040-11-30"}))) != []
    assert answered("DELETE", f"{EVENTS}/abc", httpx.Response(204)) == []
    assert answered("DELETE", f"{EVENTS}/abc", httpx.Response(200, json={})) != []
    assert answered("GET", EVENTS, httpx.Response(410, json={"what": "ever"})) == []
