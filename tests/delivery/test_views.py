"""The host's bookings: the agenda, one booking with its timeline, cancelling it, and trying again."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import step_key
from sivient.delivery import views
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
LINK = "https://zoom.test/j/84512903377?pwd=secret"


@pytest.fixture
def host() -> User:
    """Mara in Berlin, whose meetings are in Zoom."""
    host = make_host(timezone="Europe/Berlin")
    connect_zoom(host)
    return host


@pytest.fixture
def event_type(host: User) -> EventType:
    """What is booked."""
    return make_event_type(host)


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client


def book(event_type: EventType, name: str, *, at: int = 0, **fields: object) -> Booking:
    """A booking at the `at`-th half hour, then brought into the state that the test wants."""
    booking = make_booking(event_type, start=MONDAY_10 + at * HALF_HOUR, name=name)
    Booking.objects.filter(pk=booking.pk).update(**fields)
    booking.refresh_from_db()
    return booking


def link(booking: Booking, *, unused: bool = False) -> None:
    """Store a Zoom meeting of the booking."""
    Conference.objects.create(
        booking=booking,
        vendor="zoom",
        external_id="84512903377",
        join_url=LINK,
        vendor_start=booking.start,
        unused=unused,
        created_at=NOW,
    )


def shown(browser: Client, path: str, status: int = 200) -> str:
    """A page as people read it."""
    answer = browser.get(path)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def names(page: str) -> list[str]:
    """The guests that the agenda lists, in order."""
    return re.findall(r'<span class="muted small">(\w+)</span>', page)


def trouble(booking: Booking, state: str, kind: str = "delivery.conference") -> Work:
    """Let a step of the booking have met trouble."""
    work = Work.objects.get(kind=kind, key=step_key(booking))
    work.state, work.last_error, work.attempt = state, "Zoom did not answer.", 3
    work.run_at, work.trouble = timezone.now() + DAY, Work.Trouble.LATER
    work.save()
    return work


def test_each_booking_is_in_one_view_in_the_order_of_interest(browser: Client, event_type: EventType) -> None:
    now = timezone.now()
    book(event_type, "Second", at=1)
    book(event_type, "First")
    book(event_type, "Running", at=2, start=now - HALF_HOUR / 2, end=now + HALF_HOUR / 2)
    book(event_type, "Lately", at=3, start=now - DAY, end=now - DAY + HALF_HOUR)
    book(event_type, "Earlier", at=4, start=now - 2 * DAY, end=now - 2 * DAY + HALF_HOUR)
    book(event_type, "Called", at=5, status="cancelled")
    book(make_event_type(), "Somebodys")
    assert names(shown(browser, "/bookings")) == ["Running", "First", "Second"]
    assert names(shown(browser, "/bookings?view=past")) == ["Lately", "Earlier"]
    assert names(shown(browser, "/bookings?view=cancelled")) == ["Called"]
    assert names(shown(browser, "/bookings?view=nonsense")) == ["Running", "First", "Second"]


def test_the_agenda_stands_under_days_and_clocks_of_the_host(browser: Client, event_type: EventType) -> None:
    book(event_type, "Ada")
    page = shown(browser, "/bookings")
    assert re.search(r"<h2>Monday\W", page)
    assert "10:00\N{EN DASH}10:30</time>" in page


def test_empty_views_say_so(browser: Client) -> None:
    assert "Share your link" in shown(browser, "/bookings")
    assert "No meetings so far." in shown(browser, "/bookings?view=past")


def test_a_long_list_has_pages_and_rubbish_leads_to_one_of_them(
    browser: Client, event_type: EventType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 2)
    for at, name in enumerate(("One", "Two", "Three")):
        book(event_type, name, at=at)
    first, second = shown(browser, "/bookings"), shown(browser, "/bookings?view=upcoming&page=2")
    assert (names(first), names(second)) == (["One", "Two"], ["Three"])
    assert 'href="?view=upcoming&page=2"' in first
    assert 'href="?view=upcoming&page=1"' in second
    assert names(shown(browser, "/bookings?page=x")) == ["One", "Two"]
    assert names(shown(browser, "/bookings?page=99")) == ["Three"]


def test_bookings_that_wait_for_their_link_are_counted_and_marked(browser: Client, event_type: EventType) -> None:
    for at, name in enumerate(("Ada", "Bo")):
        book(event_type, name, at=at)
    link(book(event_type, "Cy", at=2))
    page = shown(browser, "/bookings")
    assert "2 bookings wait for a Zoom link." in page
    assert page.count("Waits for link") == 2
    assert 'href="/docs/zoom#no-link"' in page
    for booking in Booking.objects.filter(guest_name__in=("Ada", "Bo")):
        link(booking)
    page = shown(browser, "/bookings")
    assert "for a Zoom link" not in page
    assert "Waits for link" not in page


def test_the_page_of_a_booking_says_everything_the_host_needs(browser: Client, event_type: EventType) -> None:
    booking = book(event_type, "Ada <b>", note="One\nTwo <i>")
    link(booking)
    link(booking, unused=True)
    raw = browser.get(f"/bookings/{booking.pk}").content.decode()
    assert "Ada &lt;b&gt;" in raw
    assert "One<br>Two &lt;i&gt;" in raw
    page = unescape(raw)
    assert 'href="mailto:ada@guest.example"' in page
    assert f'href="{LINK}"' in page
    assert "Tokyo, UTC+9" in page
    assert "Zoom meeting created" in page
    assert "845 1290 3377" in page
    assert "Unused Zoom meetings" in page
    assert f'href="/bookings/{booking.pk}/cancel"' in page


def test_cancelling_asks_first_and_takes_a_message_along(browser: Client, event_type: EventType) -> None:
    booking = book(event_type, "Ada")
    address = f"/bookings/{booking.pk}"
    assert "Cancel this meeting?" in shown(browser, f"{address}/cancel")
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    answer = browser.post(f"{address}/cancel", {"reason": "I am ill.\r\nSorry\x00" + "x" * 985})
    assert answer["Location"] == address
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_by) == ("cancelled", "host")
    assert booking.cancel_reason.startswith("I am ill.\nSorryx")
    assert len(booking.cancel_reason) == 1000
    page = shown(browser, address)
    assert "I am ill." in page
    assert "By you" in page
    assert "Cancel meeting" not in page
    assert Work.objects.filter(kind="delivery.cancellation", key=step_key(booking)).exists()


def test_a_meeting_that_has_begun_is_not_cancelled_any_more(browser: Client, event_type: EventType) -> None:
    now = timezone.now()
    booking = book(event_type, "Ada", start=now - HALF_HOUR / 2, end=now + HALF_HOUR / 2)
    assert "Cancel meeting" not in shown(browser, f"/bookings/{booking.pk}")
    answer = browser.post(f"/bookings/{booking.pk}/cancel")
    assert answer.status_code == 409
    assert "It cannot be cancelled or rescheduled any more." in answer.content.decode()
    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize(
    ("state", "words"),
    [("waiting", "trying again"), ("parked", "needs you"), ("failed", "needs you")],
)
def test_what_met_trouble_can_be_tried_now(browser: Client, event_type: EventType, state: str, words: str) -> None:
    booking = book(event_type, "Ada")
    work = trouble(booking, state)
    page = shown(browser, f"/bookings/{booking.pk}")
    assert f"Zoom meeting: {words}" in page
    assert "Zoom did not answer." in page
    assert 'href="/docs/zoom#no-link"' in page
    assert browser.post(f"/bookings/{booking.pk}/try-now")["Location"] == f"/bookings/{booking.pk}"
    work.refresh_from_db()
    assert work.state == "waiting"
    assert work.run_at <= timezone.now()


def test_trying_now_leaves_what_needs_no_help(browser: Client, event_type: EventType) -> None:
    booking = book(event_type, "Ada")
    before = list(Work.objects.order_by("pk").values())
    assert "Try now" not in shown(browser, f"/bookings/{booking.pk}")
    browser.post(f"/bookings/{booking.pk}/try-now")
    assert list(Work.objects.order_by("pk").values()) == before
