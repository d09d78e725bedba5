"""The page "Break Zoom" in a real browser: a person breaks Zoom, sees what it did, and mends it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenPage
from tests.vendors.zoom.broken import Broken, a_broken_zoom
from tests.vendors.zoom.emulated import an_app

Screenshot = Callable[[Page, str], None]


@pytest.fixture
def broken() -> Iterator[Broken]:
    """An emulated Zoom."""
    with a_broken_zoom(an_app(watch_url="http://127.0.0.1:8000/bookings")) as zoom:
        yield zoom


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_a_person_breaks_zoom_and_mends_it(open_page: OpenPage, broken: Broken, javascript: bool) -> None:
    app = broken.app()
    page = open_page(javascript=javascript)
    page.goto(f"{broken.address}/")
    page.get_by_role("link", name="Break Zoom").click()
    expect(page.get_by_role("heading", name="Zoom works")).to_be_visible()

    page.get_by_label("happens").select_option("three times")
    page.locator("summary").filter(has=page.get_by_role("heading", name="Any call", exact=True)).click()
    row = page.get_by_role("listitem").filter(has_text="Zoom fails, and nothing was done")
    row.get_by_label("Status").select_option("502")
    row.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("3 more; to everybody; status: 502")).to_be_visible()
    assert app.create().status_code == 502

    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("2 more; to everybody")).to_be_visible()
    expect(page.get_by_role("cell", name="Answered 502, nothing was done")).to_be_visible()
    page.get_by_role("button", name="Mend everything").click()
    expect(page.get_by_role("status")).to_contain_text("Everything works again")
    assert app.create().status_code == 201


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [(390, 844), (1280, 800)], ids=["phone", "desktop"])
def test_the_page_is_accessible_and_fits(
    open_page: OpenPage, screenshot: Screenshot, broken: Broken, theme: str, screen: tuple[int, int]
) -> None:
    app = broken.app()
    broken.inject("create-fails-after")
    broken.inject("fails-before", times=None, share=0.05, user="mara")
    broken.inject("webhook-stale")
    app.create()
    page = open_page(theme=theme, screen=screen, bypass_csp=True)
    page.goto(f"{broken.address}/break")
    screenshot(page, f"break-zoom-{theme}-{screen[0]}")
    for summary in page.locator("details:not([open]) > summary").all()[::-1]:
        summary.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= screen[0]
