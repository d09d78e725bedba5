"""The main job as people live it: connect Zoom, publish, a guest books, the link arrives; then remove the app."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from sivient.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage
from tests.demoed import demoed

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
WAIT = 20_000  # milliseconds for what the worker has to do first
CALENDAR = {"calendar", "busy", "written"}  # the tour's station that tests/demo/test_calendars.py takes


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo, fresh."""
    with demoed(tmp_path_factory.mktemp("journey")) as demo:
        yield demo.stage


def sign_in(page: Page, stage: Stage, *, provider: str = "Google", person: str = "Mara Lindqvist") -> None:
    """Sign in from the front page."""
    page.goto(stage.web)
    page.get_by_role("button", name=f"Sign in with {provider}").click()
    page.get_by_role("button", name=re.compile(person)).first.click()
    page.wait_for_url(f"{stage.web}/**")


def book(page: Page, stage: Stage, *, name: str = "Ada Okafor", email: str = "ada@guest.example") -> None:
    """Book the first free time of Mara's first event type."""
    page.goto(f"{stage.web}/schedule/mara/intro")
    page.locator(".slot").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()


def test_from_connecting_zoom_to_the_link_and_back(open_page: OpenPage, stage: Stage) -> None:
    host = open_page()
    _connect(host, stage)
    _see_the_platform(host, stage)

    guest = open_page(timezone="Asia/Tokyo")
    book(guest, stage)
    link = guest.get_by_role("link", name="Join Zoom meeting")
    expect(link).to_be_visible(timeout=WAIT)
    address = link.get_attribute("href") or ""
    assert address.startswith(f"{stage.zoom}/j/")

    _find_it_in_the_invite(open_page(), stage, address)
    _see_the_timeline(host, stage)
    _book_while_zoom_is_down(host, open_page(timezone="America/New_York"), stage)
    _send_the_crowd(host, stage)
    _remove_the_app(host, stage)
    _connect_again(host, stage)


@pytest.mark.parametrize(("screen", "theme"), [((1280, 800), "light"), ((390, 844), "dark")])
def test_the_tour_and_the_hosts_bookings_are_accessible(
    open_page: OpenPage, stage: Stage, screen: tuple[int, int], theme: str
) -> None:
    page = open_page(screen=screen, theme=theme)
    sign_in(page, stage)
    for path in ("/tour", "/bookings", "/bookings?view=past", "/bookings/1", "/bookings/1/cancel"):
        page.goto(stage.web + path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _connect(host: Page, stage: Stage) -> None:
    sign_in(host, stage)
    host.get_by_role("link", name="Settings").click()
    card = host.locator(".conn", has_text="Zoom").first
    expect(card).to_contain_text("Not connected")
    host.get_by_role("button", name="Connect Zoom").click()
    host.get_by_role("button", name=re.compile("Mara Lindqvist")).click()
    expect(host.locator("main")).to_contain_text("meeting:write:meeting")
    expect(host.locator("main")).to_contain_text("user:read:user")
    host.get_by_role("button", name="Allow").click()
    host.wait_for_url(f"{stage.web}/settings/integrations**")
    expect(card).to_contain_text("Connected")
    expect(card).to_contain_text("mara@nordlicht.example")


def _see_the_platform(host: Page, stage: Stage) -> None:
    host.goto(f"{stage.web}/settings/scheduling")
    expect(host.get_by_role("radio", name=re.compile("^Zoom"))).to_be_checked()


def _find_it_in_the_invite(reader: Page, stage: Stage, address: str) -> None:
    reader.goto(f"{stage.mailbox}/?to=ada@guest.example")
    reader.get_by_role("link", name=re.compile("Intro call")).first.click()
    reader.get_by_role("link", name="Invite", exact=True).click()
    expect(reader.locator("main")).to_contain_text(address)
    reader.get_by_role("link", name=address).first.click()
    expect(reader.locator("main")).to_contain_text("Intro call")
    reader.goto(f"{stage.zoom}/meetings")


def _see_the_timeline(host: Page, stage: Stage) -> None:
    for step in ("Booked", "Zoom meeting created", "Invite sent to ada@guest.example"):
        expect(_steps_of(host, stage, "Ada Okafor")).to_contain_text(step)


def _book_while_zoom_is_down(host: Page, guest: Page, stage: Stage) -> None:
    host.goto(f"{stage.web}/tour")
    host.get_by_role("button", name="Zoom answers 503").click()
    expect(host.get_by_text("Zoom answers 503 now")).to_be_visible()
    book(guest, stage, name="Ben Silva", email="ben@guest.example")
    expect(guest.get_by_text(re.compile("Your Zoom link (is being made|takes longer)"))).to_be_visible()
    _until(lambda: _steps_of(host, stage, "Ben Silva").get_by_text("trying again").count() > 0, host)
    host.goto(f"{stage.web}/tour")
    host.get_by_role("button", name="Let Zoom work again").click()
    expect(guest.get_by_role("link", name="Join Zoom meeting")).to_be_visible(timeout=3 * WAIT)


def _steps_of(host: Page, stage: Stage, guest: str) -> Locator:
    host.goto(f"{stage.web}/bookings")
    host.get_by_role("link", name=re.compile(guest)).first.click()
    return host.locator(".steps")


def _send_the_crowd(host: Page, stage: Stage) -> None:
    host.goto(f"{stage.web}/tour")
    host.get_by_role("button", name="64 guests, one time").click()
    expect(host.get_by_text("1 booked, 63 told that it is taken")).to_be_visible(timeout=3 * WAIT)


def _remove_the_app(host: Page, stage: Stage) -> None:
    host.goto(f"{stage.zoom}/user/installed")
    host.get_by_role("button", name="Remove").or_(host.get_by_role("link", name="Remove")).first.click()
    host.get_by_role("button", name=re.compile("Remove|Confirm")).last.click()
    expect(host.locator("main")).not_to_contain_text("Remove this app")
    _until(lambda: _card(host, stage).count() > 0, host)
    _until(lambda: any("Zoom" in mail["subject"] for mail in httpx.get(f"{stage.mailbox}/__ctl/mails").json()), host)
    ticks = httpx.get(f"{stage.web}/tour/progress.json").json()["done"]
    assert {name for name, done in ticks.items() if not done} == CALENDAR, ticks


def _card(host: Page, stage: Stage):  # type: ignore[no-untyped-def]
    host.goto(f"{stage.web}/settings/integrations")
    return host.get_by_role("button", name="Connect Zoom")


def _connect_again(host: Page, stage: Stage) -> None:
    guest = host.context.new_page()
    book(guest, stage, name="Cleo Adams", email="cleo@guest.example")
    _card(host, stage).click()
    host.get_by_role("button", name="Allow").click()
    host.wait_for_url(f"{stage.web}/settings/integrations**")
    expect(guest.get_by_role("link", name="Join Zoom meeting")).to_be_visible(timeout=3 * WAIT)


def _until(happens: object, page: Page, tries: int = 40) -> None:
    for _ in range(tries):
        if happens():  # type: ignore[operator]
            return
        page.wait_for_timeout(250)
    raise AssertionError("it did not happen")
