"""What the next days give, and why a day is closed."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.console.availability_preview import DAYS_AHEAD, DayAhead, next_days
from sivient.scheduling.models import DateHours, Hours, Schedule, SchedulingPage, TimeOff, Travel

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FRIDAY = datetime(2027, 3, 26, 12, 0, tzinfo=UTC)  # Good Friday; Berlin's clocks change on the Sunday
OFFICE = ["09:00 to 17:00"]


def ahead(now: datetime = FRIDAY) -> dict[str, DayAhead]:
    """The days ahead by their ISO date."""
    return {str(each.day): each for each in next_days(Schedule.objects.get(), now)}


def said(now: datetime = FRIDAY) -> dict[str, tuple[list[str], str]]:
    """Hours and reason of each day ahead."""
    return {day: (each.hours, each.reason) for day, each in ahead(now).items()}


@pytest.mark.usefixtures("host")
def test_there_are_fourteen_days_from_today_on() -> None:
    days = list(said())
    assert len(days) == DAYS_AHEAD == 14
    assert (days[0], days[-1]) == ("2027-03-26", "2027-04-08")


@pytest.mark.usefixtures("host")
def test_the_days_begin_with_today_in_the_zone_of_the_schedule() -> None:
    assert next(iter(said(datetime(2027, 3, 25, 23, 30, tzinfo=UTC)))) == "2027-03-26"


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("hour", [0, 12, 21])
def test_the_day_on_which_the_clocks_change_says_so_whenever_one_looks(hour: int) -> None:
    changing = [day for day, each in ahead(FRIDAY.replace(hour=hour)).items() if each.clocks_change]
    assert changing == ["2027-03-28"]


def test_a_day_says_what_closes_it(host: User) -> None:
    schedule = Schedule.objects.get()
    SchedulingPage.objects.filter(host=host).update(holiday_country="DE", holidays_worked=["Easter Monday"])
    TimeOff.objects.create(host=host, first=date(2027, 4, 1), last=date(2027, 4, 2), note="Lisbon")
    TimeOff.objects.create(host=host, first=date(2027, 4, 5), last=date(2027, 4, 5))
    DateHours.objects.create(schedule=schedule, date=date(2027, 3, 30), hours=[])
    DateHours.objects.create(schedule=schedule, date=date(2027, 3, 31), hours=[[600, 660], [720, 1440]])
    DateHours.objects.create(schedule=schedule, date=date(2027, 4, 2), hours=[[600, 660]])
    days = said()
    assert days["2027-03-26"] == ([], "Good Friday")
    assert days["2027-03-27"] == ([], "")
    assert days["2027-03-29"] == (OFFICE, "")
    assert days["2027-03-30"] == ([], "Your hours for this date")
    assert days["2027-03-31"] == (["10:00 to 11:00", "12:00 to 00:00"], "Your hours for this date")
    assert days["2027-04-01"] == ([], "Time off: Lisbon")
    assert days["2027-04-02"] == ([], "Time off: Lisbon")
    assert days["2027-04-05"] == ([], "Time off")
    assert days["2027-04-06"] == (OFFICE, "")


def test_hours_of_a_date_hold_on_a_holiday_too(host: User) -> None:
    SchedulingPage.objects.filter(host=host).update(holiday_country="DE")
    DateHours.objects.create(schedule=Schedule.objects.get(), date=date(2027, 3, 26), hours=[[600, 660]])
    assert said()["2027-03-26"] == (["10:00 to 11:00"], "Your hours for this date")


def test_the_hours_of_a_journey_are_shown_in_the_zone_of_the_schedule(host: User) -> None:
    Travel.objects.create(host=host, first=date(2027, 3, 30), last=date(2027, 3, 31), timezone="Asia/Tokyo")
    Travel.objects.create(host=host, first=date(2027, 4, 1), last=date(2027, 4, 1), timezone="Pacific/Auckland")
    days = ahead()
    assert (days["2027-03-30"].hours, days["2027-03-30"].elsewhere) == (["02:00 to 10:00"], "Tokyo, UTC+9")
    assert (days["2027-04-01"].hours, days["2027-04-01"].elsewhere) == (["Wed 22:00 to Thu 06:00"], "Auckland, UTC+13")
    assert days["2027-04-02"].elsewhere == ""


@pytest.mark.usefixtures("host")
def test_a_whole_day_is_said_as_one() -> None:
    Hours.objects.filter(weekday=0).update(start=0, end=1440)
    assert said()["2027-03-29"] == (["All day"], "")


def test_the_page_shows_the_days(host: User, browser: Client) -> None:
    today = next_days(Schedule.objects.get(), datetime.now(UTC))[0].day
    TimeOff.objects.create(host=host, first=today, last=today, note="Lisbon <b>")
    page = browser.get("/availability").content.decode()
    assert "The next 14 days, as saved" in page
    assert "Time off: Lisbon &lt;b&gt;" in page
    assert f"{today:%a} {today.day} {today:%b}" in page
