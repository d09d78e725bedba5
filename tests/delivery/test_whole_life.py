"""The whole life of a booking: one event, one UID per channel, and one message per change for each guest.

Whatever calendar the host has, and whatever answer is lost.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.calendar_world import soon
from tests.delivery.conftest import Post, connect, event_of
from tests.delivery.living_calendars import Living, living
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GUEST, BO = "ada@guest.example", "bo@guest.example"
HOUR = timedelta(hours=1)
BY_PROVIDER = ("google", "microsoft")


@pytest.fixture
def host(zoom: ZoomEmulator) -> User:
    """A host whose Zoom is connected."""
    host = make_host()
    connect(zoom, host)
    return host


@pytest.fixture
def calendar(request: pytest.FixtureRequest, host: User, settings: Any, tmp_path: Path) -> Iterator[Living]:
    """The calendar of that kind."""
    with living(request.param, host, settings, tmp_path / "calendar") as calendar:
        yield calendar


def messages(calendar: Living, post: Post, to: str) -> list[tuple[str, str]]:
    """The method and the UID of every message to one guest, the provider's and ours."""
    mails = [mail for mail in post.to(to) if any("calendar" in str(part["Content-Type"]) for part in mail.walk())]
    ours = [(method, str(event["UID"])) for method, event in map(event_of, mails)]
    return calendar.mailed(to) + ours


def settle() -> None:
    """Let everything be done that is due, and what is tried again."""
    run_due()
    soon()
    run_due()


@pytest.mark.parametrize("calendar", ["google", "microsoft", "caldav", "none"], indirect=True)
def test_one_uid_and_one_message_per_change_through_a_whole_life(
    host: User, calendar: Living, zoom: ZoomEmulator, post: Post
) -> None:
    zoom.switch(answers_503=True)
    booking = make_booking(make_event_type(host, most_others=2), others=(BO,))
    settle()
    zoom.switch(answers_503=False)
    settle()  # the link comes late
    has_event = calendar.emulator is not None or calendar.server is not None
    assert calendar.events() == has_event
    for hours in (1, 2):
        booking = reschedule(booking, MONDAY_10 + hours * HOUR, by="guest", now=timezone.now())
        settle()
        assert calendar.events() == has_event
    cancel(booking, by="guest", now=timezone.now())
    settle()
    assert calendar.events() == 0
    for to in (GUEST, BO):
        told = messages(calendar, post, to)
        assert [method for method, _ in told] == ["REQUEST"] * 4 + ["CANCEL"]
        assert len({uid for _, uid in told}) == 1
    plain = len(post.to(GUEST)) - len([each for each in messages(calendar, post, GUEST) if not calendar.emulator])
    assert plain == (calendar.emulator is not None), "their page, once, for the event shows it to nobody"
    assert Booking.objects.get(pk=booking.pk).status == Booking.Status.CANCELLED


@pytest.mark.parametrize("calendar", BY_PROVIDER, indirect=True)
def test_lost_answers_make_neither_a_second_event_nor_a_second_message(
    host: User, calendar: Living, post: Post
) -> None:
    calendar.lose("POST")
    booking = make_booking(make_event_type(host))
    settle()
    settle()
    assert calendar.events() == 1
    calendar.lose("PATCH")
    booking = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    settle()
    settle()
    assert calendar.events() == 1
    calendar.lose("DELETE")
    cancel(booking, by="guest", now=timezone.now())
    settle()
    settle()
    assert calendar.events() == 0
    told = calendar.mailed(GUEST)
    assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert (len({uid for _, uid in told}), post.to(GUEST)) == (1, [])
