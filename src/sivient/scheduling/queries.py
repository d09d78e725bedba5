"""What can be booked: the questions that the guest's page and the booking verb both ask."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.core.availability import Availability
from sivient.core.availability import Hours as OpenHours
from sivient.core.interval import Interval
from sivient.core.slots import SlotRules, reading_range, starts
from sivient.scheduling.models import EventType, Hold, Hours

LONGEST_BUFFER = timedelta(hours=24)  # the editors refuse more, so reading this much wider is enough
SOON = timedelta(days=8)  # most hosts have a free time so soon


class Meeting(NamedTuple):
    """Where an event type's meetings happen."""

    platform: str
    details: str


class Taken(NamedTuple):
    """A hold as the slot engine reads it, in seconds, and the event type that it counts for (None: for none)."""

    start: int
    end: int
    buffer_before: int
    buffer_after: int
    counts_for: int | None


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


def event_type(handle: str, slug: str) -> EventType | None:
    """Return what guests can book at this address, with host, page and schedule loaded, or None."""
    found = (
        EventType.objects.filter(active=True, host__handle=handle.lower(), slug=slug)
        .select_related("schedule", "host__page")
        .first()
    )
    return found if found is not None and bookable(found.host) else None


def meeting_of(event_type: EventType) -> Meeting:
    """Return where the meeting happens: the event type's own choice, else the one of the settings."""
    chosen = event_type if event_type.platform else event_type.host.page
    return Meeting(chosen.platform, chosen.platform_details)


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
    taken = _taken(event_type.host_id, [_reach(event_type, window)])
    return _starts(event_type, availability_of(event_type), taken, window, now)


def first_offered(host: User, event_types: Sequence[EventType], *, now: datetime) -> dict[int, int]:
    """Return the first start of each event type that is offered at all, by its number, in epoch seconds.

    Hours and holds are read once, however many event types there are.
    """
    windows = {each.pk: whole_window(each, now) for each in event_types}
    taken = _taken(host.pk, [_reach(each, windows[each.pk]) for each in event_types])
    open_hours = _availabilities(event_types)
    first = {}
    for each in event_types:
        whole = windows[each.pk]
        soon = Interval(whole.start, min(whole.end, whole.start + SOON))
        for window in (soon, whole):
            if found := _starts(each, open_hours[each.schedule_id], taken, window, now):
                first[each.pk] = found[0]
                break
    return first


def open_starts(event_type: EventType, *, window: Interval, now: datetime) -> list[int]:
    """Return what would be offered if nobody had booked: a start in here that is not offered has been taken."""
    return starts(availability_of(event_type), rules_of(event_type), window=window, busy=(), booked=(), now=now)


def whole_window(event_type: EventType, now: datetime) -> Interval:
    """Return the widest window in which the event type can be offered, for the page."""
    return Interval(now, now + timedelta(days=event_type.window_days + 2))


def availability_of(event_type: EventType) -> Availability:
    """Return the opening hours of an event type."""
    return _availabilities([event_type])[event_type.schedule_id]


def _availabilities(event_types: Sequence[EventType]) -> Mapping[int, Availability]:
    """Return the opening hours of the event types, by the number of their schedule."""
    zones = {each.schedule_id: each.schedule.timezone for each in event_types}
    weeks = defaultdict(list)
    rows = Hours.objects.filter(schedule__in=list(zones)).values_list("schedule", "weekday", "start", "end")
    for schedule, *hours in rows:
        weeks[schedule].append(OpenHours(*hours))
    return {schedule: Availability(zone, tuple(weeks[schedule])) for schedule, zone in zones.items()}


def _starts(
    event_type: EventType, open_hours: Availability, taken: Sequence[Taken], window: Interval, now: datetime
) -> list[int]:
    booked = [(*each[:4], each.counts_for == event_type.pk) for each in taken]
    return starts(open_hours, rules_of(event_type), window=window, busy=(), booked=booked, now=now)


def _reach(event_type: EventType, window: Interval) -> tuple[int, int]:
    """Return how wide holds must be read to offer the event type in `window`, in epoch seconds."""
    return reading_range(rules_of(event_type), window, longest_buffer=LONGEST_BUFFER)


def _taken(host_id: int, reaches: Sequence[tuple[int, int]]) -> list[Taken]:
    """Return the holds of a host that any of the reaches touches."""
    if not reaches:
        return []
    start, end = min(start for start, _ in reaches), max(end for _, end in reaches)
    rows = Hold.objects.filter(
        host=host_id, end__gt=datetime.fromtimestamp(start, UTC), start__lt=datetime.fromtimestamp(end, UTC)
    ).values_list("start", "end", "buffer_before", "buffer_after", "event_type", "counts")
    return [
        Taken(
            int(begins.timestamp()),
            int(ends.timestamp()),
            int(before.total_seconds()),
            int(after.total_seconds()),
            of if counts else None,
        )
        for begins, ends, before, after, of, counts in rows
    ]
