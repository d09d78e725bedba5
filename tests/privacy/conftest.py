"""An account with something in every table, and a database whose bytes can be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from sivient.accounts.models import FormerHandle, Identity, Invitation, LoginLink, Session, User
from sivient.audit.log import record
from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.calendars.models import BusyStore, BusyTime, Calendar, Channel, WrittenEvent
from sivient.integrations.models import Connection, OAuthFlow, Revocation, WebhookEvent
from sivient.jobs.queue import enqueue
from sivient.scheduling.models import DateHours, EventType, FormerSlug, PrivateLink, TimeOff, Travel
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

CLOSED = NOW + timedelta(minutes=1)
DAY_30 = CLOSED + timedelta(days=30)


def make_account(**fields: Any) -> User:
    """A host with rows in every table that can hold something of an account."""
    host = make_host(**fields)
    event_type = make_event_type(host)
    booking = make_booking(event_type)
    Conference.objects.create(
        booking=booking, vendor="zoom", external_id="1", join_url="u", vendor_start=booking.start, created_at=NOW
    )
    ConferenceAttempt.objects.create(booking=booking, vendor="zoom", vendor_start=booking.start, asked_at=NOW)
    make_times(host, event_type)
    connect_zoom(host)
    make_calendar(host)
    OAuthFlow.objects.create(
        digest=f"f{host.pk}", user=host, session_digest="s", vendor="zoom", verifier="v", created_at=NOW
    )
    Revocation.objects.create(vendor="zoom", client_id="c", access_token="t", expires_at=NOW, created_at=NOW)
    WebhookEvent.objects.create(vendor="zoom", digest=f"w{host.pk}", event="app_deauthorized", body="body")
    WebhookEvent.objects.update(received_at=NOW)
    Identity.objects.create(user=host, provider="google", issuer="https://google.test", subject=f"sub{host.pk}")
    FormerHandle.objects.create(user=host, handle=f"former-{host.pk}")
    Session.objects.create(session_key=f"k{host.pk}", session_data="d", expire_date=DAY_30, account=host)
    LoginLink.objects.create(digest=f"l{host.pk}", user=host, created_at=NOW)
    Invitation.objects.create(digest=f"i{host.pk}", created_at=NOW)
    enqueue("delivery.links_wanted", key=f"account:{host.pk}", payload={"user": host.pk})
    record("settings changed", account=host.pk, actor="host", subject="phone")
    return host


def make_times(host: User, event_type: EventType) -> None:
    """Rows in the tables of times and addresses."""
    today = NOW.date()
    DateHours.objects.create(schedule=event_type.schedule, date=today, hours=[])
    TimeOff.objects.create(host=host, first=today, last=today, note="dentist")
    Travel.objects.create(host=host, first=today, last=today, timezone="Asia/Tokyo")
    FormerSlug.objects.create(host=host, slug=f"former-{event_type.pk}", event_type=event_type)
    PrivateLink.objects.create(event_type=event_type, label="for Ada", created_at=NOW)


def make_calendar(host: User) -> None:
    """Rows in the tables of calendars, which hang on the account's connection."""
    BusyStore.objects.get_or_create(host=host)
    account = Connection.objects.create(user=host, vendor="google", account="a", connected_at=NOW)
    calendar = Calendar.objects.create(connection=account, host=host, external_id="c", name="Work", created_at=NOW)
    span = {"start": NOW, "end": NOW + timedelta(hours=1)}
    BusyTime.objects.create(calendar=calendar, host=host, name="e", round=1, **span)
    WrittenEvent.objects.create(host=host, calendar=calendar, key=f"e{calendar.pk}")
    Channel.objects.create(calendar=calendar, name=f"c{calendar.pk}", secret="s", opened_at=NOW, expires_at=DAY_30)


@pytest.fixture
def account() -> User:
    """The account that is closed and erased."""
    return make_account()


@pytest.fixture
def bystander() -> User:
    """Another account, which must not lose anything."""
    return make_account()


def booked(host: User, *, start: datetime) -> Booking:
    """A confirmed booking of the host at a time that no guest could book any more."""
    free = MONDAY_10 + timedelta(hours=host.bookings.count())
    booking = make_booking(make_event_type(host), start=free)
    Booking.objects.filter(pk=booking.pk).update(start=start, end=start + timedelta(minutes=30))
    booking.refresh_from_db()
    return booking


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A database as it lies on disk: on SQLite a file of its own in this folder; on PostgreSQL the test database."""
    if connection.vendor != "sqlite":
        yield tmp_path
        return
    usual = connections["default"]
    usual.close()
    there = {**usual.settings_dict, "NAME": str(tmp_path / "sivient.sqlite3")}
    connections["default"] = type(usual)(there, "default")
    call_command("migrate", verbosity=0)
    yield tmp_path
    connections["default"].close()
    connections["default"] = usual


def everything_stored(folder: Path) -> bytes:
    """All that the database holds: the bytes of its files, or every row of every table."""
    if connection.vendor == "sqlite":
        return b"".join(file.read_bytes() for file in sorted(folder.glob("sivient.sqlite3*")))
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT whole::text FROM {name} AS whole")  # noqa: S608 - our own tables
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).encode()
