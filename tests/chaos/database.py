"""What the database says, as JSON: `python -m tests.chaos.database` with the product's environment."""

import json
import sys
from datetime import datetime
from typing import Any

import django

from sivient.config.env import name_settings_module

Row = dict[str, Any]


def read() -> dict[str, list[Row]]:
    """Return the rows that the judge looks at, and the database's own time."""
    from sivient.booking.models import Booking, Conference, ConferenceAttempt
    from sivient.integrations.models import Connection, Grant
    from sivient.jobs.models import Work
    from sivient.ops.models import Alarm
    from sivient.scheduling.models import Hold

    return {
        "bookings": _rows(
            Booking.objects.all(), "id uid token status version start end guest_email sequence platform", "host__handle"
        ),
        "holds": _rows(Hold.objects.all(), "id host_id start end", "booking__id"),
        "conferences": _rows(
            Conference.objects.all(), "booking_id vendor external_id join_url unused replaced_at deleted_at created_at"
        ),
        "attempts": _rows(ConferenceAttempt.objects.all(), "booking_id asked_at outcome external_id"),
        "works": _rows(
            Work.objects.exclude(key="every"),
            "id kind key lane state run_at attempt begun fence last_error trouble result lease_until payload done_at",
        ),
        "grants": _grants(Grant),
        "connections": _rows(Connection.objects.all(), "id vendor state grant_id", "user__handle"),
        "alarms": _rows(Alarm.objects.all(), "id"),
        "now": [{"now": _now()}],
    }


def _grants(model: Any) -> list[Row]:
    names = "id state reason vendor_user_id token_version generation scope paused_until pause_reason changes"
    grants = _rows(model.objects.all(), f"{names} refresh_failures")
    hosts = dict(model.objects.values_list("pk", "connections__user__handle"))
    return [grant | {"host": hosts[grant["id"]]} for grant in grants]


def _now() -> str:
    from django.db.models import DateTimeField
    from django.db.models.functions import Now

    from sivient.accounts.models import User

    moment: datetime = User.objects.annotate(now=Now(output_field=DateTimeField())).values_list("now", flat=True)[0]
    return moment.isoformat()


def _rows(query: Any, names: str, *more: str) -> list[Row]:
    rows = query.order_by("pk").values(*names.split(), *more)
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


if __name__ == "__main__":
    name_settings_module()
    django.setup()
    json.dump(read(), sys.stdout)
