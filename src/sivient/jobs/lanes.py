"""Lanes: of the work in one lane, at most one piece is leased at a time.

A claim must see every lease of the lane that others have taken or held longer before. SQLite has one writer, so the
claiming statement sees them. On PostgreSQL two statements may each miss the other's lease: whoever gives or holds
longer a lease in a lane takes the lane's advisory lock first, until the end of the transaction.
"""

import hashlib

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from sivient.jobs.models import Work


def busy() -> QuerySet[Work, str]:
    """Return the lanes in which a piece of work is leased now."""
    return Work.objects.filter(lease_until__gte=Now()).exclude(lane="").values_list("lane", flat=True)


def try_lock(lane: str) -> bool:
    """Lock the lane for this transaction; False when another transaction has it."""
    if not lane or connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(lane)])
        return bool(cursor.fetchone()[0])


def lock(lane: str) -> None:
    """Lock the lane for this transaction, waiting for another one that has it."""
    if lane and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(lane)])


def _number(lane: str) -> int:
    """Return the 64 bits that PostgreSQL locks. Two lanes with the same ones would only wait for each other."""
    return int.from_bytes(hashlib.sha256(lane.encode()).digest()[:8], "big", signed=True)
