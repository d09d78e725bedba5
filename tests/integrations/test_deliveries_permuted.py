"""Webhook deliveries in every order: twice, late, forged, of another app, of an older authorization (row 20).

Each story is a Zoom user who allows and removes the app several times, while what Zoom sends about it arrives
whenever it likes. NIGHTLY=1 delivers ten thousand messages; a failure names the seed of its story.
"""

import json
import os
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import inbox, queries
from sivient.integrations.models import Connection, Grant, Revocation, WebhookEvent
from sivient.integrations.queries import CardState
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.test_inbox import signed
from tests.integrations.zoom import MARAS_ID, connect, emulated
from tests.vendors.zoom.emulated import JONAS

NIGHTLY = bool(os.environ.get("NIGHTLY"))
DELIVERIES = 10_000 if NIGHTLY else 300
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.timeout(3600 if NIGHTLY else 120)]


@dataclass(frozen=True)
class Letter:
    """A message on its way. `about` is the number of the removal that it truly tells of; None: it proves nothing."""

    body: bytes
    headers: dict[str, str]
    about: int | None


def letter(payload: dict[str, Any], *, about: int | None, age: timedelta = timedelta(), secret: str = "") -> Letter:
    """Write and sign a message."""
    body = json.dumps({"event": "app_deauthorized", "payload": payload}).encode()
    timestamp = str(int((timezone.now() - age).timestamp()))
    headers = signed(body, timestamp=timestamp, secret=secret) if secret else signed(body, timestamp=timestamp)
    return Letter(body, headers, about)


def letters(at: datetime, number: int) -> list[Letter]:
    """Return everything that may come because of one removal, true and untrue."""
    true = {
        "account_id": "a",
        "user_id": MARAS_ID,
        "client_id": "zoom-client",
        "signature": f"of removal {number}",  # as Zoom's, it makes each event another one
        "deauthorization_time": at.isoformat().replace("+00:00", "Z"),
    }
    forged = letter(true, about=None, secret="another")
    plain = letter(true, about=number)
    return [
        plain,
        plain,
        letter(true | {"account_id": "b"}, about=number),
        letter(true | {"user_data_retention": "false"}, about=number, age=timedelta(minutes=85)),
        letter({name: value for name, value in true.items() if name != "client_id"}, about=number),
        letter({name: value for name, value in true.items() if name != "deauthorization_time"}, about=number),
        forged,
        Letter(plain.body.replace(b'"a"', b'"c"'), plain.headers, None),
        letter(true | {"client_id": "another app"}, about=None),
        letter(true | {"user_id": "somebody else"}, about=None),
    ]


@dataclass
class Story:
    """One Zoom user's authorizations in the past hours, and the letters that are still on their way."""

    seed: int
    zoom: ZoomEmulator
    users: list[User]
    bystander: User
    removals: int = 0
    endings: int = 0
    told_of: set[int] = field(default_factory=set)
    bag: list[Letter] = field(default_factory=list)
    delivered: int = 0
    removed: bool = False

    def __post_init__(self) -> None:
        """Throw the dice that the seed stands for."""
        self.draw = random.Random(self.seed)  # noqa: S311 - the course of a test
        connect(self.bystander, self.zoom, user=JONAS)
        Grant.objects.update(authorized_at=timezone.now() - 100 * HOUR)

    def tell(self) -> None:
        """Live through all of it, and look after each step."""
        authorizations = self.draw.randint(1, 3)
        for number in range(authorizations):
            self.allow(timezone.now() - (authorizations - number) * HOUR)
            self.deliver(self.draw.randint(0, len(self.bag)))
            if number < authorizations - 1 or self.draw.random() < 0.5:
                self.remove()
                self.deliver(self.draw.randint(0, len(self.bag)))
        self.deliver(len(self.bag))

    def allow(self, at: datetime) -> None:
        """Let every host of the Zoom user authorize the app at that time."""
        for user in self.users:
            connect(user, self.zoom)
        Grant.objects.filter(vendor_user_id=MARAS_ID).update(authorized_at=at)
        self.allowed_at, self.removed = at, False

    def remove(self) -> None:
        """Let the Zoom user remove the app: soon after it was allowed, or much later."""
        self.zoom.remove_app(MARAS_ID)
        self.removed, self.removals = True, self.removals + 1
        after = self.draw.choice([timedelta(minutes=1), timedelta(minutes=30)])
        self.bag += letters(self.allowed_at + after, self.removals)

    def deliver(self, count: int) -> None:
        """Deliver so many of the letters, in any order; some come again later."""
        self.draw.shuffle(self.bag)
        for each in [self.bag.pop() for _ in range(count)]:
            try:
                inbox.receive("zoom", each.headers, each.body, now=timezone.now())
                self.told_of.add(each.about or 0)
            except inbox.NotSigned:
                assert each.about is None, self
            self.delivered += 1
            if self.draw.random() < 0.2:
                self.bag.append(each)
            if self.draw.random() < 0.5:
                run_due()
        run_due()
        self.check()

    def check(self) -> None:
        """Whoever is allowed is connected; whoever was removed, and told so, is not, and was told of it once."""
        states = {queries.card(user, "zoom", now=timezone.now()).state for user in self.users}
        if not self.removed:
            assert states == {CardState.CONNECTED}, self
        elif self.removals in self.told_of:
            assert states == {CardState.DEAUTHORIZED}, self
            assert not Grant.objects.filter(vendor_user_id=MARAS_ID).exists(), self
        assert queries.card(self.bystander, "zoom", now=timezone.now()).state == CardState.CONNECTED, self
        kept = WebhookEvent.objects.exclude(body="", handled_at__isnull=False)
        assert not kept.exists(), self


def forget() -> None:
    """Begin anew."""
    for table in (Connection, Grant, Revocation, WebhookEvent, Work):
        table.objects.all().delete()


def test_row_20_whatever_the_order_of_deliveries_no_wrong_connection_ends_and_no_true_removal_is_missed() -> None:
    hosts = [make_host() for _ in range(3)]
    delivered, seed, removals = 0, int(os.environ.get("SEED", "1")), 0
    while delivered < DELIVERIES:
        with emulated() as zoom:
            story = Story(seed, zoom, hosts[: 1 + seed % 2], hosts[2])
            story.tell()
        delivered, seed, removals = delivered + story.delivered, seed + 1, removals + story.removals
        forget()
    assert removals > DELIVERIES / 50
