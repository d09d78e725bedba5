"""The calendars of the Integrations page say how each is in one word, and what to do in one button."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sivient.accounts.models import Plan, User
from sivient.calendars.models import Calendar
from sivient.integrations.models import Connection, Grant
from sivient.scheduling.models import SchedulingPage
from tests.console.calendaring import Vendor, connect_calendars, vendors
from tests.console.integrating import PAGE, shown
from tests.factories import make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendors(monkeypatch) as vendor:
        yield vendor


def card(browser: Client, anchor: str) -> str:
    """What the card of an account or a vendor says."""
    page = shown(browser)
    assert f'id="{anchor}"' in page
    return page.partition(f'<article class="conn" id="{anchor}"')[2].partition("</article>")[0]


def anchor_of(calendar: Calendar) -> str:
    return f"{calendar.connection.vendor}-{calendar.connection_id}"


def test_before_connecting_each_vendor_says_so_and_offers_it(browser: Client) -> None:
    for vendor, label in (("google", "Google Calendar"), ("microsoft", "Microsoft Outlook")):
        said = card(browser, vendor)
        assert "Not connected" in said
        assert f"Connect {label}</button>" in said
        assert f'action="{PAGE}/{vendor}/connect"' in said
    for vendor in ("caldav", "ics"):
        assert f'href="{PAGE}/{vendor}/enter"' in card(browser, vendor)
    assert "Where bookings are written" not in shown(browser)


def test_on_free_a_card_leads_to_the_plans(host: User, browser: Client) -> None:
    User.objects.filter(pk=host.pk).update(plan=Plan.FREE)
    said = card(browser, "google")
    assert "Pro</span>" in said
    assert "See plans" in said
    assert browser.get(f"{PAGE}/caldav/enter")["Location"] == f"{PAGE}?caldav=plan"
    assert "CalDAV is part of Pro." in shown(browser, f"{PAGE}?caldav=plan")


def test_without_an_app_of_the_operator_it_is_turned_off(browser: Client, settings: Any) -> None:
    settings.GOOGLE_CLIENT_ID = ""
    said = card(browser, "google")
    assert "Turned off" in said
    assert "/docs/calendars#turned-off" in said
    assert "Connect Google Calendar</button>" not in said


def test_a_connected_account_lists_its_calendars_and_when_they_were_read(host: User, browser: Client) -> None:
    work, _ = connect_calendars(host, "Work", "Family")
    said = card(browser, anchor_of(work))
    assert "mara@work.example" in said
    assert "Connected</span>" in said
    assert "Read 2 minutes ago" in said
    assert f'value="{work.pk}" checked' in said
    assert said.count("checked") == 1
    assert f"{PAGE}/google/{work.connection_id}/disconnect" in said


def test_several_accounts_of_one_vendor_are_several_cards(host: User, browser: Client) -> None:
    first = connect_calendars(host, label="mara@work.example")[0]
    second = connect_calendars(host, label="mara@home.example")[0]
    assert "mara@work.example" in card(browser, anchor_of(first))
    assert "mara@home.example" in card(browser, anchor_of(second))
    assert shown(browser).count("Connect another account") == 1


def test_the_same_address_at_two_vendors_is_told_apart_by_the_vendor(host: User, browser: Client) -> None:
    for vendor, label in (("google", "Google Calendar"), ("microsoft", "Microsoft Outlook")):
        said = card(browser, anchor_of(connect_calendars(host, vendor=vendor)[0]))
        assert f"<h3>{label} " in said
        assert '<p class="muted">mara@work.example, connected on' in said
        assert f"Disconnect {label} (mara@work.example)?" in shown(browser)


def test_a_calendar_at_an_address_is_called_by_its_own_name(host: User, browser: Client) -> None:
    assert "Connect a calendar address" in card(browser, "ics")
    (school,) = connect_calendars(host, "School holidays", vendor="ics", label="calendars.example")
    (bare,) = connect_calendars(host, "bare.example", vendor="ics", label="bare.example")
    said = card(browser, anchor_of(school))
    assert "<h3>School holidays " in said
    assert "Calendar address at calendars.example, connected on" in said
    said = card(browser, anchor_of(bare))
    assert "<h3>bare.example " in said
    assert "Calendar address, connected on" in said
    assert "Connect another address" in said
    assert "Connect another account" not in said


def test_a_refused_permission_says_what_it_means_for_the_page_and_the_two_ways_out(host: User, browser: Client) -> None:
    (work,) = connect_calendars(
        host, state="needs_reconnect", reason="The password was changed.", state_since=timezone.now()
    )
    said = card(browser, anchor_of(work))
    assert "Reconnect needed</span>" in said
    assert "Google Calendar stopped accepting our access on" in said
    assert "The password was changed. Its calendars block your times, so your page shows no times" in said
    assert "/docs/calendars#reconnecting" in said
    assert f'name="again" value="{work.connection_id}"' in said
    browser.post("/settings/calendars/without", {"connection": work.connection_id})
    assert not Calendar.objects.get().blocks
    assert "People can still book you." in card(browser, anchor_of(work))


def test_a_vendor_with_a_password_is_reconnected_on_its_form(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host, vendor="caldav", state="needs_reconnect", state_since=timezone.now())
    assert f"{PAGE}/caldav/enter?again={work.connection_id}" in card(browser, anchor_of(work))


def test_a_removal_at_the_vendor_is_on_the_card(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    Connection.objects.update(state="deauthorized", grant=None, ended_at=timezone.now())
    said = card(browser, anchor_of(work))
    assert "The app was removed in Google Calendar on" in said
    assert "Connect Google Calendar" in said


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "words", "has_way_out"),
    [
        ({"gone_at": 0 * HOUR, "synced_at": None, "trouble": "This calendar was deleted."}, "was deleted", True),
        ({"synced_at": 2 * HOUR, "trouble": "The server did not answer."}, "The server did not answer.", True),
        ({"synced_at": 2 * HOUR}, "It has not been read for more than an hour.", True),
        ({"synced_at": HOUR / 2, "trouble": "The server did not answer."}, "We keep trying.", False),
        ({"synced_at": None, "trouble": "The server did not answer."}, "Until then your page shows no times.", True),
        ({"synced_at": None}, "Reading it for the first time. Until then your page shows no times.", False),
        ({"synced_at": None, "created_at": HOUR}, "It could not be read yet.", True),
    ],
)
def test_a_calendar_in_trouble_says_what_that_means_and_whether_it_stops_the_page(
    fields: dict[str, Any], words: str, has_way_out: bool, host: User, browser: Client
) -> None:
    (work,) = connect_calendars(host)
    now = timezone.now()
    moments = {name: now - value if isinstance(value, timedelta) else value for name, value in fields.items()}
    Calendar.objects.update(**moments)
    said = card(browser, anchor_of(work))
    assert words in said
    assert ("Take bookings without it" in said) is has_way_out
    assert ("your page shows no times" in said) is (has_way_out or "first time" in words)


def test_what_could_not_be_read_is_counted_with_its_reason(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    reversed_, unknown = {"names": ["1", "2"], "others": 1}, {"names": ["3"], "others": 0}
    Calendar.objects.update(skipped={"it ends before it begins.": reversed_, "its time zone is unknown.": unknown})
    said = card(browser, anchor_of(work))
    assert "3 entries could not be read: it ends before it begins." in said
    assert "1 entry could not be read: its time zone is unknown." in said
    assert "/docs/calendars#skipped" in said


def test_fewer_permissions_say_what_does_not_work_and_how_to_allow_it(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host, scope="read")
    said = card(browser, anchor_of(work))
    assert "Connected</span>" in said
    assert "Bookings cannot be written into it." in said
    assert "Connect again and allow it" in said


def test_an_account_whose_calendars_are_not_known_yet_says_so_and_looks_again(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    Calendar.objects.all().delete()
    said = card(browser, anchor_of(work))
    assert "We are asking Google Calendar for your calendars." in said
    assert "data-refreshes" in said


def test_names_of_calendars_are_text(host: User, browser: Client) -> None:
    connect_calendars(host, "<script>alert(1)</script>", label="<b>@work.example")
    page = browser.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "<b>@work" not in page
    assert "<script>alert(1)</script>" in unescape(page)


def test_nobody_sees_another_hosts_calendars_and_looking_writes_nothing(host: User, browser: Client) -> None:
    connect_calendars(host)
    SchedulingPage.objects.filter(host=host).update(calendar=Calendar.objects.get())
    shown(browser)  # the day's first look is noted in the session
    with CaptureQueriesContext(connection) as asked:
        assert "mara@work.example" in shown(browser)
    assert [each["sql"] for each in asked if not each["sql"].startswith("SELECT")] == []
    other = Client()
    other.force_login(make_host())
    assert "mara@work.example" not in shown(other)
    assert Grant.objects.count() == 1
