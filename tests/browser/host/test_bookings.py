"""The host's bookings: found in the list, answered, moved and cancelled, with a script and without one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, Problems
from tests.browser.host.conftest import OpenAs

PHONE, SMALLEST = (390, 844), (320, 700)
BUDGET = 60 * 1024  # bytes of a first visit, compressed
DETAILS = ("Requesting Rosa", "Booked Bela", "Moved Mona", "Shifted Sam")
ENDED = ("Cancelled Cy", "Declined Di")


def show(page: Page, name: str) -> None:
    """Open the booking of a guest from the list."""
    page.get_by_role("main").get_by_role("link").filter(has_text=name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def fits(page: Page) -> None:
    """The page is accessible, and no wider than the smallest screen."""
    assert violations(page) == []
    before = page.viewport_size
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]
    assert before is not None
    page.set_viewport_size(before)


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_page_of_bookings_is_accessible_and_fits(
    open_as: OpenAs, screenshot: Callable[[Page, str], None], screen: tuple[int, int], theme: str
) -> None:
    for view, names in (("upcoming", DETAILS), ("cancelled", ENDED)):
        page = open_as("booked", f"/bookings?view={view}", screen=screen, theme=theme)
        screenshot(page, f"host-bookings-{view}-{theme}")
        fits(page)
        for name in names:
            page.goto(page.url.partition("/bookings")[0] + f"/bookings?view={view}")
            show(page, name)
            screenshot(page, f"host-booking-{name.split()[0].lower()}-{theme}")
            fits(page)
    for name, link in (
        ("Requesting Rosa", "Decline"),
        ("Booked Bela", "Reschedule"),
        ("Booked Bela", "Add a link"),
        ("Booked Bela", "Cancel meeting"),
    ):
        page = open_as("booked", "/bookings", screen=screen, theme=theme)
        show(page, name)
        page.get_by_role("main").get_by_role("link", name=link, exact=True).click()
        screenshot(page, f"host-booking-{link.split()[0].lower()}-{theme}")
        fits(page)


def test_a_request_is_approved_with_one_button_and_no_script(open_as: OpenAs) -> None:
    page = open_as("answering", "/bookings", javascript=False)
    expect(page.get_by_role("region", name="Requests")).to_contain_text("Approved Anna")
    show(page, "Approved Anna")
    page.get_by_role("button", name="Approve request").click()
    expect(page.get_by_role("region", name="Delivery")).to_contain_text("ApprovedBy you")
    expect(page.get_by_role("button", name="Approve request")).to_have_count(0)


def test_a_request_is_declined_with_a_message_and_no_script(open_as: OpenAs) -> None:
    page = open_as("answering", "/bookings", javascript=False)
    show(page, "Requesting Rosa")
    page.get_by_role("link", name="Decline", exact=True).click()
    page.get_by_label("Message to Requesting Rosa").fill("I am away that day.")
    page.get_by_role("button", name="Decline request").click()
    expect(page.get_by_role("main")).to_contain_text("I am away that day.")
    page.goto(page.url.rpartition("/")[0] + "?view=cancelled")
    row = page.get_by_role("listitem").filter(has_text="Requesting Rosa")
    expect(row).to_contain_text("Declined")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_booking_is_moved_to_a_free_time_or_a_typed_one(
    open_as: OpenAs, problems: Problems, javascript: bool
) -> None:
    problems.expect("status of (409|422)")
    page = open_as("answering", "/bookings", javascript=javascript)
    show(page, "Booked Bela" if javascript else "Moved Mona")
    page.get_by_role("link", name="Reschedule", exact=True).click()
    before = date.fromisoformat(page.get_by_label("Date").input_value())
    page.get_by_label("Date").fill("2020-01-06")
    page.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("alert")).to_contain_text("This time has passed. Choose a later one.")
    expect(page.get_by_label("Date")).to_have_value("2020-01-06")
    if javascript:
        fits(page)
    saturday = before + timedelta(days=5 - before.weekday())
    page.get_by_label("Date").fill(saturday.isoformat())
    page.get_by_label("Time", exact=True).fill("07:15" if javascript else "08:15")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Delivery")).to_contain_text("RescheduledBy you, from")
    expect(page.get_by_role("main")).to_contain_text("07:15 to 07:45" if javascript else "08:15 to 08:45")
    page.get_by_role("link", name="Reschedule", exact=True).click()
    first = page.get_by_role("region", name="Next free times").get_by_role("button").first
    time = first.inner_text()[-5:]
    first.click()
    expect(page.get_by_role("main")).to_contain_text(f"{time} to ")


def test_a_time_of_another_booking_is_refused_with_free_ones_beside_it(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 409")
    page = open_as("booked", "/bookings")
    show(page, "Moved Mona")
    page.get_by_role("link", name="Reschedule", exact=True).click()
    monday = date.fromisoformat(page.get_by_label("Date").input_value()) - timedelta(days=1)
    page.get_by_label("Date").fill(monday.isoformat())
    page.get_by_label("Time", exact=True).fill("12:10")
    page.get_by_role("button", name="Reschedule").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You have another booking at that time.")
    expect(alert.get_by_role("button")).to_have_count(3)
    expect(page.get_by_label("Time", exact=True)).to_have_value("12:10")
    fits(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_link_is_added_and_replaced(open_as: OpenAs, problems: Problems, javascript: bool) -> None:
    problems.expect("status of 422")
    page = open_as("answering", "/bookings", javascript=javascript)
    show(page, "Booked Bela" if javascript else "Moved Mona")
    page.get_by_role("link", name="Add a link").last.click()
    page.get_by_label("New link").fill("my room")
    page.get_by_role("button", name="Add link").click()
    expect(page.get_by_text("An address has no spaces.")).to_be_visible()
    expect(page.get_by_label("New link")).to_have_value("my room")
    if javascript:
        fits(page)
    for link, button, done in (
        ("https://meet.example/mara", "Add link", "Link added."),
        ("https://meet.example/mara/2", "Replace link", "Link replaced."),
    ):
        page.get_by_label("New link").fill(link)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("status").first).to_contain_text(done)
        expect(page.get_by_role("main").get_by_role("link", name=link.removeprefix("https://"))).to_be_visible()
        expect(page.get_by_role("region", name="Delivery")).to_contain_text("Your own link")
        page.get_by_role("link", name="Replace link").click()


def test_the_pages_keep_to_their_budget(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("404")  # the health check has no icon
    page = open_as("booked", "/bookings")
    show(page, "Booked Bela")
    addresses = [page.url, f"{page.url}/reschedule", f"{page.url}/link", page.url.rpartition("/")[0]]
    for address in addresses:
        visit = open_as("booked", "/healthz")
        received: list[int] = []
        visit.on("requestfinished", lambda request, sizes=received: sizes.append(request.sizes()["responseBodySize"]))
        visit.goto(address, wait_until="networkidle")
        assert len(received) <= 8, address
        assert sum(received) <= BUDGET, address
