"""Calendars of hosts, as tests of this room and of booking need them: rows, and nobody behind them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sivient.accounts.models import User
from sivient.calendars.models import BusyStore, BusyTime, Calendar
from sivient.integrations.models import Connection, Grant

_numbers = count(1)


def connect_calendar(host: User, *, vendor: str = "google", **fields: Any) -> Calendar:
    """A calendar of a connected account that blocks times, takes bookings, and was read a moment ago."""
    now, number = datetime.now(UTC), next(_numbers)
    grant = Grant.objects.create(
        vendor=vendor,
        client_id=f"{vendor}-client",
        vendor_user_id=f"{vendor}-user-{number}",
        access_token="access-canary",
        expires_at=now + timedelta(hours=1),
        authorized_at=now,
        refreshed_at=now,
    )
    connection = Connection.objects.create(
        user=host, vendor=vendor, account=str(number), label=host.email, grant=grant, connected_at=now
    )
    read = {"synced_at": now, "known_until": now + timedelta(days=400), "created_at": now}
    kind = {"external_id": f"cal-{number}", "name": "Work", "primary": True, "writable": True, "blocks": True}
    calendar = Calendar.objects.create(connection=connection, host=host, **(kind | read | fields))
    BusyStore.grow(host.pk)
    return calendar


def busy(calendar: Calendar, start: datetime, *, minutes: int = 30) -> BusyTime:
    """A time that a sync has found taken."""
    end = start + timedelta(minutes=minutes)
    found = BusyTime.objects.create(
        calendar=calendar, host=calendar.host, name=f"event-{next(_numbers)}", start=start, end=end, round=1
    )
    BusyStore.grow(calendar.host_id)
    return found
