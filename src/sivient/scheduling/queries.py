"""What can be booked: the questions that the guest's pages and the verbs of booking both ask."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.calendars import queries as calendars
from sivient.core.availability import Availability
from sivient.core.explain import Reason, unnamed
from sivient.core.interval import SECOND, Interval, Pair, moment
from sivient.scheduling import engine, host_times, rules
from sivient.scheduling.host_times import Reach
from sivient.scheduling.models import EventType, FormerSlug, PrivateLink, Schedule, Travel
from sivient.scheduling.offering import Offering
from sivient.scheduling.rules import LONGEST_BUFFER, rules_of, whole_window
from sivient.scheduling.snapshot import SNAPSHOTS

log = logging.getLogger(__name__)
DAY = timedelta(days=1)
PAUSED = "New bookings are paused at the moment."
_LOADED = ("schedule", "host__page")
_FRESHNESS = {"times_version": host_times.version("host__"), "calendars_unread": calendars.unread(OuterRef("host_id"))}


class Meeting(NamedTuple):
    """Where an event type's meetings happen."""

    platform: str
    details: str


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
    """Return what guests can choose on the host's page, in the host's order."""
    shown = host.event_types.filter(active=True, hidden=False).select_related("schedule")
    return list(shown.annotate(**_FRESHNESS))


def event_types_loaded() -> QuerySet[EventType]:
    """Return all event types, each with host, page, schedule and how new the host's times are."""
    return EventType.objects.select_related(*_LOADED).annotate(**_FRESHNESS)


def event_type(handle: str, slug: str) -> EventType | None:
    """Return what guests can book at this address, also while it is paused, or None.

    Host, page, schedule, the version of the host's times and whether they are `unread` come with it, in one question.
    """
    found = event_types_loaded().filter(active=True, hidden=False, host__handle=handle.lower(), slug=slug).first()
    return found if found is not None and bookable(found.host) else None


def former_event_type(handle: str, slug: str) -> EventType | None:
    """Return the event type that once had this address, if guests can book it at another one now."""
    former = (
        FormerSlug.objects.filter(host__handle=handle.lower(), slug=slug)
        .filter(event_type__active=True, event_type__hidden=False)
        .select_related(*(f"event_type__{each}" for each in _LOADED))
        .first()
    )
    return former.event_type if former is not None and bookable(former.event_type.host) else None


def private_link(token: str, now: datetime) -> PrivateLink | None:
    """Return the link if somebody may book through it now, with its event type, host, page and schedule, or None."""
    link = (
        PrivateLink.objects.filter(token=token, event_type__active=True)
        .select_related(*(f"event_type__{each}" for each in _LOADED))
        .annotate(
            times_version=host_times.version("event_type__host__"),
            calendars_unread=calendars.unread(OuterRef("event_type__host_id")),
        )
        .first()
    )
    if link is None or not link.is_open(now) or not bookable(link.event_type.host):
        return None
    for name in _FRESHNESS:  # as event_type() has it
        setattr(link.event_type, name, getattr(link, name))
    return link


def meeting_of(event_type: EventType) -> Meeting:
    """Return where the meeting happens: the event type's own choice, else the one of the settings."""
    chosen = event_type if event_type.platform else event_type.host.page
    return Meeting(chosen.platform, chosen.platform_details)


def pause_note(event_type: EventType) -> str | None:
    """Return the sentence that guests read instead of times while the event type or the page is paused, else None."""
    for each in (event_type, getattr(event_type.host, "page", None)):
        if each is not None and each.paused:
            return each.pause_note or PAUSED
    return None


def unread(event_type: EventType) -> bool:
    """Say whether a calendar of the host that blocks times cannot be read, so that no time is known to be free."""
    found = getattr(event_type, "calendars_unread", None)
    return calendars.is_unread(event_type.host_id) if found is None else bool(found)


def offered(
    event_type: EventType, *, window: Interval, now: datetime, minutes: int | None = None, without: int | None = None
) -> list[int]:
    """Return the starts in `window` that a guest may book now, in order, in epoch seconds; fresh from the database.

    `minutes` is the duration (None: the one chosen at first); the hold `without` neither stands in the way nor counts.
    Of one start, the verbs ask `refusal`. Whether the page is published or paused is asked apart from it.
    """
    shared = _shared(whole_window(event_type, now), window)
    if shared is None:
        return []
    times = engine.fresh_times(event_type, shared, minutes)
    return engine.starts(event_type, times, shared, now, minutes=minutes, without=without)


def offering(
    event_type: EventType,
    *,
    now: datetime,
    minutes: int | None = None,
    without: int | None = None,
    but: int | None = None,
    also: int | None = None,
) -> Offering:
    """Return what `offered` returns, to be read part by part, from the host's snapshot; `but` is a start left out,
    `also` one that is added.

    It is as new as the event type: one that was read before a verb ran shows the times before it.
    """
    since = rules.since(event_type, rules_of(event_type, minutes), now)
    times = SNAPSHOTS.get(event_type.host_id, version=_version(event_type), since=since)
    return Offering(event_type, times, whole_window(event_type, now), now, minutes, without, but, also)


def page_starts(
    event_type: EventType,
    *,
    now: datetime,
    minutes: int | None = None,
    window: Interval | None = None,
    without: int | None = None,
) -> list[int]:
    """Return what `offered` returns (`window` None: all of it, which may be two years), from the host's snapshot."""
    return offering(event_type, now=now, minutes=minutes, without=without).starts(window)


def first_offered(host: User, event_types: Sequence[EventType], *, now: datetime) -> dict[int, int]:
    """Return the first start of each event type that is offered at all and not paused, by its number.

    In epoch seconds, for the duration chosen at first, from the host's snapshot. One whose rules cannot be is left
    out, so that the others are still shown.
    """
    running = [each for each in event_types if pause_note(each) is None and _has_rules(each)]
    if not running:
        return {}
    since = min(rules.since(each, rules_of(each), now) for each in running)
    times = SNAPSHOTS.get(host.pk, version=_version(running[0]), since=since)
    found = ((each.pk, Offering(each, times, whole_window(each, now), now).after()) for each in running)
    return {number: first[0] for number, first in found if first}


def _has_rules(event_type: EventType) -> bool:
    """Say whether the engine takes its rules; the verbs store no others, so the operator is told."""
    try:
        rules_of(event_type)
    except ValueError:
        log.exception("event type %s has rules that cannot be", event_type.pk)
        return False
    return True


def refusal(
    event_type: EventType,
    start: datetime,
    *,
    now: datetime,
    minutes: int | None = None,
    without: int | None = None,
) -> Reason | None:
    """Return why `offered` does not have `start`, or None when it does; the database is asked once for both.

    The verbs ask this under the host's lock. Raises ValueError for a start outside the bookable years.
    """
    instant = Interval(start, start + SECOND)
    times = engine.fresh_times(event_type, instant, minutes)
    if engine.starts(event_type, times, instant, now, minutes=minutes, without=without):
        return None
    return engine.reason(event_type, times, start, now, minutes=minutes, without=without)


def explain(
    event_type: EventType,
    start: datetime,
    *,
    now: datetime,
    minutes: int | None = None,
    without: int | None = None,
) -> Reason:
    """Say why `start` is not offered, or that it is; fresh from the database. A busy time's calendars are named.

    Raises ValueError for a start outside the bookable years.
    """
    times = engine.fresh_times(event_type, Interval(start, start + SECOND), minutes)

    def name(pair: Pair) -> str:
        return _calendars_of(event_type.host_id, pair)

    return engine.reason(event_type, times, start, now, minutes=minutes, without=without, busy_name=name)


def _calendars_of(host_id: int, busy: Pair) -> str:
    """Return the words for a busy time, with the names of the calendars that it stands in."""
    start, end = map(moment, busy)
    found = calendars.blocking(host_id).filter(busy_times__start__lt=end, busy_times__end__gt=start).distinct()
    names = " and ".join(f"“{each.name}”" for each in found)
    return f"a busy time of {names}" if names else unnamed(busy)


def host_may_take(
    host_id: int, time: Interval, *, buffer_before: timedelta, buffer_after: timedelta, without: int | None = None
) -> bool:
    """Say whether the host may put a meeting there: no hold is in the way, nor in the longer of two buffers.

    Hours, notice, window and limits do not bind the host. The hold `without` does not stand in the way.
    """
    start, end = time.seconds()
    before, after, longest = (length // SECOND for length in (buffer_before, buffer_after, LONGEST_BUFFER))
    around = Reach(start - max(before, longest), end + max(after, longest))
    return not any(
        each.start < end + max(after, each.buffer_before) and each.end > start - max(before, each.buffer_after)
        for each in host_times.taken(host_id, around)
        if each.hold != without
    )


def availability_of(schedule: Schedule, *, window: Interval) -> Availability:
    """Return the opening hours of a schedule around `window`: week, dates, time off, travel and holidays."""
    times = host_times.read(schedule.host_id, Reach(*window.seconds()))
    return times.workdays.availability(schedule.pk, window)


def zone_at(schedule: Schedule, at: datetime) -> str:
    """Return the zone (IANA) in which the hours around an instant are read: that of a journey, or the schedule's."""
    day = at.astimezone(UTC).date()
    journeys = Travel.objects.filter(host=schedule.host_id, first__lte=day + DAY, last__gte=day - DAY)
    for journey in journeys:
        if journey.first <= at.astimezone(ZoneInfo(journey.timezone)).date() <= journey.last:
            return journey.timezone
    return schedule.timezone


def _shared(one: Interval, other: Interval) -> Interval | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Interval(start, end) if start < end else None


def _version(event_type: EventType) -> int:
    """Return the version of the host's times that was read with the event type, or else the present one."""
    if not hasattr(event_type, "times_version"):
        host = User.objects.filter(pk=event_type.host_id).annotate(times_version=host_times.version())
        return host.values_list("times_version", flat=True).first() or 0
    version: int = event_type.times_version
    return version
