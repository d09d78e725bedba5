"""What can be booked: the questions that the guest's page and the booking verb both ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.core.availability import Availability
from sivient.core.availability import Hours as OpenHours
from sivient.core.interval import Interval
from sivient.core.slots import SlotRules, reading_range, starts
from sivient.integrations.queries import connected
from sivient.scheduling.models import EventType, Hold, Hours, Platform

LONGEST_BUFFER = timedelta(hours=24)  # the editors refuse more, so reading this much wider is enough


class Meeting(NamedTuple):
    """Where an event type's meetings happen. `ready`: links can be made now (always true without a vendor)."""

    platform: str
    details: str
    ready: bool


def bookable(host: User) -> bool:
    """Say whether the host's page is published: open account, onboarded, plan, and a Meeting Platform chosen."""
    page = getattr(host, "page", None)
    return bool(
        host.is_active
        and host.closed_at is None
        and host.onboarded_at is not None
        and page is not None
        and page.platform
        and allows(host, Feature.SCHEDULING)
    )


def published(handle: str) -> User | None:
    """Return the host whose page this is, or None when there is none to show."""
    host = User.objects.select_related("page").filter(handle=handle.lower()).first()
    return host if host is not None and bookable(host) else None


def event_types(host: User) -> list[EventType]:
    """Return what guests can book, in the host's order."""
    return list(host.event_types.filter(active=True).select_related("schedule"))


def event_type(host: User, slug: str) -> EventType | None:
    """Return one of them, with its host and schedule loaded."""
    return host.event_types.filter(active=True, slug=slug).select_related("schedule", "host__page").first()


def meeting_of(event_type: EventType) -> Meeting:
    """Return where the meeting happens: the event type's own choice, else the one of the settings."""
    chosen = event_type if event_type.platform else event_type.host.page
    ready = chosen.platform != Platform.ZOOM or connected(event_type.host, "zoom")
    return Meeting(chosen.platform, chosen.platform_details, ready)


def rules_of(event_type: EventType) -> SlotRules:
    """Return the rules of an event type as the slot engine reads them."""
    return SlotRules(
        duration=event_type.duration,
        buffer_before=event_type.buffer_before,
        buffer_after=event_type.buffer_after,
        minimum_notice=event_type.minimum_notice,
        window_days=event_type.window_days,
    )


def offered(event_type: EventType, *, window: Interval, now: datetime) -> list[int]:
    """Return the starts in `window` that a guest may book now, in order, in epoch seconds.

    The page shows this and `book()` asks it again under the host's lock: what is shown is what can be booked.
    """
    rules = rules_of(event_type)
    booked = _booked(event_type, *reading_range(rules, window, longest_buffer=LONGEST_BUFFER))
    return starts(availability_of(event_type), rules, window=window, busy=(), booked=booked, now=now)


def open_starts(event_type: EventType, *, window: Interval, now: datetime) -> list[int]:
    """Return what would be offered if nobody had booked: a start in here that is not offered has been taken."""
    return starts(availability_of(event_type), rules_of(event_type), window=window, busy=(), booked=(), now=now)


def whole_window(event_type: EventType, now: datetime) -> Interval:
    """Return the widest window in which the event type can be offered, for the page."""
    return Interval(now, now + timedelta(days=event_type.window_days + 2))


def availability_of(event_type: EventType) -> Availability:
    """Return the opening hours of an event type."""
    rows = Hours.objects.filter(schedule=event_type.schedule_id).values_list("weekday", "start", "end")
    return Availability(event_type.schedule.timezone, tuple(OpenHours(*row) for row in rows))


def _booked(event_type: EventType, start: int, end: int) -> Sequence[tuple[int, int, int, int, bool]]:
    taken = Hold.objects.filter(
        host=event_type.host_id, end__gt=datetime.fromtimestamp(start, UTC), start__lt=datetime.fromtimestamp(end, UTC)
    ).values_list("start", "end", "buffer_before", "buffer_after", "event_type", "counts")
    return [
        (
            int(begins.timestamp()),
            int(ends.timestamp()),
            int(before.total_seconds()),
            int(after.total_seconds()),
            counts and of == event_type.pk,
        )
        for begins, ends, before, after, of, counts in taken
    ]
