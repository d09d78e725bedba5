"""What hosts can set, as guests live through it: durations, questions, requests, private links, another time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.browser.guest.conftest import SCREENS
from tests.browser.guest.rules import THANKS
from tests.browser.guest.served import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def fill(page: Page) -> None:
    """Type what every event type asks."""
    page.get_by_label("Name").fill("Ada Okafor")
    page.get_by_label("Email").fill("ada@guest.example")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_duration_that_was_chosen_is_booked_with_its_answers(
    open_page: OpenPage, world: World, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    page.goto(f"{world.url}/schedule/vera/rich?tz=Europe/London&q-company=Nord")
    page.get_by_role("link", name="1 hour 30 minutes").click()
    expect(page.get_by_role("link", name="1 hour 30 minutes")).to_have_attribute("aria-current", "true")
    page.locator(".cal a").nth(6 if javascript else 7).click()
    page.locator(".slot").first.click()
    begins, ends = re.findall(r"\d\d:\d\d", page.locator(".ticket .when").inner_text())
    hours = [int(each[:2]) * 60 + int(each[3:]) for each in (begins, ends)]
    assert hours[1] - hours[0] == 90
    fill(page)
    expect(page.get_by_label("Company")).to_have_value("Nord")
    page.get_by_label("Bring others").fill("bo@guest.example\ncy@guest.example")
    page.get_by_role("group", name="Colour").get_by_label("Red").check()
    page.get_by_label("I have read what Vera sends to guests").check()
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_text("What you told Vera Holm").click()
    expect(page.get_by_text("bo@guest.example, cy@guest.example")).to_be_visible()


def test_errors_in_answers_are_named_and_found(open_page: OpenPage, world: World, problems: Problems) -> None:
    problems.expect("422")
    page = open_page(screen=SCREENS["phone"], theme="dark", reduced_motion="reduce")
    page.goto(f"{world.url}/schedule/vera/rich")
    page.locator(".slot").first.click()
    fill(page)
    page.get_by_label("How many are you?").fill("many")
    page.get_by_label("Bring others").fill("nobody")
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("alert")).to_contain_text("5 things to correct")
    page.get_by_role("link", name="Choose one of the answers.").click()
    expect(page.get_by_label("Red")).to_be_focused()
    expect(page.get_by_label("How many are you?")).to_have_accessible_description("Enter a number, such as 12 or 3.5.")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_was_typed_is_there_again_at_another_time_and_in_no_address(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(f"{world.url}/schedule/vera/rich")
    page.locator(".slot").first.click()
    fill(page)
    page.get_by_role("group", name="Colour").get_by_label("Red").check()
    page.get_by_label("What would you like to talk about?").fill("The <first> thing")
    page.get_by_role("link", name="Choose another time").click()
    page.locator(".slot").nth(2).click()
    expect(page.get_by_label("Name")).to_have_value("Ada Okafor")
    expect(page.get_by_label("What would you like to talk about?")).to_have_value("The <first> thing")
    expect(page.get_by_label("Red")).to_be_checked()
    assert "Ada" not in page.url
    page.goto(world.booking("answered"))
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_another_time_is_chosen_and_the_booking_moves(open_page: OpenPage, world: World, javascript: bool) -> None:
    which = "to move" if javascript else "to move by hand"
    page = open_page(javascript=javascript)
    page.goto(world.booking(which))
    page.get_by_role("link", name="Reschedule").click()
    expect(page.locator(".ticket .when")).to_be_visible()
    page.locator(".cal a").nth(12 if javascript else 13).click()
    page.locator(".slot").nth(3).click()
    new = page.locator(".ticket").nth(1).locator(".when").inner_text()
    page.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert page.locator(".ticket .when").inner_text() == new
    expect(page.locator(".ticket")).to_contain_text("You rescheduled it from")


def test_a_request_is_asked_for_and_taken_back(open_page: OpenPage, world: World) -> None:
    page = open_page(javascript=False)
    page.goto(f"{world.url}/schedule/vera/asked?duration=60")
    page.locator(".slot").last.click()
    fill(page)
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.get_by_role("heading", name="You have asked for this time")).to_be_visible()
    page.get_by_role("link", name="Cancel this request").click()
    page.get_by_role("button", name="Cancel request").click()
    expect(page.get_by_role("heading", name="This request is withdrawn")).to_be_visible()


def test_a_private_link_leads_to_a_booking_and_names_itself_to_nobody(open_page: OpenPage, world: World) -> None:
    page = open_page()
    referers: list[str] = []
    page.on("request", lambda request: referers.append(request.headers.get("referer", "")))
    page.goto(world.link("private"))
    page.get_by_role("link", name="45 minutes").click()
    page.locator(".slot").first.click()
    assert page.url.startswith(world.link("private", "/confirm"))
    fill(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert set(referers) == {""}


def test_who_has_booked_is_taken_on_once(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.route("http://thanks.localhost/**", lambda route: route.fulfill(body="<title>Thanks</title>"))
    page.goto(f"{world.url}/schedule/vera/onward")
    page.locator(".slot").first.click()
    fill(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_text("You are being taken to thanks.localhost.")).to_be_visible()
    page.wait_for_url(THANKS)
    page.go_back()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You are being taken")).to_have_count(0)
    page.wait_for_timeout(7000)
    assert page.url.startswith(world.url)
