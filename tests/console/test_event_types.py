"""The editor of event types."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.scheduling import event_types
from sivient.scheduling.models import EventType, SchedulingPage
from tests.factories import connect_zoom, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TYPED = {
    "title": "Design review",
    "slug": "",
    "description": "Bring a prototype.",
    "minutes": "60",
    "platform": "",
    "minimum_notice": "1440",
    "buffer_before": "10",
    "buffer_after": "15",
    "window_days": "30",
    "active": "on",
}


def test_what_is_typed_is_saved(browser: Client) -> None:
    assert browser.post("/event-types/new", TYPED)["Location"] == "/event-types?saved"
    saved = EventType.objects.get(title="Design review")
    assert (saved.slug, saved.minutes, saved.window_days, saved.active) == ("design-review", 60, 30, True)
    assert (saved.buffer_before, saved.buffer_after) == (timedelta(minutes=10), timedelta(minutes=15))
    assert saved.minimum_notice == timedelta(days=1)
    page = browser.get("/event-types").content.decode()
    assert "http://testserver/schedule/mara/design-review" in page


def test_the_editor_shows_what_is_stored_also_unusual_lengths(browser: Client, host: User) -> None:
    EventType.objects.update(minimum_notice=timedelta(minutes=77), description="Said before")
    page = browser.get(f"/event-types/{EventType.objects.get().pk}").content.decode()
    assert '<option value="77" selected>77 minutes</option>' in page
    assert "Said before" in page


def test_an_event_type_can_have_a_platform_of_its_own(browser: Client, host: User) -> None:
    browser.post("/event-types/new", TYPED | {"platform": "own_link", "link": "https://meet.example/mara"})
    saved = EventType.objects.get(title="Design review")
    assert (saved.platform, saved.platform_details) == ("own_link", "https://meet.example/mara")
    page = browser.get(f"/event-types/{saved.pk}").content.decode()
    assert 'value="https://meet.example/mara"' in page
    assert "As in Scheduling settings (not chosen)" in page


def test_zoom_is_offered_for_an_event_type_only_while_connected(browser: Client, host: User) -> None:
    assert 'value="zoom"' not in browser.get("/event-types/new").content.decode()
    assert browser.post("/event-types/new", TYPED | {"platform": "zoom"}).status_code == 422
    connect_zoom(host)
    assert browser.post("/event-types/new", TYPED | {"platform": "zoom"}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": " "}, "Enter a title."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"minutes": "0"}, "greater than or equal to 5"),
        ({"minutes": "1441"}, "less than or equal to 1440"),
        ({"minutes": "soon"}, "Enter a whole number."),
        ({"window_days": "181"}, "less than or equal to 180"),
        ({"slug": "a b"}, "letters a to z"),
        ({"slug": "30min"}, "Another of your event types has this address."),
        ({"buffer_before": "-5"}, "Select a valid choice"),
        ({"description": "x" * 1001}, "at most 1000 characters"),
        ({"platform": "phone"}, "Enter the phone number that guests call."),
    ],
)
def test_what_cannot_be_saved_is_named_and_kept(browser: Client, wrong: dict[str, str], sentence: str) -> None:
    answer = browser.post("/event-types/new", TYPED | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Bring a prototype." in page or "description" in wrong
    assert EventType.objects.count() == 1


def test_a_title_that_exists_gets_an_address_of_its_own(browser: Client) -> None:
    for _ in range(2):
        browser.post("/event-types/new", TYPED)
    browser.post("/event-types/new", TYPED | {"title": "設計"})
    assert list(EventType.objects.values_list("slug", flat=True)) == [
        *("30min", "design-review", "design-review-2", "60min"),
    ]


def test_deleting_asks_first_and_keeps_bookings(browser: Client, host: User) -> None:
    SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1234567")
    event_type = EventType.objects.get()
    booking = make_booking(event_type)
    address = f"/event-types/{event_type.pk}/delete"
    assert "Bookings that were made stay" in browser.get(address).content.decode()
    assert EventType.objects.exists()
    assert browser.post(address)["Location"] == "/event-types?deleted"
    assert not EventType.objects.exists()
    kept = Booking.objects.get()
    assert (kept.title, kept.status, kept.hold) == (booking.title, "confirmed", booking.hold)


def test_a_page_lists_fifty_event_types_at_most(browser: Client, host: User) -> None:
    for number in range(49):
        event_types.save_event_type(host, event_types.EventTypeDraft(title=f"Call {number}", minutes=30))
    assert browser.get("/event-types/new").status_code == 302
    assert "Add event type" not in browser.get("/event-types").content.decode()
    with pytest.raises(event_types.TooManyEventTypes):
        event_types.save_event_type(host, event_types.EventTypeDraft(title="One more", minutes=30))


def test_the_list_says_where_each_is_held_and_asks_once_whether_zoom_works(browser: Client, host: User) -> None:
    SchedulingPage.objects.filter(host=host).update(platform="zoom")
    make_event_type(host, platform="phone", platform_details="+49 30 901820")
    browser.get("/event-types")  # the day's first look at a page is noted in the session
    with CaptureQueriesContext(connection) as few:
        page = browser.get("/event-types").content.decode()
    assert page.count("Zoom (not connected)") == 1
    assert "Phone" in page
    for _ in range(5):
        make_event_type(host)
    with CaptureQueriesContext(connection) as many:
        browser.get("/event-types")
    assert len(few) == len(many)
    connect_zoom(host)
    assert "(not connected)" not in browser.get("/event-types").content.decode()
