"""The clocks of this process and of the database. Work goes by the database's (reliability.md section 3, row 38)."""

from datetime import datetime, timedelta

from django.utils import timezone

from sivient.jobs.clock import database_now

WORTH_SAYING = timedelta(seconds=2)
ROUNDS = 3


def own_now() -> datetime:
    """Return the clock of this process."""
    return timezone.now()


def difference() -> timedelta:
    """Return by how much this process's clock is ahead of the database's; negative when it is behind.

    Of several rounds the shortest counts; the database is taken to have answered in its middle.
    """
    return min((_round() for _ in range(ROUNDS)), key=lambda took_and_ahead: took_and_ahead[0])[1]


def _round() -> tuple[timedelta, timedelta]:
    before = own_now()
    database = database_now()
    took = own_now() - before
    return took, before + took / 2 - database
