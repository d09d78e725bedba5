"""The calendar page and the consent page of the emulators, as a person uses them."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from sivient.demo import httpd
from sivient.vendors.calendar_emulator.week import fill
from sivient.vendors.google.emulator import GoogleEmulator
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage
from tests.vendors.oidc_emulator.application import CALLBACK, CLIENT_ID, REGISTERED

WISH = {
    "client_id": CLIENT_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid https://www.googleapis.com/auth/calendar.events.owned",
}


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    made = GoogleEmulator(links=[("Tour", "http://127.0.0.1:8000/tour")], **REGISTERED)
    fill(made.calendars, "mara")
    yield made
    made.close()


@pytest.fixture
def address(google: GoogleEmulator) -> Iterator[str]:
    server = httpd.serve(google.handle)
    yield server.url
    server.close()


def fits(page: Page, width: int) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("screen", "theme"), [((1280, 800), "light"), ((320, 640), "dark")])
def test_every_page_is_accessible_and_fits(
    open_page: OpenPage, address: str, screen: tuple[int, int], theme: str
) -> None:
    page = open_page(screen=screen, theme=theme, bypass_csp=True)
    page.goto(f"{address}/calendar")
    fits(page, screen[0])
    page.get_by_role("link", name="Mara Lindqvist").click()
    page.get_by_role("link", name="Week after").click()
    for fold in ("Add an event", "Breakfast talk", "Iris' birthday"):
        page.get_by_text(fold).click()
    fits(page, screen[0])
    page.goto(f"{address}/o/oauth2/v2/auth?{urlencode(WISH)}")
    page.get_by_role("button", name="Mara Lindqvist").click()
    expect(page.get_by_role("checkbox")).to_be_checked()
    fits(page, screen[0])


def test_a_person_adds_moves_and_deletes_an_event_and_answers_as_the_guest(
    open_page: OpenPage, google: GoogleEmulator, address: str
) -> None:
    page = open_page()
    page.goto(f"{address}/calendar?account=mara&week=2027-03-01")
    page.get_by_text("Add an event").click()
    page.get_by_label("Title").fill("Kickoff")
    page.get_by_label("Start").first.fill("2027-03-02T10:00")
    page.get_by_label("End").first.fill("2027-03-02T11:00")
    page.get_by_label("Guest's address").fill("kenji@guest.example")
    page.get_by_role("button", name="Add", exact=True).click()
    event = page.locator(".event", has_text="Kickoff")
    event.get_by_text("Kickoff").click()
    event.get_by_role("button", name="Accept").click()
    event.get_by_text("Kickoff").click()
    expect(event).to_contain_text("kenji@guest.example (accepted)")
    event.get_by_label("End").fill("2027-03-02T12:30")
    event.get_by_role("button", name="Move").click()
    expect(event).to_contain_text("10:00 to 12:30")
    event.get_by_text("Kickoff").click()
    event.get_by_role("button", name="Delete").click()
    expect(event).to_have_count(0)
    assert [each.method for each in google.calendars.outbox.sent] == ["REQUEST", "REQUEST", "CANCEL"]
