"""What browser tests do on a booking page: read its times, book one, wait for a page to say something."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_journey import WAIT


def last_slot(page: Page, address: str) -> datetime:
    """Open a booking page and return the last of the times that it shows at first."""
    page.goto(address)
    target = page.locator(".slot").last.get_attribute("href") or ""
    return datetime.fromisoformat(parse_qs(urlsplit(target).query)["at"][0])


def slot(page: Page, start: datetime) -> Locator:
    """The time on a booking page."""
    return page.locator(f'.slot[href*="{start:%Y-%m-%dT%H:%M}"]')


def book(guest: Page, start: datetime, name: str) -> str:
    """Book a time that the page shows; return the join link."""
    slot(guest, start).click()
    guest.get_by_label("Name").fill(name)
    guest.get_by_label("Email").fill(f"{name.split()[0].lower()}@guest.example")
    guest.get_by_role("button", name="Book this time").click()
    join = guest.get_by_role("link", name="Join Zoom meeting")
    expect(join).to_be_visible(timeout=WAIT)
    return join.get_attribute("href") or ""


def until(page: Page, found: Locator, *, shown: bool = True, tries: int = 60) -> None:
    """Load a page again until something is on it, or is not any more."""
    for _ in range(tries):
        if (found.count() > 0) is shown:
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{found} did not {'come' if shown else 'go'}")
