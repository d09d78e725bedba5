"""Connecting a calendar: to the vendor and back, with a password, or with an address; and disconnecting it."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.console.calendars_words import notice
from sivient.integrations.flow import Outcome
from sivient.integrations.models import Connection, Grant
from sivient.jobs.worker import run_due
from sivient.ports.errors import IntegrationError, Rejected, TryLater
from sivient.scheduling.models import SchedulingPage
from tests.console.calendaring import Vendor, connect_calendars, vendors
from tests.console.integrating import PAGE, shown
from tests.factories import make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CLOUD = {"place": "nextcloud", "cloud": "cloud.example.org", "user": "mara", "password": "app-password-canary"}
ICS = {"address": "webcal://calendars.example/secret-canary.ics"}


@pytest.fixture(autouse=True)
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendors(monkeypatch) as vendor:
        yield vendor


def go_and_return(browser: Client, **pressed: object) -> str:
    """Press Connect, allow it at the vendor, come back; return the page."""
    away = browser.post(f"{PAGE}/google/connect", pressed)
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    back = browser.get(f"{PAGE}/google/callback", {"state": state, "code": "c"})
    return shown(browser, back["Location"])


def page_of(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_a_new_account_shows_its_calendars_at_once_and_its_main_one_blocks(host: User, browser: Client) -> None:
    page = go_and_return(browser)
    assert "Google Calendar is connected." in page
    assert "Tick below which of its calendars block your times." in page
    assert "Reading it for the first time." in page
    assert list(Calendar.objects.values_list("name", "blocks")) == [("Work", True), ("Family", False)]
    assert SchedulingPage.objects.get(host=host).calendar == Calendar.objects.get(name="Work")


def test_a_vendor_that_does_not_list_its_calendars_is_asked_again_by_itself(
    host: User, browser: Client, vendor: Vendor
) -> None:
    vendor.fails = TryLater("It did not answer.")
    page = go_and_return(browser)
    assert "They appear here by themselves." in page
    assert "We are asking Google Calendar for your calendars." in page
    vendor.fails = None
    run_due()
    assert "Family" in shown(browser)
    assert SchedulingPage.objects.get(host=host).calendar is not None


def test_renewing_names_the_account_that_is_meant_and_says_when_it_was_another(
    host: User, browser: Client, vendor: Vendor
) -> None:
    (work,) = connect_calendars(host, label="mara@home.example", state="needs_reconnect", state_since=timezone.now())
    page = go_and_return(browser, again=work.connection_id)
    assert vendor.hints == ["mara@home.example"]
    assert "connected, but with another account than the one you meant." in page
    assert "Reconnect needed" in page
    assert "/docs/calendars#accounts" in page
    assert Connection.objects.filter(vendor="google").count() == 2


def test_too_few_permissions_are_not_kept_and_what_to_allow_is_said(browser: Client, vendor: Vendor) -> None:
    vendor.scope = "write"
    page = go_and_return(browser)
    assert "gave us fewer permissions than reading your busy times needs." in page
    assert "/docs/calendars#missing-permission" in page
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("query", "words", "anchor"),
    [
        ({"error": "access_denied"}, "Nothing was connected: Google Calendar was not allowed.", "still-not-connected"),
        ({"error": "server_error"}, "ended the connecting without a result.", "refused"),
        ({"code": "x", "state": "made-up"}, "does not belong to a connection that you began", "still-not-connected"),
    ],
)
def test_every_other_end_is_said_with_its_entry_in_the_guide(
    query: dict[str, str], words: str, anchor: str, browser: Client
) -> None:
    away = browser.post(f"{PAGE}/google/connect")
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    back = browser.get(f"{PAGE}/google/callback", {"state": state} | query)
    page = shown(browser, back["Location"])
    assert words in page
    assert f"/docs/calendars#{anchor}" in page


def test_every_end_of_connecting_has_words_without_anything_of_zoom() -> None:
    for outcome in Outcome:
        words = notice(outcome, "google", "Google Calendar")
        assert words is not None, outcome
        assert "Zoom" not in words.happened + words.then
        assert "meeting" not in words.happened + words.then
        assert words.anchor, outcome


def test_a_notice_that_is_not_true_any_more_is_not_shown_again(browser: Client) -> None:
    assert "Google Calendar is connected." not in shown(browser, f"{PAGE}?google=connected")
    assert "nonsense" not in shown(browser, f"{PAGE}?google=nonsense")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ({"place": "icloud", "user": "m@icloud.example"}, "https://caldav.icloud.com/"),
        ({"place": "fastmail", "user": "m@f.example"}, "https://caldav.fastmail.com/dav/principals/user/m@f.example/"),
        ({"place": "nextcloud", "cloud": "cloud.example.org"}, "https://cloud.example.org/remote.php/dav/"),
        (
            {"place": "nextcloud", "cloud": "https://c.example/nc/index.php/apps/calendar/"},
            "https://c.example/nc/remote.php/dav/",
        ),
        ({"place": "nextcloud", "cloud": "https://c.example/remote.php/dav/"}, "https://c.example/remote.php/dav/"),
        ({"place": "other", "address": "https://dav.example/mara/"}, "https://dav.example/mara/"),
        ({"place": "other", "address": "dav.example"}, "https://dav.example"),
    ],
)
def test_a_server_is_connected_with_its_address_and_an_app_password(
    typed: dict[str, str], address: str, browser: Client, vendor: Vendor
) -> None:
    answer = browser.post(f"{PAGE}/caldav/enter", {"user": "mara", "password": "secret"} | typed)
    assert "CalDAV is connected." in shown(browser, answer["Location"])
    (entered,) = vendor.entered
    assert (entered.address, entered.password) == (address, "secret")


@pytest.mark.parametrize(
    "trouble", [Rejected("The server does not accept this password."), TryLater("The server did not answer.")]
)
def test_what_the_server_refuses_stands_at_the_form_and_all_but_the_password_is_kept(
    trouble: IntegrationError, browser: Client, vendor: Vendor
) -> None:
    vendor.fails = trouble
    answer = browser.post(f"{PAGE}/caldav/enter", CLOUD)
    assert answer.status_code == 422
    page = page_of(answer)
    assert str(trouble) in page
    assert 'value="cloud.example.org"' in page
    assert 'value="mara"' in page
    assert "canary" not in page
    assert "Error: " in page
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"place": "moon"}, "Choose where your calendar is."),
        ({"cloud": ""}, "Enter the address."),
        ({"user": ""}, "Enter the user name."),
        ({"password": ""}, "Enter the app password."),
        ({"cloud": "x" * 501}, "This has up to 500 characters."),
        ({"user": "x" * 501}, "This has up to 500 characters."),
    ],
)
def test_what_is_missing_is_said_before_any_server_is_asked(
    typed: dict[str, str], words: str, browser: Client, vendor: Vendor
) -> None:
    answer = browser.post(f"{PAGE}/caldav/enter", CLOUD | typed)
    assert answer.status_code == 422
    assert words in page_of(answer)
    assert vendor.entered == []


@pytest.mark.parametrize("typed", ["nonsense", "\U0001f600\U0001f4c5", "two words", "ftp://cloud.example.org"])
def test_what_is_no_web_address_is_said_so_and_not_looked_for(typed: str, browser: Client, vendor: Vendor) -> None:
    for place, form in (("ics", {"address": typed}), ("caldav", CLOUD | {"cloud": typed})):
        answer = browser.post(f"{PAGE}/{place}/enter", form)
        assert answer.status_code == 422
        assert "This is not a web address. It looks like https://" in page_of(answer)
        assert f'value="{typed}"' in page_of(answer)
    assert vendor.entered == []


@pytest.mark.parametrize("typed", ["http://radicale:5232/", "radicale:5232", "dav.example", "https://[2001:db9::1]/"])
def test_an_address_of_any_other_server_is_looked_for(typed: str, browser: Client, vendor: Vendor) -> None:
    browser.post(f"{PAGE}/caldav/enter", CLOUD | {"place": "other", "address": typed})
    assert len(vendor.entered) == 1


def test_a_password_in_an_address_is_refused_in_the_words_of_its_form(browser: Client, vendor: Vendor) -> None:
    said = page_of(browser.post(f"{PAGE}/ics/enter", {"address": "webcal://mara:canary@cloud.example/a.ics"}))
    assert "A published calendar asks for none." in said
    said = page_of(browser.post(f"{PAGE}/caldav/enter", CLOUD | {"cloud": "https://mara:x@cloud.example/"}))
    assert "they have fields of their own." in said
    assert vendor.entered == []


def test_of_a_place_without_an_address_nobody_is_told_to_check_one(browser: Client, vendor: Vendor) -> None:
    vendor.fails = TryLater("The calendar server could not be found. Check the address.")
    said = page_of(browser.post(f"{PAGE}/caldav/enter", CLOUD | {"place": "icloud"}))
    assert "iCloud could not be reached. Try again in a few minutes." in said
    assert "Check the address." not in said


def test_a_published_calendar_is_connected_with_its_address(browser: Client, vendor: Vendor) -> None:
    vendor.email = "calendars.example"
    answer = browser.post(f"{PAGE}/ics/enter", ICS)
    assert "canary" not in answer["Location"]
    page = shown(browser, answer["Location"])
    assert "The calendar address is connected." in page
    assert "its events block your times." in page
    assert "canary" not in page
    assert browser.post(f"{PAGE}/ics/enter", {"address": ""}).status_code == 422


def test_renewing_a_password_begins_with_what_is_known_but_the_password(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host, vendor="caldav", address="https://dav.example/", label="mara")
    page = shown(browser, f"{PAGE}/caldav/enter?again={work.connection_id}")
    assert "Reconnect mara" in page
    assert 'value="https://dav.example/"' in page
    assert "canary" not in page
    other = Client()
    other.force_login(make_host())
    assert "dav.example" not in shown(other, f"{PAGE}/caldav/enter?again={work.connection_id}")
    assert browser.get(f"{PAGE}/caldav/enter?again=²").status_code == 200


def test_disconnecting_asks_first_and_ends_one_account_alone(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    connect_calendars(host, label="mara@home.example")
    address = f"{PAGE}/google/{work.connection_id}/disconnect"
    asked = shown(browser, address)
    assert "Disconnect Google Calendar (mara@work.example)?" in asked
    assert "guests can book times that are taken there" in asked
    assert "changes reach your guests by mail from us" in asked
    assert "open its list of apps" in asked
    assert Connection.objects.filter(state="connected").count() == 2
    answer = browser.post(address)
    assert "You disconnected Google Calendar (mara@work.example)." in shown(
        browser, answer["Location"].partition("#")[0]
    )
    assert Connection.objects.filter(state="connected").get().label == "mara@home.example"
    assert Grant.objects.count() == 1
    assert browser.get(address)["Location"] == PAGE


def test_nobody_ends_another_hosts_account(browser: Client) -> None:
    (theirs,) = connect_calendars(make_host())
    address = f"{PAGE}/google/{theirs.connection_id}/disconnect"
    assert browser.get(address).status_code == 404
    assert browser.post(address).status_code == 404
    assert browser.post(f"{PAGE}/google/disconnect").status_code == 404
    assert Connection.objects.get().state == "connected"
