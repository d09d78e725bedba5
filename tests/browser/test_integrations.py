"""Each thing that can go wrong with Zoom is caused here, and its page leads to the entry that explains it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from sivient.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, OpenPage, Problems
from tests.browser.test_journey import book, sign_in
from tests.demoed import demoed

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
WAIT = 20_000  # milliseconds for what the worker has to do first
PHONE = (390, 844)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo, fresh."""
    with demoed(tmp_path_factory.mktemp("integrations")) as demo:
        yield demo.stage


@pytest.fixture
def host(open_page: OpenPage, stage: Stage) -> Page:
    """Mara on the Integrations page, not connected, and Zoom in order."""
    control(stage, "switch", {"published": True, "scopes": None})
    control(stage, "faults", {"fail_next": []})
    page = open_page()
    sign_in(page, stage)
    page.goto(f"{stage.web}/settings/integrations")
    if page.get_by_role("link", name="Disconnect").is_visible():
        disconnect(page)
    return page


def control(stage: Stage, verb: str, body: dict[str, Any]) -> None:
    httpx.post(f"{stage.zoom}/__ctl/{verb}", json=body).raise_for_status()


def card(page: Page) -> Locator:
    return page.locator("#zoom")


def to_consent(page: Page, person: str = "Mara Lindqvist") -> None:
    """Press Connect Zoom and choose a Zoom user; a browser that chose before is not asked again."""
    with page.expect_navigation():  # or the page is looked at before Zoom's is there
        page.get_by_role("button", name=re.compile("^(Connect|Reconnect) Zoom$")).click()
    choice = page.get_by_role("button", name=re.compile(person))
    if choice.count():
        choice.first.click()


def connect(page: Page, stage: Stage, person: str = "Mara Lindqvist") -> None:
    to_consent(page, person)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{stage.web}/settings/integrations**")
    expect(card(page)).to_contain_text("Connected")


def disconnect(page: Page) -> None:
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect Zoom").click()
    expect(card(page)).to_contain_text("Not connected")


def leads_to(page: Page, link: str, entry: str) -> None:
    """Click a link of the page and see the entry of the guide that it points to."""
    page.get_by_role("link", name=link).first.click()
    heading = page.get_by_role("heading", name=entry)
    expect(heading).to_be_in_viewport()
    assert page.url.endswith(f"#{heading.get_attribute('id')}")


def test_every_end_of_connecting_leads_to_its_entry(host: Page, stage: Stage) -> None:
    to_consent(host)
    host.get_by_role("button", name="Decline").click()
    expect(card(host)).to_contain_text("Nothing was connected: Zoom was not allowed.")
    expect(card(host)).to_contain_text("Not connected")
    leads_to(host, "More about this", "The card still says Not connected")

    host.goto(f"{stage.web}/settings/integrations/zoom/callback?code=from-the-marketplace")
    expect(card(host)).to_contain_text("connecting begins here")
    leads_to(host, "More about this", "The card still says Not connected")

    host.goto(f"{stage.web}/settings/integrations")
    control(stage, "faults", {"fail_next": {"POST /oauth/token": [503]}})
    to_consent(host)
    host.get_by_role("button", name="Allow").click()
    expect(card(host)).to_contain_text("Zoom did not answer.")
    leads_to(host, "More about this", "Zoom does not answer")


def test_what_zoom_itself_refuses_leads_to_its_entry(host: Page, stage: Stage) -> None:
    control(stage, "switch", {"scopes": ["user:read:user"]})
    to_consent(host)
    host.get_by_role("button", name="Allow").click()
    expect(card(host)).to_contain_text("Zoom gave us fewer permissions than meetings need.")
    expect(card(host)).to_contain_text("Not connected")
    leads_to(host, "More about this", "A permission is missing")

    control(stage, "switch", {"scopes": None})
    host.goto(f"{stage.web}/settings/integrations")
    control(stage, "faults", {"fail_next": {"POST /oauth/token": [401]}})
    to_consent(host)
    host.get_by_role("button", name="Allow").click()
    expect(card(host)).to_contain_text("Zoom does not accept the app of this server.")
    leads_to(host, "More about this", "Zoom does not accept the app of this server")

    host.goto(f"{stage.web}/settings/integrations")
    to_consent(host)
    expect(host.get_by_role("button", name="Allow")).to_be_visible()
    host.goto(host.url.replace("response_type=code", "response_type=unknown"))
    expect(card(host)).to_contain_text("Zoom ended the connecting without a result.")
    leads_to(host, "More about this", "I cannot add the app")


@pytest.mark.parametrize(
    ("person", "words", "entry"),
    [
        ("Otto Brandt", "This Zoom user cannot host meetings", "This Zoom user cannot host"),
        ("Jonas Weber", "meetings with others end after 40 minutes", "Meetings end after 40 minutes"),
    ],
)
def test_what_the_zoom_user_cannot_do_leads_to_its_entry(
    host: Page, stage: Stage, person: str, words: str, entry: str
) -> None:
    connect(host, stage, person)
    expect(card(host)).to_contain_text(words)
    leads_to(host, "More about this", entry)


def test_who_cannot_add_the_app_finds_why(host: Page, stage: Stage, problems: Problems) -> None:
    problems.expect("403")  # Zoom's own page; it does not send people back
    control(stage, "switch", {"published": False})
    to_consent(host, "Jonas Weber")
    expect(host.get_by_role("button", name="Allow")).to_have_count(0)
    for link, entry in (
        ("under review", "The app is under review"),
        ("administrator's approval", "My administrator must approve it"),
        ("wrong account", "It was the wrong Zoom account"),
    ):
        host.goto(f"{stage.web}/settings/integrations")
        expect(card(host)).to_contain_text("Zoom did not send you back")
        leads_to(host, link, entry)


def test_the_missing_option_leads_to_what_it_needs(host: Page, stage: Stage) -> None:
    host.goto(f"{stage.web}/settings/scheduling")
    host.get_by_role("radio", name="Phone").check()
    host.locator("[name=phone]").fill("+49 30 1234567")
    host.get_by_role("button", name="Save").click()
    expect(host.get_by_role("radio", name=re.compile("^Zoom"))).to_have_count(0)
    leads_to(host, "Why Zoom is missing", "The Zoom option is missing")
    connect_by_address(host, stage)
    host.goto(f"{stage.web}/settings/scheduling")
    host.get_by_role("radio", name=re.compile("^Zoom")).check()
    host.get_by_role("button", name="Save").click()


def test_a_missing_link_and_an_ended_permission_lead_to_what_to_do(
    host: Page, open_page: OpenPage, stage: Stage
) -> None:
    connect(host, stage)
    control(stage, "faults", {"fail_next": {"POST /v2/users/me/meetings": [503] * 20}})
    guest = open_page()
    book(guest, stage, name="Ada Okafor")
    host.goto(f"{stage.web}/bookings")
    host.get_by_role("link", name=re.compile("Ada Okafor")).first.click()
    expect(host.get_by_role("link", name="What this means").first).to_be_visible(timeout=WAIT)
    leads_to(host, "What this means", "A booking has no meeting or link")

    control(stage, "faults", {"fail_next": {"POST /v2/users/me/meetings": [401], "POST /oauth/token": [400]}})
    until(host, stage, "Reconnect needed")
    expect(card(host)).to_contain_text("1 booking waits for a link")
    leads_to(host, "Why this happens", "Reconnect needed")

    connect_by_address(host, stage)
    expect(guest.get_by_role("link", name="Join Zoom meeting")).to_be_visible(timeout=WAIT)


def test_a_removal_in_zoom_is_on_the_card_with_what_it_means(host: Page, stage: Stage) -> None:
    connect(host, stage)
    host.goto(f"{stage.zoom}/user/installed")
    host.get_by_role("link", name="Remove").click()
    host.get_by_role("button", name="Remove").click()
    until(host, stage, "The app was removed in Zoom")
    expect(card(host)).to_contain_text("Not connected")
    leads_to(host, "What removing does", "Removing")


def test_disconnecting_asks_first_with_and_without_javascript(open_page: OpenPage, stage: Stage, host: Page) -> None:
    connect(host, stage, "Jonas Weber")
    expect(card(host)).to_contain_text("40 minutes")
    host.get_by_role("link", name="Disconnect").click()
    safe = host.get_by_role("link", name="Keep connected")
    expect(safe).to_be_focused()
    safe.click()
    expect(host.get_by_role("dialog")).to_be_hidden()
    expect(card(host)).to_contain_text("Connected")

    plain = open_page(javascript=False, storage_state=host.context.storage_state())
    plain.goto(f"{stage.web}/settings/integrations")
    plain.get_by_role("link", name="Disconnect").click()
    expect(plain.get_by_role("heading", name="Disconnect Zoom?")).to_be_visible()
    plain.get_by_role("button", name="Disconnect Zoom").click()
    expect(card(plain)).to_contain_text("Not connected")
    expect(card(plain)).to_contain_text("Remove the app in Zoom too")


def test_every_state_is_accessible_and_fits(open_page: OpenPage, stage: Stage, host: Page, screenshot: Any) -> None:
    looks = [(DESKTOP, "light"), (PHONE, "dark")]
    seen = {
        (theme, screen): open_page(
            screen=screen, theme=theme, storage_state=host.context.storage_state(), bypass_csp=True
        )  # bypass: axe is put into the page
        for screen, theme in looks
    }

    def look(name: str, path: str = "/settings/integrations") -> None:
        for (theme, screen), page in seen.items():
            page.goto(f"{stage.web}{path}")
            screenshot(page, f"integrations-{name}-{theme}-{screen[0]}")
            assert violations(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    look("off")
    connect(host, stage, "Jonas Weber")
    look("on")
    look("ask", "/settings/integrations/zoom/disconnect")
    look("guide", "/docs/zoom")
    look("guides", "/docs/")
    disconnect(host)
    look("ended")


def connect_by_address(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.web}/settings/integrations")
    connect(page, stage)


def until(page: Page, stage: Stage, words: str) -> None:
    """Look at the Integrations page until it says so: the worker does it by itself."""
    for _ in range(60):
        page.goto(f"{stage.web}/settings/integrations")
        if words in (card(page).text_content() or ""):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"the page never said: {words}")
