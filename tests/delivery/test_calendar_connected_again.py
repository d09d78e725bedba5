"""A host disconnects the calendar that has their bookings, and connects it again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.integrations.models import Connection
from sivient.integrations.services import disconnect
from sivient.jobs.worker import run_due
from tests.delivery.calendar_world import soon
from tests.delivery.living_calendars import Living, consent, living, receive
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(params=["google", "microsoft"])
def calendar(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Living]:
    """A calendar that has received bookings of the host, and that they have disconnected and connected again."""
    host = make_host(platform="phone")
    with living(request.param, host, settings, tmp_path / "calendar") as calendar:
        make_booking(make_event_type(host), start=MONDAY_10)
        _settle()
        _connect_again(request.param, host, calendar)
        yield calendar


def _settle() -> None:
    run_due()
    soon()
    run_due()


def _connect_again(vendor: str, host: User, calendar: Living) -> None:
    account = Connection.objects.get(vendor=vendor).account
    assert disconnect(host, vendor, by="host", account=account)
    run_due()
    emulator = calendar.emulator
    assert emulator is not None
    receive(host, consent(vendor, host, lambda url: emulator.handle(httpx.Request("GET", url))))
    run_due()


def test_a_booking_that_is_cancelled_then_leaves_no_event(calendar: Living) -> None:
    cancel(Booking.objects.get(), by="guest", now=timezone.now())
    _settle()
    assert calendar.events() == 0


def test_a_booking_that_is_moved_then_moves_its_event(calendar: Living) -> None:
    reschedule(Booking.objects.get(), MONDAY_10 + HOUR, by="guest", now=timezone.now())
    _settle()
    assert calendar.emulator is not None
    world = calendar.emulator.calendars.world
    assert [each.start for each in world.events(world.primary("mara").id)] == [MONDAY_10 + HOUR]
