"""Which work belongs to an account. Its rows have no column for that: they are found by what their key is about."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from sivient.booking.models import Booking
from sivient.integrations.models import Connection
from sivient.jobs.models import Work

AT_ONCE = 100  # keys in one statement, with two conditions each: older SQLite takes 1,000


def work_of(number: int) -> Iterator[QuerySet[Work]]:
    """Return the account's work, in several queries: about its bookings, its connections and itself."""
    about = [f"booking:{pk}" for pk in Booking.objects.filter(host=number).values_list("pk", flat=True)]
    about += [f"connection:{pk}" for pk in Connection.objects.filter(user=number).values_list("pk", flat=True)]
    about += [f"account:{number}"]
    for start in range(0, len(about), AT_ONCE):
        matches = Q()
        for subject in about[start : start + AT_ONCE]:
            matches |= Q(key=subject) | Q(key__startswith=f"{subject}:")
        yield Work.objects.filter(matches)
