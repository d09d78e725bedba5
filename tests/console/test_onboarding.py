"""From the first sign-in to a page."""

from datetime import timedelta

import pytest
from django.test import Client

from sivient.accounts.models import Plan, User
from sivient.audit.models import Entry
from sivient.calendars.models import Calendar
from sivient.scheduling import queries, services
from sivient.scheduling.models import EventType, Hours, SchedulingPage, Timetable
from tests.console.calendaring import connect_calendars, vendors
from tests.factories import NOW, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ANSWERS = {"name": "Priya Raman", "handle": "priya", "timezone": "Asia/Kolkata"}


@pytest.fixture
def newcomer() -> User:
    """Somebody who has just signed in for the first time."""
    return User.objects.create(name="Priya Raman", email="priya@contoso.example")


@pytest.fixture
def browser(newcomer: User) -> Client:
    """The newcomer's browser."""
    client = Client()
    client.force_login(newcomer)
    return client


def test_every_host_page_leads_a_newcomer_to_the_welcome_page(browser: Client) -> None:
    for path in ("/bookings", "/event-types", "/availability", "/settings/scheduling", "/settings/account"):
        assert browser.get(path)["Location"] == "/welcome"


def test_the_form_begins_with_what_is_known(browser: Client) -> None:
    make_host(handle="priya")
    page = browser.get("/welcome").content.decode()
    assert 'value="Priya Raman"' in page
    assert 'value="priya-raman"' in page
    assert 'data-zone="UTC"' in page
    assert "testserver/schedule/" in page


def test_only_the_handle_stands_behind_the_address_of_the_server(browser: Client) -> None:
    assert browser.get("/welcome").content.decode().count("testserver/schedule/") == 1
    browser.post("/welcome", ANSWERS)
    page = browser.get("/settings/scheduling").content.decode()
    assert page.count("<span>testserver/schedule/</span>") == 1


def test_three_answers_make_a_page_that_waits_for_its_platform(browser: Client, newcomer: User) -> None:
    assert browser.post("/welcome", ANSWERS)["Location"] == "/welcome/platform"
    newcomer.refresh_from_db()
    assert (newcomer.handle, newcomer.timezone) == ("priya", "Asia/Kolkata")
    event_type = EventType.objects.get()
    assert (event_type.title, event_type.slug, event_type.minutes) == ("30 minute meeting", "30min", 30)
    assert event_type.schedule.timezone == "Asia/Kolkata"
    assert list(Hours.objects.values_list("weekday", "start", "end")) == [(day, 540, 1020) for day in range(5)]
    assert SchedulingPage.objects.get().platform == ""
    assert Timetable.objects.filter(host=newcomer).exists()
    assert not queries.bookable(newcomer)
    services.save_settings(newcomer, handle="priya", platform="phone", details="+91 80 1234")
    assert queries.published("priya") == newcomer


def test_the_next_page_leads_to_zoom_or_another_platform_and_names_the_plan(browser: Client, newcomer: User) -> None:
    browser.post("/welcome", ANSWERS)
    page = browser.get("/welcome/platform").content.decode()
    assert "Connect Zoom" in page
    assert "/settings/scheduling" in page
    assert "on Free" not in page
    User.objects.update(plan=Plan.FREE)
    page = browser.get("/welcome/platform").content.decode()
    assert "on Free" in page
    assert "Connect Zoom" not in page
    assert "once you are on Pro" in page


def item(browser: Client, title: str) -> str:
    """What one item of the list says."""
    page = browser.get("/welcome/platform").content.decode()
    return page.partition(f"<h2>{title} ")[2].partition("</li>")[0]


def test_the_calendar_is_to_do_done_or_needs_its_host(
    browser: Client, newcomer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post("/welcome", ANSWERS)
    with vendors(monkeypatch):
        assert "To do" in item(browser, "Calendar")
        assert "Connect a calendar" in item(browser, "Calendar")
        connect_calendars(newcomer)
        assert "Done" in item(browser, "Calendar")
        assert "mara@work.example" in item(browser, "Calendar")
        Calendar.objects.update(synced_at=NOW - timedelta(hours=2))
        assert "Needs you" in item(browser, "Calendar")
        assert "your page shows no times" in item(browser, "Calendar")
        Calendar.objects.update(blocks=False)
        assert "no calendar blocks your times" in item(browser, "Calendar")


def test_meetings_hours_and_link_say_how_far_they_are(browser: Client, newcomer: User) -> None:
    browser.post("/welcome", ANSWERS)
    assert "To do" in item(browser, "Where you meet")
    assert "Done" in item(browser, "Hours")
    assert "To do" in item(browser, "Link")
    SchedulingPage.objects.update(platform="zoom")
    assert "Zoom is not connected: bookings wait for their link." in item(browser, "Where you meet")
    assert "testserver/schedule/priya" in item(browser, "Link")
    services.save_settings(newcomer, handle="priya", platform="phone", details="+91 80 1234")
    assert "Done" in item(browser, "Where you meet")
    Hours.objects.all().delete()
    assert "no times can be offered" in item(browser, "Hours")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "Enter your name."),
        ({"name": "x" * 101}, "A name has up to 100 characters."),
        ({"handle": "p"}, "A handle has 3 to 40 characters."),
        ({"handle": "jonas"}, "jonas is taken."),
        ({"handle": ""}, "Enter a handle."),
        ({"timezone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"timezone": ""}, "Choose a time zone from the list."),
    ],
)
def test_a_wrong_answer_is_named_and_the_others_are_kept(
    browser: Client, newcomer: User, other: User, wrong: dict[str, str], sentence: str
) -> None:
    answer = browser.post("/welcome", ANSWERS | {"name": "Kept Name"} | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Kept Name" in page or "name" in wrong
    newcomer.refresh_from_db()
    assert newcomer.onboarded_at is None
    assert not newcomer.event_types.exists()


def test_pressing_twice_makes_one_page(browser: Client, newcomer: User) -> None:
    browser.post("/welcome", ANSWERS)
    assert browser.post("/welcome", ANSWERS | {"handle": "priya-2"})["Location"] == "/bookings"
    services.open_page(newcomer, name="Again", handle="again", timezone="UTC", now=NOW)
    assert EventType.objects.count() == SchedulingPage.objects.count() == 1
    assert Entry.objects.filter(event="page opened").count() == 1


def test_a_handle_taken_between_check_and_save_is_a_message(
    browser: Client, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sivient.console.forms.handles.check_free", lambda typed, user: typed)
    answer = browser.post("/welcome", ANSWERS | {"handle": "jonas"})
    assert answer.status_code == 422
    assert "jonas is taken." in answer.content.decode()


def test_names_may_hold_anything_and_stay_text(browser: Client, newcomer: User) -> None:
    browser.post("/welcome", ANSWERS | {"name": "<script>alert(1)</script> \u202e\r\nBcc: x 😀"})
    newcomer.refresh_from_db()
    assert newcomer.name == "<script>alert(1)</script> Bcc: x 😀"
    assert "<script>alert" not in browser.get("/settings/account").content.decode()
