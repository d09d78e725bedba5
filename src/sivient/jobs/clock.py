"""The database's clock, by which work goes: a process's own may be wrong (reliability.md section 3, row 38)."""

from datetime import UTC, datetime

from django.db import connection

QUESTIONS = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",  # the clock of this machine
}


def database_now() -> datetime:
    """Return the database's clock at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTIONS[connection.vendor])
        answer: datetime | str = cursor.fetchone()[0]
    return datetime.fromisoformat(answer).replace(tzinfo=UTC) if isinstance(answer, str) else answer
