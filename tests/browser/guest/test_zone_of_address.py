"""A zone or a clock that stands in the address, in a browser that lives in another one."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.guest.served import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


@pytest.mark.parametrize("javascript", [True, False])
def test_it_holds_from_the_hosts_page_on(open_page: OpenPage, world: World, javascript: bool) -> None:
    page = open_page(timezone="Europe/Lisbon", javascript=javascript)
    page.goto(f"{world.url}/schedule/mara?tz=Asia/Tokyo&clock=12")
    if page.locator(".typelist a").count():
        page.locator(".typelist a[href*='/intro']").click()
    expect(page.locator("#tz")).to_have_value("Asia/Tokyo")
    page.locator(".cal a[data-date]").last.click()
    page.reload()
    expect(page.locator("#tz")).to_have_value("Asia/Tokyo")
    expect(page.locator("[name=clock][aria-pressed=true]")).to_have_text("am/pm")
    page.locator(".slot").first.click()
    expect(page.locator("main")).to_contain_text("Tokyo, UTC+9")


def test_a_clock_alone_holds_on_a_first_visit(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Lisbon")
    page.goto(f"{world.url}/schedule/mara/intro?clock=12")
    expect(page.locator("[name=clock][aria-pressed=true]")).to_have_text("am/pm")


def test_the_line_about_a_wrong_zone_names_the_zone_that_is_shown(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Asia/Tokyo")
    page.goto(f"{world.url}/schedule/mara/intro?tz=Mars/Phobos")
    line = page.get_by_role("status").filter(has_text="Mars/Phobos")
    expect(line).to_have_text("There is no time zone called Mars/Phobos. Times are shown in Tokyo, UTC+9.")
