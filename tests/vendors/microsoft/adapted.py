"""What every test of the Microsoft adapter starts from: our side against one answer, or against the emulator."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc.jwk import RSAKey

from sivient.core.interval import Interval
from sivient.ports.calendars import Change, EventDraft, Guest, Page
from sivient.ports.http import Patience, mounted
from sivient.ports.vendor import Access, App, Tokens
from sivient.vendors.calendar_emulator import CalendarEmulator, Event
from sivient.vendors.microsoft.calendars import MicrosoftCalendars, connect_calendars
from sivient.vendors.microsoft.emulator import PEOPLE, MicrosoftEmulator, calendar_id
from sivient.vendors.microsoft.oauth import SCOPES, MicrosoftOAuth, connect_oauth
from sivient.vendors.oidc_emulator.keys import new_key

SITE = "https://microsoft.test"
CALLBACK = "https://sivient.test/settings/integrations/microsoft/callback"
APP = App("client-id", "client-secret", (), f"{SITE}/common", f"{SITE}/v1.0")
PATIENCE = Patience(connect=1, answer=1)
VERIFIER = "v" * 43
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
DELTA = f"{SITE}/v1.0/me/calendars/c/calendarView/delta?$deltatoken=x"
NEXT = f"{SITE}/v1.0/me/calendars/c/calendarView/delta?$skiptoken=y"
WINDOW = Interval(NOW, NOW + timedelta(days=60))
CALENDAR = calendar_id("priya", "calendar")
DRAFT = EventDraft(
    key="0f" * 16,
    uid="booking@sivient.test",
    sequence=0,
    reference="ref-1",
    title="Intro call with <Ann> & co",
    start=START,
    end=START + HALF_AN_HOUR,
    timezone="Europe/London",
    description="With Ann.\nBring <notes> & questions.",
    location="Zoom",
    join_url="https://zoom.test/j/1?pwd=a&x=b",
    conference_id="1",
    passcode="pw",
    guests=(Guest("Ann@guest.example", "Ann"),),
)

Handler = Callable[[httpx.Request], httpx.Response]


class Graph:
    """Gives the same answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@contextmanager
def calendars(handler: Handler, *, token: str = "access-canary", scope: str = SCOPES) -> Iterator[MicrosoftCalendars]:
    """Our calendars, answered by `handler`."""
    with mounted(httpx.MockTransport(handler), APP.oauth_base, APP.api_base):
        yield connect_calendars(APP, Access(token, scope), PATIENCE)


@contextmanager
def oauth(handler: Handler) -> Iterator[MicrosoftOAuth]:
    """Our OAuth flow, answered by `handler`."""
    with mounted(httpx.MockTransport(handler), APP.oauth_base, APP.api_base):
        yield connect_oauth(APP, PATIENCE)


def answer(status: int = 200, **body: Any) -> httpx.Response:
    """A JSON answer; `at_` stands for an @, `__` for a point."""
    return httpx.Response(status, json={name.replace("at_", "@").replace("__", "."): body[name] for name in body})


def refusal(status: int, *codes: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    """A refusal with its codes, the outermost first."""
    error: dict[str, Any] = {}
    for code in reversed(codes):
        error = {"code": code, "message": "words", "innerError": error}
    return httpx.Response(status, json={"error": error | more}, headers=headers or {})


def event(name: str = "e-1", **changes: Any) -> dict[str, Any]:
    """An event as Graph writes it."""
    return {
        "@odata.etag": 'W/"1"',
        "id": name,
        "iCalUId": f"uid-{name}",
        "subject": "x",
        "type": "singleInstance",
        "start": {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T09:30:00.0000000", "timeZone": "UTC"},
        "isAllDay": False,
        "isCancelled": False,
        "showAs": "busy",
        "responseStatus": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        "attendees": [],
    } | changes


def page(*events: Any, **links: str) -> httpx.Response:
    """A page of a sync; the last one unless it has a link."""
    body: dict[str, Any] = {"value": list(events)} | ({"@odata.deltaLink": DELTA} if not links else {})
    return httpx.Response(200, json=body | {f"@odata.{name}": link for name, link in links.items()})


def read(*answers: httpx.Response | Exception, since: str = "") -> list[Page]:
    """What our sync makes of these answers."""
    with calendars(Graph(*answers)) as ours:
        return list(ours.changes("c", since=since, window=WINDOW, zone="Europe/London"))


@dataclass
class Emulated:
    """The emulator with our calendars of one person on it."""

    microsoft: MicrosoftEmulator
    ours: MicrosoftCalendars
    tokens: Tokens
    cursor: str = ""
    known: dict[str, Change] = field(default_factory=dict)

    @property
    def service(self) -> CalendarEmulator:
        return self.microsoft.calendars

    def add(self, title: str = "Dentist", start: datetime = START, **fields: Any) -> Event:
        """Let the person add an event, half an hour long unless `end` says otherwise."""
        whole = {"end": start + HALF_AN_HOUR, "calendar": CALENDAR, "id": "", "uid": ""} | fields
        return self.service.world.add(Event(title=title, start=start, **whole))

    def event(self, name: str) -> Event:
        """The event of this id, as it is kept."""
        found = self.service.world.find(CALENDAR, name)
        assert found is not None
        return found

    def sync(self, zone: str = "Europe/London") -> list[Change]:
        """Sync once; return what came, of a name the last."""
        pages = list(self.ours.changes(CALENDAR, since=self.cursor, window=WINDOW, zone=zone))
        assert [bool(page.cursor) for page in pages] == [False] * (len(pages) - 1) + [True]
        self.cursor = pages[-1].cursor
        came = {change.name: change for page in pages for change in page.changes}
        self.known |= came
        return list(came.values())

    def busy(self) -> list[tuple[datetime, datetime]]:
        """What is taken by all that syncs have brought."""
        return sorted((each.start, each.end) for change in self.known.values() for each in change.busy)

    def mails(self) -> list[tuple[str, str]]:
        """What Exchange has mailed: method and receiver."""
        return [(each.method, each.to) for each in self.service.outbox.sent]


@cache
def one_key() -> RSAKey:
    """The key of every emulator here: to make one takes long, and no ID token is asked for."""
    return new_key()


@contextmanager
def emulated(person: str = "priya", scope: str = SCOPES, **settings: Any) -> Iterator[Emulated]:
    """The emulator mounted, one person connected by a real consent."""
    with patch("sivient.vendors.oidc_emulator.keys.new_key", one_key):
        microsoft = MicrosoftEmulator(
            SITE,
            client_id=APP.client_id,
            client_secret=APP.client_secret,
            redirect_uris=[CALLBACK],
            **{"clock": lambda: NOW, "sleep": lambda seconds: None} | settings,
        )
    with mounted(httpx.MockTransport(microsoft.handle), APP.oauth_base, APP.api_base):
        flow = connect_oauth(APP, PATIENCE)
        tokens = flow.exchange(consent(microsoft, flow, person)["code"], redirect_uri=CALLBACK, verifier=VERIFIER)
        yield Emulated(microsoft, connect_calendars(APP, Access(tokens.access_token, tokens.scope), PATIENCE), tokens)
    microsoft.close()


def consent(microsoft: MicrosoftEmulator, flow: MicrosoftOAuth, person: str) -> dict[str, str]:
    """Let a person go through the consent page; return what comes back."""
    url = flow.authorize_url(redirect_uri=CALLBACK, state="s", verifier=VERIFIER)
    response = microsoft.handle(httpx.Request("GET", f"{url}&auto={person}"))
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def control(microsoft: MicrosoftEmulator, method: str, path: str, **body: Any) -> Any:
    """Turn one of the emulator's switches."""
    content = json.dumps(body).encode() if method == "POST" else b""
    headers = {"Content-Type": "application/json"}
    response = microsoft.handle(httpx.Request(method, f"{SITE}{path}", content=content, headers=headers))
    assert response.status_code == 200, response.text
    return response.json()


def moved(draft: EventDraft, **by: float) -> EventDraft:
    """The draft at another time."""
    return replace(draft, start=draft.start + timedelta(**by), end=draft.end + timedelta(**by))


ADDRESS = PEOPLE["priya"].sign_in_name
