"""`kill -9` for the web process in the middle of a booking. The guest sends the same form again, and is booked once.

The web process is a real one, and so is the guest's connection. The parent process starts another one.
"""

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sivient.site import form_token
from tests.booking.racing import Field
from tests.factories import MONDAY_10
from tests.reliability.stage import Standstill, children, hands, is_alive, until
from tests.served import Served, served

pytestmark = [pytest.mark.processes, pytest.mark.db]
NOTHING = {"bookings": [], "holds": 0, "work": 0}
# A view may be slow where a trigger may not: SQLite counts for some seconds in the middle of the transaction.
SLOW = """
    CREATE VIEW long_count AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40000000)
        SELECT count(*) AS n FROM n;
    CREATE TRIGGER slow_audit AFTER INSERT ON audit_entry BEGIN SELECT n FROM long_count; END;
"""


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Served]:
    """Serve pages alone: no worker changes anything. Each test has its own, as a web process dies once at a time:

    one that follows a dead one and dies within seconds, too, ends the whole server, which its supervisor starts again.
    """
    with served(tmp_path, arguments=("--worker-threads", "0")) as running:
        yield running


@pytest.fixture
def hand(product: Served) -> Iterator[Field]:
    """Look into its database."""
    with hands(product.environment) as looking:
        yield looking


def form(product: Served, start: datetime) -> dict[str, str]:
    """Fill in the form as Ada."""
    return {
        "name": "Ada Okafor",
        "email": "ada@guest.example",
        "at": f"{start:%Y-%m-%dT%H:%M}Z",
        "tz": "Asia/Tokyo",
        "token": form_token.issue(f"book:{product.seed['event_type']}"),
    }


def send(product: Served, typed: dict[str, str]) -> httpx.Response:
    """Press Book. httpx.TransportError: the connection broke, which a browser says in its own words."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        return browser.post(f"{product.url}/schedule/mara/intro/confirm", data=typed)


def sent_and_not_answered(product: Served, typed: dict[str, str]) -> threading.Thread:
    """Press Book, and never see an answer."""

    def press() -> None:
        with pytest.raises(httpx.TransportError):
            send(product, typed)

    thread = threading.Thread(target=press, daemon=True)
    thread.start()
    return thread


def kill_web(product: Served) -> None:
    """Kill the web process; the parent's other children are helpers that serve no pages."""
    before = children(product.process)
    for number in before:
        os.kill(number, signal.SIGKILL)
    until(lambda: not any(is_alive(number) for number in before))


def web_is_back(product: Served) -> None:
    """Wait for the next web process."""

    def answers() -> bool:
        try:
            return httpx.get(f"{product.url}/healthz", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    until(answers, within=60)


def test_row_01_killed_before_the_commit_nothing_exists_and_the_same_form_books(product: Served, hand: Field) -> None:
    typed = form(product, MONDAY_10)
    with transaction_that_lasts(product) as is_open:
        guest = sent_and_not_answered(product, typed)
        until(is_open)
        kill_web(product)
        guest.join(30)
    assert not guest.is_alive()
    assert hand.ask(do="bookings") == NOTHING
    web_is_back(product)
    assert send(product, typed).status_code == 303
    assert len(hand.ask(do="bookings")["bookings"]) == 1


def test_row_02_killed_after_the_commit_the_same_form_shows_the_booking(product: Served, hand: Field) -> None:
    typed = form(product, MONDAY_10)
    with httpx.Client(trust_env=False, timeout=30) as browser:
        page = f"{product.url}/schedule/mara/intro/confirm"
        with browser.stream("POST", page, data=typed):  # the answer is not read
            until(lambda: hand.ask(do="bookings")["bookings"])
            kill_web(product)
    web_is_back(product)
    again = send(product, typed)
    (booked,) = hand.ask(do="bookings")["bookings"]
    assert (again.status_code, again.headers["Location"]) == (303, f"/b/{booked['token']}")
    with httpx.Client(trust_env=False, base_url=product.url) as browser:
        assert "You are booked" in browser.get(again.headers["Location"]).text


@contextmanager
def transaction_that_lasts(product: Served) -> Iterator[Any]:
    """Keep a booking's transaction open after its inserts; yields the question whether one is."""
    if product.environment["DATABASE_URL"]:
        standstill = Standstill(product.environment, "audit_entry")  # the last row that booking writes
        standstill.begin()
        yield standstill.is_felt
        standstill.end()
        return
    file = Path(product.environment["SIVIENT_DATA_DIR"]) / "sivient.sqlite3"
    database = sqlite3.connect(file, timeout=0, isolation_level=None)
    database.executescript(SLOW)
    yield lambda: is_writing(database)
    until(lambda: not is_writing(database))
    database.executescript("DROP TRIGGER slow_audit; DROP VIEW long_count;")
    database.close()


def is_writing(database: sqlite3.Connection) -> bool:
    """Say whether somebody has a transaction open that writes."""
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    database.execute("ROLLBACK")
    return False
