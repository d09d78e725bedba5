"""Every state of every guest page: accessible, narrow enough, light, silent, and with nobody else's help."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.browser.guest.conftest import SCREENS
from tests.browser.guest.served import World
from tests.factories import MONDAY_10

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
AT = f"at={MONDAY_10:%Y-%m-%dT%H:%M}Z&tz=Asia/Tokyo"
PAGES = {
    "handle": "/schedule/mara",
    "event": "/schedule/mara/intro",
    "nothing free": "/schedule/full/none",
    "confirm": f"/schedule/mara/intro/confirm?{AT}",
    "confirm, not offered": "/schedule/mara/intro/confirm?at=2026-01-01T10:07Z",
    "nothing here": "/schedule/nobody",
    "handle, one paused": "/schedule/vera",
    "handle, paused": "/schedule/resting",
    "durations": "/schedule/vera/rich?duration=45",
    "questions": f"/schedule/vera/rich/confirm?{AT}",
    "to be confirmed": "/schedule/vera/asked",
    "ask for a time": f"/schedule/vera/asked/confirm?{AT}",
    "paused": "/schedule/vera/paused",
    "always": "/schedule/always/any",
    "no such date": "/schedule/away/call?date=2026-02-30",
}
BOOKINGS = (
    *("pending", "delayed", "waiting", "begun", "ready", "over", "cancelled", "cancelled by the host"),
    *("phone", "own_link", "answered", "asked", "declined", "expired", "moved", "too late"),
)
CANCELS = ("ready", "begun", "cancelled", "asked", "too late")
RESCHEDULES = ("to move", "cancelled", "too late")
STATES = [
    *PAGES,
    *(f"booking: {state}" for state in BOOKINGS),
    *(f"cancel: {state}" for state in CANCELS),
    *(f"reschedule: {state}" for state in RESCHEDULES),
    *(f"reschedule/confirm?{AT}: to move", "reschedule/confirm?at=2026-01-01T10:07Z: to move"),
    *("private link: private", "private link: private used"),
]


def address(world: World, state: str) -> str:
    """Where to see a state."""
    kind, _, of = state.rpartition(": ") if ": " in state else (state, "", "")
    if kind == "private link":
        return world.link(of)
    return world.booking(of, "" if kind == "booking" else f"/{kind}") if of else world.url + PAGES[state]


def open_details(page: Page) -> None:
    """Unfold what is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


@pytest.mark.parametrize("state", STATES)
def test_accessible_in_both_sizes_and_themes_and_never_too_wide(
    open_page: OpenPage, world: World, problems: Problems, state: str
) -> None:
    problems.expect("404")
    page = open_page(reduced_motion="reduce")  # colours that are still on their way have no contrast
    page.goto(address(world, state))
    open_details(page)
    for width, height in (*SCREENS.values(), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"too wide at {width}"
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            if width != 320:
                assert violations(page) == [], f"{width} {theme}"


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("refused", ["errors", "taken"])
def test_refused_forms_are_accessible_too(
    open_page: OpenPage, world: World, problems: Problems, refused: str, screen: str
) -> None:
    problems.expect("409|422")
    page = open_page(screen=SCREENS[screen], theme="dark")
    page.goto(address(world, "confirm"))
    if refused == "taken":
        page.locator("[name=at]").evaluate("field => { field.value = '2026-01-01T10:00Z' }")
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Email").fill("ada@guest.example")
    page.get_by_role("button", name="Book this time").click()
    assert page.title().startswith("Error: ")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    ("state", "kilobytes", "requests"),
    [
        ("event", 40, 6),
        ("durations", 40, 6),
        ("always", 40, 6),
        ("handle", 35, 5),
        ("confirm", 35, 5),
        ("questions", 35, 5),
        ("booking: ready", 35, 5),
        ("booking: pending", 35, 5),
    ],
)
def test_a_first_visit_is_light(open_page: OpenPage, world: World, state: str, kilobytes: int, requests: int) -> None:
    page = open_page(screen=SCREENS["phone"])
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "status.json" not in answer.url else None)
    page.goto(address(world, state))
    page.wait_for_load_state("networkidle")
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    assert len(answers) <= requests, [answer.url for answer in answers]
    assert sent <= kilobytes * 1024
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(world.url).netloc}


def test_text_of_twice_the_size_still_fits(open_page: OpenPage, world: World) -> None:
    page = open_page(screen=(640, 800))
    for state in ("event", "confirm", "booking: ready"):
        page.goto(address(world, state))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, state


def test_the_chosen_day_and_the_first_button_stand_out_in_forced_colours(open_page: OpenPage, world: World) -> None:
    page = open_page(forced_colors="active")
    page.goto(address(world, "event"))
    border = "element => getComputedStyle(element).borderTopWidth"
    assert page.locator(".cal [aria-current]").evaluate(border) == "2px"
    page.goto(address(world, "confirm"))
    assert page.locator(".btn.primary").evaluate(border) == "2px"


def test_main_targets_are_large_and_the_rest_not_small(open_page: OpenPage, world: World) -> None:
    page = open_page(screen=SCREENS["phone"])
    page.goto(address(world, "event"))
    for selector, least in ((".slot", 46), (".cal a", 44), (".next", 44), ("#tz", 44), (".seg button", 24), ("a", 24)):
        heights = page.locator(selector).evaluate_all(
            "all => all.filter(each => each.offsetParent && !each.matches('.skip')).map(each => each.offsetHeight)"
        )
        assert min(heights) >= least, selector


def test_nothing_moves_for_those_who_want_it_so(open_page: OpenPage, world: World) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto(address(world, "booking: pending"))
    assert page.locator(".pulse").evaluate("element => getComputedStyle(element).animationName") == "none"


def test_a_theme_that_was_chosen_wins_over_the_system(open_page: OpenPage, world: World) -> None:
    page = open_page(theme="light")
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": world.url}])
    page.goto(address(world, "confirm"))
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == "rgb(13, 20, 23)"


def test_the_times_show_even_if_the_module_never_comes(open_page: OpenPage, world: World, problems: Problems) -> None:
    problems.expect("picker|ERR_FAILED")
    page = open_page()
    page.route("**/picker*.js", lambda route: route.abort())
    page.goto(address(world, "event"))
    assert page.locator(".slots").evaluate("element => getComputedStyle(element).visibility") == "hidden"
    page.wait_for_timeout(3500)
    assert page.locator(".slots").evaluate("element => getComputedStyle(element).visibility") == "visible"
