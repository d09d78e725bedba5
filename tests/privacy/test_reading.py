"""An export reads as it likes without keeping anybody waiting, and on PostgreSQL sees one moment."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from sivient.privacy.export import export
from tests.factories import NOW
from tests.privacy.conftest import make_account

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
WRITE = "UPDATE audit_entry SET event = 'written meanwhile'"


def somebody_writes(folder: Path) -> None:
    """Write from another connection, which waits for nobody."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "sivient.sqlite3", timeout=0)) as other:
            other.execute(WRITE)
            other.commit()
        return
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SET lock_timeout = '1ms'")
        other.execute(WRITE)


@pytest.mark.usefixtures("database")
def test_while_an_export_reads_others_write(database: Path) -> None:
    account = make_account()
    wrote = []

    def meanwhile(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith("SELECT") and "booking_booking" in sql and not wrote:
            wrote.append(sql)
            somebody_writes(database)
        return answer

    with connection.execute_wrapper(meanwhile):
        document = export(account, now=NOW)
    assert wrote
    if connection.vendor == "postgresql":
        assert "written meanwhile" not in {entry["event"] for entry in document["log"]}
