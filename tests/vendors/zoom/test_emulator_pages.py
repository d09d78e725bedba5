"""The pages of the emulated Zoom, walked as a person with a browser would."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.emulated import (
    CALLBACK,
    MARA,
    PRIYA,
    RITA,
    Hands,
    TheApp,
    a_client,
    an_app,
    authorize_url,
    returned,
)

NASTY = "<script>alert(\"x\")</script> & 'quotes' {name}"


@pytest.fixture
def hands() -> Hands:
    """A clock that stands."""
    return Hands()


@pytest.fixture
def zoom(hands: Hands) -> Iterator[ZoomEmulator]:
    """An emulated Zoom."""
    emulator = ZoomEmulator(an_app(), clock=hands)
    yield emulator
    emulator.close()


@pytest.fixture
def browser(zoom: ZoomEmulator) -> httpx.Client:
    """A browser that nobody is signed in with."""
    return a_client(zoom)


def press(browser: httpx.Client, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
    """Send a form of the page, with its hidden token."""
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token, "the page has no form"
    return browser.post(path, data={"token": token[1]} | fields)


def sign_in(browser: httpx.Client, user: str, next_page: str = "/") -> httpx.Response:
    """Choose a user."""
    page = browser.get("/signin", params={"next": next_page})
    return press(browser, page, "/signin", user=user, next=next_page)


def test_choose_allow_and_back(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    asked = authorize_url()
    to_chooser = browser.get(asked)
    assert to_chooser.status_code == 303
    chooser = browser.get(to_chooser.headers["Location"])
    for user in zoom.people:
        assert user.name in chooser.text
        assert user.email in chooser.text

    back = press(browser, chooser, "/signin", user=RITA, next=asked)
    consent = browser.get(back.headers["Location"])
    assert re.findall(r"<code>([^<]+)</code>", consent.text) == ["meeting:write:meeting", "user:read:user"]
    assert "View and manage your meetings" in consent.text
    assert "View your user information" in consent.text
    assert re.findall(r"<button[^>]*>([^<]+)</button>", consent.text) == ["Sign out", "Allow", "Decline"]
    assert "Use another Zoom user" in consent.text
    assert "rita@nordlicht.example" in consent.text

    app = TheApp(zoom)
    answer = returned(press(browser, consent, asked, decision="allow"))
    assert answer["state"] == "s-1"
    app.tokens = app.exchange(answer["code"]).json()
    assert app.call("GET", "/v2/users/me").json()["email"] == "rita@nordlicht.example"


def test_decline_goes_back_without_a_code(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    sign_in(browser, MARA)
    answer = returned(press(browser, browser.get(authorize_url()), authorize_url(), decision="deny"))
    assert answer["error"] == "access_denied"
    assert browser.get("/__ctl/state").json()["installed_apps"] == []


def test_a_private_app_tells_outsiders_so_and_they_stay(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    zoom.switch(published=False)
    sign_in(browser, PRIYA)
    page = browser.get(authorize_url())
    assert page.status_code == 403
    assert "private app of Nordlicht Studio" in page.text
    assert "Use another Zoom user" in page.text


@pytest.mark.parametrize("path", ["/switch", "/signin", "/signout", "/user/installed/remove"])
def test_a_form_without_the_token_of_its_session_changes_nothing(
    browser: httpx.Client, zoom: ZoomEmulator, path: str
) -> None:
    TheApp(zoom).connect(MARA)
    sign_in(browser, MARA)
    fields = {"answers_503": "on", "user": RITA, "token": "made up: 東京"}
    assert browser.post(path, data=fields).status_code == 403
    state = browser.get("/__ctl/state").json()
    assert (state["switches"]["answers_503"], len(state["installed_apps"])) == (False, 1)
    assert "Mara Lindqvist" in browser.get("/user/installed").text


def test_allow_needs_the_token_too(browser: httpx.Client) -> None:
    sign_in(browser, MARA)
    assert browser.post(authorize_url(), data={"decision": "allow"}).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "x"])
def test_signing_in_never_leads_to_another_site(browser: httpx.Client, target: str) -> None:
    assert sign_in(browser, MARA, target).headers["Location"] == "/"


def test_the_meetings_page_shows_what_the_meeting_inherited(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    meeting = TheApp(zoom).connect(MARA).create(topic="Intro with Kenji").json()
    sign_in(browser, MARA)
    text = browser.get("/meetings").text
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)", text))
    assert "Intro with Kenji" in text
    assert facts["Waiting room"] == "On"
    assert facts["Passcode"] == meeting["password"]
    assert facts["Recording"] == "Off"
    assert "Wed 25 Nov 2026, 13:00 UTC" in text
    assert ">14:00 Europe/Berlin" in text
    assert meeting["join_url"] in text
    assert meeting["start_url"] not in text

    TheApp(zoom).connect(RITA).create()
    sign_in(browser, RITA)
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)", browser.get("/meetings").text))
    assert (facts["Passcode"], facts["Recording"]) == ("Off", "Automatic, in the cloud")
    assert "Intro with Kenji" not in browser.get("/meetings").text


def test_what_was_typed_is_never_markup(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(MARA)
    link = app.create(topic=NASTY, agenda=NASTY).json()["join_url"]
    sign_in(browser, MARA)
    for page in ("/", "/meetings", link):
        text = browser.get(page).text
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
        assert "{name}" in text


def test_a_join_link_opens_the_meeting_and_counts(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    link = TheApp(zoom).connect(MARA).create().json()["join_url"]
    assert "opened once" in browser.get(link).text
    page = browser.get(link)
    assert page.status_code == 200
    assert "Intro" in page.text
    assert "Mara lets you in" in page.text
    assert zoom.meetings[0]["joins"] == 2


def test_a_wrong_passcode_lets_nobody_in(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    meeting = TheApp(zoom).connect(MARA).create().json()
    bare = meeting["join_url"].partition("?")[0]
    assert "Enter the passcode" in browser.get(bare).text
    wrong = browser.get(bare, params={"pwd": "000000x"})
    assert wrong.status_code == 403
    assert "Wrong passcode" in wrong.text
    assert zoom.meetings[0]["joins"] == 0
    assert browser.get(bare, params={"pwd": meeting["password"]}).status_code == 200
    assert zoom.meetings[0]["joins"] == 1


@pytest.mark.parametrize("meeting_id", ["81234567890", "x", "%3Cscript%3E"])
def test_an_unknown_meeting_says_so(browser: httpx.Client, meeting_id: str) -> None:
    page = browser.get(f"/j/{meeting_id}?pwd=x")
    assert page.status_code == 404
    assert "not valid" in page.text
    assert "<script>" not in page.text


def test_removing_the_app_asks_first_and_then_tells_it(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(MARA)
    sign_in(browser, MARA)
    assert "Sivient" in browser.get("/user/installed").text
    question = browser.get("/user/installed/remove")
    assert "Remove Sivient?" in question.text
    assert app.call("GET", "/v2/users/me").status_code == 200

    done = press(browser, question, "/user/installed/remove")
    page = browser.get(done.headers["Location"])
    assert "Sivient was removed" in page.text
    assert "No apps are installed" in page.text
    assert app.call("GET", "/v2/users/me").status_code == 401
    assert [d["event"] for d in zoom.deliveries] == ["app_deauthorized"]


def test_an_install_from_the_marketplace_comes_back_without_state(browser: httpx.Client) -> None:
    sign_in(browser, MARA)
    link = re.search(r'href="(/oauth/authorize[^"]+)"', browser.get("/user/installed").text)
    assert link
    address = link[1].replace("&amp;", "&")
    assert set(returned(press(browser, browser.get(address), address, decision="allow"))) == {"code"}


def test_the_overview_turns_the_503_switch(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    app = TheApp(zoom).connect(MARA)
    press(browser, browser.get("/"), "/switch", answers_503="on")
    assert app.create().status_code == 503
    press(browser, browser.get("/"), "/switch", answers_503="off")
    assert app.create().status_code == 201


@pytest.mark.parametrize("path", ["/meetings", "/user/installed"])
def test_pages_of_a_person_lead_to_the_chooser_and_back(browser: httpx.Client, path: str) -> None:
    response = browser.get(path)
    assert response.headers["Location"] == f"/signin?next={path.replace('/', '%2F')}"
    assert sign_in(browser, MARA, path).headers["Location"] == path


def test_signing_out_ends_the_session(browser: httpx.Client) -> None:
    sign_in(browser, MARA)
    press(browser, browser.get("/"), "/signout")
    assert browser.get("/meetings").status_code == 303


def test_every_page_is_marked_as_emulated_and_kept_out_of_caches(browser: httpx.Client, zoom: ZoomEmulator) -> None:
    sign_in(browser, MARA)
    for path in ("/", "/meetings", "/user/installed", "/signin", authorize_url(), "/j/1", "/nothing"):
        page = browser.get(path)
        assert "Emulated Zoom" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert CALLBACK.partition("/settings")[0] not in page.headers.get("Location", "")
