"""Two open tabs: the one that saves second is told first, and loses nothing."""

import re

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.scheduling.models import EventType, SchedulingPage
from tests.console.editing import ASKED, TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SETTINGS = "/settings/scheduling"


def seen(page: str) -> str:
    """What the form says it was shown."""
    return str(re.findall(r'name="seen" value="([^"]+)"', page)[0])


def shown(browser: Client, address: str) -> str:
    return seen(browser.get(address).content.decode())


def test_an_event_type_saved_in_another_tab_is_kept_until_the_host_has_read_of_it(browser: Client) -> None:
    address = f"/event-types/{EventType.objects.get().pk}"
    first, second = shown(browser, address), shown(browser, address)
    assert browser.post(address, TYPED | {"seen": second, "state": "paused"}).status_code == 302

    typed = TYPED | ASKED | {"description": "Typed in the first tab"}
    answer = browser.post(address, typed | {"seen": first})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This event type changed since you opened this page" in page
    assert "Typed in the first tab" in page
    assert "What is it about?" in page
    assert EventType.objects.get().paused

    assert browser.post(address, typed | {"seen": seen(page)}).status_code == 302
    saved = EventType.objects.get()
    assert (saved.paused, saved.description) == (False, "Typed in the first tab")


def test_a_button_of_a_row_and_a_mistake_keep_what_was_seen(browser: Client) -> None:
    address = f"/event-types/{EventType.objects.get().pk}"
    first = shown(browser, address)
    browser.post(address, TYPED | {"state": "paused"})
    for more in ({"question": "add"}, {"title": ""}):
        assert seen(browser.post(address, TYPED | {"seen": first} | more).content.decode()) == first


def test_a_new_event_type_was_never_seen(browser: Client) -> None:
    assert 'name="seen"' not in browser.get("/event-types/new").content.decode()


def test_settings_saved_in_another_tab_are_kept_until_the_host_has_read_of_it(browser: Client, host: User) -> None:
    typed = {"handle": "mara", "platform": "phone", "phone": "+49 30 1234567"}
    first = shown(browser, SETTINGS)
    assert browser.post(SETTINGS, typed | {"seen": first, "paused": "on"}).status_code == 302
    answer = browser.post(SETTINGS, typed | {"seen": first, "phone": "+49 40 7654321"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The settings changed since you opened this page" in page
    assert "+49 40 7654321" in page
    assert SchedulingPage.objects.get(host=host).paused
    assert browser.post(SETTINGS, typed | {"seen": seen(page)}).status_code == 302
    assert not SchedulingPage.objects.get(host=host).paused


def test_a_fallback_link_saved_in_another_tab_is_kept_too(browser: Client, host: User) -> None:
    typed = {"handle": "mara", "platform": "phone", "phone": "+49 30 1234567"}
    first = shown(browser, SETTINGS)
    browser.post(SETTINGS, typed | {"seen": first, "fallback_link": "https://meet.example/mara"})
    assert browser.post(SETTINGS, typed | {"seen": first}).status_code == 409
    assert SchedulingPage.objects.get(host=host).fallback_link == "https://meet.example/mara"
