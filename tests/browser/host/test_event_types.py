"""Event types in a browser: each page accessible and no wider than the screen; the editor with and without a script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, OpenPage, Problems
from tests.browser.host.conftest import OpenAs, World
from tests.browser.host.test_pages import BUDGET, PHONE, SMALLEST

OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
# Of which event type, and which link of its row.
PAGES = {
    "editor": ("Workshop", "Edit"),
    "times": ("Workshop", "Offered times"),
    "links": ("Board call", "Private links"),
}


def follow(page: Page, title: str, link: str) -> None:
    """Follow a link of an event type's row."""
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text=title).first
    row.get_by_role("link", name=re.compile(f"^{link}")).click()


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_event_type_is_accessible_and_fits(
    open_as: OpenAs, screenshot: Callable[[Page, str], None], name: str, screen: tuple[int, int], theme: str
) -> None:
    page = open_as("ready", "/event-types", screen=screen, theme=theme)
    follow(page, *PAGES[name])
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[name][0])
    page.evaluate(OPEN_ALL)
    screenshot(page, f"host-event-type-{name}-{theme}")
    assert violations(page) == []
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


COVERED = """() => {
    const at = document.activeElement, bar = document.querySelector('.editor > .actions');
    const [field, over] = [at.getBoundingClientRect(), bar.getBoundingClientRect()];
    const apart = at === document.body || bar.contains(at) || at.closest('.side, .side-foot, .skip');
    return !apart && field.top < over.bottom && field.bottom > over.top && at.className !== 'vh' ? at.outerHTML : '';
}"""


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_save_is_in_reach_and_its_bar_covers_no_focus(open_as: OpenAs, screen: tuple[int, int]) -> None:
    page = open_as("ready", "/event-types/new", screen=screen)
    page.evaluate(OPEN_ALL)
    expect(page.get_by_role("button", name="Save").last).to_be_in_viewport()
    for _ in range(70):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) == ""


def test_the_editor_keeps_to_its_budget(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.context.add_cookies([{"name": "session", "value": world.cookies["ready"], "url": world.url}])
    received: list[int] = []
    page.on("requestfinished", lambda request: received.append(request.sizes()["responseBodySize"]))
    page.goto(f"{world.url}/event-types/new", wait_until="networkidle")
    assert len(received) <= 8
    assert sum(received) <= BUDGET


def test_an_event_type_is_added_changed_and_deleted(open_as: OpenAs) -> None:
    page = open_as("offering", "/event-types")
    page.get_by_role("link", name="Add event type").click()
    page.get_by_label("Title").fill("Design review")
    page.get_by_role("radio", name="Own link").check()
    page.get_by_label("Link", exact=True).fill("https://meet.example/mara")
    page.get_by_role("button", name="Save").last.click()
    row = page.get_by_role("listitem").filter(has_text="Design review")
    expect(row).to_contain_text("30 min · Own link")
    row.get_by_role("link", name="Edit Design review").click()
    page.get_by_label("Duration in minutes").fill("45")
    page.get_by_role("button", name="Save").last.click()
    expect(row).to_contain_text("45 min")
    row.get_by_role("link", name="Edit Design review").click()
    page.get_by_role("link", name="Delete this event type").click()
    page.get_by_role("button", name="Delete event type").click()
    expect(page.get_by_text("Deleted. Bookings that were made stand.")).to_be_visible()
    expect(row).to_have_count(0)


def test_questions_are_added_moved_and_saved_without_a_script(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("offering", "/event-types/new", javascript=False)
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("link", name="Enter a title.").click()
    page.get_by_label("Title").fill("Consultation")
    page.get_by_text("What guests are asked").click()
    page.get_by_role("button", name="Add question").click()
    page.get_by_label("Question", exact=True).fill("Company")
    page.get_by_role("button", name="Add question").click()
    page.get_by_label("Question", exact=True).nth(1).fill("Topic")
    page.get_by_label("Answered with").nth(1).select_option("One choice")
    expect(page.get_by_label("Options, one a line").first).to_be_hidden()
    page.get_by_label("Options, one a line").nth(1).fill("Colour\nType")
    page.get_by_role("button", name="Move question 2 up").click()
    expect(page.get_by_label("Title")).to_have_value("Consultation")
    expect(page.get_by_label("Question", exact=True).first).to_have_value("Topic")
    page.get_by_label("Question", exact=True).first.press("Enter")  # saves, and does not press a button of a row
    expect(page.get_by_text("Saved.")).to_be_visible()
    follow(page, "Consultation", "Edit")
    page.get_by_text("What guests are asked").click()
    expect(page.get_by_text("?q-topic=")).to_be_visible()
    expect(page.get_by_label("Options, one a line").first).to_have_value("Colour\nType")


def test_a_button_of_a_row_leaves_the_reader_where_they_were(open_as: OpenAs) -> None:
    page = open_as("ready", "/event-types")
    follow(page, "Workshop", "Edit")
    page.get_by_text("What guests are asked").click()
    page.get_by_role("button", name="Add question").click()
    expect(page.get_by_label("Question", exact=True).last).to_be_focused()
    expect(page.get_by_label("Question", exact=True).last).to_be_in_viewport()


def test_fields_show_only_with_the_choice_that_needs_them(open_as: OpenAs) -> None:
    page = open_as("ready", "/event-types/new")
    page.evaluate(OPEN_ALL)
    expect(page.get_by_label("First date")).to_be_hidden()
    page.get_by_role("radio", name="Between two dates").check()
    expect(page.get_by_label("First date")).to_be_visible()
    expect(page.get_by_label("Days ahead", exact=True)).to_be_hidden()
    expect(page.get_by_label("A request waits for you")).to_be_hidden()
    page.get_by_role("checkbox", name="You approve each booking").check()
    expect(page.get_by_label("A request waits for you")).to_be_visible()


def test_the_order_is_changed_and_a_copy_made(open_as: OpenAs) -> None:
    page = open_as("offering", "/event-types", javascript=False)
    page.get_by_role("button", name="Duplicate 30 minute meeting").click()
    expect(page.get_by_text("It is off until you switch it on.")).to_be_visible()
    page.get_by_role("link", name="Event types").last.click()
    rows = page.get_by_role("main").get_by_role("heading", level=2)
    expect(rows.nth(1)).to_contain_text("30 minute meeting (copy)")
    page.get_by_role("button", name="Move 30 minute meeting (copy) up").click()
    expect(rows.nth(0)).to_contain_text("30 minute meeting (copy)")


def test_a_private_link_is_made_and_removed(open_as: OpenAs) -> None:
    page = open_as("offering", "/event-types")
    follow(page, "30 minute meeting", "Private links")
    page.get_by_label("Whom it is for").fill("Ada")
    page.get_by_role("checkbox", name="For one booking").check()
    page.get_by_role("button", name="Make link").click()
    expect(page.get_by_text("The link is made.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    page.get_by_role("button", name="Remove Ada").click()
    expect(page.get_by_text("No private links.")).to_be_visible()


def test_it_is_said_why_a_time_is_not_offered(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("ready", "/event-types")
    follow(page, "Workshop", "Offered times")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a date.")
    page.get_by_label("Date").fill("2027-01-04")
    page.get_by_label("Time", exact=True).fill("20:00")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("status")).to_contain_text("20:00 lies outside the hours of Monday 4 January 2027")
