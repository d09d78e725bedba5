"""The background work of erasing."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from sivient.accounts.models import User
from sivient.jobs.models import Work
from sivient.jobs.registry import handler, periodic
from sivient.ports.errors import TryLater
from sivient.privacy import work
from tests.factories import make_host

pytestmark = pytest.mark.django_db(transaction=True)  # on SQLite alone: only its file keeps erased bytes


@pytest.fixture
def somebody(database: Path) -> Iterator[sqlite3.Connection]:
    """Another process at the same file, while ours does not wait long for it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(database / "sivient.sqlite3", isolation_level=None)
    yield other
    other.close()


def test_the_file_is_written_anew_and_the_log_is_empty(database: Path) -> None:
    make_host(name="Zq-canary")
    User.objects.all().delete()
    work.scrub(Work())
    assert b"Zq-canary" not in (database / "sivient.sqlite3").read_bytes()
    assert (database / "sivient.sqlite3-wal").stat().st_size == 0


def test_while_somebody_writes_it_is_tried_later(somebody: sqlite3.Connection) -> None:
    somebody.execute("BEGIN IMMEDIATE")
    with pytest.raises(TryLater, match="busy"):
        work.scrub(Work())


def test_while_somebody_reads_it_is_tried_later(somebody: sqlite3.Connection) -> None:
    somebody.execute("BEGIN")
    somebody.execute("SELECT count(*) FROM accounts_user").fetchone()
    with pytest.raises(TryLater, match="being read"):
        work.scrub(Work())


def test_erasing_comes_back_every_hour() -> None:
    assert periodic()["privacy.purge"].total_seconds() == 3600
    assert handler("privacy.scrub") is not None
