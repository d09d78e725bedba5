"""Which calendars block times, and which one receives bookings, is the host's choice."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType, SchedulingPage
from tests.console.calendaring import Vendor, connect_calendars, vendors
from tests.console.editing import TYPED
from tests.console.integrating import PAGE, shown
from tests.factories import make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TARGET = "/settings/calendars/target"
NOTHING = "Nothing blocks your times:"


@pytest.fixture(autouse=True)
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendors(monkeypatch) as vendor:
        yield vendor


def blocking() -> set[str]:
    return set(Calendar.objects.filter(blocks=True).values_list("name", flat=True))


def test_ticks_of_one_account_leave_the_others_as_they_are(host: User, browser: Client) -> None:
    work, family = connect_calendars(host, "Work", "Family")
    connect_calendars(host, "Home", label="mara@home.example")
    answer = browser.post(f"/settings/calendars/{work.connection_id}", {"calendar": [family.pk]})
    assert answer["Location"] == f"{PAGE}#calendars"
    assert blocking() == {"Family", "Home"}
    assert "Saved." in shown(browser)
    assert "Saved." not in shown(browser)
    browser.post(f"/settings/calendars/{work.connection_id}")
    assert blocking() == {"Home"}


def test_a_calendar_that_is_gone_blocks_until_its_host_decides_about_it(host: User, browser: Client) -> None:
    (lost,) = connect_calendars(host, "Lost", label="mara@home.example")
    work, family = connect_calendars(host, "Work", "Family")
    Calendar.objects.filter(pk=lost.pk).update(gone_at=timezone.now(), synced_at=None)
    browser.post(f"/settings/calendars/{work.connection_id}", {"calendar": [work.pk, family.pk]})
    assert blocking() == {"Lost", "Work", "Family"}
    browser.post("/settings/calendars/without", {"calendar": lost.pk})
    assert blocking() == {"Work", "Family"}
    assert "Bookings are taken without Lost. Guests can then book times that are taken in it." in shown(browser)


def test_when_nothing_blocks_the_page_and_the_card_say_what_that_means(host: User, browser: Client) -> None:
    assert NOTHING not in shown(browser), "there is no calendar"
    work, family = connect_calendars(host, "Work", "Family")
    assert NOTHING not in shown(browser)
    browser.post(f"/settings/calendars/{work.connection_id}")
    page = shown(browser)
    assert f"{NOTHING} guests can book over what stands in your calendars." in page
    assert "None is ticked, so nothing blocks your times." in page
    browser.post(f"/settings/calendars/{work.connection_id}", {"calendar": family.pk})
    page = shown(browser)
    assert NOTHING not in page
    assert "None is ticked" not in page


def test_a_calendar_that_receives_bookings_and_does_not_block_says_so(host: User, browser: Client) -> None:
    work, family = connect_calendars(host, "Work", "Family")
    browser.post(TARGET, {"calendar": family.pk})
    assert "Bookings go into it, but it does not block your times." in shown(browser)
    browser.post(f"/settings/calendars/{work.connection_id}", {"calendar": [work.pk, family.pk]})
    assert "Bookings go into it, but" not in shown(browser)


@pytest.mark.parametrize("trouble", ["calendar", "account"])
def test_before_the_last_calendar_that_blocks_is_left_out_its_host_is_told(
    trouble: str, host: User, browser: Client
) -> None:
    (lost,) = connect_calendars(host, "Lost")
    if trouble == "calendar":
        Calendar.objects.update(gone_at=timezone.now(), synced_at=None, trouble="This calendar was deleted.")
    else:
        Grant.objects.update(state="needs_reconnect", state_since=timezone.now())
    assert "It is the last one that blocks your times: guests can then book over" in shown(browser)
    connect_calendars(host, "Home", label="mara@home.example")
    page = shown(browser)
    assert "It is the last one" not in page
    assert "Guests can then book times that are taken in it." in page
    browser.post(f"/settings/calendars/{Calendar.objects.get(name='Home').connection_id}")
    browser.post("/settings/calendars/without", {"calendar": lost.pk})
    page = shown(browser)
    assert "Bookings are taken without Lost." in page
    assert NOTHING in page


@pytest.mark.parametrize("sent", ["", "x", "-1", "9" * 40, "²"])
def test_nonsense_changes_nothing(sent: str, host: User, browser: Client) -> None:
    connect_calendars(host)
    assert browser.post("/settings/calendars/without", {"calendar": sent, "connection": sent}).status_code == 302
    assert blocking() == {"Work"}
    assert browser.post(f"{PAGE}/google/connect", {"again": sent}).status_code == 302


def test_another_hosts_calendars_cannot_be_named(host: User, browser: Client) -> None:
    (theirs,) = connect_calendars(make_host(), label="jonas@work.example")
    (mine,) = connect_calendars(host, "Mine")
    browser.post("/settings/calendars/without", {"calendar": theirs.pk, "connection": theirs.connection_id})
    browser.post(f"/settings/calendars/{mine.connection_id}", {"calendar": [mine.pk, theirs.pk]})
    assert blocking() == {"Work", "Mine"}
    assert browser.post(f"/settings/calendars/{theirs.connection_id}").status_code == 404
    assert browser.post(TARGET, {"calendar": theirs.pk}).status_code == 404


def test_read_now_reads_at_once(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    browser.post("/settings/calendars/read")
    assert Work.objects.filter(kind="calendars.sync", key=f"calendar:{work.pk}").exists()
    assert "Your calendars are being read now." in shown(browser)


def test_one_calendar_receives_bookings_and_it_says_who_invites(host: User, browser: Client, vendor: Vendor) -> None:
    (work,) = connect_calendars(host)
    assert "Google Calendar sends the invites" in shown(browser)
    vendor.invites = False
    assert "we mail the invites to you and your guests" in shown(browser)
    browser.post(TARGET, {"calendar": work.pk})
    assert SchedulingPage.objects.get(host=host).calendar == work
    page = shown(browser)
    assert "New bookings are written into Work (mara@work.example)." in page
    assert f'value="{work.pk}" checked' in page.partition('id="target"')[2]
    assert "Receives bookings" in page
    browser.post(TARGET, {"calendar": ""})
    assert SchedulingPage.objects.get(host=host).calendar is None


def test_a_calendar_that_may_only_be_read_is_no_choice(host: User, browser: Client) -> None:
    connect_calendars(host, vendor="ics")
    assert "Where bookings are written" not in shown(browser)


def test_a_chosen_calendar_that_cannot_be_written_into_says_what_happens_meanwhile(host: User, browser: Client) -> None:
    (work,) = connect_calendars(host)
    SchedulingPage.objects.filter(host=host).update(calendar=work)
    Calendar.objects.update(gone_at=timezone.now(), trouble="This calendar was deleted.")
    assert "Nothing can be written into it now. Until that is mended, we mail the invites." in shown(browser)
    assert Grant.objects.count() == 1


def test_an_event_type_may_have_a_calendar_of_its_own(host: User, browser: Client) -> None:
    event_type = EventType.objects.get(host=host)
    address = f"/event-types/{event_type.pk}"
    assert "As in Integrations" not in shown(browser, address), "there is nothing to choose"
    work, family = connect_calendars(host, "Work", "Family")
    SchedulingPage.objects.filter(host=host).update(calendar=work)
    assert "As in Integrations (Work (mara@work.example))" in shown(browser, address)
    browser.post(address, TYPED | {"calendar": str(family.pk)})
    event_type.refresh_from_db()
    assert event_type.calendar == family
    assert f'value="{family.pk}" selected' in shown(browser, address)
    Calendar.objects.filter(pk=family.pk).update(gone_at=timezone.now())
    assert browser.post(address, TYPED | {"calendar": str(family.pk)}).status_code == 302, "it is kept"
    browser.post(address, TYPED | {"calendar": ""})
    event_type.refresh_from_db()
    assert event_type.calendar is None


def test_another_hosts_calendar_is_refused_at_the_field(host: User, browser: Client) -> None:
    connect_calendars(host)
    (theirs,) = connect_calendars(make_host(), label="jonas@work.example")
    event_type = EventType.objects.get(host=host)
    answer = browser.post(f"/event-types/{event_type.pk}", TYPED | {"calendar": str(theirs.pk)})
    assert answer.status_code == 422
    assert "Choose one of your calendars" in answer.content.decode()
