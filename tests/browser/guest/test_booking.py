"""Booking, watching the link arrive, and cancelling: with JavaScript and without."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Problems
from tests.browser.guest.served import World
from tests.browser.guest.world import LINK
from tests.factories import MONDAY_10

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
THURSDAY = (MONDAY_10 + timedelta(days=3)).date()  # the day on which these tests book
EVENT_PAGE = f"/schedule/mara/intro?date={THURSDAY}"
CONFERENCE = """insert into booking_conference
    (booking_id, vendor, external_id, join_url, passcode, vendor_start, vendor_user, unused, created_at)
    select id, 'zoom', '1', ?, '', start, '', 0, created_at from booking_booking where token = ?"""


def fill(page: Page, *, name: str = "Ada Okafor", email: str = "ada@guest.example") -> None:
    """Type the guest's details."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("What would you like to talk about?").fill("The <first> thing")


def book(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Book this time").click()


def test_from_the_link_to_booked_and_cancelled_without_javascript(open_page: OpenPage, world: World) -> None:
    page = open_page(javascript=False)
    page.goto(f"{world.url}/schedule/mara")
    page.get_by_role("link", name="Intro call").click()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Show in this zone").click()
    page.get_by_role("button", name="am/pm").click()
    page.locator(f".cal a[href*='{THURSDAY}']").click()
    time = page.locator(".slot").first.inner_text()
    page.locator(".slot").first.click()
    expect(page.locator(".ticket")).to_contain_text("Tokyo, UTC+9")
    expect(page.locator(".ticket .when")).to_contain_text(" ".join(time.split()))
    fill(page)
    book(page)
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    expect(page.locator(".ticket")).to_contain_text("Your Zoom link is being made")
    page.get_by_role("link", name="Cancel this booking").click()
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
    page.get_by_role("link", name="Book again").click()
    expect(page.locator(".slot").first).to_be_visible()


def test_errors_are_found_and_corrected(open_page: OpenPage, world: World, problems: Problems) -> None:
    problems.expect("422")
    page = open_page()
    page.goto(world.url + EVENT_PAGE)
    page.locator(".slot").nth(1).click()
    fill(page, name="", email="nobody")
    book(page)
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_contain_text("2 things to correct")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value("nobody")
    expect(page.get_by_label("Email")).to_have_accessible_description("Enter an email address like name@example.com.")
    fill(page)
    book(page)
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()


def test_a_time_taken_in_between_is_replaced_with_one_press(
    open_page: OpenPage, world: World, problems: Problems
) -> None:
    problems.expect("409")
    slow, quick = open_page(), open_page()
    for page in (slow, quick):
        page.goto(world.url + EVENT_PAGE)
        page.locator(".slot").nth(4).click()
        fill(page, email="quick@guest.example" if page is quick else "slow@guest.example")
    book(quick)
    expect(quick.get_by_role("heading", name="You are booked")).to_be_visible()
    book(slow)
    expect(slow.get_by_role("alert")).to_contain_text("This time was booked a moment ago.")
    expect(slow.get_by_label("Email")).to_have_value("slow@guest.example")
    expect(slow.locator(".ticket.off")).to_be_visible()
    slow.get_by_label("Name").press("Enter")  # books nothing
    expect(slow.get_by_role("alert")).to_be_visible()
    slow.get_by_role("alert").get_by_role("button").first.click()
    expect(slow.get_by_role("heading", name="You are booked")).to_be_visible()
    expect(slow.locator("main")).to_contain_text("slow@guest.example")


def test_back_and_once_more_is_the_same_booking(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + EVENT_PAGE)
    page.locator(".slot").nth(8).click()
    fill(page)
    page.get_by_role("button", name="Book this time").dblclick()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    address = page.url
    page.go_back()
    expect(page.get_by_label("Name")).to_have_value("Ada Okafor")
    book(page)
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert page.url == address


def test_the_link_appears_by_itself_and_is_announced(open_page: OpenPage, world: World) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(world.booking("changing"))
    expect(page.locator(".ticket")).to_contain_text("Your Zoom link is being made")
    cancel = page.get_by_role("link", name="Cancel this booking")
    world.execute(CONFERENCE, LINK, world.tokens["changing"])
    join = page.get_by_role("link", name="Join Zoom meeting")
    expect(join).to_have_attribute("href", LINK)
    expect(page.get_by_role("status")).to_have_text("Your Zoom link is ready.")
    expect(cancel).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == LINK
    world.execute(
        "update booking_booking set link_invited_at = ? where token = ?", "2026-01-01", world.tokens["changing"]
    )
    expect(page.locator("main")).to_contain_text("invite sent", timeout=20_000)
    expect(page.locator("[data-asks]")).to_have_count(0)


def test_a_page_in_the_background_asks_nothing(open_page: OpenPage, world: World) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "status.json" in request.url else None)
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.away ?? true })")
    page.goto(world.booking("for leaving"))
    page.wait_for_timeout(2500)
    assert asked == []
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(2500)
    assert asked


def test_who_comes_back_to_a_page_that_had_given_up_sees_it_ask_again(open_page: OpenPage, world: World) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "status.json" in request.url else None)
    page.clock.install()
    page.goto(world.booking("pending"))
    for _ in range(12):
        page.clock.fast_forward(60_000)
        page.wait_for_timeout(100)
    assert asked
    asked.clear()
    page.clock.run_for(60_000)
    assert asked == []
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    with page.expect_request("**/status.json"):
        page.clock.run_for(2000)


def test_the_invite_can_be_had_as_a_file(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.booking("ready"))
    page.get_by_text("Invite not arrived?").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=".ics file").click()
    assert download.value.suggested_filename == "invite.ics"
    assert "BEGIN:VCALENDAR" in download.value.path().read_text()
