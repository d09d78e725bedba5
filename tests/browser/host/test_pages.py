"""Each page of the host in each state: accessible, no wider than the screen, within its budget, without complaints."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, OpenPage, Problems
from tests.browser.host.conftest import OpenAs, World

PHONE, SMALLEST = (390, 844), (320, 700)
BUDGET = 60 * 1024  # bytes of a first visit, compressed
PAGES = {
    "landing": (None, "/"),
    "sign-in": (None, "/sign-in?next=/availability"),
    "sign-in-invited": (None, "/sign-in?invitation=x"),
    "sign-in-failed": (None, "/sign-in/google/callback?state=x"),
    "login-link-spent": (None, "/sign-in/link?key=x"),
    "welcome": ("undecided", "/welcome"),
    "platform": ("unchosen", "/welcome/platform"),
    "platform-free": ("free", "/welcome/platform"),
    "settings": ("ready", "/settings/scheduling"),
    "settings-unchosen": ("unchosen", "/settings/scheduling"),
    "settings-free": ("free", "/settings/scheduling"),
    "settings-disconnected": ("disconnected", "/settings/scheduling"),
    "reconnect": ("reconnecting", "/bookings"),
    "reconnect-card": ("reconnecting", "/settings/integrations"),
    "calendars-none": ("ready", "/settings/integrations"),
    "calendars": ("calendars", "/settings/integrations"),
    "calendars-trouble": ("troubled calendars", "/settings/integrations"),
    "calendars-banner": ("troubled calendars", "/bookings"),
    "calendars-server": ("ready", "/settings/integrations/caldav/enter"),
    "calendars-address": ("ready", "/settings/integrations/ics/enter"),
    "calendars-guide": ("ready", "/docs/calendars"),
    "checklist": ("calendars", "/welcome/platform"),
    "event-types": ("ready", "/event-types"),
    "event-types-unpublished": ("unchosen", "/event-types"),
    "event-type": ("ready", "/event-types/new"),
    "availability": ("ready", "/availability"),
    "plan": ("ready", "/settings/plan"),
    "plan-free": ("free", "/settings/plan"),
    "account": ("ready", "/settings/account"),
    "delete": ("ready", "/settings/account/delete"),
    "closing": ("closing", "/account/closing"),
}
ERRORS = {"sign-in-failed": 400, "login-link-spent": 410}


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    open_as: OpenAs,
    problems: Problems,
    screenshot: Callable[[Page, str], None],
    name: str,
    screen: tuple[int, int],
    theme: str,
) -> None:
    if name in ERRORS:
        problems.expect(f"status of {ERRORS[name]}")
    who, path = PAGES[name]
    page = open_as(who, path, screen=screen, theme=theme)
    screenshot(page, f"host-{name}-{theme}")
    assert violations(page) == []
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


def test_the_pages_keep_to_their_budget(open_page: OpenPage, world: World) -> None:
    for who, path in (
        ("ready", "/settings/account"),
        ("ready", "/availability"),
        ("calendars", "/settings/integrations"),
        (None, "/"),
    ):
        page = open_page()
        if who:
            page.context.add_cookies([{"name": "session", "value": world.cookies[who], "url": world.url}])
        received: list[int] = []
        page.on("requestfinished", lambda request, sizes=received: sizes.append(request.sizes()["responseBodySize"]))
        page.goto(world.url + path, wait_until="networkidle")
        assert len(received) <= 8, path
        assert sum(received) <= BUDGET, path


def test_forced_colours_keep_choices_visible(open_as: OpenAs) -> None:
    page = open_as("ready", "/settings/scheduling", forced_colors="active")
    assert violations(page) == []
