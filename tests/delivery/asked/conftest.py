"""A booking in a calendar, where somebody moves or deletes its event."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.calendars.models import WrittenEvent
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Platform
from tests.delivery.calendar_world import World, booked, calendar_of, mount
from tests.delivery.conftest import Post
from tests.factories import make_host

GUEST = "ada@guest.example"
HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A calendar whose provider invites."""
    return mount(monkeypatch, World())


@pytest.fixture
def host(client: Client) -> User:
    """A host who is called by telephone, and signed in."""
    host = make_host(platform=Platform.PHONE, platform_details="+49 30 1234567")
    client.force_login(host)
    return host


@pytest.fixture
def booking(host: User, world: World, post: Post) -> Booking:
    """A booking that stands in the calendar."""
    booking = booked(host, calendar_of(host))
    run_due()
    return booking


def seen(booking: Booking, *, at: datetime | None) -> Booking:
    """Let a sync see the event there, or nowhere; and the worker do what follows."""
    gone = {"seen_gone_at": timezone.now()}
    event = WrittenEvent.objects.get(booking=booking)
    found = gone if at is None else {"seen_start": at, "seen_end": at + HALF}
    WrittenEvent.objects.filter(pk=event.pk).update(**found)
    enqueue("booking.event_changed", key=f"event:{event.pk}", payload={"event": event.pk})
    run_due()
    return Booking.objects.get(pk=booking.pk)
