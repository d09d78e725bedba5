"""Which page stands at which address; every POST needs the token of its session."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from sivient.vendors.zoom.emulator.markup import Html
from sivient.vendors.zoom.emulator.pages import breaking, consent, installed, join, meetings, overview, signin
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.world import World

Page = Callable[[World, Visit], httpx.Response]
PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/"): overview.show,
    ("POST", "/switch"): overview.switch,
    ("GET", "/break"): breaking.show,
    ("POST", "/break/on"): breaking.switch_on,
    ("POST", "/break/off"): breaking.switch_off,
    ("POST", "/break/mend"): breaking.mend,
    ("POST", "/break/clock"): breaking.move_clock,
    ("POST", "/break/app"): breaking.switch_app,
    ("GET", "/signin"): signin.show,
    ("POST", "/signin"): signin.choose,
    ("POST", "/signout"): signin.leave,
    ("GET", "/oauth/authorize"): consent.show,
    ("POST", "/oauth/authorize"): consent.decide,
    ("GET", "/meetings"): meetings.show,
    ("GET", "/user/installed"): installed.show,
    ("GET", "/user/installed/remove"): installed.confirm,
    ("POST", "/user/installed/remove"): installed.remove,
}
NOT_FOUND = Html('<section class="sheet"><h1>There is no such page</h1><p><a href="/">Overview</a></p></section>')
STALE = Html(
    '<section class="sheet"><h1>This form is out of date</h1><p>Nothing was changed. '
    'Go back, reload the page and try again.</p><p><a href="/">Overview</a></p></section>'
)


def answer(world: World, request: httpx.Request) -> httpx.Response:
    """Answer the request of a browser."""
    visit = Visit(request, world)
    is_join_link = visit.method == "GET" and visit.path.startswith("/j/")
    page = join.show if is_join_link else PAGES.get((visit.method, visit.path))
    if page is None:
        return visit.page("Not found", NOT_FOUND, status=404, narrow=True)
    if visit.method == "POST" and not visit.is_trusted:
        return visit.page("Out of date", STALE, status=403, narrow=True)
    return page(world, visit)
