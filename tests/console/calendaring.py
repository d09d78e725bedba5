"""Hosts with calendars, and vendors of calendars that answer at once without any network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant
from sivient.ports.calendars import CalendarInfo
from sivient.ports.errors import IntegrationError
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App, Entered, Tokens, VendorAccount

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Vendor:
    """A vendor of calendars: who allows us in, which calendars that account has, and with what it fails."""

    email: str = "mara@work.example"
    scope: str = "read write"
    calendars: Sequence[str] = ("Work", "Family")
    fails: IntegrationError | None = None
    entered: list[Entered] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    invites: bool = True

    def oauth(self, app: App, patience: Patience) -> "Vendor":
        return self

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        self.hints.append(login_hint)
        return f"https://vendor.test/?state={state}"

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Tokens:
        return Tokens("access-canary", "refresh-canary", timedelta(hours=1), self.scope)

    def account(self, access_token: str) -> VendorAccount:
        return VendorAccount(user_id=self.email, email=self.email)

    def enter(self, app: App, entered: Entered, patience: Patience) -> VendorAccount:
        self.entered.append(entered)
        if self.fails:
            raise self.fails
        return VendorAccount(user_id=entered.address + entered.user, email=self.email, address=entered.address)

    def connect(self, app: App, access: Access, patience: Patience) -> "Vendor":
        return self

    def list(self) -> list[CalendarInfo]:
        if self.fails:
            raise self.fails
        return [CalendarInfo(name, name, "", index == 0, writable=True) for index, name in enumerate(self.calendars)]


@contextmanager
def vendors(patch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Let every vendor of calendars be this one."""
    vendor = Vendor()
    for key in ("google", "microsoft", "caldav", "ics"):
        consents = key in ("google", "microsoft")
        made = replace(
            registry.PROVIDERS[key],
            calendars=vendor.connect,  # type: ignore[arg-type]
            oauth=vendor.oauth if consents else None,  # type: ignore[arg-type]
            enter=None if consents else vendor.enter,
            grants_enough=lambda scope: "read" in scope,
            missing=lambda scope: () if "write" in scope else ("Bookings cannot be written into it.",),
        )
        patch.setitem(registry.PROVIDERS, key, made)
    yield vendor


def connect_calendars(
    host: User, *names: str, vendor: str = "google", label: str = "mara@work.example", **fields: Any
) -> list[Calendar]:
    """An account with these calendars, the first of which blocks and was read two minutes ago."""
    now = timezone.now()
    defaults = {
        "vendor": vendor,
        "client_id": registry.app(vendor).client_id,
        "vendor_user_id": f"{host.pk} {label}",
        "email": label,
        "access_token": "access-canary",
        "refresh_token": "refresh-canary",
        "scope": "read write",
        "expires_at": now + timedelta(hours=1),
        "authorized_at": now,
        "refreshed_at": now,
    }
    grant = Grant.objects.create(**(defaults | fields))
    connection = Connection.objects.create(
        user=host, vendor=vendor, account=label, label=label, grant=grant, connected_at=now
    )
    return [
        Calendar.objects.create(
            connection=connection,
            host=host,
            external_id=name,
            name=name,
            primary=index == 0,
            blocks=index == 0,
            writable=vendor != "ics",
            synced_at=now - timedelta(minutes=2) if index == 0 else None,
            known_until=now + timedelta(days=400) if index == 0 else None,
            created_at=now,
        )
        for index, name in enumerate(names or ("Work",))
    ]
