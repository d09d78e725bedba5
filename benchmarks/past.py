"""Past bookings for the benchmarks, all of one host: `python -m benchmarks.past COUNT` fills up to COUNT."""

import sys
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import django

from sivient.config.env import name_settings_module

QUARTER = timedelta(minutes=15)
BATCH = 5_000


def main(wanted: int) -> None:
    """Add what is missing, each a quarter of an hour before the one before, then let the database look at it."""
    name_settings_module()
    django.setup()
    from django.db import connection, transaction
    from django.db.models import Min
    from django.utils import timezone

    from sivient.booking.models import Booking
    from sivient.scheduling.models import EventType, Hold

    event_type = EventType.objects.get(slug="intro", host__handle="mara")
    earliest = Hold.objects.filter(host=event_type.host_id).aggregate(at=Min("start"))["at"]
    latest = min(earliest or timezone.now(), timezone.now().replace(minute=0, second=0, microsecond=0))
    missing = wanted - Booking.objects.filter(host=event_type.host_id).count()
    rows = _starts(latest, missing)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            _store(event_type, batch)
    with connection.cursor() as cursor:
        # PostgreSQL would tidy up by itself, but in the middle of what is measured.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _starts(latest: datetime, count: int) -> Iterator[datetime]:
    """Yield the oldest first: the backstop looks at what ends later."""
    return (latest - QUARTER * number for number in range(count, 0, -1))


def _store(event_type: object, batch: list[datetime]) -> None:
    from sivient.booking.models import Booking
    from sivient.scheduling.models import EventType, Hold

    assert isinstance(event_type, EventType)
    common = {"host_id": event_type.host_id, "event_type": event_type}
    holds = Hold.objects.bulk_create(Hold(start=start, end=start + QUARTER, **common) for start in batch)
    Booking.objects.bulk_create(
        Booking(
            **common,
            hold=hold,
            title="Intro call",
            start=hold.start,
            end=hold.end,
            platform="phone",
            guest_name="Ada Okafor",
            guest_email="ada@guest.example",
            guest_timezone="Asia/Tokyo",
            idempotency_key=uuid.uuid4().hex,
            content_digest="",
            created_at=hold.start,
        )
        for hold in holds
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
