"""A host whose bookings go into a real calendar: the emulated Google or Microsoft, a Radicale, or none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.calendars.services import choose_blocking, discover
from sivient.integrations import registry
from sivient.integrations.models import Connection
from sivient.integrations.services import connect, enter
from sivient.integrations.tokens import IN_WORKER
from sivient.jobs.clock import database_now
from sivient.ports.http import mounted
from sivient.ports.vendor import Entered
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.microsoft.emulator import MicrosoftEmulator
from tests.vendors.caldav.servers import PASSWORD, USER, Server, radicale

GOOGLE, MICROSOFT = "http://127.0.0.1:8002", "http://127.0.0.1:8003"
CALLBACK = "http://testserver/settings/integrations/{}/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@dataclass
class Living:
    """A calendar, and what its provider has mailed."""

    emulator: GoogleEmulator | MicrosoftEmulator | None = None
    server: Server | None = None
    address: str = ""  # of the calendar on the server

    def events(self) -> int:
        """How many events stand in the host's calendar."""
        if self.emulator is not None:
            world = self.emulator.calendars.world
            return len([each for each in world.events(world.primary("mara").id) if not each.cancelled])
        if self.server is None:
            return 0
        listed = self.server.raw("PROPFIND", self.address, headers={"Depth": "1"}).text
        return listed.count(".ics</")

    def mailed(self, to: str) -> list[tuple[str, str]]:
        """The method and the UID of each message of the provider to one guest."""
        sent = self.emulator.calendars.outbox.sent if self.emulator else []
        return [(each.method, each.uid) for each in sent if each.to == to]

    def lose(self, method: str, *, path: str = "event") -> None:
        """Let the next such call be done without an answer."""
        assert self.emulator is not None
        self.emulator.calendars.inject("lost-answer", method=method, path=path, times=1)


@contextmanager
def living(kind: str, host: User, settings: Any, folder: Path) -> Iterator[Living]:
    """Connect the host to a calendar that receives their bookings and blocks nothing."""
    if kind == "none":
        yield Living()
    elif kind == "caldav":
        settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)
        folder.mkdir()
        with radicale(folder, {USER: PASSWORD}) as server:
            address = server.make_calendar("work")
            receive(host, enter(host, "caldav", Entered(server.base, USER, PASSWORD)))
            yield Living(server=server, address=address)
    else:
        settings.GOOGLE_ISSUER = settings.GOOGLE_API_BASE = GOOGLE
        settings.MICROSOFT_AUTHORITY, settings.GRAPH_BASE = f"{MICROSOFT}/common", f"{MICROSOFT}/v1.0"
        emulator = emulated(kind)
        emulator.calendars.reset()
        addresses = (GOOGLE, MICROSOFT, f"{MICROSOFT}/common", f"{MICROSOFT}/v1.0")
        with mounted(httpx.MockTransport(emulator.handle), *addresses):
            receive(host, consent(kind, host, lambda url: emulator.handle(httpx.Request("GET", url))))
            yield Living(emulator)


@cache
def emulated(kind: str) -> GoogleEmulator | MicrosoftEmulator:
    """One for all tests, as its keys take a while."""
    of, base = {"google": (GoogleEmulator, GOOGLE), "microsoft": (MicrosoftEmulator, MICROSOFT)}[kind]
    return of(
        base,
        client_id=f"{kind}-client",
        client_secret=f"{kind}-secret",
        redirect_uris=[CALLBACK.format(kind)],
        sleep=lambda seconds: None,
        push_transport=httpx.MockTransport(lambda request: httpx.Response(200)),
    )


def consent(kind: str, host: User, get: Callable[[str], httpx.Response]) -> Connection:
    """Go through the consent page as the host would, whose browser is `get`."""
    oauth, asked_at = registry.oauth(kind, IN_WORKER), database_now()
    page = oauth.authorize_url(redirect_uri=CALLBACK.format(kind), state="s", verifier=VERIFIER)
    back = get(f"{page}&auto=mara")
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    tokens = oauth.exchange(code, redirect_uri=CALLBACK.format(kind), verifier=VERIFIER)
    return connect(host, kind, tokens, oauth.account(tokens.access_token), asked_at=asked_at)


def receive(host: User, connection: Connection) -> Calendar:
    """Let the first calendar of the account receive the host's bookings."""
    calendars = discover(connection)
    choose_blocking(host, [])
    calendar = next((each for each in calendars if each.primary), calendars[0])
    host.page.calendar = calendar
    host.page.save(update_fields=["calendar"])
    return calendar
