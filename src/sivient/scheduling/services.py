"""The host's verbs for the page as a whole: opening it, and its settings.

Each begins by taking the host's timetable: a booking that is being made sees all of a change or nothing, and caches
turn over. Those for event types, hours and the calendar that receives bookings stand in event_types.py, schedules.py
and calendar_choice.py.
"""

from datetime import datetime

from django.db import transaction

from sivient.accounts import handles
from sivient.accounts.models import User
from sivient.accounts.services import change_handle
from sivient.audit.log import record
from sivient.core.availability import Hours as OpenHours
from sivient.core.text import clean_line
from sivient.jobs.queue import enqueue
from sivient.scheduling import platforms
from sivient.scheduling.calendar_choice import CalendarUnfit, choose_calendar
from sivient.scheduling.editions import require_seen, settings_edition
from sivient.scheduling.models import EventType, Platform, Schedule, SchedulingPage, Timetable
from sivient.scheduling.schedules import store_hours

__all__ = [
    "LONGEST_NOTE",
    "OFFICE_HOURS",
    "CalendarUnfit",
    "choose_calendar",
    "choose_first_platform",
    "open_page",
    "save_settings",
]
OFFICE_HOURS = tuple(OpenHours(day, 9 * 60, 17 * 60) for day in range(5))
LONGEST_NOTE = 300  # characters


def open_page(host: User, *, name: str, handle: str, timezone: str, now: datetime) -> None:
    """Set a new host up: name, handle, office hours in `timezone` (IANA), one event type. A second call does nothing.

    The page is published once a Meeting Platform is chosen. Raises handles.HandleUnfit.
    """
    with transaction.atomic():
        Timetable.take(host.pk, hours=True)
        host.refresh_from_db()
        if host.onboarded_at is not None:
            return
        change_handle(host, handle)
        host.name, host.timezone, host.onboarded_at = name, timezone, now
        host.save(update_fields=["name", "timezone", "onboarded_at"])
        SchedulingPage.objects.get_or_create(host=host)
        schedule = Schedule.objects.create(host=host, timezone=timezone)
        store_hours(schedule, OFFICE_HOURS)
        EventType.objects.create(host=host, schedule=schedule, slug="30min", title="30 minute meeting", minutes=30)
        record("page opened", account=host.pk, actor="host")


def save_settings(
    host: User,
    *,
    handle: str,
    platform: str,
    details: str,
    fallback_link: str | None = None,
    paused: bool | None = None,
    pause_note: str | None = None,
    seen: str | None = None,
) -> None:
    """Change the handle, the Meeting Platform, the fallback link and the pause, all or nothing.

    `platform` "", and what is None, stay as they are. Guests read `pause_note` instead of times, or, if it is "", a
    sentence of ours. `seen` is the edition that the host began with (None: whatever is stored).
    Raises handles.HandleUnfit, platforms.PlatformUnfit, meeting_link.LinkUnfit, PlanTooSmall or ChangedMeanwhile.
    """
    with transaction.atomic():
        Timetable.take(host.pk)
        host.refresh_from_db(fields=["handle"])  # an address that was given up meanwhile has to keep leading here
        page, _ = SchedulingPage.objects.get_or_create(host=host)
        stored = settings_edition(page, host.handle)
        if platform:  # "not chosen" is where everybody begins, and nobody returns to
            platforms.require_choosable(host, platform, current=page.platform)
            page.platform, page.platform_details = platform, platforms.check_details(platform, details)
        former = page.fallback_link
        if fallback_link is not None:
            page.fallback_link = platforms.check_fallback(fallback_link)
        page.paused = page.paused if paused is None else paused
        page.pause_note = page.pause_note if pause_note is None else clean_line(pause_note, LONGEST_NOTE)
        require_seen(seen, stored, settings_edition(page, handles.tidy(handle)))
        page.save()
        if page.fallback_link not in ("", former):  # bookings may have waited in vain for one
            enqueue("delivery.fallback_saved", key=f"account:{host.pk}", payload={"user": host.pk})
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
