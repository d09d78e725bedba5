"""A guest may have the time to which the host has moved the event in their calendar: it is the event that takes it."""

from datetime import timedelta

import pytest
from django.test import Client

from sivient.booking.forms import RescheduleForm
from sivient.booking.models import Booking
from sivient.booking.refusals import NotBooked, TooLate
from sivient.booking.services import cancel, reschedule
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.calendars.rows import stored_name
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType
from sivient.scheduling.services import choose_calendar
from tests.booking.eventful import kinds, see, written
from tests.calendars.world import World
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host
from tests.scheduling.calendars import busy, connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
ELEVEN = MONDAY_10 + HOUR


@pytest.fixture
def intro(world: World) -> EventType:
    """An event type of a host whose calendar blocks, and receives the bookings."""
    event_type = make_event_type(make_host(platform="phone"))
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    event_type.host.page.refresh_from_db()
    return event_type


@pytest.fixture
def other(intro: EventType) -> Booking:
    """Another booking of the host's at eleven."""
    return make_booking(intro, start=ELEVEN, email="cy@guest.example")


@pytest.fixture
def booking(intro: EventType, other: Booking, world: World) -> Booking:
    """A booking whose event the host has moved onto the other one, and who is asked about that."""
    booking = written(make_booking(intro))
    event = booking.event
    assert event is not None
    stored = busy(Calendar.objects.get(), ELEVEN)
    BusyTime.objects.filter(pk=stored.pk).update(name=stored_name(event.name))
    world.put(event.name, (ELEVEN, ELEVEN + HALF_HOUR), uid=event.uid)
    booking = see(booking, ELEVEN)
    assert booking.calendar_asks == "moved"
    return booking


def test_the_guest_may_have_it_once_no_other_booking_is_there_and_the_host_is_asked_no_more(
    booking: Booking, other: Booking
) -> None:
    cancel(other, by="host", now=NOW)
    moved = reschedule(booking, ELEVEN, by="guest", now=NOW, version=booking.version)
    assert (moved.start, moved.rescheduled_by, moved.calendar_asks) == (ELEVEN, "guest", "")
    assert kinds(moved) == {"delivery.event", "delivery.host_invite"}
    assert not BusyTime.objects.exists(), "its hold takes that time now"
    assert moved.unverified_at is None


def test_the_guests_page_asks_and_reschedules(booking: Booking, other: Booking, client: Client) -> None:
    cancel(other, by="host", now=NOW)
    address, version = f"/b/{booking.token}/reschedule/confirm", str(booking.version)
    assert client.get(address, {"at": f"{ELEVEN:%Y-%m-%dT%H:%M}Z"}).status_code == 200
    token = RescheduleForm.token_for(booking.pk, booking.version)
    typed = {"at": f"{ELEVEN:%Y-%m-%dT%H:%M}Z", "version": version, "token": token, "tz": "Asia/Tokyo", "clock": "24"}
    assert client.post(address, typed).status_code == 303
    booking.refresh_from_db()
    assert (booking.start, booking.calendar_asks) == (ELEVEN, "")


def test_another_booking_there_refuses_it_and_the_question_stays(booking: Booking) -> None:
    with pytest.raises(NotBooked):
        reschedule(booking, ELEVEN, by="guest", now=NOW)
    booking.refresh_from_db()
    assert (booking.start, booking.calendar_asks) == (MONDAY_10, "moved")


def test_what_else_the_calendar_has_is_in_the_way_of_every_other_time(booking: Booking, other: Booking) -> None:
    cancel(other, by="host", now=NOW)
    for near in (ELEVEN - HALF_HOUR / 2, ELEVEN + HALF_HOUR / 2):
        with pytest.raises(NotBooked):
            reschedule(booking, near, by="guest", now=NOW)


def test_a_guest_who_may_not_reschedule_any_more_may_not_have_it_either(booking: Booking, other: Booking) -> None:
    cancel(other, by="host", now=NOW)
    Booking.objects.filter(pk=booking.pk).update(reschedule_notice=timedelta(days=300))
    booking.refresh_from_db()
    with pytest.raises(TooLate):
        reschedule(booking, ELEVEN, by="guest", now=NOW)


def test_an_event_that_is_not_there_any_more_is_no_reason(booking: Booking, other: Booking) -> None:
    cancel(other, by="host", now=NOW)
    WrittenEvent.objects.filter(pk=booking.event_id).update(seen_gone_at=NOW)
    with pytest.raises(NotBooked):
        reschedule(Booking.objects.get(pk=booking.pk), ELEVEN, by="guest", now=NOW)
    assert Work.objects.filter(kind="delivery.event", key=f"booking:{booking.pk}:2").count() == 0


def test_the_guests_page_offers_it(booking: Booking, other: Booking, client: Client) -> None:
    at = f"{ELEVEN:%Y-%m-%dT%H:%M}"
    page, feed = f"/b/{booking.token}/reschedule", f"/b/{booking.token}/reschedule/slots.json"
    asked = {"date": f"{ELEVEN:%Y-%m-%d}", "tz": "UTC"}
    range_ = {"from": f"{ELEVEN:%Y-%m-%d}", "tz": "UTC"}
    assert f"at={at}Z" not in client.get(page, asked).text
    assert at not in client.get(feed, range_).text
    cancel(other, by="host", now=NOW)
    assert f"at={at}Z" in client.get(page, asked).text
    assert at in client.get(feed, range_).text
