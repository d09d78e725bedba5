"""Public holidays: choosing whose, and switching single days off."""

import re
from html import unescape

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.scheduling.models import SchedulingPage

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/availability/dates/holidays"
GERMANY = {"country": "DE", "region": "", "listed": "DE/"}


def kept() -> tuple[str, str, list[str]]:
    """What is stored."""
    return SchedulingPage.objects.values_list("holiday_country", "holiday_region", "holidays_worked").get()


def days(page: str) -> dict[str, bool]:
    """The holidays of a page, and whether each is ticked."""
    found = re.findall(r'name="closed" value="([^"]+)"( checked)?', page)
    return {unescape(name): bool(checked) for name, checked in found}


@pytest.fixture
def germany(browser: Client) -> list[str]:
    """Germany is chosen; the names of its holidays."""
    names = list(days(browser.post(PAGE, GERMANY | {"show": ""}).content.decode()))
    browser.post(PAGE, GERMANY | {"closed": names})
    return names


def test_at_first_no_country_is_chosen(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert '<option value="">None</option>' in page
    assert '<option value="DE">Germany</option>' in page
    assert days(page) == {}
    assert 'name="region"' not in page


@pytest.mark.parametrize("pressed", [{"show": ""}, {}])
def test_a_country_that_was_chosen_shows_its_days_before_anything_is_saved(
    browser: Client, pressed: dict[str, str]
) -> None:
    page = browser.post(PAGE, {"country": "DE", "listed": "/"} | pressed).content.decode()
    assert days(page)["New Year's Day"] is True
    assert "Not saved yet." in page
    assert 'name="region"' in page
    assert '<option value="DE" selected>' in page
    assert kept() == ("", "", [])


def test_the_days_that_stay_ticked_are_closed(browser: Client, germany: list[str]) -> None:
    ticked = [name for name in germany if name != "Easter Monday"]
    assert browser.post(PAGE, GERMANY | {"closed": ticked})["Location"] == "/availability/dates"
    assert kept() == ("DE", "", ["Easter Monday"])
    page = browser.get(PAGE).content.decode()
    assert days(page) == {name: name != "Easter Monday" for name in germany}
    assert f"Germany: {len(ticked)} holidays closed in the coming year, 1 worked" in browser.get(
        "/availability/dates"
    ).content.decode().replace("&#x27;", "'")


def test_ticking_a_day_again_closes_it(browser: Client, germany: list[str]) -> None:
    browser.post(PAGE, GERMANY)
    assert kept() == ("DE", "", sorted(germany))
    browser.post(PAGE, GERMANY | {"closed": germany})
    assert kept() == ("DE", "", [])


def test_a_region_adds_its_days_and_keeps_what_was_unticked(browser: Client, germany: list[str]) -> None:
    browser.post(PAGE, GERMANY | {"closed": germany[1:]})
    bavaria = {"country": "DE", "region": "BY"}
    page = browser.post(PAGE, bavaria | {"listed": "DE/", "closed": germany[2:]}).content.decode()
    assert days(page)["Epiphany"] is True
    assert [days(page)[name] for name in germany[:3]] == [False, False, True]
    assert kept() == ("DE", "", [germany[0]])
    browser.post(PAGE, bavaria | {"listed": "DE/BY", "closed": [name for name, on in days(page).items() if on]})
    assert kept() == ("DE", "BY", sorted(germany[:2]))


@pytest.mark.usefixtures("germany")
def test_another_country_begins_with_all_its_days_closed(browser: Client) -> None:
    browser.post(PAGE, GERMANY)
    typed = {"country": "FR", "region": "BY", "listed": "DE/"}
    page = browser.post(PAGE, typed).content.decode()
    assert all(days(page).values())
    browser.post(PAGE, typed | {"listed": "FR/", "closed": list(days(page))})
    assert kept() == ("FR", "", [])


def test_a_day_worked_stays_so_while_it_is_not_among_those_of_the_year(browser: Client, host: User) -> None:
    SchedulingPage.objects.filter(host=host).update(holiday_country="DE", holidays_worked=["Once in a while"])
    names = list(days(browser.get(PAGE).content.decode()))
    browser.post(PAGE, GERMANY | {"closed": names})
    assert kept() == ("DE", "", ["Once in a while"])


@pytest.mark.usefixtures("germany")
def test_choosing_none_keeps_no_holidays(browser: Client) -> None:
    assert browser.post(PAGE, {"country": "", "listed": "DE/"}).status_code == 302
    assert kept() == ("", "", [])
    assert "None kept." in browser.get("/availability/dates").content.decode()


@pytest.mark.parametrize("typed", [{"country": "XX"}, {"country": "\x00"}, {"country": "XX", "show": ""}])
def test_a_country_that_is_not_in_the_list_is_refused(browser: Client, typed: dict[str, str]) -> None:
    answer = browser.post(PAGE, {"region": "BY", "listed": "XX/"} | typed)
    assert answer.status_code == 422
    assert "Choose a country from the list." in answer.content.decode()
    assert kept() == ("", "", [])
