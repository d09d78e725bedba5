"""What people do on the host's pages, with a script and without one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Problems
from tests.browser.host.conftest import OpenAs, World


def test_onboarding_takes_the_zone_from_the_browser_and_checks_the_handle_while_typing(
    open_as: OpenAs, world: World
) -> None:
    page = open_as("newcomer", "/", timezone="Asia/Kolkata")
    expect(page.get_by_role("heading", name="Set up your page")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Priya Raman")
    handle = page.get_by_label("Handle")
    expect(handle).to_have_value("priya")
    handle.fill("host-ready")
    expect(page.get_by_text("host-ready is taken.")).to_be_visible()
    handle.fill("priya-r")
    expect(page.get_by_text("priya-r is free.")).to_be_visible()
    page.get_by_role("button", name="Create my page").click()
    expect(page.get_by_role("heading", name="Get your page ready")).to_be_visible()
    page.goto(f"{world.url}/availability")
    assert page.get_by_label("Time zone").input_value() in ("Asia/Kolkata", "Asia/Calcutta")


def test_onboarding_works_without_a_script(open_as: OpenAs) -> None:
    page = open_as("second newcomer", "/welcome", javascript=False)
    page.get_by_label("Handle").fill("no-script")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Create my page").click()
    expect(page.get_by_role("heading", name="Get your page ready")).to_be_visible()


def test_a_platform_asks_for_what_it_needs_beside_it(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("chooser", "/settings/scheduling")
    expect(page.get_by_text("Not chosen")).to_be_visible()
    expect(page.get_by_label("Phone number")).to_be_hidden()
    page.get_by_role("radio", name="Phone").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the phone number that guests call.")
    page.get_by_role("link", name="Enter the phone number that guests call.").click()
    expect(page.get_by_label("Phone number")).to_be_focused()
    page.keyboard.type("+49 30 1234567")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_fallback_link_is_saved_and_what_is_none_is_kept(
    open_as: OpenAs, problems: Problems, javascript: bool
) -> None:
    problems.expect("status of 422")
    page = open_as("reconnecting", "/settings/scheduling", javascript=javascript)
    field = page.get_by_label("Fallback link")
    field.fill("my room")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("An address has no spaces.")
    expect(field).to_have_value("my room")
    field.fill("https://meet.example/mara")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(field).to_have_value("https://meet.example/mara")
    expect(page.get_by_text("Zoom stopped accepting our access")).to_be_visible()
    page.get_by_role("link", name="Reconnect Zoom").click()
    expect(page.get_by_role("button", name="Reconnect Zoom")).to_be_visible()


def test_hours_are_added_and_saved_without_a_script(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("second chooser", "/availability", javascript=False)
    page.get_by_role("button", name="Add hours on Monday").click()
    page.get_by_label("Monday, from").nth(1).fill("16:00")
    page.get_by_label("Monday, to").nth(1).fill("18:00")
    page.get_by_label("Monday, to").nth(1).press("Enter")  # saves, and does not press a button of a row
    expect(page.get_by_role("alert")).to_contain_text("Monday: These hours overlap others of the week.")
    page.get_by_label("Monday, from").nth(1).fill("17:30")
    page.get_by_role("button", name="Remove these hours of Friday").click()
    expect(page.get_by_label("Friday, from")).to_have_count(0)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Monday, from")).to_have_count(2)
    expect(page.get_by_label("Friday, from")).to_have_count(0)


@pytest.mark.parametrize(("width", "text"), [(390, "100%"), (390, "150%"), (320, "100%")])
def test_the_times_of_the_week_stand_whole_also_on_a_clock_of_twelve_hours(
    open_as: OpenAs, screenshot: Callable[[Page, str], None], width: int, text: str
) -> None:
    page = open_as("ready", "/availability", screen=(width, 844), locale="en-US")
    page.evaluate("(size) => document.documentElement.style.fontSize = size", text)
    screenshot(page, f"host-availability-12h-{width}-{text.rstrip('%')}")
    cut_off = page.evaluate(
        """() => [...document.querySelectorAll("input[type=time]")].filter((input) => {
          const whole = input.cloneNode();
          whole.style.cssText = "position: absolute; width: max-content; min-width: 0";
          input.after(whole);
          const cut = input.offsetWidth < whole.offsetWidth;
          whole.remove();
          return cut;
        }).length"""
    )
    assert cut_off == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_account_is_deleted_and_restored(open_as: OpenAs, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_as("leaving", "/settings/account")
    page.get_by_role("link", name="Delete account").click()
    purge = datetime.now(UTC) + timedelta(days=30)
    expect(page.get_by_text(f"{purge.day} {purge:%B %Y}")).to_be_visible()
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was deleted.")
    page.get_by_label("Type host-leaving to confirm").fill("host-leaving")
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_role("heading", name="This account is being deleted")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    assert download.value.suggested_filename.endswith(".json")
    page.get_by_role("button", name="Restore account").click()
    expect(page.get_by_role("heading", name="Your account is restored")).to_be_visible()
    page.get_by_role("link", name="Bookings").click()
    expect(page.get_by_role("heading", name="Bookings")).to_be_visible()


def test_the_chosen_colours_stay(open_as: OpenAs) -> None:
    page = open_as("ready", "/settings/account", theme="light")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Use these colours").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 20, 23)"
