"""Handle, Meeting Platform, and whether the page is published."""

from html import escape

import pytest
from django.test import Client

from sivient.accounts.models import Plan, User
from sivient.integrations.models import Connection, Grant
from sivient.scheduling import queries, services
from sivient.scheduling.meeting_link import LinkUnfit
from sivient.scheduling.models import EventType, SchedulingPage
from tests.factories import connect_zoom

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/settings/scheduling"
PHONE = {"handle": "mara", "platform": "phone", "phone": "+49 30 1234567"}


def shown(browser: Client) -> str:
    """The page."""
    text: str = browser.get(PAGE).content.decode()
    return text


def choose_zoom(host: User) -> None:
    """Connect Zoom and choose it."""
    connect_zoom(host)
    assert services.choose_first_platform(host, "zoom")


def test_before_a_choice_the_page_is_not_published_and_says_why(browser: Client, host: User) -> None:
    page = shown(browser)
    assert "Not chosen" in page
    assert "Not published" in page
    assert "no Meeting Platform is chosen" in page
    assert not queries.bookable(host)


def test_zoom_stands_there_only_while_it_is_connected(browser: Client, host: User) -> None:
    assert 'value="zoom"' not in shown(browser)
    connect_zoom(host)
    assert 'value="zoom"' in shown(browser)
    Connection.objects.all().delete()
    assert 'value="zoom"' not in shown(browser)


def test_a_chosen_platform_is_saved_and_the_page_is_published(browser: Client, host: User) -> None:
    assert browser.post(PAGE, PHONE)["Location"] == PAGE
    assert SchedulingPage.objects.get().platform_details == "+49 30 1234567"
    page = browser.get(PAGE).content.decode()
    assert "Saved." in page
    assert "Published" in page
    assert 'data-copies="http://testserver/schedule/mara"' in page
    assert queries.published("mara") == host


def test_after_a_disconnect_the_setting_stays_and_guests_can_still_book(browser: Client, host: User) -> None:
    choose_zoom(host)
    Grant.objects.all().delete()
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    page = shown(browser)
    assert "Zoom (not connected)" in page
    assert "Guests can still book you." in page
    assert "Published" in page
    assert queries.published("mara") == host
    assert browser.post(PAGE, {"handle": "mara-l", "platform": "zoom"}).status_code == 302
    assert SchedulingPage.objects.get().platform == "zoom"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"platform": "phone", "phone": ""}, "Enter the phone number that guests call."),
        ({"platform": "phone", "phone": "call me"}, "Enter the phone number that guests call."),
        ({"platform": "in_person", "address": " "}, "Enter the address where you meet."),
        ({"platform": "own_link", "link": ""}, "Enter a link that begins with https:// or http://."),
        ({"platform": "own_link", "link": "javascript:alert(1)"}, "Enter a link that begins with https://"),
        ({"platform": "own_link", "link": "https://"}, "Enter a link that begins with https://"),
        ({"platform": "own_link", "link": "https://[x"}, "Enter a link that begins with https://"),
        ({"platform": "zoom"}, "Choose one of the platforms."),
        ({"platform": "carrier pigeon"}, "Choose one of the platforms."),
        ({"platform": "phone", "phone": "1234", "handle": "docs"}, "docs is a reserved word."),
        ({"platform": "phone", "phone": "1234", "handle": "jonas"}, "jonas is taken."),
    ],
)
def test_what_cannot_be_saved_is_named_and_kept(
    browser: Client, other: User, host: User, typed: dict[str, str], sentence: str
) -> None:
    answer = browser.post(PAGE, {"handle": "kept-handle"} | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert typed.get("handle", "kept-handle") in page
    host.refresh_from_db()
    assert host.handle == "mara"
    assert SchedulingPage.objects.get(host=host).platform == ""


def test_the_handle_can_change_before_a_platform_is_chosen(browser: Client, host: User) -> None:
    assert browser.post(PAGE, {"handle": "mara-l"}).status_code == 302
    host.refresh_from_db()
    assert host.handle == "mara-l"


def test_on_free_the_page_is_not_published_and_zoom_cannot_be_chosen(browser: Client, host: User) -> None:
    User.objects.update(plan=Plan.FREE)
    browser.post(PAGE, PHONE)
    page = shown(browser)
    assert "the account is on Free" in page
    assert "Zoom is part of Pro: on Free it cannot be connected." in page
    assert "connect zoom" not in page.lower()
    assert queries.published("mara") is None
    connect_zoom(host)
    answer = browser.post(PAGE, {"handle": "mara", "platform": "zoom"})
    assert answer.status_code == 422
    assert "Zoom meetings are part of Pro." in answer.content.decode()


def test_a_pause_of_the_whole_page_is_saved_and_shown(browser: Client) -> None:
    browser.post(PAGE, PHONE | {"paused": "on", "pause_note": " On  parental leave\x00 until May. "})
    page = SchedulingPage.objects.get()
    assert (page.paused, page.pause_note) == (True, "On parental leave until May.")
    assert queries.pause_note(EventType.objects.get()) == "On parental leave until May."
    text = shown(browser)
    assert "Paused</span>" in text
    assert 'value="On parental leave until May."' in text
    browser.post(PAGE, PHONE)
    assert queries.pause_note(EventType.objects.get()) is None
    assert "Paused</span>" not in shown(browser)


def test_a_sentence_that_is_too_long_is_named_and_kept(browser: Client) -> None:
    answer = browser.post(PAGE, PHONE | {"paused": "on", "pause_note": "x" * 301})
    assert answer.status_code == 422
    assert "The sentence has up to 300 characters." in answer.content.decode()
    assert "x" * 301 in answer.content.decode()
    assert not SchedulingPage.objects.get().paused


FALLBACK = {"fallback_link": " https://meet.example/mara "}


def test_a_fallback_link_is_saved_shown_and_taken_away(browser: Client) -> None:
    assert browser.post(PAGE, PHONE | FALLBACK).status_code == 302
    assert SchedulingPage.objects.get().fallback_link == "https://meet.example/mara"
    assert 'value="https://meet.example/mara"' in shown(browser)
    assert "Used when Zoom cannot make a meeting in time." in shown(browser)
    browser.post(PAGE, PHONE | {"fallback_link": ""})
    assert SchedulingPage.objects.get().fallback_link == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("javascript:alert(1)", "Write the whole address of the meeting"),
        ("meet.example/mara", "Write the whole address of the meeting"),
        ("https://localhost", "Guests cannot open this address"),
        ("https://meet.example/<mara>", "This address has characters that an invite cannot carry"),
        ("https://meet.example/" + "x" * 500, "This address is too long. The most is 500 characters."),
    ],
)
def test_a_fallback_link_that_no_guest_could_open_is_named_and_kept(browser: Client, typed: str, sentence: str) -> None:
    answer = browser.post(PAGE, PHONE | {"fallback_link": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{escape(typed)}"' in page
    assert SchedulingPage.objects.get().platform == ""


def test_a_verb_that_says_nothing_about_the_fallback_link_leaves_it(host: User) -> None:
    services.save_settings(host, handle="mara", platform="", details="", fallback_link="https://meet.example/mara")
    services.save_settings(host, handle="mara", platform="phone", details="+49 30 1234567")
    assert SchedulingPage.objects.get().fallback_link == "https://meet.example/mara"
    with pytest.raises(LinkUnfit):
        services.save_settings(host, handle="mara", platform="", details="", fallback_link="mara")
