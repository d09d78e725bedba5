"""Which work belongs to an account. Its rows have no column for that: they are found by what their key is about.

Whole keys, never a prefix: only those are found through the index. So every key about an account is one that can be
named from its rows.
"""

from collections.abc import Iterator

from django.db.models import QuerySet

from sivient.booking.models import Booking, Conference
from sivient.booking.steps import deletion_key
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.integrations.models import Connection
from sivient.jobs.models import Work

AT_ONCE = 500  # keys in one statement: older SQLite takes 999


def work_of(number: int) -> Iterator[QuerySet[Work]]:
    """Return the account's work, in several queries: about its bookings, their meetings, its connections and itself."""
    keys = list(_keys(number))
    for start in range(0, len(keys), AT_ONCE):
        yield Work.objects.filter(key__in=keys[start : start + AT_ONCE])


def _keys(number: int) -> Iterator[str]:
    for pk, version, others in Booking.objects.filter(host=number).values_list("pk", "version", "others"):
        for each in range(1, version + 1):
            yield f"booking:{pk}:{each}"  # as booking.services.step_key
            yield from (f"booking:{pk}:{each}:{place}" for place in range(len(others)))
    yield from map(deletion_key, Conference.objects.filter(booking__host=number).values_list("pk", flat=True))
    for pk in Connection.objects.filter(user=number).values_list("pk", flat=True):
        yield f"connection:{pk}"
    yield from (f"calendar:{pk}" for pk in Calendar.objects.filter(host=number).values_list("pk", flat=True))
    yield from (f"event:{pk}" for pk in WrittenEvent.objects.filter(host=number).values_list("pk", flat=True))
    yield f"account:{number}"
