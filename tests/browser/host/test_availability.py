"""The pages about when a host can be booked, in every state: accessible, fitting, within budget, and usable."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, OpenPage, Problems
from tests.browser.host.conftest import OpenAs, World

PHONE, SMALLEST = (390, 844), (320, 700)
BUDGET = 60 * 1024  # bytes of a first visit, compressed
PAGES = {
    "one": ("ready", ""),
    "two": ("planner", ""),
    "new": ("planner", "/new"),
    "dates": ("planner", "/dates"),
    "no-dates": ("ready", "/dates"),
    "date": ("planner", "/dates/new"),
    "time-off": ("planner", "/dates/time-off"),
    "travel": ("planner", "/dates/travel"),
    "holidays": ("planner", "/dates/holidays"),
    "no-holidays": ("ready", "/dates/holidays"),
}


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    open_as: OpenAs, screenshot: Callable[[Page, str], None], name: str, screen: tuple[int, int], theme: str
) -> None:
    who, path = PAGES[name]
    page = open_as(who, f"/availability{path}", screen=screen, theme=theme)
    screenshot(page, f"availability-{name}-{screen[0]}-{theme}")
    assert violations(page) == []
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


REFUSED = {
    "delete": ("", "Delete schedule"),
    "new": ("/new", "Add schedule"),
    "date": ("/dates/new", "Save"),
    "time-off": ("/dates/time-off", "Add time off"),
}


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_accessible_and_fits(
    open_as: OpenAs,
    problems: Problems,
    screenshot: Callable[[Page, str], None],
    name: str,
    screen: tuple[int, int],
    theme: str,
) -> None:
    problems.expect("status of 422")
    path, words = REFUSED[name]
    page = open_as("planner", f"/availability{path}", screen=screen, theme=theme)
    page.locator("form .actions button, a.danger").filter(has_text=words).click()
    expect(page.locator(".alert")).to_be_visible()
    screenshot(page, f"availability-refused-{name}-{screen[0]}-{theme}")
    assert violations(page) == []
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


def sizes_of(page: Page, address: str) -> list[int]:
    """The bytes of each answer of a first visit, compressed."""
    received: list[Request] = []
    page.on("requestfinished", lambda request: received.append(request))
    page.goto(address, wait_until="networkidle")
    return [request.sizes()["responseBodySize"] for request in received]


def test_the_pages_keep_to_their_budget(open_page: OpenPage, world: World) -> None:
    for who, path in (PAGES[name] for name in ("two", "dates", "travel", "holidays")):
        page = open_page()
        page.context.add_cookies([{"name": "session", "value": world.cookies[who], "url": world.url}])
        sizes = sizes_of(page, f"{world.url}/availability{path}")
        assert len(sizes) <= 8, path
        assert sum(sizes) <= BUDGET, path


def test_a_second_schedule_is_made_and_deleted_without_a_script(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("second planner", "/availability", javascript=False)
    page.get_by_role("link", name="Add schedule").click()
    page.get_by_role("button", name="Add hours on Sunday").click()
    page.get_by_label("Sunday, to").fill("")
    page.get_by_role("button", name="Add schedule").click()
    expect(page.get_by_role("alert")).to_contain_text("Sunday: Enter both times, or remove the row.")
    page.get_by_role("link", name="Sunday: Enter both times, or remove the row.").click()
    expect(page.get_by_label("Sunday, from")).to_be_focused()
    page.get_by_label("Sunday, to").fill("12:00")
    page.get_by_label("Name").fill("Sundays")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_text("Added.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Schedules").get_by_role("link", name="Sundays")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Sun ").first).to_contain_text("09:00 to 12:00")
    page.get_by_role("link", name="Delete schedule").click()
    page.get_by_role("button", name="Delete schedule").click()
    expect(page.get_by_role("navigation", name="Schedules")).to_have_count(0)


def test_dates_are_added_changed_and_removed_without_a_script(open_as: OpenAs) -> None:
    page = open_as("second planner", "/availability", javascript=False)
    soon = timezone.localdate() + timedelta(days=8)
    page.get_by_role("link", name="Dates and holidays").click()
    page.get_by_role("link", name="Add a date").click()
    page.get_by_label("Date").fill(str(soon))
    page.get_by_role("button", name="Add hours").click()
    page.get_by_label("Hours, from").nth(1).fill("18:00")
    page.get_by_label("Hours, to").nth(1).fill("19:30")
    page.get_by_role("button", name="Save").last.click()
    row = page.get_by_role("listitem").filter(has_text=f"{soon.day} {soon:%b}")
    expect(row).to_contain_text("09:00 to 17:00, 18:00 to 19:30")
    row.get_by_role("link", name="Edit").click()
    page.get_by_role("radio", name="Closed all day").check()
    expect(page.get_by_label("Hours, from").first).to_be_hidden()
    page.get_by_role("button", name="Save").last.click()
    expect(row).to_contain_text("Closed")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed.")).to_be_visible()
    expect(row).to_have_count(0)


def test_holidays_are_chosen_without_a_script_and_reach_the_days_ahead(open_as: OpenAs) -> None:
    page = open_as("second planner", "/availability/dates/holidays", javascript=False)
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Show its holidays").last.click()
    page.get_by_label("Region").select_option("Bayern")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("checkbox", name="Epiphany").uncheck()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Germany, Bayern:")).to_contain_text("1 worked")
