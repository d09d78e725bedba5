"""The Integrations page says how things are in one word, and what to do in one button."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sivient.accounts.models import Plan, User
from sivient.integrations.models import Connection, Grant, OAuthFlow
from sivient.jobs.worker import run_due
from sivient.scheduling import services
from sivient.scheduling.models import Platform, SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.console.integrating import PAGE, go_and_return, shown
from tests.factories import connect_zoom, make_booking, make_event_type, make_host
from tests.integrations.zoom import MARAS_ID, deliver, emulated

pytestmark = [pytest.mark.django_db, pytest.mark.db]
REMOVE = "https://zoom.test/user/installed"


@pytest.fixture
def zoom() -> Iterator[ZoomEmulator]:
    with emulated() as emulator:
        yield emulator


def test_before_connecting_the_card_says_so_and_offers_it(browser: Client) -> None:
    page = shown(browser)
    assert "Not connected" in page
    assert f'action="{PAGE}/zoom/connect"' in page
    assert "Connect Zoom" in page
    assert 'href="/docs/zoom"' in page


def test_on_free_the_card_says_what_pro_adds_and_offers_no_connect(host: User, browser: Client) -> None:
    User.objects.filter(pk=host.pk).update(plan=Plan.FREE)
    page = shown(browser)
    assert "Not connected" in page
    assert "Pro</span>" in page
    assert "A Zoom meeting of its own for every booking" in page
    assert "Connect Zoom</button>" not in page
    answer = browser.post(f"{PAGE}/zoom/connect")
    assert "Zoom is part of Pro." in shown(browser, answer["Location"])
    assert not OAuthFlow.objects.exists()


def test_a_server_without_an_app_says_that_zoom_is_turned_off(browser: Client, settings: Any) -> None:
    settings.ZOOM_CLIENT_ID = ""
    page = shown(browser)
    assert "Turned off" in page
    assert "/docs/zoom#turned-off" in page
    assert "Connect Zoom</button>" not in page


def test_reconnect_needed_says_how_many_bookings_wait(host: User, browser: Client) -> None:
    SchedulingPage.objects.filter(host=host).update(platform=Platform.ZOOM)
    host.refresh_from_db()
    make_booking(make_event_type(host))
    connect_zoom(host, state="needs_reconnect", reason="Zoom no longer accepts our access.", state_since=timezone.now())
    page = shown(browser)
    assert "Reconnect needed" in page
    assert "Reconnect Zoom</button>" in page
    assert "1 booking waits for a link; it gets it by itself once you reconnect." in page
    assert "no longer accepts" not in page, "the headline says it"
    assert "/docs/zoom#reconnecting" in page
    assert 'href="/settings/integrations/zoom/disconnect"' in page


def test_a_daily_limit_that_is_used_up_says_until_when(host: User, browser: Client) -> None:
    midnight = datetime.combine(timezone.now().date() + timedelta(days=1), time(), UTC)
    connect_zoom(host, paused_until=midnight, pause_reason="The daily limit is used up.", changes=95)
    page = shown(browser)
    assert "daily limit is used up until" in page
    assert "(Berlin)." in page
    assert 'href="/settings/scheduling#id_fallback_link"' in page
    assert "of 100 meetings made today" not in page
    Grant.objects.update(paused_until=timezone.now())
    assert "daily limit is used up" not in shown(browser)


@pytest.mark.parametrize(("used", "ago", "said"), [(89, 0, False), (90, 0, True), (95, 1, False)])
def test_from_the_ninetieth_meeting_of_a_day_on_they_are_counted(
    host: User, browser: Client, used: int, ago: int, said: bool
) -> None:
    connect_zoom(host, changes=used, changes_on=timezone.now().date() - timedelta(days=ago))
    assert (f"{used} of 100 meetings made today." in shown(browser)) is said


@pytest.mark.parametrize(
    ("fields", "words", "anchor"),
    [
        ({"user_type": 1}, "meetings with others end after 40 minutes", "forty-minutes"),
        ({"user_type": 4}, "cannot host meetings", "cannot-host"),
        ({"user_type": 99}, "cannot host meetings", "cannot-host"),
        ({"user_type": 2, "user_status": "inactive"}, "cannot host meetings", "cannot-host"),
    ],
)
def test_what_the_zoom_user_cannot_do_is_said(
    fields: dict[str, Any], words: str, anchor: str, host: User, browser: Client
) -> None:
    connect_zoom(host, **fields)
    page = shown(browser)
    assert words in page
    assert f"/docs/zoom#{anchor}" in page


def test_connecting_a_user_who_may_not_host_promises_no_links(browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    Grant.objects.update(user_type=99)
    page = shown(browser, f"{PAGE}?zoom=connected")
    assert "Zoom is connected." in page
    assert "cannot host meetings" in page
    assert "by themselves" not in page


def test_a_connected_card_can_be_connected_once_more(host: User, browser: Client) -> None:
    connect_zoom(host)
    assert "Connect again</button>" in shown(browser)
    Grant.objects.update(state="needs_reconnect")
    assert "Connect again</button>" not in shown(browser)


def test_a_licensed_user_needs_no_note(host: User, browser: Client) -> None:
    connect_zoom(host, user_type=2, user_status="active")
    page = shown(browser)
    assert "40 minutes" not in page
    assert "cannot host" not in page


def test_disconnecting_asks_first_and_says_what_happens(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    asked = shown(browser, f"{PAGE}/zoom/disconnect")
    assert "Disconnect Zoom?" in asked
    assert "We delete our access to your Zoom account at once." in asked
    assert REMOVE in asked
    assert Connection.objects.get().state == "connected"  # asking changes nothing
    answer = browser.post(f"{PAGE}/zoom/disconnect")
    page = shown(browser, answer["Location"])
    assert "You disconnected on" in page
    assert "We have deleted our access." in page
    assert "Not connected" in page
    assert not Grant.objects.exists()


def test_what_is_said_about_bookings_that_wait_is_what_happens(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    host.refresh_from_db()
    booking = make_booking(make_event_type(host))
    services.save_settings(host, handle=str(host.handle), platform="phone", details="+49 30 901820")
    booking.refresh_from_db()
    assert booking.platform == "zoom"
    asked, guide = shown(browser, f"{PAGE}/zoom/disconnect"), shown(browser, "/docs/zoom")
    assert "Bookings without a link wait (1 now) until you connect again." in asked
    for page in (asked, guide):
        assert "Another Meeting Platform counts only for bookings made after you choose it." in page
        assert "or choose another" not in page


def test_the_advice_to_remove_the_app_in_zoom_stays(browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    browser.post(f"{PAGE}/zoom/disconnect")
    page = shown(browser)
    assert "Remove the app in Zoom too" in page
    assert REMOVE in page


def test_with_zoom_itself_the_advice_names_its_marketplace(host: User, browser: Client, settings: Any) -> None:
    settings.ZOOM_OAUTH_BASE = "https://zoom.us"
    connect_zoom(host)
    assert "https://marketplace.zoom.us/user/installed" in shown(browser)
    assert "https://*.zoom.us" in browser.get(PAGE)["Content-Security-Policy"]


def test_a_removal_in_zoom_is_on_the_card(browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    page = shown(browser)
    assert "The app was removed in Zoom on" in page
    assert "Not connected" in page
    assert "Connect Zoom</button>" in page


def test_a_notice_that_is_not_true_any_more_is_not_shown_again(browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    browser.post(f"{PAGE}/zoom/disconnect")
    assert "Zoom is connected." not in shown(browser, f"{PAGE}?zoom=connected")
    assert "nonsense" not in shown(browser, f"{PAGE}?zoom=nonsense")


def test_nobody_sees_another_hosts_connection(host: User, browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    other = Client()
    other.force_login(make_host())
    assert "mara@nordlicht.example" not in shown(other)
    other.post(f"{PAGE}/zoom/disconnect")
    assert Connection.objects.get(user=host).state == "connected"


@pytest.mark.parametrize("path", ["", "/zoom/disconnect", "/nobody/disconnect"])
def test_signed_out_people_are_led_to_sign_in(path: str) -> None:
    assert Client().get(f"{PAGE}{path}")["Location"].startswith("/sign-in")


@pytest.mark.parametrize("act", ["connect", "disconnect"])
def test_an_unknown_vendor_is_404(act: str, browser: Client) -> None:
    assert browser.post(f"{PAGE}/nobody/{act}").status_code == 404
    assert browser.get(f"{PAGE}/nobody/callback").status_code == 404


def test_looking_changes_nothing(browser: Client, zoom: ZoomEmulator) -> None:
    go_and_return(browser, zoom)
    with CaptureQueriesContext(connection) as asked:
        shown(browser)
    assert [each["sql"] for each in asked if not each["sql"].startswith("SELECT")] == []
