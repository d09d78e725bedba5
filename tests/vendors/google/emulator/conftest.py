"""An application that may use Mara's emulated Google calendars. Every answer is checked against Google's document."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sivient.vendors.google.emulator import GoogleEmulator
from tests.vendors.google.discovery import wrong_in_answer
from tests.vendors.oidc_emulator.application import REGISTERED, Answer, Application, Clock

AUTH = "https://www.googleapis.com/auth/"
OWNED, FREEBUSY, LIST = (
    AUTH + name for name in ("calendar.events.owned", "calendar.events.freebusy", "calendar.calendarlist.readonly")
)
MARA, JONAS = "mara@nordlicht.example", "jonas@weber.example"


class Office:
    """The emulator, an application with a token, and a receiver of notices."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.got: list[httpx.Request] = []
        self.google = GoogleEmulator(
            **REGISTERED,
            clock=self.clock,
            push_transport=httpx.MockTransport(self._receive),
            push_retry_scale=0.0,
            sleep=lambda seconds: None,
        )
        self.calendars = self.google.calendars
        self.world = self.calendars.world
        self.app = Application.of(self.google, "/.well-known/openid-configuration", self.clock)
        self.token: dict[str, Any] = {}
        self.http = httpx.Client(
            transport=httpx.MockTransport(self.google.handle), base_url=f"{self.google.base_url}/calendar/v3/"
        )

    def come_back(
        self, *scopes: str, choice: str = "mara", untick: tuple[str, ...] = (), **extra: str
    ) -> dict[str, Any]:
        """Send a browser to the consent page and return what it brings back, as an application reads it."""
        self.app.scope = " ".join(scopes)
        url, verifier, nonce = self.app.ask(access_type="offline", prompt="consent", **extra)
        answer = self.app.http.get(url + f"&auto={choice}" + "".join(f"&untick={scope}" for scope in untick))
        params = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return params | {"verifier": verifier, "nonce": nonce}

    def connect(self, *scopes: str, **wishes: Any) -> dict[str, Any]:
        """Be allowed these scopes, and use the token from now on."""
        back = self.come_back(*(scopes or (OWNED, FREEBUSY, LIST)), **wishes)
        self.token = self.app.fetch(Answer({"code": back["code"]}, "", back["verifier"], back["nonce"])).json()
        self.http.headers["Authorization"] = f"Bearer {self.token['access_token']}"
        return self.token

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Call a method; the answer has to be one that Google describes."""
        headers = query.pop("headers", None)
        response = self.http.request(method, path, json=body, params=query, headers=headers)
        if response.is_success and response.content:
            assert wrong_in_answer(response.request, response) == []
        return response

    def insert(self, event_id: str = "abc12", hour: int = 9, **more: Any) -> httpx.Response:
        """Insert an event of half an hour on the 24th of November with a guest, who gets mail."""
        times = {"start": f"2026-11-24T{hour:02}:00:00Z", "end": f"2026-11-24T{hour:02}:30:00Z"}
        body = {name: {"dateTime": text, "timeZone": "Europe/Berlin"} for name, text in times.items()}
        body |= {"id": event_id, "summary": "Intro call", "attendees": [{"email": "guest@x.example"}], **more}
        return self.ask("POST", "calendars/primary/events", body, sendUpdates="all", conferenceDataVersion=1)

    def sync(self, token: str = "", **query: Any) -> dict[str, Any]:
        """Read the calendar, or what changed since a sync token; all pages in one."""
        start = (
            {"syncToken": token} if token else {"timeMin": "2026-11-22T00:00:00Z", "timeMax": "2027-11-22T00:00:00Z"}
        )
        asked = {"singleEvents": "true", "showDeleted": "true", **start, **query}
        body = self.ask("GET", "calendars/primary/events", **asked).json()
        items, pages = list(body.get("items", [])), 1
        while "nextPageToken" in body:
            body = self.ask("GET", "calendars/primary/events", **asked, pageToken=body["nextPageToken"]).json()
            items, pages = items + body["items"], pages + 1
        return body | {"items": items, "pages": pages}

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(204)


@cache
def _office() -> Office:
    """One for all tests, as its keys take a while."""
    return Office()


@pytest.fixture
def office() -> Iterator[Office]:
    made = _office()
    made.connect()
    yield made
    assert made.calendars.pusher.all_done()
    made.app.http.post("/__ctl/reset")
    made.clock.now, made.token = Clock().now, {}
    made.got.clear()
    for name in set(made.world.calendars) - {MARA, JONAS}:
        del made.world.calendars[name]


def reason(response: httpx.Response) -> str:
    """Return the status and the reason of a refusal."""
    error = response.json()["error"]
    assert error["code"] == response.status_code
    return f"{response.status_code} {error['errors'][0]['reason']}"
