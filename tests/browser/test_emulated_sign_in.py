"""The pages of the emulated Google and Microsoft."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from sivient.demo import httpd
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.microsoft.emulator import MicrosoftEmulator
from sivient.vendors.oidc_emulator import OidcEmulator
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, Problems
from tests.vendors.oidc_emulator.application import CALLBACK, CLIENT_ID, REGISTERED

QUERY = urlencode(
    {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "the-state",
        "nonce": "n",
    }
)
AUTHORIZE = {"Google": "/o/oauth2/v2/auth", "Microsoft": "/common/oauth2/v2.0/authorize"}


@pytest.fixture(params=[GoogleEmulator, MicrosoftEmulator])
def emulator(request: pytest.FixtureRequest) -> OidcEmulator:
    made: OidcEmulator = request.param(**REGISTERED)
    return made


@pytest.fixture
def address(emulator: OidcEmulator) -> Iterator[str]:
    server = httpd.serve(emulator.handle)
    yield server.url
    server.close()


@pytest.fixture
def chooser(emulator: OidcEmulator, address: str) -> str:
    return f"{address}{AUTHORIZE[emulator.provider.vendor.look.name]}?{QUERY}"


@pytest.mark.parametrize(("screen", "theme"), [((1280, 800), "light"), ((390, 844), "dark"), ((320, 640), "light")])
def test_every_page_is_accessible_and_fits(
    open_page: OpenPage,
    problems: Problems,
    emulator: OidcEmulator,
    address: str,
    chooser: str,
    screenshot: Callable[[Page, str], None],
    screen: tuple[int, int],
    theme: str,
) -> None:
    problems.expect("400")
    page = open_page(screen=screen, theme=theme, bypass_csp=True)
    emulator.provider.keys.rotate()
    for name, url in {"chooser": chooser, "front": address, "blocked": chooser.replace("callback", "x" * 60)}.items():
        page.goto(url)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0], name
        vendor = emulator.provider.vendor.look.name
        expect(page.get_by_role("banner")).to_contain_text(f"Emulated {vendor}.")
        screenshot(page, f"{vendor.lower()}-{name}-{screen[0]}-{theme}")


@pytest.mark.parametrize(("press", "answer"), [("Mara Lindqvist", "code"), ("Cancel", "error")])
def test_one_click_leads_back_to_the_application(open_page: OpenPage, chooser: str, press: str, answer: str) -> None:
    page = open_page()
    page.route(CALLBACK + "**", lambda route: route.fulfill(body="<title>Back</title>"))
    page.goto(chooser)
    page.get_by_role("button", name=press).click()
    expect(page).to_have_title("Back")
    query = parse_qs(urlsplit(page.url).query)
    assert query["state"] == ["the-state"]
    assert answer in query


def test_keys_are_rotated_with_a_button(open_page: OpenPage, emulator: OidcEmulator, address: str) -> None:
    page = open_page()
    page.goto(address)
    page.get_by_role("button", name="Rotate keys").click()
    expect(page.get_by_text("Before that")).to_be_visible()
    assert emulator.provider.keys.previous is not None
