"""Everything that belongs to an account, as one JSON document.

Fields are named one by one, never "all": a new column is exported when somebody has decided so. A test compares these
lists with the models, and holds the reason of each column that is left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.audit.models import Entry
from sivient.booking.models import Conference, ConferenceAttempt
from sivient.calendars.models import BusyTime, Channel, WrittenEvent
from sivient.privacy.belongings import work_of
from sivient.scheduling.models import DateHours, Hours, PrivateLink, SchedulingPage

ACCOUNT = (
    *("handle", "name", "email", "timezone", "plan", "unplanned_since", "created_at", "onboarded_at", "closed_at"),
    "last_login",
)
IDENTITY = ("provider", "issuer", "subject", "email", "created_at", "last_used_at")
FORMER_HANDLE = ("handle",)
SESSION = ("expire_date",)
LOGIN_LINK = ("created_at", "used_at")
PAGE = (
    *("platform", "platform_details", "fallback_link", "calendar_id", "paused", "pause_note"),
    *("holiday_country", "holiday_region", "holidays_worked"),
)
SCHEDULE = ("id", "name", "timezone")
HOURS = ("weekday", "start", "end")
DATE_HOURS = ("date", "hours")
TIME_OFF = ("first", "last", "note")
TRAVEL = ("first", "last", "timezone")
EVENT_TYPE = (
    *("id", "schedule_id", "slug", "title", "description", "minutes", "more_minutes", "platform", "platform_details"),
    *("color", "hidden", "paused", "pause_note", "buffer_before", "buffer_after", "minimum_notice", "step_minutes"),
    *("window_kind", "window_days", "first_date", "last_date", "limits", "most_per_day", "questions", "most_others"),
    *("requires_approval", "approval_patience", "reschedule_notice", "cancel_notice", "redirect_url", "active"),
    *("calendar_id", "position"),
)
FORMER_SLUG = ("event_type_id", "slug")
PRIVATE_LINK = ("event_type_id", "label", "single_use", "expires_at", "used_at", "created_at")
BOOKING = (
    *("id", "uid", "event_type_id", "status", "version", "title", "start", "end", "platform", "platform_details"),
    *("guest_name", "guest_email", "guest_timezone", "guest_clock", "note", "answers", "others", "reschedule_notice"),
    *("cancel_notice", "sequence", "invited_at", "link_invited_at", "created_at", "answer_by", "approved_at"),
    *("rescheduled_at", "rescheduled_by", "previous_start", "cancelled_at", "cancelled_by", "cancel_reason"),
    *("event_id", "invites", "unverified_at", "calendar_asks", "calendar_asked_at", "calendar_start"),
    *("wall_start", "wall_zone", "wall_asked_at"),
)
CONFERENCE = (
    *("booking_id", "vendor", "external_id", "join_url", "passcode", "vendor_start", "unused", "replaced_at"),
    *("deleted_at", "created_at"),
)
ATTEMPT = ("booking_id", "vendor", "vendor_start", "asked_at", "outcome", "external_id")
HOLD = ("event_type_id", "start", "end", "buffer_before", "buffer_after", "counts")
CALENDAR = (
    *("id", "external_id", "name", "timezone", "primary", "writable", "blocks", "gone_at", "known_until", "synced_at"),
    *("trouble", "skipped", "created_at"),
)
BUSY_TIME = ("calendar_id", "name", "start", "end")
EVENT = (
    *("id", "calendar_id", "key", "generation", "name", "uid", "start", "end", "written", "written_at"),
    *("tried", "tried_at", "removed_at", "seen_start", "seen_end", "seen_gone_at", "answers", "former_calendar"),
)
CHANNEL = ("calendar_id", "name", "resource", "opened_at", "expires_at", "heard_at")
CONNECTION = ("vendor", "label", "state", "connected_at", "ended_at")
GRANT = (
    *(
        "vendor_user_id",
        "vendor_account_id",
        "email",
        "address",
        "user_type",
        "user_status",
        "pmi",
        "scope",
        "expires_at",
    ),
    *("state", "reason", "state_since", "authorized_at", "refreshed_at", "paused_until", "pause_reason"),
    *("changes_on", "changes"),
)
DELIVERY = ("kind", "key", "state", "run_at", "attempt", "last_error", "trouble", "result", "created_at", "done_at")
ENTRY = ("at", "actor", "event", "subject")


def export(user: User, *, now: datetime) -> dict[str, Any]:
    """Return the document, and write into the log that it was asked for."""
    record("data exported", account=user.pk, actor="host")
    with _reading():
        return _document(user, now=now)


@contextmanager
def _reading() -> Iterator[None]:
    """Read without standing in anybody's way; on PostgreSQL everything as it was at one moment.

    On SQLite `atomic()` would take the write lock (transaction_mode IMMEDIATE), and bookings would wait for us. Within
    somebody else's transaction we read as that one does.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _document(user: User, *, now: datetime) -> dict[str, Any]:
    return {
        "format": "sivient-account-1",
        "exported_at": now,
        "account": User.objects.filter(pk=user.pk).values(*ACCOUNT).get(),
        "sign_in": list(user.identities.values(*IDENTITY)),
        "sessions": list(user.sessions.values(*SESSION)),
        "login_links": list(user.login_links.values(*LOGIN_LINK)),
        "former_handles": [row["handle"] for row in user.former_handles.values(*FORMER_HANDLE)],
        "scheduling_settings": list(SchedulingPage.objects.filter(host=user).values(*PAGE)),
        "schedules": _schedules(user),
        "time_off": list(user.time_off.values(*TIME_OFF)),
        "travel": list(user.travels.values(*TRAVEL)),
        "event_types": list(user.event_types.values(*EVENT_TYPE)),
        "former_addresses": list(user.former_slugs.values(*FORMER_SLUG)),
        "private_links": list(PrivateLink.objects.filter(event_type__host=user).values(*PRIVATE_LINK)),
        "bookings": list(user.bookings.order_by("start").values(*BOOKING)),
        "meetings": list(Conference.objects.filter(booking__host=user).values(*CONFERENCE)),
        "meeting_requests": list(ConferenceAttempt.objects.filter(booking__host=user).values(*ATTEMPT)),
        "deliveries": [row for works in work_of(user.pk) for row in works.values(*DELIVERY)],
        "taken_times": list(user.holds.order_by("start").values(*HOLD)),
        "connections": _connections(user),
        "calendars": list(user.calendars.values(*CALENDAR)),
        "busy_times": list(BusyTime.objects.filter(host=user).order_by("start").values(*BUSY_TIME)),
        "calendar_events": list(WrittenEvent.objects.filter(host=user).values(*EVENT)),
        "calendar_channels": list(Channel.objects.filter(calendar__host=user).values(*CHANNEL)),
        "log": list(Entry.objects.filter(account=user.pk).order_by("at", "pk").values(*ENTRY)),
    }


def _schedules(user: User) -> list[dict[str, Any]]:
    return [
        row
        | {
            "hours": list(Hours.objects.filter(schedule=row["id"]).values(*HOURS)),
            "date_hours": list(DateHours.objects.filter(schedule=row["id"]).values(*DATE_HOURS)),
        }
        for row in user.schedules.values(*SCHEDULE)
    ]


def _connections(user: User) -> list[dict[str, Any]]:
    return list(user.connections.values(*CONNECTION, *(f"grant__{name}" for name in GRANT)))
