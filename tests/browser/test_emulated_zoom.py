"""The pages of the emulated Zoom in a real browser: they can be used, and axe finds nothing wrong with them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from sivient.demo.httpd import serve
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.vendors.zoom.emulated import CALLBACK, MARA, RITA, TheApp, an_app, authorize_url


@pytest.fixture
def zoom() -> Iterator[ZoomEmulator]:
    """An emulated Zoom with a meeting of Mara's and one of Rita's."""
    emulator = ZoomEmulator(an_app(), join_base="http://zoom.localhost")
    for user in (MARA, RITA):
        TheApp(emulator).connect(user).create(topic="A rather long title: Kenji Tanaka and Mara Lindqvist")
    yield emulator
    emulator.close()


@pytest.fixture
def address(zoom: ZoomEmulator) -> Iterator[str]:
    """Where it is served."""
    server = serve(zoom.handle)
    yield server.url
    server.close()


def sign_in(page: Page, address: str, name: str, following: str = "/meetings") -> None:
    """Choose a Zoom user."""
    page.goto(f"{address}/signin?next={following}")
    page.get_by_role("button", name=name).click()


def test_a_person_connects_in_two_clicks(open_page: OpenPage, address: str) -> None:
    page = open_page()
    page.route(f"{CALLBACK}*", lambda route: route.fulfill(body="back", content_type="text/html"))
    page.goto(address + authorize_url())
    page.get_by_role("button", name="Rita Falk").click()
    expect(page.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile(re.escape(CALLBACK) + r"\?code=\w+&state=s-1"))


def test_removing_asks_first(open_page: OpenPage, zoom: ZoomEmulator, address: str) -> None:
    page = open_page()
    sign_in(page, address, "Mara Lindqvist", "/user/installed")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("Sivient was removed")
    assert [delivery["event"] for delivery in zoom.deliveries] == ["app_deauthorized"]


@pytest.mark.parametrize(("theme", "screen"), [("dark", (390, 844)), ("light", (1280, 800))], ids=["phone", "desktop"])
def test_every_page_is_accessible_and_fits(
    open_page: OpenPage, problems: Problems, zoom: ZoomEmulator, address: str, theme: str, screen: tuple[int, int]
) -> None:
    problems.expect("40[034]")  # documents that answer so log one line by themselves
    page = open_page(theme=theme, screen=screen, bypass_csp=True)
    link = zoom.meetings[0]["join_url"].removeprefix("http://zoom.localhost")
    sign_in(page, address, "Mara Lindqvist")
    paths = ("/", "/meetings", "/user/installed", "/user/installed/remove", "/signin", authorize_url(), link)
    refusals = (authorize_url(redirect_uri="x"), "/j/1", f"{link.partition('?')[0]}?pwd=x", "/nothing")
    for path in (*paths, *refusals):
        page.goto(address + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0], path
