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
    assert "Bookings are written into" not in shown(browser)


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
