"""The host gives a booking a link of their own, in place of Zoom's or because none came."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference, ConferenceAttempt
from sivient.booking.services import cancel, reschedule, step_key
from sivient.integrations.models import Connection
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType, SchedulingPage
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post, connect, event_of, pass_time
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINE = "https://meet.example/mara"
HOUR = timedelta(hours=1)
GUEST = "ada@guest.example"


@pytest.fixture
def host() -> User:
    """Mara in Berlin, whose meetings are in Zoom."""
    return make_host(timezone="Europe/Berlin")


@pytest.fixture
def booking(host: User) -> Booking:
    """Ada's, without a link so far."""
    return make_booking(make_event_type(host), name="Ada")


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client


def shown(browser: Client, path: str, status: int = 200) -> str:
    """A page as people read it, as one line."""
    answer = browser.get(path)
    assert answer.status_code == status
    return " ".join(unescape(answer.content.decode()).split())


def made(booking: Booking, **fields: object) -> Conference:
    """A Zoom meeting of the booking."""
    more = {"vendor": "zoom", "external_id": "84512903377", "join_url": "https://zoom.test/j/1"} | fields
    return Conference.objects.create(booking=booking, vendor_start=booking.start, created_at=NOW, **more)


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall(r'name="(version|shown)" value="([^"]*)"', page))


def links(booking: Booking) -> list[str]:
    """The links in force."""
    return list(booking.conferences.filter(unused=False).values_list("join_url", flat=True))


def test_where_there_is_none_a_link_is_added(browser: Client, booking: Booking) -> None:
    address = f"/bookings/{booking.pk}"
    assert "Add a link" in shown(browser, address)
    asked = shown(browser, f"{address}/link")
    assert "We stop asking Zoom for a meeting." in asked
    assert "Ada is told once: the same invite is updated." in asked
    assert links(booking) == []
    answer = browser.post(f"{address}/link", form_of(asked) | {"link": f" {MINE} "})
    assert answer["Location"] == address
    assert links(booking) == [MINE]
    page = shown(browser, address)
    assert "Link added. Ada is told." in page
    assert "Your own link" in page
    assert "Replace link" in page
    assert "Unused Zoom meetings" not in page


def test_a_replaced_meeting_stays_in_zoom_and_is_named(browser: Client, host: User, booking: Booking) -> None:
    made(booking)
    address = f"/bookings/{booking.pk}"
    asked = shown(browser, f"{address}/link")
    assert "Replace the link" in asked
    assert "The Zoom meeting 845 1290 3377 stays in your Zoom account until you delete it there." in asked
    browser.post(f"{address}/link", form_of(asked) | {"link": MINE})
    page = shown(browser, address)
    assert "Link replaced. Ada is told." in page
    assert "Safe to delete in Zoom: this booking does not use it." in page
    assert "845 1290 3377, replaced" in page


def test_where_we_may_delete_meetings_it_says_so(browser: Client, host: User, booking: Booking) -> None:
    made(booking)
    connect_zoom(host, scope="meeting:write:meeting user:read:user meeting:delete:meeting")
    for page in ("link", "cancel"):
        said = shown(browser, f"/bookings/{booking.pk}/{page}")
        assert "The Zoom meeting 845 1290 3377 is deleted in Zoom." in said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the link where you meet."),
        ("<room>", "Write the whole address of the meeting"),
        ("https://meet.example/my room", "An address has no spaces."),
        ("https://localhost/room", "Guests cannot open this address"),
        ("javascript:alert(1)", "Write the whole address of the meeting"),
        ("https://meet.example/<x>", "characters that an invite cannot carry"),
        ("https://meet.example/" + "x" * 2048, "This address is too long."),
    ],
)
def test_what_is_no_link_is_named_and_kept(browser: Client, booking: Booking, typed: str, sentence: str) -> None:
    answer = browser.post(f"/bookings/{booking.pk}/link", {"link": typed, "version": "1"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{typed}"' in page
    assert links(booking) == []


def test_pressing_twice_is_pressing_once(browser: Client, booking: Booking, post: Post) -> None:
    sent = {"link": MINE, "version": "1"}
    for _ in range(2):
        assert browser.post(f"/bookings/{booking.pk}/link", sent).status_code == 302
        run_due()
    assert booking.conferences.count() == 1
    assert len(post.to(GUEST)) == 1


def test_a_second_tab_does_not_replace_a_link_that_it_has_not_shown(browser: Client, booking: Booking) -> None:
    address = f"/bookings/{booking.pk}/link"
    first, second = (form_of(shown(browser, address)) for _ in range(2))
    assert browser.post(address, first | {"link": MINE}).status_code == 302
    answer = browser.post(address, second | {"link": f"{MINE}-2"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "The link has changed meanwhile." in page
    assert f'value="{MINE}-2"' in page
    assert links(booking) == [MINE]
    assert browser.post(address, form_of(page) | {"link": f"{MINE}-2"}).status_code == 302
    assert links(booking) == [f"{MINE}-2"]


@pytest.mark.parametrize("version", ["1", "x", "-1"])
def test_nobody_replaces_the_link_of_a_time_that_they_have_not_seen(
    browser: Client, booking: Booking, version: str
) -> None:
    reschedule(booking, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    answer = browser.post(f"/bookings/{booking.pk}/link", {"link": MINE, "version": version})
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert f'value="{MINE}"' in page
    assert 'name="version" value="2"' in page
    assert links(booking) == []


@pytest.mark.parametrize("how", ["cancelled", "over", "phone"])
def test_what_needs_no_link_gets_none(browser: Client, host: User, booking: Booking, how: str) -> None:
    if how == "cancelled":
        cancel(booking, by="guest", now=timezone.now())
    elif how == "over":
        Booking.objects.update(start=NOW - 2 * HOUR, end=NOW - HOUR)
    else:
        SchedulingPage.objects.update(platform="phone", platform_details="+49 30 1")
        Booking.objects.update(platform="phone", platform_details="+49 30 1")
    address = f"/bookings/{booking.pk}"
    assert f'href="{address}/link"' not in shown(browser, address)
    shown(browser, f"{address}/link", 409)
    assert browser.post(f"{address}/link", {"link": MINE}).status_code == 409
    assert links(booking) == []


def test_everybody_is_told_once_in_the_same_invite(browser: Client, host: User, zoom: ZoomEmulator, post: Post) -> None:
    connect(zoom, host)
    booking = make_booking(make_event_type(host))
    run_due()
    browser.post(f"/bookings/{booking.pk}/link", {"link": MINE, "version": "1"})
    run_due()
    pass_time()
    run_due()
    first, second = (event_of(mail)[1] for mail in post.to(GUEST))
    assert (second["UID"], int(second["SEQUENCE"])) == (first["UID"], int(first["SEQUENCE"]) + 1)
    assert MINE in str(second["LOCATION"])
    guests = unescape(Client().get(f"/b/{booking.token}").content.decode())
    assert f'href="{MINE}"' in guests
    assert "Join meeting" in guests


def attempt(booking: Booking, **fields: object) -> None:
    """A request that left for Zoom."""
    asked = {"vendor": "zoom", "vendor_start": booking.start, "asked_at": timezone.now() - HOUR}
    ConferenceAttempt.objects.create(booking=booking, **asked | fields)


def test_meetings_that_may_be_unused_are_told_with_ref_and_time(browser: Client, booking: Booking) -> None:
    for outcome in ("made", "refused", "found"):
        attempt(booking, outcome=outcome)
    attempt(booking, asked_at=timezone.now())  # on its way
    assert "unused" not in shown(browser, f"/bookings/{booking.pk}").lower()
    attempt(booking, outcome="lost")
    page = shown(browser, f"/bookings/{booking.pk}")
    assert "Possibly unused Zoom meetings" in page
    assert "Zoom did not say whether it made a meeting: 1 request on " in page
    assert f", ref {booking.uid[:8].upper()}. If your Zoom list has one with that ref, it is safe to delete." in page
    attempt(booking, asked_at=timezone.now() - HOUR / 2)  # its worker was killed
    made(booking)
    page = shown(browser, f"/bookings/{booking.pk}")
    assert "2 requests between " in page
    assert "beside 845 1290 3377, they are safe to delete." in page


def test_a_meeting_without_a_usable_link_is_named(browser: Client, booking: Booking) -> None:
    attempt(booking, outcome="lost", external_id="93696081574")
    page = shown(browser, f"/bookings/{booking.pk}")
    assert "936 9608 1574, made" in page
    assert "did not say" not in page


def test_the_meeting_of_a_cancelled_booking_is_named_while_it_is_in_zoom(browser: Client, booking: Booking) -> None:
    made(booking)
    cancel(booking, by="host", now=timezone.now())
    page = shown(browser, f"/bookings/{booking.pk}")
    assert "845 1290 3377, of this booking" in page
    Conference.objects.update(deleted_at=NOW)
    assert "of this booking" not in shown(browser, f"/bookings/{booking.pk}")


def test_what_was_deleted_in_zoom_is_not_listed(browser: Client, booking: Booking) -> None:
    made(booking, unused=True, deleted_at=NOW)
    made(booking, unused=True, vendor=Conference.BY_HAND, external_id="")
    assert "unused" not in shown(browser, f"/bookings/{booking.pk}").lower()


def test_a_booking_that_needs_its_host_is_marked_in_the_list(browser: Client, host: User, booking: Booking) -> None:
    connect_zoom(host)
    assert "Waits for link" in shown(browser, "/bookings")
    Work.objects.filter(kind="delivery.conference", key=step_key(booking)).update(
        state="failed", trouble="rejected", last_error="No permission."
    )
    page = shown(browser, "/bookings")
    assert "1 booking has no link yet and needs you." in page
    assert "No link yet</span>" in page
    assert "Waits for link" not in page
    assert "No link yet" in shown(browser, f"/bookings/{booking.pk}")


def test_after_a_disconnect_the_list_says_that_bookings_need_their_host(
    browser: Client, host: User, booking: Booking
) -> None:
    connect_zoom(host)
    Connection.objects.update(state=Connection.State.DISCONNECTED, grant=None)
    page = shown(browser, "/bookings")
    assert "1 booking has no link yet and needs you." in page
    assert "Zoom is not connected." in page
    assert "Waits for link" not in page
    assert "by itself" not in page


def test_the_list_asks_as_often_for_ten_as_for_one(
    browser: Client, host: User, booking: Booking, django_assert_num_queries: object
) -> None:
    event_type: EventType = make_event_type(host)
    browser.get("/bookings")
    with django_assert_num_queries(11):  # type: ignore[operator]
        browser.get("/bookings")
    for at in range(1, 5):
        make_booking(event_type, start=MONDAY_10 + at * HOUR)
    with django_assert_num_queries(11):  # type: ignore[operator]
        browser.get("/bookings")
