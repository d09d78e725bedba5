"""A person connects calendars in the demo, and the page says what becomes of them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sivient.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.browser.test_journey import sign_in
from tests.demoed import demoed

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
WAIT = 20_000  # milliseconds for what the worker has to do first
PHONE = (390, 844)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo, fresh."""
    with demoed(tmp_path_factory.mktemp("calendars")) as demo:
        yield demo.stage


@pytest.fixture
def host(open_page: OpenPage, stage: Stage) -> Page:
    """Mara on the Integrations page."""
    page = open_page()
    sign_in(page, stage)
    page.goto(f"{stage.web}/settings/integrations")
    return page


def account(page: Page, name: str) -> Locator:
    """The card of an account or a vendor, by its heading."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name))


def connect(page: Page, stage: Stage, *, vendor: str, person: str = "Mara Lindqvist") -> None:
    """Go to the vendor, choose an account there, allow everything, and come back."""
    page.get_by_role("button", name=f"Connect {vendor}").click()
    page.get_by_role("button", name=re.compile(person)).first.click()
    page.get_by_role("button", name=re.compile("^(Continue|Accept|Allow)$")).click()
    page.wait_for_url(f"{stage.web}/settings/integrations**")


def test_a_connected_calendar_is_read_chosen_and_disconnected(host: Page, stage: Stage, screenshot: Any) -> None:
    connect(host, stage, vendor="Google Calendar")
    expect(host.get_by_text("Google Calendar is connected.")).to_be_visible()
    card = account(host, "Google Calendar")
    expect(card).to_contain_text("Connected")
    expect(card).to_contain_text(re.compile("Read (a moment|[0-9]+ minutes?) ago"), timeout=WAIT)
    expect(card).to_contain_text("Receives bookings")
    screenshot(host, "calendars-connected")

    host.get_by_role("radio", name=re.compile("^Nowhere")).check()
    host.get_by_role("button", name="Save", exact=True).click()
    expect(host.get_by_text("New bookings are written into no calendar; we mail the invites.")).to_be_visible()
    expect(account(host, "Google Calendar")).not_to_contain_text("Receives bookings")

    account(host, "Google Calendar").get_by_role("checkbox").uncheck()
    account(host, "Google Calendar").get_by_role("button", name=re.compile("^Save")).click()
    expect(host.get_by_text("Saved. Your page is up to date")).to_be_in_viewport()
    expect(account(host, "Google Calendar").get_by_role("checkbox")).not_to_be_checked()
    expect(host.get_by_text("Nothing blocks your times: guests can book over")).to_be_visible()

    account(host, "Google Calendar").get_by_role("link", name="Disconnect").click()
    expect(host.get_by_role("link", name="Keep connected")).to_be_focused()
    assert_accessible(host)
    host.get_by_role("button", name="Disconnect Google Calendar (mara@nordlicht.example)").click()
    expect(host.get_by_text("You disconnected Google Calendar (mara@nordlicht.example).")).to_be_visible()
    expect(account(host, "Google Calendar")).to_contain_text("Not connected")


def test_declining_leaves_all_as_it_was_and_leads_to_why(host: Page, stage: Stage) -> None:
    host.get_by_role("button", name="Connect Google Calendar").click()
    host.get_by_role("button", name=re.compile("Mara Lindqvist")).first.click()
    host.get_by_role("button", name=re.compile("^(Cancel|Decline)$")).click()
    expect(host.get_by_text("Nothing was connected: Google Calendar was not allowed.")).to_be_visible()
    host.get_by_role("link", name="More about this").first.click()
    expect(host.get_by_role("heading", name="The card still says Not connected")).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_server_that_is_not_reached_is_said_at_the_form_and_all_but_the_password_stays(
    open_page: OpenPage, host: Page, stage: Stage, problems: Problems, javascript: bool
) -> None:
    problems.expect("422")  # Chromium's own line about the answer to a form
    page = open_page(screen=PHONE, javascript=javascript, storage_state=host.context.storage_state())
    page.goto(f"{stage.web}/settings/integrations")
    page.get_by_role("link", name="Connect CalDAV").click()
    expect(page.get_by_label("CalDAV address", exact=True)).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^Another CalDAV server")).check()
    page.get_by_label("CalDAV address", exact=True).fill("https://10.11.12.13/dav/")
    page.get_by_label("User name", exact=True).fill("mara")
    page.get_by_label("App password", exact=True).fill("secret-canary")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("private network")
    expect(page.get_by_label("CalDAV address", exact=True)).to_have_value("https://10.11.12.13/dav/")
    expect(page.get_by_label("App password", exact=True)).to_have_value("")
    assert "canary" not in page.url + page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def assert_accessible(page: Page) -> None:
    """Look at the page as axe does, also at an open dialog."""
    assert violations(page) == []
