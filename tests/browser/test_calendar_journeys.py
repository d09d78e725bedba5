"""Hosts connect their calendars and are booked: at the emulated Microsoft, in a real Radicale, and at an address."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from sivient.demo import httpd
from sivient.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.booking_page import book, last_slot, slot, until
from tests.browser.conftest import OpenPage, Problems
from tests.browser.test_calendars import PHONE, WAIT, account
from tests.browser.test_journey import sign_in
from tests.demoed import demoed
from tests.vendors.caldav import servers
from tests.vendors.caldav.servers import PASSWORD, USER, Server

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
LONDON = ZoneInfo("Europe/London")
HALF_AN_HOUR = timedelta(minutes=30)
STAMP = "%Y%m%dT%H%M00Z"
SECRET = "secret-canary"
# What is typed as the address of a published calendar, and what is said to it. A path is one of `published`.
NOT_PUBLISHED = {
    "https://10.11.12.13/team.ics": "leads into a private network",
    "http://192.0.2.1/team.ics": "leads into a private network",
    "https://calendar.example.org/our team.ics": "An address has no spaces",
    "/page": "there is no calendar file",
    "/gone": "There is nothing at this address.",
    "/large": "there is no calendar file",
    "/inwards": "leads into a private network",
}
See = Callable[[Page, str], None]


@dataclass(frozen=True, slots=True)
class World:
    """The demo, a Radicale with the calendars Work and Home, and the folder of their logs."""

    stage: Stage
    radicale: Server
    work: str
    home: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything, fresh. The demo allows calendar servers on this machine."""
    with ExitStack() as stack:
        demo = stack.enter_context(demoed(tmp_path_factory.mktemp("demo"), SIVIENT_DEFAULT_PLAN="pro"))
        radicale = stack.enter_context(servers.radicale(tmp_path_factory.mktemp("radicale"), {USER: PASSWORD}))
        yield World(demo.stage, radicale, radicale.make_calendar("work"), radicale.make_calendar("home"))


@pytest.fixture
def see(screenshot: See) -> See:
    """Look at a page as it is now: accessible, not wider than the screen, and a picture for people."""

    def see(page: Page, name: str) -> None:
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        screenshot(page, f"journey-{name}")

    return see


def test_with_microsoft_from_signing_in_to_a_booking_that_follows_its_event(
    open_page: OpenPage, world: World, see: See
) -> None:
    stage, host, guest, outlook = world.stage, open_page(), open_page(), open_page()
    sign_in(host, stage, provider="Microsoft", person="Priya Raman")
    host.get_by_role("button", name="Create my page").click()
    connect_zoom(host, stage, "Rita Falk")
    connect_outlook(host, stage, see)

    page, calendar = f"{stage.web}/schedule/priya/30min", f"{stage.microsoft}/calendar?account=priya"
    taken = last_slot(guest, page)
    outlook.goto(f"{calendar}&week={taken.date() - timedelta(days=taken.weekday())}")
    add_event(outlook, taken)
    until(guest, slot(guest, taken), shown=False)

    booked = last_slot(guest, page)
    link = book(guest, booked, "Kenji Sato")
    expect(guest.get_by_text("It comes from Priya Raman's calendar.")).to_be_visible()
    see(guest, "outlook-booked")
    outlook.goto(f"{calendar}&week={booked.date() - timedelta(days=booked.weekday())}")
    event = outlook.locator(".event", has_text="Kenji Sato")
    until(outlook, event)
    event.locator("summary").click()
    expect(event.get_by_role("link", name=link)).to_be_visible()
    event.get_by_role("button", name="Accept").click()
    open_booking(host, stage, "Kenji Sato")
    until(host, host.locator("dd", has_text="Accepted"))
    expect(host.locator(".steps")).to_contain_text("Event in Microsoft Outlook")

    moved = booked + timedelta(days=7)
    event.locator("summary").click()
    fill_times(event, moved)
    event.get_by_role("button", name="Move").click()
    until(host, host.get_by_text(f"from {booked.astimezone(LONDON):%A %-d %B %Y, %H:%M}"))
    expect(host.locator(".ticket")).to_contain_text(f"{moved.astimezone(LONDON):%H:%M} to")
    see(host, "outlook-moved")
    assert mailed(stage, "kenji@guest.example") == ["Updated invitation", "Invitation"]


def test_on_a_caldav_server_a_booking_stands_once_and_goes_away_with_its_cancellation(
    open_page: OpenPage, world: World, see: See, problems: Problems
) -> None:
    problems.expect("422")  # Chromium's own line about the answer to a form
    stage, host, guest = world.stage, open_page(screen=PHONE, theme="dark"), open_page(screen=PHONE)
    sign_in(host, stage)
    connect_zoom(host, stage, "Mara Lindqvist")
    connect_radicale(host, world, see)
    choose_in_radicale(host, see)

    page = f"{stage.web}/schedule/mara/intro"
    taken = last_slot(guest, page)
    world.radicale.put(world.home, "busy", f"DTSTART:{taken:{STAMP}}", f"DTEND:{taken + HALF_AN_HOUR:{STAMP}}")
    host.get_by_role("button", name="Read now").click()
    until(guest, slot(guest, taken), shown=False)

    link = book(guest, last_slot(guest, page), "Ada Okafor")
    until(guest, guest.get_by_text("Time reserved, Zoom meeting created, invite sent."))
    open_booking(host, stage, "Ada Okafor")
    until(host, host.locator(".steps", has_text="Event in CalDAV"))
    see(host, "caldav-booked")
    written = world.radicale.raw("GET", world.work).text.replace("\r\n ", "")
    assert written.count("BEGIN:VEVENT") == 1
    assert link in written

    guest.get_by_role("link", name="Cancel this booking").click()
    guest.get_by_role("button", name="Cancel booking").click()
    expect(guest.get_by_role("heading", name=re.compile("cancelled"))).to_be_visible()
    until(host, host.locator(".steps", has_text="Event taken out of CalDAV"))
    see(host, "caldav-cancelled")
    assert "BEGIN:VEVENT" not in world.radicale.raw("GET", world.work).text


def test_a_published_calendar_blocks_and_what_is_none_is_said_so(
    open_page: OpenPage, world: World, see: See, problems: Problems
) -> None:
    problems.expect("422")
    stage, host, guest = world.stage, open_page(theme="dark"), open_page()
    sign_in(host, stage)
    connect_zoom(host, stage, "Mara Lindqvist")
    taken = last_slot(guest, f"{stage.web}/schedule/mara/review")
    host.get_by_role("link", name="Connect a calendar address").click()
    address = host.get_by_label("Calendar address", exact=True)
    with closing(httpd.serve(partial(published, taken))) as server:
        for typed, words in NOT_PUBLISHED.items():
            typed = typed if "://" in typed else server.url + typed
            address.fill(typed)
            host.get_by_role("button", name="Connect", exact=True).click()
            expect(host.get_by_role("alert")).to_contain_text(words)
            expect(address).to_have_value(typed)
        see(host, "address-refused")
        address.fill(f"{server.url}/{SECRET}.ics")
        host.get_by_role("button", name="Connect", exact=True).click()
        expect(host.get_by_text("While it is ticked below, its events block your times.")).to_be_visible()
        card = account(host, "Team")
        expect(card.locator(".calendar")).to_contain_text("Read a moment ago", timeout=WAIT)
        see(host, "address-connected")
        assert SECRET not in host.content()
        until(guest, slot(guest, taken), shown=False)


def published(taken: datetime, request: httpx.Request) -> httpx.Response:
    """Answer as a server on which one address is a calendar, taken for half an hour, and others are something else."""
    path = request.url.path
    if path == f"/{SECRET}.ics":
        event = servers.ics(f"DTSTART:{taken:{STAMP}}", f"DTEND:{taken + HALF_AN_HOUR:{STAMP}}")
        return httpx.Response(200, text=event.replace("VERSION:2.0", "VERSION:2.0\r\nX-WR-CALNAME:Team"))
    if path == "/inwards":
        return httpx.Response(302, headers={"Location": "https://10.11.12.13/team.ics"})
    body = {"/page": b"<!doctype html><title>Our team</title>", "/large": b"x" * 10_000_000}.get(path)
    return httpx.Response(404 if body is None else 200, content=body or b"")


def connect_zoom(host: Page, stage: Stage, person: str) -> None:
    """Connect Zoom on the Integrations page, unless it is: without a platform nobody can be booked."""
    host.goto(f"{stage.web}/settings/integrations")
    if account(host, "Zoom").get_by_text("Connected", exact=True).count():
        return
    host.get_by_role("button", name="Connect Zoom").click()
    host.get_by_role("button", name=re.compile(person)).click()
    host.get_by_role("button", name="Allow").click()
    host.wait_for_url(f"{stage.web}/settings/integrations**")


def connect_outlook(host: Page, stage: Stage, see: See) -> None:
    """Connect at Microsoft, and choose: Calendar and Projects block, Projects receives."""
    host.get_by_role("button", name="Connect Microsoft Outlook").click()
    expect(host.get_by_text("Sivient will see your profile, your calendars (and may change them)")).to_be_visible()
    host.get_by_role("button", name=re.compile("Priya Raman")).click()
    expect(host.get_by_text("Microsoft Outlook is connected.")).to_be_visible()
    card = account(host, "Microsoft Outlook")
    expect(card).to_contain_text("priya@contoso.example")
    card.get_by_role("checkbox", name=re.compile("^Projects")).check()
    card.get_by_role("button", name=re.compile("^Save")).click()
    host.get_by_role("radio", name=re.compile("^Projects")).check()
    host.get_by_role("button", name="Save", exact=True).click()
    projects = account(host, "Microsoft Outlook").locator(".calendar", has_text="Projects")
    expect(projects).to_contain_text("Receives bookings")
    expect(projects).to_contain_text("Read a moment ago", timeout=WAIT)
    see(host, "outlook-chosen")


def connect_radicale(host: Page, world: World, see: See) -> None:
    """Connect through the form: first with a wrong password, then with the right one."""
    host.get_by_role("link", name="Connect CalDAV").click()
    host.get_by_role("radio", name=re.compile("^Another CalDAV server")).check()
    labels = ("CalDAV address", "User name", "App password")
    address, user, password = (host.get_by_label(label, exact=True) for label in labels)
    address.fill(world.radicale.base)
    user.fill(USER)
    password.fill("of-yesterday")
    host.get_by_role("button", name="Connect", exact=True).click()
    expect(host.get_by_role("alert")).to_contain_text("does not accept this user and password")
    see(host, "caldav-wrong-password")
    expect(address).to_have_value(world.radicale.base)
    expect(user).to_have_value(USER)
    expect(password).to_have_value("")
    password.fill(PASSWORD)
    host.get_by_role("button", name="Connect", exact=True).click()
    expect(host.get_by_text("CalDAV is connected.")).to_be_visible()


def choose_in_radicale(host: Page, see: See) -> None:
    """Choose: Home and Work block, Work receives."""
    card = account(host, "CalDAV")
    for name in ("Home", "Work"):
        card.get_by_role("checkbox", name=re.compile(f"^{name}")).check()
    card.get_by_role("button", name=re.compile("^Save")).click()
    host.get_by_role("radio", name=re.compile("^Work")).check()
    host.get_by_role("button", name="Save", exact=True).click()
    expect(card.locator(".calendar", has_text="Work")).to_contain_text("Receives bookings")
    expect(card.get_by_text("Read a moment ago")).to_have_count(2, timeout=WAIT)
    see(host, "caldav-chosen")


def add_event(outlook: Page, start: datetime) -> None:
    """Put half an hour into the calendar Projects, on the calendar page of the emulator."""
    outlook.get_by_text("Add an event").click()
    outlook.get_by_label("Title").fill("Dentist")
    fill_times(outlook.locator(".new"), start)
    outlook.get_by_label("Calendar").select_option("Projects")
    outlook.get_by_role("button", name="Add", exact=True).click()


def fill_times(form: Locator, start: datetime) -> None:
    """Type half an hour into a form of the emulated calendar, in the zone of its account."""
    form.locator("[name=start]").fill(f"{start.astimezone(LONDON):%Y-%m-%dT%H:%M}")
    form.locator("[name=end]").fill(f"{(start + HALF_AN_HOUR).astimezone(LONDON):%Y-%m-%dT%H:%M}")


def mailed(stage: Stage, address: str) -> list[str]:
    """Return what kinds of mail somebody got, the last first."""
    mails = httpx.get(f"{stage.mailbox}/__ctl/mails").json()
    return [mail["subject"].partition(":")[0] for mail in mails if address in str(mail)]


def open_booking(host: Page, stage: Stage, guest: str) -> None:
    """Open the host's page of a booking."""
    host.goto(f"{stage.web}/bookings")
    host.get_by_role("link", name=re.compile(guest)).click()
