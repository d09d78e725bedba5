"""The list of event types: what stands there, and copying, moving and deleting one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import TooManyEventTypes, save_event_type
from sivient.scheduling.models import EventType, PrivateLink, SchedulingPage
from tests.console.editing import TYPED
from tests.factories import NOW, connect_zoom, make_booking, make_event_type

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def shown(browser: Client) -> str:
    """The list."""
    text: str = browser.get("/event-types").content.decode()
    return text


def test_a_row_shows_durations_platform_and_address(browser: Client) -> None:
    browser.post("/event-types/new", TYPED)
    page = shown(browser)
    for words in ("15 min, 1 h or 1 h 30 min", "No Meeting Platform chosen", "Needs approval", "swatch amber"):
        assert words in page
    assert 'data-copies="http://testserver/schedule/mara/design-review"' in page


@pytest.mark.parametrize(
    ("stored", "tag"),
    [({"active": False}, ">Off<"), ({"paused": True}, "Paused<"), ({"requires_approval": True}, "Needs approval<")],
)
def test_a_tag_says_what_is_unusual(browser: Client, stored: dict[str, bool], tag: str) -> None:
    assert tag not in shown(browser)
    EventType.objects.update(**stored)
    assert tag in shown(browser)


def test_of_a_hidden_event_type_its_private_link_is_copied(browser: Client, host: User) -> None:
    event_type = host.event_types.get()
    browser.post(f"/event-types/{event_type.pk}", TYPED | {"hidden": "on"})
    page = shown(browser)
    assert "Hidden<" in page
    assert f'data-copies="http://testserver/p/{event_type.private_links.get().token}"' in page
    assert "/schedule/mara/" not in page


def test_an_ended_private_link_is_not_handed_out(browser: Client, host: User) -> None:
    event_type = host.event_types.get()
    EventType.objects.update(hidden=True)
    PrivateLink.objects.create(event_type=event_type, created_at=NOW, expires_at=NOW - timedelta(days=1))
    page = shown(browser)
    assert "none of its private links is open" in page
    assert "Copy link" not in page
    PrivateLink.objects.create(event_type=event_type, created_at=NOW)
    assert "Copy link" in shown(browser)
    EventType.objects.update(hidden=False)
    assert "Private link<" in shown(browser)


def test_a_title_that_exists_gets_an_address_of_its_own(browser: Client) -> None:
    for title in ("Design review", "Design review", "設計"):
        browser.post("/event-types/new", TYPED | {"title": title})
    assert list(EventType.objects.values_list("slug", flat=True)) == [
        *("30min", "design-review", "design-review-2", "60min"),
    ]


def test_the_order_is_changed_by_one_place(browser: Client, host: User) -> None:
    for title in ("Second", "Third"):
        save_event_type(host, EventTypeDraft(title=title, minutes=30))
    third = host.event_types.get(title="Third")
    move = f"/event-types/{third.pk}/move"
    assert browser.post(move, {"to": "up"})["Location"] == f"/event-types#event-type-{third.pk}"
    assert list(host.event_types.values_list("title", flat=True)) == ["30 minute meeting", "Third", "Second"]
    for ignored in ({}, {"to": "sideways"}, {"to": "down"}):
        browser.post(move, ignored)
    assert list(host.event_types.values_list("title", flat=True)) == ["30 minute meeting", "Second", "Third"]
    page = shown(browser)
    assert 'aria-label="Move Third up"' in page
    assert 'aria-label="Move Third down"' not in page


def test_a_copy_stands_below_and_opens_in_the_editor(browser: Client, host: User) -> None:
    original = host.event_types.get()
    address = browser.post(f"/event-types/{original.pk}/duplicate")["Location"]
    copy = host.event_types.exclude(pk=original.pk).get()
    assert address == f"/event-types/{copy.pk}"
    assert (copy.active, copy.title) == (False, "30 minute meeting (copy)")


def test_what_belongs_to_another_host_is_not_there(browser: Client, other: User) -> None:
    foreign = make_event_type(other)
    link = PrivateLink.objects.create(event_type=foreign, created_at=NOW)
    for below in ("", "/times", "/links", "/delete"):
        assert browser.get(f"/event-types/{foreign.pk}{below}").status_code == 404
    for below in ("", "/duplicate", "/move", "/delete", "/links", f"/links/{link.pk}/remove"):
        assert browser.post(f"/event-types/{foreign.pk}{below}", TYPED).status_code == 404
    assert EventType.objects.filter(host=other).count() == 1
    assert PrivateLink.objects.count() == 1


def test_what_changes_something_is_not_opened_by_a_link(browser: Client, host: User) -> None:
    event_type = host.event_types.get()
    for below in ("duplicate", "move", "links/1/remove"):
        assert browser.get(f"/event-types/{event_type.pk}/{below}").status_code == 405


def test_deleting_asks_first_and_keeps_bookings(browser: Client, host: User) -> None:
    SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1234567")
    event_type = EventType.objects.get()
    booking = make_booking(event_type)
    address = f"/event-types/{event_type.pk}/delete"
    assert "Bookings that were made stay" in browser.get(address).content.decode()
    assert EventType.objects.exists()
    assert browser.post(address)["Location"] == "/event-types"
    assert not EventType.objects.exists()
    kept = Booking.objects.get()
    assert (kept.title, kept.status, kept.hold) == (booking.title, "confirmed", booking.hold)


def test_a_page_lists_fifty_event_types_at_most(browser: Client, host: User) -> None:
    for number in range(49):
        save_event_type(host, EventTypeDraft(title=f"Call {number}", minutes=30))
    assert browser.get("/event-types/new").status_code == 302
    page = shown(browser)
    assert "Add event type" not in page
    assert "Duplicate" not in page
    assert browser.post(f"/event-types/{host.event_types.first().pk}/duplicate")["Location"] == "/event-types"
    with pytest.raises(TooManyEventTypes):
        save_event_type(host, EventTypeDraft(title="One more", minutes=30))


def test_the_list_says_where_each_is_held_and_asks_once_whether_zoom_works(browser: Client, host: User) -> None:
    SchedulingPage.objects.filter(host=host).update(platform="zoom")
    make_event_type(host, platform="phone", platform_details="+49 30 901820")
    browser.get("/event-types")  # the day's first look at a page is noted in the session
    with CaptureQueriesContext(connection) as few:
        page = shown(browser)
    assert page.count("Zoom (not connected)") == 1
    assert "Phone" in page
    for _ in range(5):
        make_event_type(host)
    with CaptureQueriesContext(connection) as many:
        browser.get("/event-types")
    assert len(few) == len(many)
    connect_zoom(host)
    assert "(not connected)" not in shown(browser)
