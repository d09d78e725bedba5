"""What time off says of the evening before, of bookings that stand, and of other time off."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.console.availability_preview import next_days
from sivient.scheduling.models import Hours, Schedule, SchedulingPage, TimeOff
from tests.factories import MONDAY_10, make_booking

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE, OFF = "/availability/dates", "/availability/dates/time-off"
DAY = timedelta(days=1)
MONDAY = MONDAY_10.date()


def typed(first: date, last: date) -> dict[str, str]:
    """What the browser sends."""
    return {"first": str(first), "last": str(last), "note": ""}


def test_hours_of_the_evening_before_run_to_their_end_and_the_pages_say_so(browser: Client, host: User) -> None:
    schedule = Schedule.objects.get()
    schedule.hours.all().delete()
    Hours.objects.create(schedule=schedule, weekday=0, start=22 * 60, end=2 * 60)
    TimeOff.objects.create(host=host, first=date(2027, 4, 6), last=date(2027, 4, 6))  # a Tuesday
    days = {str(each.day): each for each in next_days(schedule, datetime(2027, 4, 1, 12, tzinfo=UTC))}
    assert (days["2027-04-06"].hours, days["2027-04-06"].tail) == ([], "02:00")
    assert (days["2027-04-07"].hours, days["2027-04-07"].tail) == ([], "")
    assert "Closed; the hours of the day before run until 02:00" in browser.get("/availability").content.decode()
    assert "Hours that begin the evening before still run to their end." in browser.get(OFF).content.decode()


def test_bookings_that_stand_on_the_dates_are_counted_and_linked(browser: Client, host: User) -> None:
    SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1234567")
    make_booking(host.event_types.get())
    browser.post(OFF, typed(MONDAY - DAY, MONDAY))
    page = browser.get(PAGE).content.decode()
    assert "Added. 1 booking stands on these dates already." in page
    assert '<a href="/bookings">1 booking stands on these dates</a>' in page
    browser.post(OFF, typed(MONDAY + DAY, MONDAY + DAY))
    page = browser.get(PAGE).content.decode()
    assert "Added." in page
    assert "on this date" not in page


def test_time_off_that_shares_a_date_with_other_time_off_is_refused(browser: Client, host: User) -> None:
    TimeOff.objects.create(host=host, first=MONDAY, last=MONDAY + DAY)
    answer = browser.post(OFF, typed(MONDAY + DAY, MONDAY + 3 * DAY))
    assert answer.status_code == 422
    assert "You have time off from" in answer.content.decode()
    assert browser.post(OFF, typed(MONDAY + 2 * DAY, MONDAY + 3 * DAY)).status_code == 302
    assert TimeOff.objects.count() == 2
