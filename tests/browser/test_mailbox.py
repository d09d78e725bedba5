"""The demo's mailbox, as a person uses it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, expect

from sivient.demo import httpd
from sivient.demo.mailbox import Mailbox
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.demo import mails

YUKI, MARA = "yuki@tanaka.example", "mara@nordlicht.example"


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    box = Mailbox(tmp_path, zone=ZoneInfo("Europe/Berlin"))
    box.receive(mails.plain(subject="A word " * 20), sender="", recipients=[MARA])
    box.receive(mails.invite(), sender="", recipients=[YUKI])
    box.receive(mails.invite("CANCEL", 1), sender="", recipients=[YUKI])
    return box


@pytest.fixture
def address(box: Mailbox) -> Iterator[str]:
    server = httpd.serve(box.handle)
    yield server.url
    server.close()


PAGES = {
    "list": "/",
    "nobody": "/?to=nobody@b.example",
    "text": "/mail/000002/text",
    "html": "/mail/000002/html",
    "invite": "/mail/000002/invite",
    "cancelled": "/mail/000003/invite",
    "raw": "/mail/000002/raw",
    "missing": "/mail/000009",
}


@pytest.mark.parametrize(("screen", "theme"), [((1280, 800), "light"), ((390, 844), "dark"), ((320, 640), "light")])
def test_every_page_is_accessible_and_fits(
    open_page: OpenPage,
    problems: Problems,
    address: str,
    screenshot: Callable[[Page, str], None],
    screen: tuple[int, int],
    theme: str,
) -> None:
    problems.expect("404")
    page = open_page(screen=screen, theme=theme, bypass_csp=True)
    for name, path in PAGES.items():
        page.goto(address + path)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0], name
        screenshot(page, f"mailbox-{name}-{screen[0]}-{theme}")


def test_new_mail_appears_by_itself_and_the_focus_stays(open_page: OpenPage, box: Mailbox, address: str) -> None:
    page = open_page()
    page.goto(address)
    first = page.get_by_role("link", name="A word").first
    first.focus()
    box.receive(mails.plain("Just now"), sender="", recipients=["new@b.example"])
    expect(page.get_by_text("Just now")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("4 mails")
    expect(first).to_be_focused()
    page.get_by_label("To").select_option("new@b.example")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("listitem")).to_have_count(1)


def test_the_join_link_of_an_html_mail_opens_in_the_same_tab(open_page: OpenPage, box: Mailbox, address: str) -> None:
    page = open_page()
    page.route("http://127.0.0.1:8001/**", lambda route: route.fulfill(body="<title>Joined</title>"))
    page.goto(address)
    page.get_by_role("link", name="Confirmed: 30 minute").last.click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="You are booked")).to_be_visible()
    height = page.evaluate("document.querySelector('iframe').offsetHeight")
    assert 900 < height < 1300, "the frame is as tall as its mail"
    frame.get_by_role("link", name="Join Zoom meeting").click()
    expect(page).to_have_title("Joined")
    assert len(page.context.pages) == 1


def test_the_invite_leads_to_the_meeting(open_page: OpenPage, box: Mailbox, address: str) -> None:
    page = open_page()
    page.route("http://127.0.0.1:8001/**", lambda route: route.fulfill(body="<title>Joined</title>"))
    page.goto(address)
    page.get_by_role("link", name="Invite", exact=True).click()
    expect(page.get_by_text("Tuesday 1 December 2026, 09:00 to 09:30 CET")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download .ics").click()
    assert download.value.suggested_filename == "000002.ics"
    page.get_by_role("link", name=mails.JOIN).first.click()
    expect(page).to_have_title("Joined")


def test_no_script_of_a_mail_runs_and_nothing_it_names_is_loaded(
    open_page: OpenPage, problems: Problems, box: Mailbox, address: str
) -> None:
    problems.expect("Blocked script execution|Content Security Policy")
    asked: list[httpx.Request] = []

    def tracker(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    elsewhere = httpd.serve(tracker)
    nasty = f"""<h1>Hi</h1><script>top.document.title = "taken"</script><link rel=stylesheet href={elsewhere.url}/x.css>
<img src={elsewhere.url}/x.png onerror="top.document.title = 'taken'">"""
    raw = mails.plain(text="HERE").replace(b"text/plain", b"text/html").replace(b"HERE", nasty.encode())
    mail_id = box.receive(raw, sender="", recipients=[MARA])
    page = open_page()
    for path in (f"/mail/{mail_id}", f"/mail/{mail_id}/html/frame"):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert page.title() != "taken"
    elsewhere.close()
    assert asked == []


def test_the_mailbox_works_without_javascript(open_page: OpenPage, address: str) -> None:
    page = open_page(javascript=False)
    page.goto(address)
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "5"
    page.get_by_role("link", name="Confirmed: 30 minute").last.click()
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.get_by_role("link", name=mails.JOIN)).to_be_visible()
