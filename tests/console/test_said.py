"""A success is said once, on the page it belongs to, and never by an address or beside an error."""

import pytest
from django.test import Client

from sivient.site import said

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/settings/account"
PROFILE = {"name": "Mara", "timezone": "Europe/Berlin"}


def says(browser: Client, address: str = PAGE) -> bool:
    """Whether the page says that something was saved."""
    return "Saved." in browser.get(address).content.decode()


def test_it_is_said_once(browser: Client) -> None:
    browser.post(PAGE, PROFILE)
    assert says(browser)
    assert not says(browser)


def test_looking_ahead_does_not_use_it_up(browser: Client) -> None:
    browser.post(PAGE, PROFILE)
    browser.head(PAGE)
    assert says(browser)


def test_no_address_claims_it(browser: Client) -> None:
    for address in (PAGE, "/availability", "/availability/dates", "/event-types", "/settings/scheduling"):
        page = browser.get(f"{address}?saved&added&deleted&removed&made&copied").content.decode()
        assert '<div class="alert good' not in page


def test_another_page_does_not_say_it_nor_does_this_one_later(browser: Client) -> None:
    browser.post(PAGE, PROFILE)
    assert not says(browser, "/availability")
    assert not says(browser)


def test_it_does_not_stand_beside_an_error(browser: Client) -> None:
    browser.post(PAGE, PROFILE)
    page = browser.post(PAGE, PROFILE | {"name": ""}).content.decode()
    assert "Enter your name." in page
    assert "Saved." not in page


def test_it_does_not_wait_for_long(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.post(PAGE, PROFILE)
    monkeypatch.setattr(said, "FRESH", 0)
    assert not says(browser)
