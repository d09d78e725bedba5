"""What a host changes after it was deleted in another tab: not found, and never a failure."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.scheduling.models import DateHours, EventType, Schedule, Timetable
from tests.console.editing import TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def deleted_meanwhile(host: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """An event type, a schedule and a date with hours that are deleted while a request waits for the host's lock."""
    event_type = EventType.objects.get()
    schedule = Schedule.objects.create(host=host, timezone="UTC", name="Evenings")
    day = timezone.now().date() + timedelta(days=9)
    date_hours = DateHours.objects.create(schedule=schedule, date=day, hours=[])

    def take(*host_ids: int, hours: bool = False) -> None:
        EventType.objects.filter(pk=event_type.pk).delete()
        Schedule.objects.filter(pk=schedule.pk).delete()

    monkeypatch.setattr(Timetable, "take", take)
    return {"event_type": event_type.pk, "schedule": schedule.pk, "date": date_hours.pk}


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/event-types/{event_type}", TYPED),
        ("/event-types/{event_type}/delete", {}),
        ("/event-types/{event_type}/duplicate", {}),
        ("/event-types/{event_type}/move", {"to": "down"}),
        ("/event-types/{event_type}/links", {"label": "For Ada"}),
        ("/availability/{schedule}", {"timezone": "UTC", "name": "Evenings"}),
        ("/availability/{schedule}/duplicate", {}),
        ("/availability/{schedule}/delete", {}),
        ("/availability/dates/{date}", {"kind": "closed"}),
    ],
)
def test_what_was_deleted_meanwhile_is_not_found(
    browser: Client, deleted_meanwhile: dict[str, int], address: str, typed: dict[str, Any]
) -> None:
    sent = typed | {"schedule": Schedule.objects.earliest("pk").pk}
    assert browser.post(address.format(**deleted_meanwhile), sent).status_code == 404
