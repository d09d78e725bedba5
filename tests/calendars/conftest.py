"""Hosts with calendars of a scripted provider."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant
from sivient.ports.calendars import Notice, Pushed
from sivient.vendors.google import PROVIDER
from tests.calendars.world import World
from tests.factories import make_host

VENDOR = "google"


class Inbox:
    """Reads a push that says its channel and secret in headers."""

    status = 202

    def read(self, headers, query, body):  # type: ignore[no-untyped-def]
        if "validationToken" in query:
            return Pushed(reply=query["validationToken"])
        if "X-Channel" not in headers:
            return Pushed()
        return Pushed((Notice(headers["X-Channel"], headers.get("X-Secret", "")),))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """What stands in Google's place."""
    made = World()
    provider = replace(PROVIDER, calendars=lambda app, access, patience: made, push=Inbox())
    monkeypatch.setitem(registry.PROVIDERS, VENDOR, provider)
    return made


@pytest.fixture
def host(db: None) -> User:
    return make_host()


@pytest.fixture
def calendar(world: World, host: User) -> Calendar:
    """The main calendar of a connected account; it blocks, and has not been read yet."""
    return make_calendar(connect(host))


def connect(host: User, account: str = "") -> Connection:
    """A connected account with tokens that are good for an hour."""
    now = datetime.now(UTC)
    grant = Grant.objects.create(
        vendor=VENDOR,
        client_id="google-client",
        vendor_user_id=f"user {host.pk} {account}",
        access_token="access-canary",
        refresh_token="refresh-canary",
        expires_at=now + timedelta(hours=1),
        authorized_at=now,
        refreshed_at=now,
    )
    return Connection.objects.create(user=host, vendor=VENDOR, account=account, grant=grant, connected_at=now)


def make_calendar(connection: Connection, external_id: str = "main", **fields: object) -> Calendar:
    """A calendar that blocks."""
    defaults: dict[str, object] = {"name": "Main", "blocks": True, "writable": True, "created_at": datetime.now(UTC)}
    return Calendar.objects.create(
        connection=connection, host=connection.user, external_id=external_id, **(defaults | fields)
    )
