"""Our adapter, connected to the emulated Google with the whole consent; every call is checked on its way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sivient.core.interval import Interval
from sivient.ports.calendars import Change
from sivient.ports.http import Patience, mounted
from sivient.ports.vendor import Access, App, Tokens
from sivient.vendors.calendar_emulator import Event
from sivient.vendors.google import discovery
from sivient.vendors.google.calendars import GoogleCalendars, connect_calendars
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.google.oauth import GoogleOAuth, connect_oauth
from tests.vendors.google.discovery import Honest

BASE = "http://127.0.0.1:8002"
APP = App("sivient-demo", "a secret / with : signs", (), BASE, BASE)
CALLBACK = "http://127.0.0.1:8000/settings/integrations/google/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WINDOW = Interval(NOW, NOW + timedelta(days=400))
SOON = Patience(connect=1, answer=5)


class _Doors(httpx.BaseTransport):
    """The API behind the check, everything else as it is."""

    def __init__(self, emulator: GoogleEmulator, scope: str, *, whole: bool) -> None:
        self.rest = httpx.MockTransport(emulator.handle)
        self.api = Honest(self.rest, scope=scope, answers=whole)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return (self.api if request.url.path.startswith("/calendar") else self.rest).handle_request(request)


@dataclass
class Connected:
    """A host's Google: the emulator, our consent, our calendars."""

    emulator: GoogleEmulator
    oauth: GoogleOAuth
    tokens: Tokens
    it: GoogleCalendars
    known: dict[str, Change] = field(default_factory=dict)
    cursor: str = ""

    @property
    def mine(self) -> str:
        """The id of the primary calendar."""
        return self.emulator.calendars.world.primary("mara").id

    def add(self, name: str, start: datetime, end: datetime, **more: Any) -> Event:
        """Let the host add an event in Google Calendar."""
        return self.emulator.calendars.world.add(Event(name, self.mine, "", "Private", start, end, **more))

    def sync(self) -> dict[str, Change]:
        """Read the calendar on from where we are, and return all that takes time by now."""
        for page in self.it.changes(self.mine, since=self.cursor, window=WINDOW, zone="UTC"):
            self.known |= {change.name: change for change in page.changes}
            self.cursor = page.cursor
        return {name: change for name, change in self.known.items() if change.busy}


@cache
def _emulator() -> GoogleEmulator:
    """One for all tests, as its keys take a while: each begins with calendars as they were."""
    return GoogleEmulator(
        BASE,
        client_id=APP.client_id,
        client_secret=APP.client_secret,
        redirect_uris=[CALLBACK],
        clock=lambda: NOW,
        sleep=lambda seconds: None,
        push_transport=httpx.MockTransport(lambda request: httpx.Response(200)),
    )


@contextmanager
def connected(*, untick: str = "", whole: bool = True) -> Iterator[Connected]:
    """A host who has allowed all but the scope `untick`. Not `whole`: answers may be broken on purpose."""
    emulator = _emulator()
    emulator.calendars.reset()
    discovery._known.pop(BASE, None)
    with mounted(httpx.MockTransport(emulator.handle), BASE):
        oauth = connect_oauth(APP, SOON)
        tokens = oauth.exchange(code_of(emulator, oauth, untick), redirect_uri=CALLBACK, verifier=VERIFIER)
    with mounted(_Doors(emulator, tokens.scope, whole=whole), BASE):
        it = connect_calendars(APP, Access(tokens.access_token, tokens.scope), SOON)
        yield Connected(emulator, oauth, tokens, it)
    emulator.calendars.reset()
    with mounted(httpx.MockTransport(emulator.handle), BASE):
        oauth.revoke(tokens.access_token)  # or the next consent includes what this one granted


def code_of(emulator: GoogleEmulator, oauth: GoogleOAuth, untick: str = "") -> str:
    """Go through the consent page as a person would, and come back with the code."""
    page = oauth.authorize_url(redirect_uri=CALLBACK, state="s-1", verifier=VERIFIER)
    answer = emulator.handle(httpx.Request("GET", f"{page}&auto=mara" + (f"&untick={untick}" if untick else "")))
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s-1"]
    return back["code"][0]
