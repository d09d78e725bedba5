"""The two arrows over the weeks: where they stand, where they lead, and what they say when nothing lies that way."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.always import GAP
from tests.browser.conftest import OpenPage
from tests.browser.guest.conftest import SCREENS
from tests.browser.guest.served import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
AWAY = "/schedule/away/call"
FEED = "**/slots.json*"


def arrow(page: Page, where: str) -> Locator:
    """The arrow to later or earlier weeks."""
    return page.get_by_role("link", name=f"{where} weeks")


def places(page: Page) -> list[object]:
    """Where both arrows stand."""
    return [arrow(page, where).bounding_box() for where in ("Earlier", "Later")]


def days(page: Page) -> list[str]:
    """The days with free times that are shown."""
    return page.locator(".cal a").evaluate_all("all => all.map(each => each.dataset.date)")


@pytest.mark.parametrize("javascript", [True], ids=["module"])
@pytest.mark.parametrize("screen", SCREENS)
def test_arrows_stay_in_their_places_and_one_spot_leads_only_one_way(
    open_page: OpenPage, world: World, screen: str, javascript: bool
) -> None:
    page = open_page(screen=SCREENS[screen], javascript=javascript)
    page.goto(f"{world.url}{AWAY}?tz=Europe/Berlin")
    expect(arrow(page, "Earlier")).to_be_disabled()
    before, spot = places(page), arrow(page, "Later").bounding_box()
    assert spot
    for _ in range(8):
        seen = days(page)
        if arrow(page, "Later").is_disabled():
            break
        page.mouse.click(spot["x"] + 20, spot["y"] + 20)
        expect(page.locator(f"[data-date='{seen[0]}']")).to_have_count(0)
        assert days(page) > seen
        assert places(page) == before
    expect(arrow(page, "Later")).to_be_disabled()
    page.mouse.click(spot["x"] + 20, spot["y"] + 20)
    assert days(page) == seen


def test_a_spent_arrow_keeps_the_focus(open_page: OpenPage, world: World) -> None:
    page = open_page()
    page.goto(world.url + AWAY)
    first = days(page)[0]
    arrow(page, "Later").click()
    expect(page.locator(f"[data-date='{first}']")).to_have_count(0)
    arrow(page, "Earlier").press("Enter")
    expect(arrow(page, "Earlier")).to_be_disabled()
    expect(arrow(page, "Earlier")).to_be_focused()


def test_arrows_lead_to_the_same_weeks_in_a_new_tab_and_in_the_guests_zone(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Asia/Tokyo")
    page.goto(world.url + AWAY)
    first = days(page)
    arrow(page, "Later").click()
    expect(page.locator(f"[data-date='{first[0]}']")).to_have_count(0)
    for where in ("Earlier", "Later"):
        link = arrow(page, where).evaluate("link => link.href")
        assert "tz=Asia%2FTokyo" in link
        other = open_page(timezone="Asia/Tokyo", javascript=False)
        other.goto(link)
        found = days(other)
        assert found == first if where == "Earlier" else found[0] > days(page)[-1]


@pytest.mark.parametrize("change", ["shorter window", "other durations"])
def test_who_goes_on_after_the_host_changed_what_is_offered_is_told_so(
    open_page: OpenPage, world: World, change: str
) -> None:
    def changed(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        if change == "other durations":
            body["duration"] += 15
        else:
            body["times"] |= {"starts": "", "after": None, "last": body["times"]["first"] + 60}
        route.fulfill(response=answer, json=body)

    page = open_page()
    page.route(FEED, changed)
    page.goto(world.url + AWAY)
    last = days(page)[-1]
    with page.expect_navigation(url="**date=*"):
        if change == "other durations":
            arrow(page, "Later").click()
        else:
            arrow(page, "Later").hover()  # what is shown is no longer offered: nobody needs to go there first
    assert (days(page)[0] > last) == (change == "other durations")


@pytest.mark.parametrize("height", [720, 800, 1080])
def test_the_card_keeps_its_top_edge_whatever_day_is_chosen(open_page: OpenPage, world: World, height: int) -> None:
    page = open_page(screen=(1280, height))
    page.goto(f"{world.url}/schedule/mara/intro")
    tops = []
    for keep in (1, 40):
        page.locator(".slot").evaluate_all(f"all => all.slice({keep}).forEach(each => each.parentElement.remove())")
        tops.append(page.locator(".picker").bounding_box())
        page.reload()
    assert tops[0] and tops[1]
    assert tops[0]["y"] == tops[1]["y"]
    assert tops[0]["height"] <= tops[1]["height"]


def test_a_date_in_months_without_times_is_said_to_have_none(open_page: OpenPage, world: World) -> None:
    page = open_page(timezone="Europe/Berlin")
    page.goto(f"{world.url}{AWAY}?date={datetime.now(UTC).date() + GAP - timedelta(days=100)}")
    expect(page.get_by_role("status").first).to_contain_text("or soon after, so this page shows the next free day")


def test_weeks_that_have_no_times_any_more_are_asked_of_the_page_itself(open_page: OpenPage, world: World) -> None:
    def nothing_there(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["times"] |= {"starts": "", "after": None}
        route.fulfill(response=answer, json=body)

    page = open_page()
    page.route(FEED, nothing_there)
    page.goto(world.url + AWAY)
    last = days(page)[-1]
    with page.expect_navigation(url="**date=*"):
        arrow(page, "Later").click()
    assert days(page)[0] > last
