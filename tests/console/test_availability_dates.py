"""Hours of single dates, time off and travel: adding, showing, changing and removing them."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.console.date_forms import today_of
from sivient.scheduling.models import DateHours, Schedule, TimeOff, Travel

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/availability/dates"
NEW, OFF, TRAVEL = f"{PAGE}/new", f"{PAGE}/time-off", f"{PAGE}/travel"
DAY = timedelta(days=1)
Typed = dict[str, str | list[str]]


@pytest.fixture
def soon(host: User) -> date:
    """A date in a week."""
    return today_of(host, timezone.now()) + 7 * DAY


def words(day: date) -> str:
    """A date as the pages say it."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def stored() -> list[tuple[date, list[list[int]]]]:
    """The hours of dates in the database."""
    return list(DateHours.objects.values_list("date", "hours"))


def test_a_host_without_any_dates_reads_what_they_are_for(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert page.count("None ahead.") == 3
    assert "None kept. Choose a country" in page


def test_a_date_gets_its_own_hours(browser: Client, soon: date) -> None:
    typed: Typed = {"day": str(soon), "kind": "hours", "from-date": ["10:00", "22:00"], "to-date": ["12:00", "00:00"]}
    assert browser.post(NEW, typed)["Location"] == PAGE
    assert stored() == [(soon, [[600, 720], [1320, 1440]])]
    page = browser.get(PAGE).content.decode()
    assert words(soon) in page
    assert "10:00 to 12:00, 22:00 to 00:00" in page
    assert "Working hours" not in page


def test_a_date_is_closed_whatever_stands_in_its_rows(browser: Client, soon: date) -> None:
    browser.post(NEW, {"day": str(soon), "kind": "closed", "from-date": "nine", "to-date": ""})
    assert stored() == [(soon, [])]
    assert "Closed" in browser.get(PAGE).content.decode()


def test_with_several_schedules_a_date_belongs_to_one(browser: Client, host: User, soon: date) -> None:
    evenings = Schedule.objects.create(host=host, name="Evenings", timezone="Asia/Tokyo")
    assert f'<option value="{evenings.pk}" selected>' in browser.get(f"{NEW}?schedule={evenings.pk}").content.decode()
    typed: Typed = {"day": str(soon), "kind": "closed"}
    assert browser.post(NEW, typed | {"schedule": "999999"}).status_code == 422
    assert browser.post(NEW, typed | {"schedule": str(evenings.pk)}).status_code == 302
    assert DateHours.objects.get().schedule == evenings
    assert "Closed · Evenings" in browser.get(PAGE).content.decode()


def test_the_hours_of_a_date_are_changed(browser: Client, soon: date) -> None:
    kept = DateHours.objects.create(schedule=Schedule.objects.get(), date=soon, hours=[[600, 720]])
    page = browser.get(f"{PAGE}/{kept.pk}").content.decode()
    assert f"{soon:%a} {soon.day} {soon:%B} {soon.year}" in page
    assert 'type="radio" name="kind" value="hours" id="id_kind_0" checked' in " ".join(page.split())
    assert 'value="10:00"' in page
    assert 'name="day"' not in page
    answer = browser.post(f"{PAGE}/{kept.pk}", {"kind": "hours", "from-date": "13:00", "to-date": "02:00"})
    assert answer["Location"] == PAGE
    assert stored() == [(soon, [[780, 120]])]


def test_rows_of_a_date_come_and_go_without_a_script(browser: Client, soon: date) -> None:
    typed: Typed = {"day": str(soon), "kind": "hours", "from-date": "08:15", "to-date": "09:15"}
    added = browser.post(NEW, typed | {"add": "date"}).content.decode()
    assert added.count('name="from-date"') == 2
    assert f'value="{soon}"' in added
    assert 'name="from-date"' not in browser.post(NEW, typed | {"drop": "0"}).content.decode()
    for nonsense in ("9", "x", "-1", "²"):
        assert 'value="08:15"' in browser.post(NEW, typed | {"drop": nonsense}).content.decode()
    assert stored() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from-date": ["09:00", "11:00"], "to-date": ["12:00", "13:00"]}, "These hours overlap others of this date."),
        ({"from-date": ["09:00", ""], "to-date": ["12:00", ""]}, "Enter both times, or remove the row."),
        ({"from-date": "25:00", "to-date": "26:00"}, "Enter times such as 09:00."),
        ({"from-date": "09:00", "to-date": "09:00"}, "The start and the end are the same time."),
        ({"from-date": []}, "Add hours, or choose “Closed all day”."),
        ({"kind": "sometimes"}, "Choose one."),
        ({"kind": ""}, "Choose one."),
    ],
)
def test_hours_that_cannot_stay_are_named_at_their_row(
    browser: Client, soon: date, typed: Typed, sentence: str
) -> None:
    answer = browser.post(NEW, {"day": str(soon), "kind": "hours", "from-date": "09:00", "to-date": "10:00"} | typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{soon}"' in answer.content.decode()
    assert stored() == []


def test_a_date_that_has_hours_already_is_not_written_over(browser: Client, soon: date) -> None:
    DateHours.objects.create(schedule=Schedule.objects.get(), date=soon, hours=[[600, 720]])
    answer = browser.post(NEW, {"day": str(soon), "kind": "closed"})
    assert answer.status_code == 422
    assert "This date has its own hours already." in answer.content.decode()
    assert stored() == [(soon, [[600, 720]])]


def test_time_off_is_added_for_dates_or_for_a_single_day(browser: Client, soon: date) -> None:
    typed = {"first": str(soon), "last": str(soon + 2 * DAY), "note": " Lisbon\n<b> "}
    assert browser.post(OFF, typed)["Location"] == PAGE
    browser.post(OFF, {"first": str(soon + 9 * DAY), "last": "", "note": ""})
    assert list(TimeOff.objects.values_list("first", "last", "note")) == [
        (soon, soon + 2 * DAY, "Lisbon <b>"),
        (soon + 9 * DAY, soon + 9 * DAY, ""),
    ]
    page = browser.get(PAGE).content.decode()
    assert f" to {words(soon + 2 * DAY)}" in page
    assert "Lisbon &lt;b&gt;" in page


def test_travel_is_added_and_says_where_its_hours_are_read(browser: Client, soon: date) -> None:
    typed = {"first": str(soon), "last": str(soon + DAY), "timezone": "Asia/Tokyo"}
    assert browser.post(TRAVEL, typed)["Location"] == PAGE
    assert list(Travel.objects.values_list("first", "last", "timezone")) == [(soon, soon + DAY, "Asia/Tokyo")]
    assert "Hours are read in Tokyo, UTC+9" in browser.get(PAGE).content.decode()


def test_travel_that_overlaps_other_travel_is_refused(browser: Client, soon: date) -> None:
    typed = {"first": str(soon), "last": str(soon + DAY), "timezone": "Asia/Tokyo"}
    browser.post(TRAVEL, typed)
    answer = browser.post(TRAVEL, typed | {"first": str(soon + DAY), "last": str(soon + 2 * DAY)})
    assert answer.status_code == 422
    assert "You are elsewhere on some of these dates already." in answer.content.decode()
    assert f'value="{soon + 2 * DAY}"' in answer.content.decode()
    assert Travel.objects.count() == 1


def test_travel_needs_a_zone_that_exists(browser: Client, soon: date) -> None:
    answer = browser.post(TRAVEL, {"first": str(soon), "last": str(soon), "timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.content.decode()


@pytest.mark.parametrize("page", [OFF, TRAVEL])
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("first", "", "Choose a date."),
        ("first", "next Monday", "This is not a date."),
        ("first", "2027-02-30", "This is not a date."),
        ("first", "2027-02-01\x00", "This is not a date."),
        ("first", "0001-01-01", "This date is past."),
        ("first", "2020-06-01", "This date is past."),
        ("first", "9999-12-31", "Choose a date up to the end of"),
        ("last", "0001-01-01", "This date is past."),
        ("last", "9999-12-31", "Choose a date up to the end of"),
        ("last", "99999-01-01", "This is not a date."),
        ("last", "before", "The last day is before the first day."),
    ],
)
def test_dates_that_cannot_be_are_refused_and_kept(
    browser: Client, soon: date, page: str, field: str, typed: str, sentence: str
) -> None:
    wrong = {"before": str(soon - DAY)}.get(typed, typed)
    dates = {"first": str(soon), "last": str(soon), "note": "Kept", "timezone": "Asia/Tokyo"}
    answer = browser.post(page, dates | {field: wrong})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in shown
    assert 'value="Kept"' in shown or '<option value="Asia/Tokyo" selected>' in shown
    assert f'name="{field}" value="{wrong}"' in shown or not wrong or "\x00" in wrong
    assert not TimeOff.objects.exists() and not Travel.objects.exists()


@pytest.mark.parametrize("typed", ["", "soon", "0001-01-01", "2020-06-01", "9999-12-31", "2027-13-01"])
def test_hours_are_for_a_date_ahead(browser: Client, typed: str) -> None:
    answer = browser.post(NEW, {"day": typed, "kind": "hours", "from-date": "08:15", "to-date": "09:15"})
    assert answer.status_code == 422
    assert 'value="08:15"' in answer.content.decode()
    assert stored() == []


def test_what_is_over_is_not_listed_and_what_has_begun_is(browser: Client, host: User) -> None:
    today = today_of(host, timezone.now())
    TimeOff.objects.create(host=host, first=today - 3 * DAY, last=today - DAY, note="Over")
    TimeOff.objects.create(host=host, first=today - 3 * DAY, last=today, note="Begun")
    for day in (today - DAY, today):
        DateHours.objects.create(schedule=Schedule.objects.get(), date=day, hours=[])
    page = browser.get(PAGE).content.decode()
    assert "Begun" in page
    assert page.count(">Closed<") == 1
    assert "Over" not in page
    assert words(today - DAY) not in page


def test_each_is_removed_with_one_button_and_a_second_press_finds_nothing(
    browser: Client, host: User, soon: date
) -> None:
    rows: dict[str, DateHours | TimeOff | Travel] = {
        "": DateHours.objects.create(schedule=Schedule.objects.get(), date=soon, hours=[]),
        "time-off/": TimeOff.objects.create(host=host, first=soon, last=soon),
        "travel/": Travel.objects.create(host=host, first=soon, last=soon, timezone="Asia/Tokyo"),
    }
    for under, row in rows.items():
        address = f"{PAGE}/{under}{row.pk}/remove"
        assert browser.get(address).status_code == 405
        assert browser.post(address)["Location"] == PAGE
        assert browser.post(address).status_code == 404
        assert not type(row).objects.exists()
    assert browser.post(f"{PAGE}/{10**30}/remove").status_code == 404


def test_what_belongs_to_somebody_else_stays(browser: Client, other: User, soon: date) -> None:
    theirs = Schedule.objects.create(host=other, timezone="UTC")
    kept = DateHours.objects.create(schedule=theirs, date=soon, hours=[])
    off = TimeOff.objects.create(host=other, first=soon, last=soon, note="Secret")
    there = Travel.objects.create(host=other, first=soon, last=soon, timezone="Asia/Tokyo")
    assert browser.get(f"{PAGE}/{kept.pk}").status_code == 404
    assert browser.post(f"{PAGE}/{kept.pk}", {"kind": "closed"}).status_code == 404
    for address in (f"{kept.pk}", f"time-off/{off.pk}", f"travel/{there.pk}"):
        assert browser.post(f"{PAGE}/{address}/remove").status_code == 404
    assert (DateHours.objects.count(), TimeOff.objects.count(), Travel.objects.count()) == (1, 1, 1)
    assert "Secret" not in browser.get(PAGE).content.decode()


def test_hours_of_a_date_beyond_twelve_are_refused_and_kept(browser: Client, soon: date) -> None:
    typed = {"day": str(soon), "kind": "hours"}
    rows = {
        f"{side}-date": [f"{hour:02}:{minute}" for hour in range(13)] for side, minute in (("from", "00"), ("to", "30"))
    }
    answer = browser.post(f"{PAGE}/new", typed | rows)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A day has up to 12 rows. Remove this one." in page
    assert page.count('name="from-date"') == 13
    assert "Add hours</button>" not in page
    assert not DateHours.objects.exists()
