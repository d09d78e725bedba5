"""The emulated Google and Microsoft where the settings say that they are, and their pushes, kept to be delivered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.test import Client

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.calendars.services import discover
from sivient.integrations.models import Connection, Grant
from sivient.ports.http import mounted
from sivient.vendors.calendar_emulator import Event
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.google.scopes import ASKED
from sivient.vendors.microsoft.emulator import MicrosoftEmulator
from sivient.vendors.microsoft.oauth import SCOPES

PERSON = {"google": "mara", "microsoft": "mara"}
SCOPE = {"google": " ".join(ASKED), "microsoft": SCOPES}


@dataclass
class Post:
    """What was pushed, until a test delivers it."""

    kept: list[httpx.Request] = field(default_factory=list)

    def take(self, request: httpx.Request) -> httpx.Response:
        """Keep a push; answer a handshake as the server does."""
        request.read()
        if "validationToken" in request.url.params:
            return self.deliver(request)
        self.kept.append(request)
        return httpx.Response(202)

    def deliver(self, request: httpx.Request) -> httpx.Response:
        """Hand a push to the server."""
        headers = {name: value for name, value in request.headers.items() if name.startswith("x-goog")}
        server = Client(SERVER_NAME="book.example")
        path, body = request.url.raw_path.decode(), request.content
        answer = server.post(path, data=body, content_type="application/json", headers=headers, secure=True)
        return httpx.Response(answer.status_code, content=answer.content, headers={"Content-Type": "text/plain"})


@dataclass
class Provider:
    """One emulated provider: `add`, `move` and `remove` are what a person does in the calendar."""

    vendor: str
    emulator: Any
    post: Post

    @property
    def world(self) -> Any:
        return self.emulator.calendars.world

    @property
    def main(self) -> str:
        """The id of the primary calendar."""
        name: str = self.world.primary(PERSON[self.vendor]).id
        return name

    def connect(self, user: User) -> Calendar:
        """Connect the account; return its primary calendar, which blocks."""
        grants, now = self.emulator.provider.grants, datetime.now(UTC)
        token = grants.give_access(
            PERSON[self.vendor], tuple(SCOPE[self.vendor].split()), "g", now=int(now.timestamp())
        )
        grant = Grant.objects.create(
            vendor=self.vendor,
            client_id=getattr(settings, f"{self.vendor.upper()}_CLIENT_ID"),
            vendor_user_id=f"{self.vendor} {user.pk}",
            access_token=token,
            refresh_token="refresh-canary",
            scope=SCOPE[self.vendor],
            expires_at=now + timedelta(hours=1),
            authorized_at=now,
            refreshed_at=now,
        )
        connection = Connection.objects.create(user=user, vendor=self.vendor, grant=grant, connected_at=now)
        return next(each for each in discover(connection) if each.blocks)

    def add(self, name: str, start: datetime, minutes: int = 60, **more: Any) -> Event:
        """Let the host add an event."""
        end = start + timedelta(minutes=minutes)
        return self.world.add(Event(name, self.main, "", "Private", start, end, **more))  # type: ignore[no-any-return]

    def move(self, event_id: str, start: datetime, minutes: int = 60) -> None:
        """Let the host move an event."""
        self.world.change(self.world.find(self.main, event_id), start=start, end=start + timedelta(minutes=minutes))

    def remove(self, event_id: str) -> None:
        """Let the host delete an event."""
        self.world.remove(self.world.find(self.main, event_id))


@cache
def _provider(vendor: str) -> Provider:
    """One for all tests, as its keys take a while."""
    kind, base = {
        "google": (GoogleEmulator, settings.GOOGLE_API_BASE),
        "microsoft": (MicrosoftEmulator, settings.GRAPH_BASE.removesuffix("/v1.0")),
    }[vendor]
    post = Post()
    made = kind(
        base,
        client_id="client",
        client_secret="secret",
        redirect_uris=["https://book.example/callback"],
        push_transport=httpx.MockTransport(post.take),
        sleep=lambda seconds: None,
    )
    return Provider(vendor, made, post)


@contextmanager
def provided(vendor: str) -> Iterator[Provider]:
    """Mount an emulated provider whose calendars are as they were."""
    found = _provider(vendor)
    found.emulator.calendars.reset()
    found.post.kept.clear()
    bases = {"google": (settings.GOOGLE_API_BASE,), "microsoft": (settings.GRAPH_BASE,)}[vendor]
    with mounted(httpx.MockTransport(found.emulator.handle), *bases):
        yield found
