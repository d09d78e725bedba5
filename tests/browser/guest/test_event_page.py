"""Choosing a time, as guests all over the world do."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import OpenPage
from tests.browser.guest.served import World
from tests.factories import MONDAY_10

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
TUESDAY = (MONDAY_10 + timedelta(days=1)).date()  # nobody books anything on it
NINE = datetime.combine(TUESDAY, datetime.min.time(), ZoneInfo("Europe/Berlin")).replace(hour=9)
EVENT_PAGE = f"/schedule/mara/intro?date={TUESDAY}"


def nine_in_berlin(zone: str, form: str = "%H:%M") -> str:
    """The first time of that Tuesday on a clock in `zone`."""
    return NINE.astimezone(ZoneInfo(zone)).strftime(form)


def times(page: Page) -> list[str]:
    """The times of the chosen day, as they stand on their buttons."""
    return page.locator(".slot").all_inner_texts()


def chosen(page: Page) -> str:
    """The date of the chosen day."""
    return page.locator(".cal [aria-current]").get_attribute("data-date") or ""


def press(page: Page, key: str) -> str:
    """Press a key in the weeks; return the day that is chosen then, which has the focus too."""
    before = chosen(page)
    page.locator(".cal [aria-current]").focus()
    page.keyboard.press(key)
    expect(page.locator(f".cal [aria-current]:not([data-date='{before}'])")).to_be_focused()
    return chosen(page)


def test_a_first_visit_sees_the_times_of_its_own_zone(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Asia/Tokyo")
    page.goto(world.url + EVENT_PAGE)
    expect(page.locator("#tz")).to_have_value("Asia/Tokyo")
    assert times(page)[0] != "09:00"
    assert nine_in_berlin("Asia/Tokyo") in times(page)
    cookies = {cookie.get("name"): cookie.get("value") for cookie in page.context.cookies()}
    assert cookies == {"tz": "Asia/Tokyo", "clock": "24"}


def test_times_of_the_night_are_called_so(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="America/Los_Angeles")
    page.goto(world.url + EVENT_PAGE)
    night = page.locator(".slots section.dark", has_text="Night")
    expect(night.locator(".slot").first).to_have_text(nine_in_berlin("America/Los_Angeles"))
    expect(night.locator("svg.i")).to_be_attached()


def test_browser_and_server_show_the_same(open_page: OpenPage, world: World) -> None:
    """The page is drawn once by the server and once by its module: Back, reload and a first visit must agree."""
    seen = []
    for javascript in (True, False):
        page = open_page(timezone="Asia/Kathmandu", javascript=javascript)
        page.goto(f"{world.url}{EVENT_PAGE}&tz=Asia/Kathmandu&clock=12")
        marks = page.locator(".strip path").last.get_attribute("d")
        days = page.locator(".cal td > *").evaluate_all("cells => cells.map(cell => cell.innerText.trim())")
        words = page.locator(".cal [aria-label]").evaluate_all("cells => cells.map(cell => cell.ariaLabel)")
        parts, line = page.locator(".slots h3").all_inner_texts(), page.locator("[data-next]").inner_text()
        hrefs = page.locator(".slot, .next, [data-weeks]").evaluate_all("links => links.map(link => link.href)")
        seen.append((marks, days, words, parts, line, times(page), hrefs, page.locator(".times h2").inner_text()))
    assert seen[0] == seen[1]


def test_a_clicked_day_is_shown_named_and_kept_in_the_address(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + EVENT_PAGE)
    day = TUESDAY + timedelta(days=1)
    page.locator(f"[data-date='{day}']").click()
    name = f"{day:%A} {day.day} {day:%B}"
    expect(page.locator(".times h2")).to_have_text(name)
    expect(page.locator("#said")).to_have_text(f"{name}: 16 times free")
    page.reload()
    assert chosen(page) == str(day)


def test_back_keeps_day_zone_and_clock(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Lisbon")
    page.goto(world.url + EVENT_PAGE)
    page.locator("#tz").select_option("Asia/Tokyo")
    page.get_by_role("button", name="am/pm").click()
    day = chosen(page)
    before = times(page)
    page.locator(".slot").first.click()
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    page.go_back()
    expect(page.locator("#tz")).to_have_value("Asia/Tokyo")
    assert (chosen(page), times(page)) == (day, before)


def test_zone_and_clock_reach_the_next_page(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Lisbon")
    page.goto(world.url + EVENT_PAGE)
    page.locator("#tz").select_option("Asia/Tokyo")
    expect(page.locator("#said")).to_contain_text("Times are now shown for Tokyo, UTC+9")
    page.get_by_role("button", name="am/pm").click()
    page.locator(".slot", has_text=nine_in_berlin("Asia/Tokyo", "%-I:%M")).click()
    expect(page.locator(".ticket .when")).to_contain_text(nine_in_berlin("Asia/Tokyo", "%-I:%M %p").lower())
    expect(page.locator(".ticket")).to_contain_text("Tokyo, UTC+9")


def test_every_zone_can_be_chosen(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + EVENT_PAGE)
    page.locator("#tz").focus()
    values = page.locator("#tz option").evaluate_all("options => options.map(option => option.value)")
    assert {"Asia/Kolkata", "Antarctica/Troll", "America/Indiana/Vincennes"} <= set(values)
    page.locator("#tz").select_option("Asia/Kolkata")
    assert times(page)[0] == nine_in_berlin("Asia/Kolkata")


@pytest.mark.parametrize(("locale", "order"), [("en-GB", "%A %-d %B"), ("en-US", "%A, %B %-d")])
def test_dates_stand_in_the_order_of_the_region(open_page: OpenPage, world: World, locale: str, order: str) -> None:
    page = open_page(locale=locale)
    page.goto(world.url + EVENT_PAGE)
    expect(page.locator(".times h2")).to_have_text(TUESDAY.strftime(order))


def test_a_browser_of_a_region_with_twelve_hours_starts_with_them(open_page: OpenPage, world: World) -> None:
    page = open_page(locale="en-US", timezone="Europe/Berlin")
    page.goto(world.url + EVENT_PAGE)
    expect(page.get_by_role("button", name="am/pm")).to_have_attribute("aria-pressed", "true")
    assert times(page)[0].split() == ["9:00", "am"]


def test_the_weeks_can_be_walked_with_the_keyboard(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(world.url + EVENT_PAGE)
    expect(page.get_by_role("grid")).to_be_visible()
    assert page.locator(".cal [tabindex='0']").count() == 1
    day = TUESDAY + timedelta(days=1)
    assert press(page, "ArrowRight") == str(day)
    assert press(page, "ArrowDown") == str(day + timedelta(days=7))
    assert press(page, "ArrowUp") == str(day)
    assert press(page, "ArrowLeft") == str(TUESDAY)
    friday = TUESDAY + timedelta(days=3)
    page.locator(f"[data-date='{friday}']").click()
    assert press(page, "ArrowRight") == str(friday + timedelta(days=3))  # over the weekend, which has no times
    last = press(page, "End")
    assert press(page, "Home") < str(TUESDAY) < last


def test_the_first_of_a_month_says_which(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + EVENT_PAGE)
    firsts = page.locator(".cal [data-month]")
    assert firsts.count() >= 1
    month = firsts.first.get_attribute("data-month") or ""
    assert page.locator(".weeks h2").inner_text().count(month) == 1


def test_later_weeks_and_back(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(f"{world.url}/schedule/mara/intro")
    first = chosen(page)
    expect(page.get_by_role("link", name="Earlier weeks")).to_be_disabled()
    page.get_by_role("link", name="Later weeks").click()
    expect(page.locator(f"[data-date='{first}']")).to_have_count(0)
    assert chosen(page) > first
    page.get_by_role("link", name="Earlier weeks").click()
    expect(page.locator(f"[data-date='{first}']")).to_have_attribute("aria-current", "true")


def test_a_tab_that_was_left_open_catches_up(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(world.url + EVENT_PAGE)
    assert "16:30" in times(page)
    day = NINE + timedelta(days=1)
    page.locator(f"[data-date='{day.date()}']").click()
    other = open_page(timezone="Europe/Berlin")
    other.goto(f"{world.url}/schedule/mara/intro?date={day.date()}")
    other.locator(".slot", has_text="16:30").click()
    other.get_by_label("Name").fill("Bo")
    other.get_by_label("Email").fill("bo@guest.example")
    other.get_by_role("button", name="Book this time").click()
    expect(other.get_by_role("heading", name="You are booked")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".slot", has_text="16:30")).to_have_count(0)
    assert chosen(page) == str(day.date())


def test_the_pages_behind_the_times_are_fetched_ahead(open_page: OpenPage, world: World) -> None:
    answers: list[Response] = []
    page = open_page()
    page.on("response", lambda answer: answers.append(answer))
    page.goto(world.url + EVENT_PAGE)
    page.wait_for_load_state("networkidle")
    (rules,) = [answer for answer in answers if "prefetch" in answer.url]
    assert rules.headers["content-type"].startswith("application/speculationrules+json")


def test_without_free_times_nothing_is_drawn(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(f"{world.url}/schedule/full/none")
    expect(page.locator("main")).to_contain_text("Mara Lindqvist has no free times in the next 8 weeks.")
    page.get_by_role("link", name="Design review").click()
    expect(page.locator(".slot").first).to_be_visible()
