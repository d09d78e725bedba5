"""Settings that can never give a time are named on the list and in the editor; nobody is kept from saving them."""

from datetime import timedelta

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.scheduling.models import EventType, Hours, SchedulingPage
from tests.console.editing import ASKED, TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NEVER = "With these rules no time can be offered:"


@pytest.fixture(autouse=True)
def _published(host: User) -> None:
    SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1234567")


def shown(browser: Client) -> str:
    """The list."""
    text: str = browser.get("/event-types").content.decode()
    return text


def test_an_event_type_with_times_is_not_marked(browser: Client) -> None:
    assert "No free times" not in shown(browser)


def test_a_meeting_longer_than_the_hours_is_saved_and_named(browser: Client, host: User) -> None:
    assert browser.post("/event-types/new", TYPED | ASKED | {"minutes": "600", "more_minutes": ""}).status_code == 302
    page = shown(browser)
    assert "Saved." in page
    assert f"{NEVER} a meeting takes 10 h, and its hours last 8 h at most." in page
    edited = browser.get(f"/event-types/{host.event_types.get(minutes=600).pk}").content.decode()
    assert "As saved, a meeting takes 10 h" in edited


def test_hours_on_both_sides_of_midnight_are_one_opening(browser: Client, host: User) -> None:
    Hours.objects.all().delete()
    schedule = host.schedules.get()
    Hours.objects.create(schedule=schedule, weekday=0, start=21 * 60, end=1440)
    Hours.objects.create(schedule=schedule, weekday=1, start=0, end=3 * 60)
    EventType.objects.update(minutes=6 * 60)
    assert "No free times" not in shown(browser)
    EventType.objects.update(minutes=6 * 60 + 15)
    assert "its hours last 6 h at most." in shown(browser)


def test_a_limit_below_the_shortest_duration_is_named(browser: Client) -> None:
    EventType.objects.update(limits=[{"per": "day", "count": None, "minutes": 20}])
    assert f"{NEVER} a meeting takes 30 min, and at most 20 min can be booked a day." in shown(browser)
    EventType.objects.update(more_minutes=[15])
    assert "No free times" not in shown(browser)


def test_a_schedule_without_hours_is_named(browser: Client) -> None:
    Hours.objects.all().delete()
    assert f"{NEVER} its schedule has no hours" in shown(browser)


def test_no_free_times_for_another_reason_lead_to_the_page_that_says_why(browser: Client, host: User) -> None:
    EventType.objects.update(minimum_notice=timedelta(days=300))
    page = shown(browser)
    assert "No free times" in page
    assert NEVER not in page
    assert f'href="/event-types/{host.event_types.get().pk}/times">Offered times' in page


def test_what_is_off_or_paused_is_not_marked(browser: Client) -> None:
    Hours.objects.all().delete()
    for stored in ({"active": False}, {"active": True, "paused": True}):
        EventType.objects.update(**stored)
        assert "No free times" not in shown(browser)
