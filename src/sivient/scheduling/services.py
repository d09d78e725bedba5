"""The host's verbs: opening the page, and changing what can be booked and when.

Each begins by taking the host's timetable: a booking that is being made sees all of a change or nothing, and caches
turn over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from sivient.accounts.models import User
from sivient.accounts.services import change_handle
from sivient.audit.log import record
from sivient.core.availability import Hours as OpenHours
from sivient.scheduling import platforms, weekly
from sivient.scheduling.models import EventType, Hours, Platform, Schedule, SchedulingPage, Timetable

OFFICE_HOURS = tuple(OpenHours(day, 9 * 60, 17 * 60) for day in range(5))
MOST_EVENT_TYPES = 50  # per host; a page lists them all


class SlugTaken(Exception):
    """Another event type of the host has this address."""


class TooManyEventTypes(Exception):
    """The host has as many event types as a page can list."""


class HoursUnfit(Exception):
    """Some hours cannot stay. `problems` has a sentence for each, by its place."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class EventTypeDraft:
    """An event type as the host wants it; `platform` "" means as in the settings."""

    title: str
    minutes: int
    slug: str = ""
    description: str = ""
    platform: str = ""
    platform_details: str = ""
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    minimum_notice: timedelta = timedelta(hours=4)
    window_days: int = 56
    active: bool = True


def open_page(host: User, *, name: str, handle: str, timezone: str, now: datetime) -> None:
    """Set a new host up: name, handle, office hours in `timezone` (IANA), one event type. A second call does nothing.

    The page is published once a Meeting Platform is chosen. Raises handles.HandleUnfit.
    """
    with transaction.atomic():
        Timetable.take(host.pk)
        host.refresh_from_db()
        if host.onboarded_at is not None:
            return
        change_handle(host, handle)
        host.name, host.timezone, host.onboarded_at = name, timezone, now
        host.save(update_fields=["name", "timezone", "onboarded_at"])
        SchedulingPage.objects.get_or_create(host=host)
        schedule = Schedule.objects.create(host=host, timezone=timezone)
        _store_hours(schedule, OFFICE_HOURS)
        EventType.objects.create(host=host, schedule=schedule, slug="30min", title="30 minute meeting", minutes=30)
        record("page opened", account=host.pk, actor="host")


def save_settings(host: User, *, handle: str, platform: str, details: str) -> None:
    """Change the handle and the Meeting Platform, both or neither; `platform` "" leaves the platform as it is.

    Raises handles.HandleUnfit, platforms.PlatformUnfit or PlanTooSmall.
    """
    with transaction.atomic():
        Timetable.take(host.pk)
        page, _ = SchedulingPage.objects.get_or_create(host=host)
        if platform:  # "not chosen" is where everybody begins, and nobody returns to
            platforms.require_choosable(host, platform, current=page.platform)
            page.platform, page.platform_details = platform, platforms.check_details(platform, details)
            page.save()
        change_handle(host, handle)
        record("scheduling settings changed", account=host.pk, actor="host", subject=page.platform)


def choose_first_platform(host: User, platform: str) -> bool:
    """Choose the platform that the host has just connected if none is chosen yet; say whether it was."""
    with transaction.atomic():
        Timetable.take(host.pk)
        SchedulingPage.objects.get_or_create(host=host)
        chosen = SchedulingPage.objects.filter(host=host, platform="").update(platform=Platform(platform))
        if chosen:
            record("scheduling settings changed", account=host.pk, actor="host", subject=platform)
    return bool(chosen)


def save_event_type(host: User, draft: EventTypeDraft, event_type: EventType | None = None) -> EventType:
    """Change an event type of the host, or add one. Bookings that were made keep what they were promised.

    Raises SlugTaken, TooManyEventTypes, platforms.PlatformUnfit or PlanTooSmall.
    """
    try:
        with transaction.atomic():
            Timetable.take(host.pk)
            event_type = event_type or _next_event_type(host)
            platforms.require_choosable(host, draft.platform, current=event_type.platform)
            event_type.platform = draft.platform
            event_type.platform_details = platforms.check_details(draft.platform, draft.platform_details)
            event_type.title, event_type.description = draft.title, draft.description
            event_type.slug = draft.slug or _free_slug(host, draft, event_type)
            event_type.minutes, event_type.window_days = draft.minutes, draft.window_days
            event_type.buffer_before, event_type.buffer_after = draft.buffer_before, draft.buffer_after
            event_type.minimum_notice, event_type.active = draft.minimum_notice, draft.active
            event_type.save()
            record("event type saved", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")
    except IntegrityError as error:
        raise SlugTaken from error
    return event_type


def delete_event_type(host: User, event_type: EventType) -> None:
    """Offer it no more. Bookings of it stand: they carry their own title, time and place."""
    with transaction.atomic():
        Timetable.take(host.pk)
        record("event type deleted", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")
        event_type.delete()


def save_hours(host: User, *, timezone: str, hours: Sequence[OpenHours]) -> None:
    """Replace the weekly hours of the host's schedule, and its zone (IANA). Raises HoursUnfit."""
    problems = weekly.problems(hours)
    if problems:
        raise HoursUnfit(problems)
    with transaction.atomic():
        Timetable.take(host.pk)
        schedule = _schedule(host, timezone)
        schedule.timezone = timezone
        schedule.save()
        schedule.hours.all().delete()
        _store_hours(schedule, hours)
        record("availability changed", account=host.pk, actor="host")


def _schedule(host: User, timezone: str) -> Schedule:
    return host.schedules.order_by("pk").first() or Schedule.objects.create(host=host, timezone=timezone)


def _store_hours(schedule: Schedule, hours: Sequence[OpenHours]) -> None:
    Hours.objects.bulk_create(
        Hours(schedule=schedule, weekday=each.weekday, start=each.start, end=each.end) for each in hours
    )


def _next_event_type(host: User) -> EventType:
    count = host.event_types.count()
    if count >= MOST_EVENT_TYPES:
        raise TooManyEventTypes
    return EventType(host=host, schedule=_schedule(host, host.timezone), position=count)


def _free_slug(host: User, draft: EventTypeDraft, event_type: EventType) -> str:
    """Return an address made from the title that no other event type of the host has."""
    if event_type.slug:
        return event_type.slug
    base = slugify(draft.title)[:50] or f"{draft.minutes}min"
    taken = set(host.event_types.values_list("slug", flat=True))
    wishes = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(wish for wish in wishes if wish not in taken)
