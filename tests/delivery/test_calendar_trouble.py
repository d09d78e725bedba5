"""Calendars that need their host are named on every page of theirs, and in one mail."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.steps import CONFERENCE, step_key
from sivient.calendars.losing import lose
from sivient.calendars.models import Calendar
from sivient.integrations import tokens
from sivient.integrations.models import Connection, Grant
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.models import SchedulingPage
from tests.console.calendaring import connect_calendars
from tests.delivery.conftest import Post, html_of, text_of
from tests.delivery.test_banner import said
from tests.factories import connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
GONE = "delivery.tell_calendar_gone"


@pytest.fixture
def host(post: Post) -> User:
    """Mara in Berlin, whose calendar blocks times and receives bookings."""
    host = make_host(timezone="Europe/Berlin")
    (work,) = connect_calendars(host)
    SchedulingPage.objects.filter(host=host).update(calendar=work)
    return host


@pytest.fixture
def browser(host: User) -> Client:
    client = Client()
    client.force_login(host)
    return client


def ends() -> None:
    """Let the permission end at the vendor."""
    tokens.end(tokens.read(Grant.objects.get().pk), "The password was changed.")


def only_mail(post: Post, host: User) -> tuple[str, str]:
    """Subject and words, in both readings, of the one mail to the host."""
    (mail,) = post.to(host.email)
    return str(mail["Subject"]), text_of(mail) + html_of(mail)


def test_a_permission_that_ended_is_said_once_in_one_mail_with_what_it_means(host: User, post: Post) -> None:
    ends()
    run_due()
    connection = Connection.objects.get()
    enqueue("delivery.tell_reconnect", key=f"connection:{connection.pk}", payload={"connection": connection.pk})
    run_due()
    subject, words = only_mail(post, host)
    assert subject == "Reconnect Google Calendar: your page shows no times"
    assert words.count("stopped accepting our access to mara@work.example on") == 2
    assert words.count("The password was changed.") == 2
    assert words.count("so your page shows no times until you reconnect.") == 2
    assert words.count("we mail the invites") == 2
    assert words.count("/docs/calendars#reconnecting") == 2
    assert "link" not in words.replace("links", ""), "nobody waits for one"


def test_an_account_that_blocks_nothing_stops_nothing(host: User, post: Post, browser: Client) -> None:
    Calendar.objects.update(blocks=False)
    ends()
    run_due()
    subject, words = only_mail(post, host)
    assert subject == "Reconnect Google Calendar"
    assert words.count("People can still book you.") == 2
    assert "People can still book you." in said(browser, "/bookings")


def test_a_calendar_that_is_gone_is_said_once_in_one_mail(host: User, post: Post) -> None:
    calendar = Calendar.objects.get()
    lose(calendar)
    run_due()
    enqueue(GONE, key=f"calendar:{calendar.pk}", payload={"calendar": calendar.pk})
    run_due()
    subject, words = only_mail(post, host)
    assert subject == "The calendar “Work” is gone: your page shows no times"
    assert words.count("Google Calendar (mara@work.example) was deleted there") == 2
    assert words.count("/docs/calendars#not-read") == 2


@pytest.mark.parametrize("change", [{"blocks": False}, {"gone_at": None}])
def test_nobody_is_told_of_a_calendar_on_which_nothing_depends_or_that_is_back(
    host: User, post: Post, change: dict[str, object]
) -> None:
    SchedulingPage.objects.update(calendar=None)
    lose(Calendar.objects.get())
    Calendar.objects.update(**change)
    run_due()
    assert post.to(host.email) == []


def test_every_page_says_that_no_times_are_shown_until_the_account_is_connected_again(
    host: User, browser: Client
) -> None:
    assert said(browser, "/bookings") == ""
    ends()
    banner = said(browser, "/bookings")
    assert "Google Calendar stopped accepting our access on" in banner
    assert "Your page shows no times until you reconnect." in banner
    assert "Reconnect Google Calendar" in banner


def test_a_calendar_that_cannot_be_read_is_named_with_the_way_out(host: User, browser: Client) -> None:
    connect_calendars(host, "Home", label="mara@home.example")
    Calendar.objects.update(synced_at=timezone.now() - timedelta(hours=2))
    banner = said(browser, "/bookings")
    assert "The calendars “Home” and “Work” cannot be read." in banner
    assert "or you take bookings without them." in banner
    assert "/settings/integrations#calendars" in banner
    Calendar.objects.update(synced_at=None, created_at=timezone.now())
    assert said(browser, "/bookings") == "", "it is being read for the first time"


def test_bookings_that_need_their_host_are_still_named_beside_it(host: User, browser: Client) -> None:
    connect_zoom(host)
    Calendar.objects.update(blocks=False)
    booking = make_booking(make_event_type(host))
    Work.objects.filter(kind=CONFERENCE, key=step_key(booking)).update(state="failed", trouble="rejected")
    Connection.objects.filter(vendor="google").update(state="disconnected")
    connect_calendars(host, label="mara@home.example", state="needs_reconnect", state_since=timezone.now())
    page = browser.get("/bookings").content.decode()
    assert "Reconnect Google Calendar" in page
    assert "1 booking has no link yet and needs you." in page
