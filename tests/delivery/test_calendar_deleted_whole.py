"""A host deletes the whole calendar that has their bookings."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from sivient.booking.models import Booking
from sivient.booking.services import reschedule
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.jobs.worker import run_due
from tests.delivery.calendar_world import soon
from tests.delivery.living_calendars import living
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_booking_that_is_moved_then_is_mailed_and_its_host_has_deleted_no_event(
    settings: Any, tmp_path: Path
) -> None:
    host = make_host(platform="phone")
    with living("google", host, settings, tmp_path / "calendar") as calendar:
        booking = make_booking(make_event_type(host), start=MONDAY_10)
        run_due()
        WrittenEvent.objects.update(written_at=Now() - timedelta(minutes=5))
        assert calendar.emulator is not None
        calendar.emulator.calendars.world.primary("mara").deleted = True
        reschedule(booking, MONDAY_10 + timedelta(hours=1), by="guest", now=timezone.now())
        for _ in range(4):
            run_due()
            soon("calendars.look", "delivery.event")
    assert Calendar.objects.get(events__isnull=False).gone_at is not None
    booking = Booking.objects.get()
    assert (booking.status, booking.invites, booking.calendar_asks) == ("confirmed", "mail", "")
