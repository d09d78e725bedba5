"""Row 34 of the table of failures: PostgreSQL crashes while guests book. Nobody is lost, nobody is booked twice.

It has a cluster of its own, which keeps to the disk what it has promised, so it runs once for both databases.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from sivient.site import form_token
from tests.factories import MONDAY_10
from tests.reliability.stage import Outside, hands, outside, until
from tests.served import Served, served
from tools.postgres import Cluster, running_cluster

pytestmark = pytest.mark.processes
CRASHES = 2
GUESTS = 8  # at the same time, each booking a few times
TIMES = [MONDAY_10 + timedelta(days=day, minutes=30 * n) for day in range(2) for n in range(12)]


@dataclass
class Guests:
    """Guests who send the same form until somebody answers them, and what they were told."""

    product: Served
    told: Counter[int | str] = field(default_factory=Counter)
    places: dict[int, set[str]] = field(default_factory=dict)
    without_retry: int = 0

    def book(self, number: int) -> None:
        """Press Book, and again while the page says that the service is away."""
        typed = {
            "name": "Ada Okafor",
            "email": f"ada{number}@guest.example",
            "tz": "Asia/Tokyo",
            "at": f"{TIMES[number]:%Y-%m-%dT%H:%M}Z",
            "token": form_token.issue(f"book:{self.product.seed['event_type']}"),
        }
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = self.press(typed)
            if answer is not None and answer.status_code == 303:
                self.places.setdefault(number, set()).add(answer.headers["Location"])
                return
            time.sleep(0.1)

    def press(self, typed: dict[str, str]) -> httpx.Response | None:
        """Send the form once."""
        try:
            with httpx.Client(trust_env=False, timeout=20) as browser:
                answer = browser.post(f"{self.product.url}/schedule/mara/intro/confirm", data=typed)
        except httpx.TransportError as error:
            self.told[type(error).__name__] += 1
            return None
        self.told[answer.status_code] += 1
        self.without_retry += answer.status_code == 503 and "Retry-After" not in answer.headers
        return answer


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cluster, Outside, Served]]:
    """Serve the product on a cluster of its own."""
    with running_cluster(durable=True) as cluster:
        monkeypatch.setenv("DATABASE_URL", cluster.url)
        with outside(tmp_path) as (world, where), served(tmp_path, **where) as product:
            yield cluster, world, product


def test_row_34_after_crashes_of_postgresql_every_guest_is_booked_once_and_gets_a_link(
    running: tuple[Cluster, Outside, Served],
) -> None:
    cluster, world, product = running
    with hands(product.environment) as hand:
        hand.ask(do="connect", host=product.seed["host"])
    guests, over = Guests(product), threading.Event()

    def crash() -> None:
        for _ in range(CRASHES):
            time.sleep(1.0)
            cluster.crash()
            time.sleep(0.3)
            cluster.resume()
        over.set()

    crashing = threading.Thread(target=crash, daemon=True)
    crashing.start()
    with ThreadPoolExecutor(GUESTS) as pool:
        list(pool.map(guests.book, range(len(TIMES))))
    assert over.wait(60)
    assert 500 not in guests.told
    assert guests.without_retry == 0
    assert [len(guests.places.get(n, ())) for n in range(len(TIMES))] == [1] * len(TIMES)
    with hands(product.environment) as hand:
        found = hand.ask(do="bookings")
        assert {f"/b/{booking['token']}" for booking in found["bookings"]} == set.union(*guests.places.values())
        assert found["holds"] == len(found["bookings"]) == len(TIMES)
        hand.ask(do="elapse")  # what was being done when the server crashed is leased for a while
        until(lambda: len(world.zoom.meetings) >= len(TIMES), within=60)
        with psycopg.connect(product.environment["DATABASE_URL"]) as database:
            assert database.execute("SHOW synchronous_commit").fetchone() == ("on",)
