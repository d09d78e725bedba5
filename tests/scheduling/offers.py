"""What tests of this room say about the times of an event type."""

from datetime import UTC, date, datetime, time, timedelta

from sivient.accounts.models import User
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold
from sivient.scheduling.rules import whole_window
from tests.factories import BERLIN, MONDAY_10, NOW

MONDAY = MONDAY_10.astimezone(BERLIN).date()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall time in Berlin, where the hosts of these tests are."""
    return datetime.combine(day, time(hour, minute), BERLIN).astimezone(UTC)


def hold(
    host: User, start: datetime, *, minutes: int = 30, event_type: EventType | None = None, **fields: object
) -> Hold:
    """A time taken without a booking."""
    end = start + timedelta(minutes=minutes)
    return Hold.objects.create(host=host, event_type=event_type, start=start, end=end, **fields)


def again(event_type: EventType) -> EventType:
    """The event type as a page reads it for a new request."""
    found = queries.event_type(str(event_type.host.handle), event_type.slug)
    assert found is not None
    return found


def all_offered(event_type: EventType, now: datetime = NOW, minutes: int | None = None) -> list[int]:
    """Every start that is offered, fresh from the database."""
    return queries.offered(event_type, window=whole_window(event_type, now), now=now, minutes=minutes)


def clocks(event_type: EventType, day: date, *, minutes: int | None = None, now: datetime = NOW) -> list[str]:
    """The times of day (Berlin) that are offered on a date, fresh from the database."""
    moments = (datetime.fromtimestamp(start, BERLIN) for start in all_offered(event_type, now, minutes))
    return [f"{moment:%H:%M}" for moment in moments if moment.date() == day]
