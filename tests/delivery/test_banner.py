"""A vendor that has to be connected again is named on every page of its host, and on nobody else's."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import User
from sivient.integrations.models import Connection
from tests.factories import MONDAY_10, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGES = ("/bookings", "/event-types", "/availability", "/settings/scheduling", "/settings/plan", "/docs/zoom")
ENDED = {"state": "needs_reconnect", "reason": "Zoom no longer accepts our access.", "state_since": MONDAY_10}


@pytest.fixture
def host() -> User:
    """Mara in Berlin."""
    return make_host(timezone="Europe/Berlin")


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client


def said(browser: Client, path: str) -> str:
    """The banner of a page, '' when there is none."""
    page = unescape(browser.get(path).content.decode())
    return "".join(re.findall(r'<main id="main">\s*<div class="alert warn group" role="status">(.*?)</a>', page, re.S))


def test_every_page_says_since_when_and_how_many_bookings_wait(host: User, browser: Client) -> None:
    event_type = make_event_type(host)
    for days in (0, 7):
        make_booking(event_type, start=MONDAY_10 + timedelta(days=days))
    connect_zoom(host, **ENDED)
    for path in PAGES:
        banner = said(browser, path)
        assert f"Zoom stopped accepting our access on Monday {MONDAY_10.day} " in banner, path
        assert "10:00 (Berlin)." in banner
        assert "People can still book you. 2 bookings wait for a link; they get it by themselves" in banner
        assert 'href="/settings/integrations"' in banner
        assert "Reconnect Zoom" in banner


def test_one_booking_and_none_are_said_in_words_of_their_own(host: User, browser: Client) -> None:
    connect_zoom(host, **ENDED)
    assert "wait" not in said(browser, "/bookings")
    make_booking(make_event_type(host))
    assert "1 booking waits for a link; it gets it by itself once you reconnect." in said(browser, "/bookings")


def test_the_page_that_says_it_in_detail_says_it_once(host: User, browser: Client) -> None:
    connect_zoom(host, **ENDED)
    page = browser.get("/settings/integrations").content.decode()
    assert page.count("stopped accepting our access") == 1


def test_a_removal_at_the_vendor_is_named_while_bookings_wait_for_their_link(host: User, browser: Client) -> None:
    connect_zoom(host)
    Connection.objects.update(state=Connection.State.DEAUTHORIZED, grant=None, ended_at=MONDAY_10)
    assert said(browser, "/bookings") == "", "nothing waits"
    make_booking(make_event_type(host))
    banner = said(browser, "/bookings")
    assert f"The app was removed in Zoom on Monday {MONDAY_10.day} " in banner
    assert "1 booking waits for a link; it gets it by itself once you connect again." in banner
    assert "Connect Zoom" in banner


def test_an_app_of_another_server_needs_a_reconnect_too(host: User, browser: Client) -> None:
    connect_zoom(host, client_id="the-app-before")
    assert "Zoom stopped accepting our access." in said(browser, "/bookings")


@pytest.mark.parametrize("how", ["connected", "never", "disconnected", "somebody else's"])
def test_nothing_is_said_where_nothing_has_to_be_done(host: User, browser: Client, how: str) -> None:
    if how == "connected":
        connect_zoom(host)
    if how == "disconnected":
        connect_zoom(host, **ENDED)
        Connection.objects.update(state=Connection.State.DISCONNECTED, grant=None)
    if how == "somebody else's":
        connect_zoom(make_host(), **ENDED)
    assert said(browser, "/bookings") == ""


def asked(browser: Client, path: str) -> list[str]:
    """The queries of a page that look for banners."""
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    begins = ('SELECT "integrations_connection"', 'SELECT "calendars_calendar"')
    return [each["sql"] for each in queries if each["sql"].startswith(begins)]


def test_looking_costs_a_host_two_queries_and_a_guest_none(host: User, browser: Client) -> None:
    connect_zoom(host)
    event_type = make_event_type(host)
    assert len(asked(browser, "/settings/plan")) == 2  # one about calendars
    for path in (f"/schedule/{host.handle}", f"/schedule/{host.handle}/{event_type.slug}", "/sign-in", "/nowhere"):
        assert asked(Client(), path) == []
