"""Weeks that did not come with the page: they are fetched when the guest goes there, and nothing moves meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.always import GAP
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.browser.guest.conftest import SCREENS
from tests.browser.guest.served import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
ALWAYS, AWAY = "/schedule/always/any", "/schedule/away/call"
FEED = "**/slots.json*"


def chosen(page: Page) -> str:
    """The date of the chosen day."""
    return page.locator(".cal [aria-current]").get_attribute("data-date") or ""


def days(page: Page) -> list[str]:
    """The days with free times that are shown."""
    return page.locator(".cal a").evaluate_all("all => all.map(each => each.dataset.date)")


def turn(page: Page, where: str) -> str:
    """Turn to later or earlier weeks; return the day that is chosen then."""
    before = days(page)[0]
    page.get_by_role("link", name=f"{where} weeks").click()
    expect(page.locator(f"[data-date='{before}']")).to_have_count(0)
    return chosen(page)


def height(page: Page) -> int:
    """How high the page is."""
    found: int = page.evaluate("document.documentElement.scrollHeight")
    return found


def asked(page: Page) -> list[str]:
    """Every question to the feed from now on."""
    questions: list[str] = []
    page.on("request", lambda request: questions.append(request.url) if "slots.json" in request.url else None)
    return questions


def test_a_first_visit_asks_for_nothing_more_and_the_next_weeks_come_ahead(
    open_page: OpenPage, world: World, problems: Problems
) -> None:
    problems.expect("ERR_FAILED")  # of those after them
    page = open_page()
    questions = asked(page)
    page.goto(world.url + ALWAYS)
    page.wait_for_load_state("networkidle")
    assert questions == []
    with page.expect_response(FEED):
        page.locator(".cal a").nth(3).hover()
    page.route(FEED, lambda route: route.abort())  # they are there already
    first = days(page)
    assert turn(page, "Later") > first[-1]


def test_what_was_fetched_is_kept(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + AWAY)
    there = turn(page, "Later")
    page.route(FEED, lambda route: route.abort())
    before = turn(page, "Earlier")
    assert before < there
    assert turn(page, "Later") == there


def test_months_without_any_time_are_passed_over(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(world.url + AWAY)
    end = datetime.now(UTC).date() + GAP
    assert str(end) < turn(page, "Later") < str(end + timedelta(days=5))
    assert page.locator("[data-next]").inner_text() != ""
    page.reload()
    assert turn(page, "Earlier") < str(end)


def test_without_javascript_links_lead_to_the_same_days(open_page: OpenPage, world: World) -> None:
    seen = []
    for javascript in (True, False):
        page = open_page(javascript=javascript, timezone="Asia/Kathmandu")
        page.goto(f"{world.url}{AWAY}?tz=Asia/Kathmandu&clock=24")
        seen.append([turn(page, "Later"), days(page), turn(page, "Earlier"), days(page)])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("screen", SCREENS)
def test_while_times_load_nothing_moves_and_the_focus_stays(open_page: OpenPage, world: World, screen: str) -> None:
    page = open_page(screen=SCREENS[screen])
    held: list[Route] = []
    page.route(FEED, lambda route: held.append(route))
    page.goto(world.url + ALWAYS)
    before, shown = height(page), days(page)
    page.get_by_role("link", name="Later weeks").click()
    expect(page.get_by_text("Loading times").first).to_be_visible()
    expect(page.locator("#said")).to_have_text("Loading times")
    expect(page.get_by_role("link", name="Later weeks")).to_be_focused()
    assert (height(page), days(page)) == (before, shown)
    for route in held:
        route.continue_()
    expect(page.locator(f"[data-date='{shown[0]}']")).to_have_count(0)
    expect(page.locator("[data-cover=loading]")).to_be_hidden()
    expect(page.get_by_role("link", name="Later weeks")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_failure_is_said_and_trying_again_helps(
    open_page: OpenPage, world: World, problems: Problems, screen: str, theme: str
) -> None:
    problems.expect("ERR_FAILED")
    page = open_page(screen=SCREENS[screen], theme=theme, reduced_motion="reduce")
    page.route(FEED, lambda route: route.abort())
    page.goto(world.url + ALWAYS)
    before, shown = height(page), days(page)
    page.get_by_role("link", name="Later weeks").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.locator("#said")).to_have_text("These times could not be loaded. Try again.")
    assert (height(page), days(page)) == (before, shown)
    assert violations(page) == []
    page.locator(".cal a").nth(9).click(trial=True)  # no day is covered
    page.unroute(FEED)
    again.press("Enter")
    expect(page.locator(f"[data-date='{shown[0]}']")).to_have_count(0)
    expect(again).to_be_hidden()
    expect(page.get_by_role("heading", level=2).first).to_be_focused()


def test_a_failure_is_left_by_choosing_a_day_that_is_there(
    open_page: OpenPage, world: World, problems: Problems
) -> None:
    problems.expect("ERR_FAILED")
    page = open_page()
    page.route(FEED, lambda route: route.abort())
    page.goto(world.url + ALWAYS)
    page.get_by_role("link", name="Later weeks").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.locator(".cal a").first.click()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    expect(page.locator(".cal [aria-current]")).to_be_focused()


def test_who_goes_elsewhere_is_not_called_back_by_a_late_answer(open_page: OpenPage, world: World) -> None:
    page = open_page()
    held: list[Route] = []
    page.route(FEED, lambda route: held.append(route))
    page.goto(world.url + ALWAYS)
    page.get_by_role("link", name="Later weeks").click()
    expect(page.get_by_text("Loading times").first).to_be_visible()
    day = days(page)[9]
    page.locator(f"[data-date='{day}']").click()
    with page.expect_response(FEED):
        for route in held:
            route.continue_()
    expect(page.locator(f"[data-date='{day}']")).to_have_attribute("aria-current", "true")


def test_the_keyboard_walks_into_weeks_that_were_not_there(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(world.url + ALWAYS)
    last = days(page)[-1]
    page.locator(f"[data-date='{last}']").click()
    page.locator(f"[data-date='{last}']").press("ArrowRight")
    after = str(datetime.fromisoformat(last).date() + timedelta(days=1))
    expect(page.locator(f"[data-date='{after}']")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(f"[data-date='{last}']")).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(f"[data-date='{last}']")).to_have_count(0)
    expect(page.locator(".cal [aria-current]")).to_be_focused()
    assert chosen(page) > str(datetime.now(UTC).date() + timedelta(days=728))
    expect(page.get_by_role("link", name="Later weeks")).to_be_disabled()


def test_another_zone_holds_for_everything_that_was_fetched(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(world.url + AWAY)
    turn(page, "Later")
    page.locator("#tz").focus()
    page.locator("#tz").select_option("Asia/Tokyo")
    expect(page.locator("#said")).to_contain_text("Tokyo")
    here, there = page.locator(".slot").all_inner_texts(), chosen(page)
    assert here[0] in ("16:00", "17:00")
    page.reload()
    assert (page.locator(".slot").all_inner_texts(), chosen(page)) == (here, there)


def test_a_guest_far_away_lands_in_far_weeks_with_all_days_of_them(open_page: OpenPage, world: World) -> None:
    day = datetime.now(UTC).date() + timedelta(days=400)
    page = open_page(timezone="Pacific/Kiritimati")
    page.goto(f"{world.url}{ALWAYS}?date={day}")
    expect(page.locator(".cal a")).to_have_count(35)
    assert chosen(page) == str(day)


def test_weeks_have_all_their_days_though_the_first_free_time_has_gone_meanwhile(
    open_page: OpenPage, world: World
) -> None:
    def a_week_later(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["times"]["first"] += 7 * 24 * 60
        route.fulfill(response=answer, json=body)

    page = open_page()
    page.route(FEED, a_week_later)
    page.goto(world.url + ALWAYS)
    turn(page, "Later")
    assert len(days(page)) == 35


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "text/html"), (503, "application/json"), (200, "text/html"), (400, "application/json")],
    ids=["gone", "unread", "fixed", "other durations"],
)
def test_who_finds_the_times_closed_is_told_by_the_page_itself(
    open_page: OpenPage, world: World, problems: Problems, status: int, kind: str
) -> None:
    problems.expect(str(status))
    page = open_page()
    page.route(FEED, lambda route: route.fulfill(status=status, content_type=kind, body="{}"))
    page.goto(world.url + ALWAYS)
    last = days(page)[-1]
    with page.expect_navigation():
        page.get_by_role("link", name="Later weeks").click()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    assert chosen(page) > last  # the weeks that were wanted
