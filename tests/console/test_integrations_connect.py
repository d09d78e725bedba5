"""To Zoom and back: every return is a page with a sentence, and only the right one connects."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations.models import Connection, OAuthFlow
from sivient.scheduling.models import Platform, SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.console.integrating import PAGE, go_and_return, shown
from tests.factories import make_host
from tests.integrations.zoom import consent, emulated
from tests.vendors.zoom.emulated import JONAS, OTTO

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def zoom() -> Iterator[ZoomEmulator]:
    with emulated() as emulator:
        yield emulator


def test_connect_sends_the_browser_to_zoom_and_the_page_allows_that(browser: Client) -> None:
    policy = browser.get(PAGE)["Content-Security-Policy"]
    assert "form-action 'self' https://google.test https://microsoft.test https://zoom.test" in policy
    away = urlsplit(browser.post(f"{PAGE}/zoom/connect")["Location"])
    assert f"{away.scheme}://{away.netloc}{away.path}" == "https://zoom.test/oauth/authorize"


def test_connecting_is_a_post_and_has_a_form_token(host: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(host)
    assert strict.get(f"{PAGE}/zoom/connect").status_code == 405
    assert strict.post(f"{PAGE}/zoom/connect").status_code == 403
    assert strict.post(f"{PAGE}/zoom/disconnect").status_code == 403
    assert not OAuthFlow.objects.exists()


def test_after_allow_the_card_says_connected_with_account_and_date(browser: Client, zoom: ZoomEmulator) -> None:
    page = go_and_return(browser, zoom)
    assert "Connected</span>" in page
    assert "mara@nordlicht.example" in page
    assert f"{timezone.now():%Y}" in page
    assert "Not connected" not in page.partition('id="zoom"')[2].partition("</article>")[0]


def test_the_first_connect_chooses_zoom_and_says_so(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    assert "Zoom is now your Meeting Platform." in go_and_return(browser, zoom)
    assert SchedulingPage.objects.get(host=host).platform == Platform.ZOOM
    assert "Zoom is now your Meeting Platform." not in go_and_return(browser, zoom)


def test_a_platform_that_was_chosen_stays(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    SchedulingPage.objects.filter(host=host).update(platform="phone", platform_details="+49 30 1234567")
    assert "Zoom is connected." in go_and_return(browser, zoom)
    assert SchedulingPage.objects.get(host=host).platform == "phone"


def test_decline_says_so_calmly(browser: Client, zoom: ZoomEmulator) -> None:
    page = go_and_return(browser, zoom, auto="deny")
    assert "Nothing was connected: Zoom was not allowed." in page
    assert "Not connected" in page
    assert "/docs/zoom#still-not-connected" in page


BAD_RETURNS = {
    "nothing": {},
    "an install that did not start here": {"code": "x"},
    "a made-up state": {"code": "x", "state": "y"},
    "an error alone": {"error": "access_denied"},
    "markup": {"error": "<script>", "state": "<script>"},
    "control characters": {"code": "\x00\r\n", "state": "\x00"},
    "very long": {"code": "x" * 5000, "state": "y" * 5000},
}


@pytest.mark.parametrize("query", BAD_RETURNS.values(), ids=BAD_RETURNS)
def test_a_bad_return_is_a_sentence_with_a_way_on(query: dict[str, str], browser: Client, zoom: ZoomEmulator) -> None:
    answer = browser.get(f"{PAGE}/zoom/callback", query)
    assert answer.status_code == 302
    page = shown(browser, answer["Location"])
    assert "Nothing changed." in page
    assert "/docs/zoom#" in page
    assert "Connect Zoom" in page
    assert zoom.calls == []


def test_a_return_in_another_browser_does_not_connect(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    """Login CSRF: the link with somebody else's code is opened by another signed-in host."""
    query = consent(zoom, browser.post(f"{PAGE}/zoom/connect")["Location"])
    victim = Client()
    victim.force_login(make_host())
    page = shown(victim, victim.get(f"{PAGE}/zoom/callback", query)["Location"])
    assert "does not belong to a connection that you began in this browser" in page
    assert not Connection.objects.exists()
    second_browser = Client()
    second_browser.force_login(host)
    second_browser.get(f"{PAGE}/zoom/callback", query)
    assert not Connection.objects.exists()


def test_a_return_of_somebody_signed_out_keeps_the_code_out_of_addresses(zoom: ZoomEmulator) -> None:
    answer = Client().get(f"{PAGE}/zoom/callback", {"code": "code-canary", "state": "s"})
    assert answer.status_code == 302
    assert "code-canary" not in answer["Location"]
    assert zoom.calls == []


def test_who_never_came_back_is_told_why_that_may_be(host: User, browser: Client) -> None:
    browser.post(f"{PAGE}/zoom/connect")
    page = shown(browser)
    assert "You started connecting at" in page
    for anchor in ("under-review", "admin-approval", "wrong-account"):
        assert f"/docs/zoom#{anchor}" in page
    OAuthFlow.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "You started connecting at" not in shown(browser)


def test_the_wrong_zoom_account_is_replaced_by_connecting_again(browser: Client, zoom: ZoomEmulator) -> None:
    connected_first = go_and_return(browser, zoom, user=JONAS)
    assert "jonas@weber.example" in connected_first
    browser.post(f"{PAGE}/zoom/disconnect")
    assert "mara@nordlicht.example" in go_and_return(browser, zoom)


def test_a_zoom_user_who_may_not_host_is_connected_with_a_warning(browser: Client, zoom: ZoomEmulator) -> None:
    page = go_and_return(browser, zoom, user=OTTO)
    assert "Connected</span>" in page
    assert "cannot host meetings" in page
