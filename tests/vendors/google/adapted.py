"""What every test of the Google adapter starts from: our side of the contract against answers that a test gives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx

from sivient.core.interval import Interval
from sivient.ports.calendars import EventDraft, Guest
from sivient.ports.http import Patience, mounted
from sivient.ports.vendor import Access, App
from sivient.vendors.google.calendars import GoogleCalendars, connect_calendars
from sivient.vendors.google.scopes import ASKED
from tests.vendors.google.discovery import Honest

APP = App("client-id", "client-secret", (), "https://accounts.google.test", "https://www.googleapis.test")
PATIENCE = Patience(connect=1, answer=1)
SCOPE = " ".join(ASKED)
START = datetime(2040, 11, 30, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)
WINDOW = Interval(START - timedelta(days=5), START + timedelta(days=5))
ZONE = "Europe/Berlin"
KEY = "0123456789abcdef0123456789abcdef"
ME = "mara@nordlicht.example"
DRAFT = EventDraft(
    key=KEY,
    uid="",
    sequence=0,
    reference="ref-abc",
    title="Intro call",
    start=START,
    end=END,
    timezone=ZONE,
    description="Join: https://us05web.zoom.us/j/92674392836?pwd=x.1",
    location="https://us05web.zoom.us/j/92674392836?pwd=x.1",
    join_url="https://us05web.zoom.us/j/92674392836?pwd=x.1",
    conference_id="92674392836",
    passcode="x1Y2z3",
    guests=(Guest("Guest@Example.org", "Gus Guest"),),
    url="https://book.example/bookings/1",
)


class Google:
    """Gives these answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(request.url.query.decode())) for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) if request.content else None for request in self.requests]

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


@contextmanager
def calendars(google: Google, *, scope: str = SCOPE) -> Iterator[GoogleCalendars]:
    """Our calendars, answered by `google`; a request that Google would not know fails the test."""
    honest = Honest(httpx.MockTransport(google), scope=scope)
    with mounted(honest, APP.oauth_base, APP.api_base):
        yield connect_calendars(APP, Access("access-canary", scope), PATIENCE)


def said(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """An answer in JSON."""
    return httpx.Response(status, json=body, headers=headers)


def refusal(status: int, reason: str, *, location: str = "", **headers: str) -> httpx.Response:
    """A refusal in Google's shape (contract 1.6)."""
    error = {"domain": "global", "reason": reason, "message": f"About {reason}."}
    if location:
        error |= {"locationType": "parameter", "location": location}
    body = {"error": {"code": status, "message": f"About {reason}.", "errors": [error]}}
    return httpx.Response(status, json=body, headers=headers)


def event(name: str = "e1", **changed: Any) -> dict[str, Any]:
    """One event as Google describes it; `...` leaves a field out."""
    whole = {
        "kind": "calendar#event",
        "id": name,
        "etag": '"3181161784712000"',
        "status": "confirmed",
        "iCalUID": f"{name}@google.com",
        "start": {"dateTime": "2040-11-30T10:00:00+01:00", "timeZone": ZONE},
        "end": {"dateTime": "2040-11-30T10:30:00+01:00", "timeZone": ZONE},
    } | changed
    return {field: value for field, value in whole.items() if value is not ...}


def ours(**changed: Any) -> dict[str, Any]:
    """The event of DRAFT as Google gives it back."""
    mine = {"extendedProperties": {"private": {"booking": DRAFT.reference}}}
    return event(KEY, **(mine | changed))


def listed(*items: Any, zone: Any = ZONE, **more: Any) -> httpx.Response:
    """The last page of a list of events."""
    return said({"timeZone": zone, "items": list(items), "nextSyncToken": "next-token"} | more)
