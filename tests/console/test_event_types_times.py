"""The page that shows what an event type offers, and says why a time is not offered."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.console.event_types_times import next_days
from sivient.core.interval import Interval
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Schedule, SchedulingPage
from tests.factories import MONDAY_10, make_booking
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def address(host: User) -> str:
    """The page of Mara's only event type; her page is published."""
    SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1234567")
    return f"/event-types/{host.event_types.get().pk}/times"


def ask(browser: Client, address: str, at: datetime, **more: str) -> str:
    """The page that answers for an instant."""
    local = at.astimezone(BERLIN)
    answer = browser.get(address, {"date": local.date().isoformat(), "time": f"{local:%H:%M}"} | more)
    assert answer.status_code == 200
    page: str = answer.content.decode()
    return page


def test_the_next_days_list_what_guests_see(browser: Client, host: User, address: str) -> None:
    event_type = host.event_types.select_related("schedule", "host__page").get()
    now = timezone.now()
    days = next_days(event_type, 30, now)
    offered = queries.offered(event_type, window=Interval(now, now + timedelta(days=15)), now=now)
    walls = [datetime.fromtimestamp(each, BERLIN) for each in offered]
    assert len(days) == 14
    assert [(day.date, time) for day in days for time in day.times] == [
        (wall.date(), f"{wall:%H:%M}") for wall in walls if wall.date() <= days[-1].date
    ]
    assert "09:00 · 09:30 · 10:00" in browser.get(address).content.decode()


def test_a_day_of_very_many_times_is_shortened(host: User, address: str) -> None:
    EventType.objects.update(step_minutes=5)
    days = next_days(host.event_types.select_related("schedule", "host__page").get(), 30, timezone.now())
    whole = next(day for day in days[1:] if day.times)
    assert (len(whole.shown), whole.more, whole.last) == (32, 59, "16:30")


def test_a_free_time_is_offered(browser: Client, address: str) -> None:
    page = ask(browser, address, MONDAY_10)
    assert "10:00 is offered." in page
    assert "alert good" in page


def test_a_booking_stands_in_the_way(browser: Client, host: User, address: str) -> None:
    make_booking(host.event_types.get())
    booking = host.bookings.get()
    page = ask(browser, address, MONDAY_10)
    assert "lies in a booking from 10:00 to 10:30" in page
    assert f'<a href="/bookings/{booking.pk}">Look at the booking</a>' in page


def test_an_evening_is_closed_and_the_longer_duration_ends_after_the_hours(browser: Client, address: str) -> None:
    EventType.objects.update(more_minutes=[60])
    evening = MONDAY_10 + timedelta(hours=9)
    assert "lies outside the hours" in ask(browser, address, evening)
    last = MONDAY_10 + timedelta(hours=6, minutes=30)
    assert "is offered" in ask(browser, address, last, minutes="30")
    assert "is too long" in ask(browser, address, last, minutes="60")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"date": "", "time": "14:00"}, "Enter a date."),
        ({"date": "2026-12-01", "time": ""}, "Enter a time."),
        ({"date": "2026-02-30", "time": "14:00"}, "Enter a date such as 2026-12-24."),
        ({"date": "2026-12-01", "time": "25:00"}, "Enter a time such as 14:00."),
        ({"date": "0001-01-01", "time": "00:00"}, "Enter a date from the year 1901 to 2998."),
        ({"date": "1900-12-31", "time": "23:59"}, "Enter a date from the year 1901 to 2998."),
        ({"date": "2999-01-01", "time": "00:00"}, "Enter a date from the year 1901 to 2998."),
        ({"date": "9999-12-31", "time": "23:59"}, "Enter a date from the year 1901 to 2998."),
        ({"date": "2027-03-28", "time": "02:30"}, "there is no such time"),
        ({"date": "\x00", "time": "\x00"}, "Enter a date such as 2026-12-24."),
        ({"date": "x" * 1000, "time": "14:00"}, "Enter a date such as 2026-12-24."),
    ],
)
def test_what_is_no_time_is_named(browser: Client, address: str, typed: dict[str, str], sentence: str) -> None:
    answer = browser.get(address, typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("day", ["1901-01-01", "2998-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_that_may_be_asked_for_get_an_answer(
    browser: Client, address: str, day: str, zone: str
) -> None:
    Schedule.objects.update(timezone=zone)
    assert browser.get(address, {"date": day, "time": "12:00"}).status_code == 200


def test_a_duration_that_there_is_not_shows_the_first(browser: Client, address: str) -> None:
    EventType.objects.update(more_minutes=[60])
    assert browser.get(address, {"minutes": "999999999999"}).status_code == 200
    assert browser.get(address, {"date": "2026-12-01", "time": "10:00", "minutes": "7"}).status_code == 422
    page = browser.get(address, {"minutes": "60"}).content.decode()
    assert 'aria-current="true" href="?minutes=60"' in page


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"active": False}, "This event type is off"),
        ({"paused": True}, "Bookings are paused"),
        ({"hidden": True}, "only guests with a private link"),
        ({}, ""),
    ],
)
def test_it_says_when_guests_see_none_of_it(
    browser: Client, address: str, stored: dict[str, bool], sentence: str
) -> None:
    EventType.objects.update(**({"active": True} | stored))
    page = browser.get(address).content.decode()
    assert ("This page shows what the rules allow." in page) is bool(sentence)
    assert sentence in page


def test_an_unpublished_page_is_named(browser: Client, address: str) -> None:
    SchedulingPage.objects.update(platform="")
    assert "Your page is not published" in browser.get(address).content.decode()


def test_when_nothing_is_offered_soon_the_first_time_is_named(browser: Client, address: str) -> None:
    EventType.objects.update(minimum_notice=timedelta(days=30))
    assert "Nothing is offered in these days. The first time is" in browser.get(address).content.decode()
    EventType.objects.update(minimum_notice=timedelta(days=300))
    assert "Nothing is offered, now or later." in browser.get(address).content.decode()


@pytest.mark.parametrize("stored", [{"active": False}, {"paused": True}, {"hidden": True}])
def test_a_time_that_guests_do_not_see_gets_no_tick(browser: Client, address: str, stored: dict[str, bool]) -> None:
    EventType.objects.update(**stored)
    page = ask(browser, address, MONDAY_10)
    assert "The rules allow it. " in page
    assert "alert good" not in page


def test_the_zone_stands_beside_every_answer(browser: Client, address: str) -> None:
    page = ask(browser, address, MONDAY_10)
    assert "10:00 (Berlin, UTC+" in page
    assert "its schedule: Berlin, UTC+" in page


def test_while_a_calendar_cannot_be_read_no_times_are_listed(browser: Client, host: User, address: str) -> None:
    calendar = connect_calendar(host)
    assert "09:00 · 09:30 · 10:00" in browser.get(address).content.decode()
    Calendar.objects.filter(pk=calendar.pk).update(synced_at=None)
    page = ask(browser, address, MONDAY_10)
    assert "Times cannot be shown right now, because one of your calendars cannot be read." in page
    assert "The rules allow it. One of your calendars cannot be read" in page
    assert "09:30" not in page
    assert "alert good" not in page
