"""The host moves a booking: only other bookings stand in the way, and nothing typed is lost."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.booking.services import cancel, reschedule
from sivient.delivery.reschedule_form import RescheduleForm
from sivient.scheduling.models import EventType, Platform
from tests.factories import BERLIN, MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def host() -> User:
    """Mara in Berlin."""
    return make_host(platform=Platform.PHONE, platform_details="+49 30 1")


@pytest.fixture
def event_type(host: User) -> EventType:
    """What is booked: Monday to Friday, nine to five."""
    return make_event_type(host)


@pytest.fixture
def booking(event_type: EventType) -> Booking:
    """Ada, on Monday at ten."""
    return make_booking(event_type, name="Ada")


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client


def wall(at: datetime) -> dict[str, str]:
    """An instant as the host types it."""
    local = at.astimezone(BERLIN)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def post(browser: Client, booking: Booking, form: dict[str, str], status: int) -> str:
    """Send the form, and return the page."""
    answer = browser.post(f"/bookings/{booking.pk}/reschedule", form)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def start_of(booking: Booking) -> datetime:
    """When the booking is now."""
    return Booking.objects.get(pk=booking.pk).start


def test_the_page_begins_with_the_present_time_and_the_next_free_ones(browser: Client, booking: Booking) -> None:
    shown = browser.get(f"/bookings/{booking.pk}/reschedule").content.decode()
    for name, value in wall(MONDAY_10).items():
        assert f'type="{name}" name="{name}" value="{value}"' in shown
    assert 'name="version" value="1"' in shown
    times = re.findall(r'name="at" value="([^"]*)"', shown)
    assert times == sorted(set(times))
    assert 0 < len(times) <= 15
    assert "Only your other bookings stand in the way" in shown


def test_a_free_time_is_one_press(browser: Client, booking: Booking) -> None:
    shown = browser.get(f"/bookings/{booking.pk}/reschedule").content.decode()
    at = re.findall(r'name="at" value="([^"]*)"', shown)[-1]
    post(browser, booking, {"at": at, "version": "1"}, 302)
    assert start_of(booking) == datetime.fromisoformat(at)


def test_a_typed_time_may_lie_outside_of_the_hosts_own_hours(browser: Client, booking: Booking) -> None:
    sunday_night = MONDAY_10 + 6 * DAY + 11 * HOUR
    post(browser, booking, wall(sunday_night) | {"version": "1"}, 302)
    moved = Booking.objects.get(pk=booking.pk)
    assert (moved.start, moved.rescheduled_by, moved.version) == (sunday_night, "host", 2)


def test_another_booking_stands_in_the_way_and_the_nearest_free_times_are_offered(
    browser: Client, booking: Booking, event_type: EventType
) -> None:
    make_booking(event_type, start=MONDAY_10 + 2 * HOUR)
    typed = wall(MONDAY_10 + 2 * HOUR + timedelta(minutes=10))
    shown = post(browser, booking, typed | {"version": "1"}, 409)
    assert "You have another booking at that time." in shown
    for value in typed.values():
        assert f'value="{value}"' in shown
    assert len(re.findall(r'name="at"', shown)) == 3
    assert start_of(booking) == MONDAY_10


def test_its_own_time_does_not_stand_in_its_way(browser: Client, booking: Booking) -> None:
    post(browser, booking, wall(MONDAY_10 + timedelta(minutes=10)) | {"version": "1"}, 302)
    assert start_of(booking) == MONDAY_10 + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"date": "2020-01-01", "time": "10:00"}, "This time has passed."),
        ({"date": "", "time": "10:00"}, "Enter a date, such as"),
        ({"date": "2026-02-30", "time": "10:00"}, "Enter a date, such as"),
        ({"date": "tomorrow", "time": "25:00"}, "Enter a time, such as"),
        ({"date": "0001-01-01", "time": "00:00"}, "Choose a date within the next five years."),
        ({"date": "9999-12-31", "time": "23:59"}, "Choose a date within the next five years."),
        ({"date": "2040-03-31", "time": "10:00"}, "Choose a date within the next five years."),
        ({"at": "2999-12-31T23:50Z"}, "Choose a date within the next five years."),
        ({"date": "2027-03-31", "time": "10:00", "version": "x"}, "Choose one of the times"),
        ({"at": "rubbish"}, "Choose one of the times"),
        ({"at": "2020-01-01T10:00:00Z"}, "This time has passed."),
        ({"at": "9999-12-31T23:59:59Z"}, "Choose one of the times"),
        ({}, "Enter a date, such as"),
    ],
)
def test_what_cannot_be_a_time_is_said_in_a_sentence(
    browser: Client, booking: Booking, form: dict[str, str], words: str
) -> None:
    shown = post(browser, booking, form, 422)
    assert words in shown
    assert "<title>Error:" in shown
    for name in ("date", "time"):
        assert f'value="{form[name]}"' in shown if form.get(name) else True
    assert start_of(booking) == MONDAY_10


def test_a_time_that_the_clocks_skip_is_refused_and_one_that_occurs_twice_is_its_first(booking: Booking) -> None:
    def found(date: str, time: str) -> RescheduleForm:
        data: Any = {"date": date, "time": time}
        form = RescheduleForm(booking, timezone.now(), data)
        form.is_valid()
        return form

    assert "does not exist" in str(found("2027-03-28", "02:30").errors)
    assert found("2027-10-31", "02:30").start == datetime.fromisoformat("2027-10-31T00:30:00+00:00")


def test_a_page_that_was_open_while_the_guest_moved_it_says_where_it_is_now(browser: Client, booking: Booking) -> None:
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    typed = wall(MONDAY_10 + DAY)
    shown = post(browser, booking, typed | {"version": "1"}, 409)
    assert f"It was rescheduled meanwhile to Monday {MONDAY_10.day}" in shown
    assert "11:00." in shown
    assert f'value="{typed["date"]}"' in shown
    assert 'name="version" value="2"' in shown
    assert start_of(booking) == MONDAY_10 + HOUR


def test_pressing_twice_moves_once(browser: Client, booking: Booking) -> None:
    for _ in range(2):
        post(browser, booking, wall(MONDAY_10 + DAY) | {"version": "1"}, 302)
    assert Booking.objects.get(pk=booking.pk).version == 2


def test_what_stands_no_more_or_has_begun_is_not_moved(browser: Client, booking: Booking) -> None:
    now = timezone.now()
    Booking.objects.filter(pk=booking.pk).update(start=now - HOUR, end=now + HOUR)
    assert "This meeting has begun." in post(browser, booking, wall(MONDAY_10), 409)
    Booking.objects.filter(pk=booking.pk).update(start=MONDAY_10, end=MONDAY_10 + HOUR)
    cancel(booking, by="guest", now=now)
    assert "This booking stands no more." in post(browser, booking, wall(MONDAY_10 + DAY), 409)


def test_a_booking_whose_event_type_is_gone_is_moved_to_a_typed_time(
    browser: Client, booking: Booking, event_type: EventType
) -> None:
    event_type.delete()
    shown = browser.get(f"/bookings/{booking.pk}/reschedule").content.decode()
    assert "Next free times" not in shown
    post(browser, booking, wall(MONDAY_10 + DAY) | {"version": "1"}, 302)
    assert start_of(booking) == MONDAY_10 + DAY


def test_a_request_whose_time_to_answer_is_over_is_not_moved(browser: Client, host: User) -> None:
    booking = make_booking(make_event_type(host, requires_approval=True))
    Booking.objects.filter(pk=booking.pk).update(answer_by=timezone.now() - HOUR)
    assert f"/bookings/{booking.pk}/reschedule" not in browser.get(f"/bookings/{booking.pk}").content.decode()
    answer = browser.post(f"/bookings/{booking.pk}/reschedule", wall(MONDAY_10 + HOUR))
    assert answer.status_code == 409
    assert "The time to answer this request is over." in answer.content.decode()
