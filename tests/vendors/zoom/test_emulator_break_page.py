"""The page "Break Zoom": forms that work without JavaScript."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from sivient.vendors.zoom.emulator.faults import FAULTS, Group
from tests.vendors.zoom.broken import Broken, a_broken_zoom
from tests.vendors.zoom.emulated import JONAS, MARA, an_app

BOOKINGS = "http://127.0.0.1:8000/bookings"


def opened(broken: Broken) -> httpx.Client:
    """Return a browser at the emulated Zoom."""
    return httpx.Client(base_url=broken.address, trust_env=False)


def page(browser: httpx.Client) -> str:
    """Return what a person reads on the page, without markup."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", browser.get("/break").text)).split())


def press(browser: httpx.Client, action: str, **fields: str) -> httpx.Response:
    """Send one of the page's forms."""
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/break").text)
    assert token
    return browser.post(action, data={"token": token[1], **fields})


def test_it_lists_every_fault_in_its_group_and_says_that_it_is_an_emulation(broken: Broken) -> None:
    text = page(opened(broken))
    for words in (*Group, *(fault.words for fault in FAULTS)):
        assert words in text
    assert "Zoom works" in text
    assert "This is not Zoom" in text
    assert 'href="/break"' in opened(broken).get("/").text


def test_a_fault_is_switched_on_strikes_and_is_shown(broken: Broken) -> None:
    browser, app = opened(broken), broken.app()
    answer = press(browser, "/break/on", fault="create-hangs", often="once", **{"create-hangs.seconds": "30"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/break#on")
    assert "1 more; to everybody; seconds: 30" in page(browser)
    meeting = app.create().json()
    assert broken.slept == [30]
    text = page(browser)
    assert "Zoom works" in text
    assert "Number 11 POST /v2/users/me/meetings Mara Lindqvist" in text
    assert f"Meeting {meeting['id']} created, answered after 30 s" in text


@pytest.mark.parametrize(
    ("often", "times", "share"), [("once", 1, 1), ("three", 3, 1), ("half", None, 0.5), ("few", None, 0.05)]
)
def test_how_often_and_for_whom_are_chosen(broken: Broken, often: str, times: int | None, share: float) -> None:
    press(opened(broken), "/break/on", fault="fails-before", often=often, user=JONAS)
    (rule,) = broken.control("GET", "faults").json()["rules"]
    jonas = broken.zoom.people.find(JONAS)
    assert jonas
    assert (rule["times"], rule["share"], rule["user_id"]) == (times, share, jonas.id)


def test_one_fault_is_switched_off_and_everything_is_mended(broken: Broken) -> None:
    browser, app = opened(broken), broken.app()
    first = broken.inject("fails-before", times=None)
    broken.inject("me-slow", times=None)
    press(browser, "/break/off", rule=first["id"])
    assert app.me().status_code == 200
    assert "Zoom takes long to say who the user is Always" in page(browser)
    assert press(browser, "/break/mend").headers["Location"] == "/break?mended=1"
    assert 'role="status">Everything works again' in browser.get("/break?mended=1").text
    assert broken.control("GET", "faults").json()["rules"] == []


def test_503_for_everybody_is_the_switch_of_the_tour(broken: Broken) -> None:
    browser, app = opened(broken), broken.app()
    press(browser, "/break/on", fault="answers-503", often="always")
    assert broken.control("GET", "state").json()["switches"]["answers_503"] is True
    assert app.me().status_code == 503
    press(browser, "/break/off", rule="switch")
    assert broken.control("GET", "state").json()["switches"]["answers_503"] is False


def test_the_clock_is_moved_and_the_app_made_private(broken: Broken) -> None:
    browser = opened(broken)
    press(browser, "/break/clock", step="month")
    assert broken.control("GET", "clock").json()["now"] == "2026-12-25T09:00:00Z"
    press(browser, "/break/app", published="off")
    assert broken.control("GET", "state").json()["app"]["published"] is False
    assert "Only users of Nordlicht Studio may add it" in page(browser)
    press(browser, "/break/mend")
    assert broken.control("GET", "clock").json()["now"] == "2026-11-24T09:00:00Z"


def test_it_leads_to_the_products_bookings_where_there_are_some(broken: Broken) -> None:
    assert "bookings" not in opened(broken).get("/break").text
    with a_broken_zoom(an_app(watch_url=BOOKINGS)) as other:
        assert f'href="{BOOKINGS}"' in opened(other).get("/break").text


@pytest.mark.parametrize("action", ["/break/on", "/break/off", "/break/mend", "/break/clock", "/break/app"])
def test_a_form_of_another_site_changes_nothing(broken: Broken, action: str) -> None:
    broken.inject("me-slow", times=None)
    fields = {"fault": "fails-before", "rule": "r1", "step": "day", "published": "off", "token": "x"}
    assert opened(broken).post(action, data=fields).status_code == 403
    state = broken.control("GET", "state").json()
    assert [rule["name"] for rule in state["rules"]] == ["me-slow"]
    assert (state["app"]["published"], state["clock"]["now"]) == (True, state["clock"]["outside"])


@pytest.mark.parametrize(
    "fields",
    [
        {"fault": "nothing"},
        {"fault": ""},
        {"fault": "create-hangs", "often": "x", "user": "nobody", "create-hangs.seconds": "'<script>"},
    ],
)
def test_a_form_that_makes_no_sense_is_no_error(broken: Broken, fields: dict[str, str]) -> None:
    assert press(opened(broken), "/break/on", **fields).status_code == 303
    for rule in broken.control("GET", "faults").json()["rules"]:
        assert (rule["times"], rule["settings"]) == (1, {"seconds": 10})


def test_every_fault_can_be_pressed(broken: Broken) -> None:
    browser = opened(broken)
    for fault in FAULTS:
        press(browser, "/break/on", fault=fault.name, often="three", user=MARA)
    assert len(broken.control("GET", "faults").json()["rules"]) == len(FAULTS)
    assert browser.get("/break").status_code == 200
