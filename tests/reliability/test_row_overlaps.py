"""Row 5 of the table of failures: no two meetings of a host at once, across event types, buffers and requests.

Whoever asks is answered by the rules: they are written here once more, slowly, over everything that stands.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import NotBooked, NotReschedulable, book, cancel, decline, reschedule
from sivient.scheduling.models import EventType, Hold, Hours
from tests.factories import MONDAY_10, make_event_type, make_guest, make_host

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
QUARTER = timedelta(minutes=15)
Wish = tuple[str, int, int]
WISHES = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "book", "by guest", "by host", "cancel", "decline"]),
        st.integers(0, 3),  # which event type, or which booking
        st.integers(0, 11),  # which quarter of an hour
    ),
    max_size=14,
)


@dataclass(frozen=True)
class Taken:
    """A meeting that stands, with the buffers around it."""

    start: datetime
    end: datetime
    before: timedelta
    after: timedelta

    def leaves_room_for(self, other: "Taken") -> bool:
        """Say whether neither meeting touches the other or its buffers; two buffers may overlap."""
        return not (
            (self.start - self.before < other.end and other.start < self.end + self.after)
            or (other.start - other.before < self.end and self.start < other.end + other.after)
        )


@pytest.fixture
def event_types() -> list[EventType]:
    """Long and short, with and without buffers, one that asks its host first."""
    host = make_host(timezone="UTC", platform="phone", platform_details="+49 30 1234567")
    kinds = (
        {"minutes": 30},
        {"minutes": 45, "buffer_before": QUARTER, "buffer_after": 2 * QUARTER},
        {"minutes": 60, "requires_approval": True},
        {"minutes": 15, "buffer_after": QUARTER},
    )
    made = []
    for fields in kinds:
        event_type = make_event_type(host, step_minutes=15, minimum_notice=timedelta(), **fields)
        event_type.schedule.hours.all().delete()
        Hours.objects.bulk_create(Hours(schedule=event_type.schedule, weekday=n, start=0, end=1440) for n in range(7))
        made.append(EventType.objects.select_related("schedule", "host__page").get(pk=event_type.pk))
    return made


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WISHES)
def test_row_05_what_the_rules_allow_is_booked_and_nothing_else(
    event_types: list[EventType], wishes: list[Wish]
) -> None:
    Booking.objects.all().delete()
    Hold.objects.all().delete()
    for number, wish in enumerate(wishes):
        grant(event_types, wish, key=f"wish-{number}")
        meetings = standing(event_types[0].host)
        bare = [Taken(each.start, each.end, timedelta(), timedelta()) for each in meetings]
        assert all(one.leaves_room_for(other) for n, one in enumerate(bare) for other in bare[:n])
        assert len(meetings) == Booking.objects.filter(status__in=("pending", "confirmed")).count()


def grant(event_types: list[EventType], wish: Wish, *, key: str) -> None:
    """Do what is wished, and see that it was allowed exactly when the rules allow it."""
    what, which, quarter = wish
    start, now = MONDAY_10 + quarter * QUARTER, timezone.now()
    bookings = list(Booking.objects.filter(status__in=("pending", "confirmed")).order_by("pk"))
    if what == "book":
        event_type = event_types[which]
        asked = Taken(
            start,
            start + timedelta(minutes=event_type.minutes),
            event_type.buffer_before,
            event_type.buffer_after,
        )
        allowed = all(asked.leaves_room_for(each) for each in standing(event_type.host))
        try:
            book(event_type, start, make_guest(), key=key, now=now)
        except NotBooked:
            assert not allowed
        else:
            assert allowed
    elif bookings:
        change(bookings[which % len(bookings)], what, start, now)


def change(booking: Booking, what: str, start: datetime, now: datetime) -> None:
    """Move it, or let it end."""
    if what == "cancel":
        cancel(booking, by="guest", now=now)
    elif what == "decline":
        if booking.status == Booking.Status.PENDING:
            decline(booking, now=now)
    else:
        others = standing(booking.host, without=booking)
        own = booking.hold
        assert own is not None
        moved = Taken(start, start + (booking.end - booking.start), own.buffer_before, own.buffer_after)
        try:
            reschedule(booking, start, by="guest" if what == "by guest" else "host", now=now)
        except (NotBooked, NotReschedulable):
            assert booking.version > 10 or not all(moved.leaves_room_for(each) for each in others)
        else:
            assert all(moved.leaves_room_for(each) for each in others)


def standing(host: User, *, without: Booking | None = None) -> list[Taken]:
    """Return what takes the host's time."""
    holds = Hold.objects.filter(host=host).exclude(pk=without.hold_id if without else None)
    return [Taken(hold.start, hold.end, hold.buffer_before, hold.buffer_after) for hold in holds]
