"""Weekly hours as rows of time fields."""

import re

import pytest
from django.test import Client

from sivient.scheduling.models import Hours, Schedule

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/availability"
Typed = dict[str, str | list[str]]


def stored() -> list[tuple[int, int, int]]:
    """The hours in the database."""
    return list(Hours.objects.values_list("weekday", "start", "end"))


def test_the_page_shows_what_is_stored(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert page.count('type="time"') == 10
    assert page.count('value="09:00"') == 5
    assert '<option value="Europe/Berlin" selected>' in page


def test_rows_replace_the_week(browser: Client) -> None:
    typed: Typed = {
        "timezone": "Asia/Tokyo",
        "from-0": ["13:00", "9:00"],
        "to-0": ["17:00", "12:00"],
        "from-4": "22:00",
        "to-4": "02:00",
        "from-6": "20:00:00",
        "to-6": "00:00",
    }
    assert browser.post(PAGE, typed)["Location"] == PAGE
    assert stored() == [(0, 540, 720), (0, 780, 1020), (4, 1320, 120), (6, 1200, 1440)]
    assert Schedule.objects.get().timezone == "Asia/Tokyo"
    page = browser.get(PAGE).content.decode()
    assert 'value="22:00"' in page
    assert 'value="00:00"' in page


def test_the_page_says_what_an_end_before_or_at_the_start_means(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert "An end before the start is on the next day" in page
    assert "00:00 to 00:00 is the whole day" in page
    assert browser.post(PAGE, {"timezone": "UTC", "from-0": "00:00", "to-0": "00:00"}).status_code == 302
    assert stored() == [(0, 0, 1440)]
    assert browser.post(PAGE, {"timezone": "UTC", "from-0": "09:00", "to-0": "09:00"}).status_code == 422


def test_no_hours_at_all_is_a_closed_week(browser: Client) -> None:
    browser.post(PAGE, {"timezone": "UTC"})
    assert stored() == []


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"from-0": ["09:00", "11:00"], "to-0": ["12:00", "13:00"]}, "Monday: These hours overlap others"),
        ({"from-0": "09:00", "to-0": ""}, "Monday: Enter both times"),
        ({"from-0": "", "to-0": "09:00"}, "Monday: Enter both times"),
        ({"from-0": ["09:00", ""], "to-0": ["10:00", ""]}, "Monday: Enter both times, or remove the row."),
        ({"from-2": "nine", "to-2": "25:00"}, "Wednesday: Enter times such as 09:00."),
        ({"from-2": "24:00", "to-2": "10:00"}, "Wednesday: Enter times such as 09:00."),
        ({"from-2": "09:00", "to-2": "09:00"}, "Wednesday: The start and the end are the same time."),
        ({"from-0": "22:00", "to-0": "03:00", "from-1": "02:00", "to-1": "05:00"}, "Tuesday: These hours overlap"),
        ({"from-6": "22:00", "to-6": "03:00", "from-0": "02:00", "to-0": "05:00"}, "Sunday: These hours overlap"),
        ({"timezone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"name": " "}, "Enter a name."),
    ],
)
def test_what_cannot_stay_is_named_at_its_row(browser: Client, rows: Typed, sentence: str) -> None:
    before = stored()
    answer = browser.post(PAGE, {"timezone": "UTC", "from-5": "10:30", "to-5": "11:30"} | rows)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="10:30"' in page
    assert stored() == before


def test_hours_that_touch_do_not_overlap(browser: Client) -> None:
    rows: Typed = {"from-0": ["09:00", "12:00"], "to-0": ["12:00", "00:00"], "from-1": "00:00", "to-1": "00:00"}
    assert browser.post(PAGE, {"timezone": "UTC"} | rows).status_code == 302
    assert stored() == [(0, 540, 720), (0, 720, 1440), (1, 0, 1440)]


def test_rows_come_and_go_without_a_script_and_nothing_is_saved_by_that(browser: Client) -> None:
    before = stored()
    typed: Typed = {"timezone": "Asia/Tokyo", "from-0": ["08:15"], "to-0": ["16:45"]}
    added = browser.post(PAGE, typed | {"add": "0"}).content.decode()
    assert added.count('name="from-0"') == 2
    assert 'value="08:15"' in added
    assert browser.post(PAGE, typed | {"add": "6"}).content.decode().count('name="from-6"') == 1
    assert 'name="from-0"' not in browser.post(PAGE, typed | {"drop": "0-0"}).content.decode()
    for nonsense in ({"add": "7"}, {"drop": "0-9"}, {"drop": "x"}, {"drop": "-1-0"}, {"add": "-1"}):
        assert browser.post(PAGE, typed | nonsense).status_code == 200
    assert stored() == before


def test_the_buttons_of_the_page_name_the_row_that_they_remove(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert re.findall(r'name="drop" value="([^"]*)"', page) == [f"{day}-0" for day in range(5)]


def week_with(rows: int) -> Typed:
    """A Monday with so many hours of half an hour."""
    starts = range(rows)
    return {
        "timezone": "Europe/Berlin",
        "from-0": [f"{hour:02}:00" for hour in starts],
        "to-0": [f"{hour:02}:30" for hour in starts],
    }


def test_a_day_with_twelve_hours_has_no_button_for_another(browser: Client) -> None:
    page = browser.post(PAGE, week_with(11) | {"add": "0"}).content.decode()
    assert page.count('name="from-0"') == 12
    assert "Add hours on Monday" not in page
    assert "Add hours on Tuesday" in page
    assert browser.post(PAGE, week_with(12) | {"add": "0"}).content.decode().count('name="from-0"') == 12
    assert browser.post(PAGE, week_with(12)).status_code == 302
    assert len(stored()) == 12


def test_hours_beyond_twelve_are_refused_and_kept_until_one_is_removed(browser: Client) -> None:
    before = stored()
    answer = browser.post(PAGE, week_with(13))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Monday: A day has up to 12 rows. Remove this one." in page
    assert page.count('name="from-0"') == 13
    assert stored() == before
    assert browser.post(PAGE, week_with(13) | {"drop": "0-12"}).content.decode().count('name="from-0"') == 12


def test_a_time_with_something_behind_it_is_no_time(browser: Client) -> None:
    typed = {"timezone": "Europe/Berlin", "from-0": ["09:00:00 or so"], "to-0": ["10:00"]}
    assert browser.post(PAGE, typed).status_code == 422
