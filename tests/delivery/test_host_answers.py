"""The host answers requests, and nobody answers for a time that they have not seen."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.booking.services import approve, cancel, decline, reschedule
from sivient.scheduling.models import EventType, Platform
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK = "https://zoom.test/j/1?pwd=secret"


@pytest.fixture
def host() -> User:
    """Mara in Berlin."""
    return make_host(platform=Platform.PHONE, platform_details="+49 30 1")


@pytest.fixture
def event_type(host: User) -> EventType:
    """What is booked on approval."""
    return make_event_type(host, requires_approval=True, color="violet", most_others=2)


@pytest.fixture
def request_(event_type: EventType) -> Booking:
    """A request for Monday at ten."""
    answers = (("topic", "What <about>?", "One\nTwo <b>"),)
    return make_booking(event_type, name="Ada", answers=answers, others=("bo@guest.example",))


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client


def page(browser: Client, path: str) -> str:
    """A page as people read it."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def form_of(browser: Client, path: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall(r'name="(version)" value="([^"]*)"', page(browser, path)))


def status(booking: Booking) -> str:
    """The booking's status now."""
    return Booking.objects.get(pk=booking.pk).status


def test_the_page_of_a_request_says_everything_needed_to_answer(browser: Client, request_: Booking) -> None:
    raw = browser.get(f"/bookings/{request_.pk}").content.decode()
    assert "What &lt;about&gt;?" in raw
    assert "One<br>Two &lt;b&gt;" in raw
    assert 'href="mailto:bo@guest.example"' in raw
    assert "swatch violet" in raw
    assert "Ada asks for this time." in raw
    assert "Approve request" in raw
    assert f'href="/bookings/{request_.pk}/decline"' in raw
    assert f'href="/bookings/{request_.pk}/reschedule"' in raw
    assert "Cancel meeting" not in raw


def test_what_was_done_is_said_once(browser: Client, request_: Booking) -> None:
    detail = f"/bookings/{request_.pk}"
    for path, sent, said in (
        ("/approve", {}, "Request approved. The invite goes to Ada."),
        ("/reschedule", {"at": f"{MONDAY_10 + DAY:%Y-%m-%dT%H:%M}Z"}, "Rescheduled to Tuesday"),
        ("/cancel", {}, "Meeting cancelled. Ada is told."),
    ):
        answer = browser.post(detail + path, sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, detail)
        assert [said in page(browser, detail) for _ in range(2)] == [True, False]


def test_what_stands_no_more_says_so_in_its_heading_and_has_no_link(browser: Client, request_: Booking) -> None:
    detail = f"/bookings/{request_.pk}"
    Conference.objects.create(
        booking=request_, vendor="zoom", external_id="1", join_url=LINK, vendor_start=MONDAY_10, created_at=MONDAY_10
    )
    assert LINK in page(browser, detail)
    browser.post(f"{detail}/decline")
    said = page(browser, detail)
    assert re.search(r"<h1.*Declined.*</h1>", said)
    assert LINK not in said


def test_opening_pages_answers_nothing(browser: Client, request_: Booking) -> None:
    for path in ("", "/decline", "/reschedule", "/cancel"):
        assert browser.get(f"/bookings/{request_.pk}{path}").status_code == 200
    assert browser.get(f"/bookings/{request_.pk}/approve").status_code == 405
    assert status(request_) == "pending"


def test_a_button_approves(browser: Client, request_: Booking) -> None:
    address = f"/bookings/{request_.pk}"
    assert browser.post(f"{address}/approve", form_of(browser, address))["Location"] == address
    assert status(request_) == "confirmed"
    shown = page(browser, address)
    assert "Approve request" not in shown
    assert "Approved" in shown
    assert "Cancel meeting" in shown


def test_pressing_twice_is_pressing_once(browser: Client, request_: Booking) -> None:
    address = f"/bookings/{request_.pk}"
    form = form_of(browser, address)
    assert [browser.post(f"{address}/approve", form).status_code for _ in range(2)] == [302, 302]
    assert Booking.objects.get(pk=request_.pk).version == 2


def test_declining_asks_first_and_takes_a_message_along(browser: Client, request_: Booking) -> None:
    address = f"/bookings/{request_.pk}"
    form = form_of(browser, f"{address}/decline")
    assert browser.post(f"{address}/decline", form | {"reason": "Away\x00\r\nthat day"})["Location"] == address
    shown = page(browser, address)
    assert status(request_) == "declined"
    assert "Away<br>that day" in shown
    assert "Message on declining" in shown
    assert "Reschedule" not in shown


@pytest.mark.parametrize("verb", ["approve", "decline", "cancel"])
def test_an_answer_to_a_time_that_was_moved_meanwhile_changes_nothing(
    browser: Client, request_: Booking, verb: str
) -> None:
    address = f"/bookings/{request_.pk}"
    form = form_of(browser, address)
    reschedule(request_, MONDAY_10 + HOUR, by="guest", now=timezone.now())
    answer = browser.post(f"{address}/{verb}", form | {"reason": "Typed before"})
    shown = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert f"It was rescheduled meanwhile to Monday {MONDAY_10.day}" in shown
    assert "11:00." in shown
    assert verb == "approve" or "Typed before" in shown
    assert status(request_) == "pending"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda b: cancel(b, by="guest", now=timezone.now()), "This request was cancelled meanwhile."),
        (lambda b: decline(b, now=timezone.now()), "You have declined this request already."),
    ],
    ids=["cancelled", "declined"],
)
def test_a_request_that_waits_no_more_is_not_approved(
    browser: Client, request_: Booking, change: object, words: str
) -> None:
    form = form_of(browser, f"/bookings/{request_.pk}")
    change(request_)  # type: ignore[operator]
    answer = browser.post(f"/bookings/{request_.pk}/approve", form)
    assert answer.status_code == 409
    assert words in answer.content.decode()


def test_an_approved_request_is_not_declined(browser: Client, request_: Booking) -> None:
    form = form_of(browser, f"/bookings/{request_.pk}/decline")
    approve(request_, now=timezone.now())
    answer = browser.post(f"/bookings/{request_.pk}/decline", form)
    assert answer.status_code == 409
    assert "You have approved this request already." in answer.content.decode()
    assert status(request_) == "confirmed"


def test_after_the_time_to_answer_nothing_is_approved(browser: Client, request_: Booking) -> None:
    Booking.objects.filter(pk=request_.pk).update(answer_by=timezone.now() - HOUR)
    answer = browser.post(f"/bookings/{request_.pk}/approve")
    assert answer.status_code == 409
    assert "The time to answer this request is over." in answer.content.decode()


@pytest.mark.parametrize("verb", ["approve", "decline", "reschedule", "cancel"])
def test_a_booking_of_somebody_else_is_none(browser: Client, verb: str) -> None:
    foreign = make_booking(make_event_type(requires_approval=True))
    assert browser.post(f"/bookings/{foreign.pk}/{verb}").status_code == 404
    assert Client().post(f"/bookings/{foreign.pk}/{verb}").status_code == 302
    assert status(foreign) == "pending"


@pytest.mark.parametrize("verb", ["approve", "decline", "reschedule", "cancel"])
def test_a_form_from_elsewhere_is_refused(host: User, request_: Booking, verb: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(host)
    assert client.post(f"/bookings/{request_.pk}/{verb}").status_code == 403


def test_requests_stand_first_the_most_urgent_on_top(browser: Client, event_type: EventType, host: User) -> None:
    make_booking(event_type, start=MONDAY_10 + DAY, name="Later")
    urgent = make_booking(event_type, start=MONDAY_10 + 2 * DAY, name="Urgent")
    Booking.objects.filter(pk=urgent.pk).update(answer_by=timezone.now() + HOUR)
    make_booking(make_event_type(host), start=MONDAY_10, name="Booked")
    shown = page(browser, "/bookings")
    assert re.findall(r'<span class="muted small">(\w+)</span>', shown) == ["Urgent", "Later", "Booked"]
    assert shown.index("Requests</h2>") < shown.index("Urgent") < shown.index("Booked")
    assert shown.count("Request</span>") == 2
    assert f"Wed {(MONDAY_10 + 2 * DAY).day}" in shown
    assert "Requests</h2>" not in page(browser, "/bookings?view=past")


def test_what_came_to_nothing_says_how(browser: Client, event_type: EventType) -> None:
    cancel(make_booking(event_type, start=MONDAY_10), by="guest", now=timezone.now())
    decline(make_booking(event_type, start=MONDAY_10 + HOUR), now=timezone.now())
    expired = make_booking(event_type, start=MONDAY_10 + 2 * HOUR)
    Booking.objects.filter(pk=expired.pk).update(status="expired", hold=None, cancelled_at=timezone.now())
    shown = page(browser, "/bookings?view=cancelled")
    assert re.findall(r"</svg>\s*(Withdrawn|Declined|Expired)</span>", shown) == ["Expired", "Declined", "Withdrawn"]


@pytest.mark.parametrize("verb", ["decline", "cancel"])
def test_a_message_that_is_too_long_is_refused_and_kept(browser: Client, request_: Booking, verb: str) -> None:
    address = f"/bookings/{request_.pk}/{verb}"
    answer = browser.post(address, form_of(browser, address) | {"reason": "x" * 1001})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Your message may have up to 1,000 characters. It has 1,001." in shown
    assert f">{'x' * 1001}</textarea>" in shown
    assert status(request_) == "pending"


@pytest.mark.parametrize("verb", ["approve", "decline", "cancel"])
def test_a_form_that_names_no_version_that_can_be_changes_nothing(
    browser: Client, request_: Booking, verb: str
) -> None:
    answer = browser.post(f"/bookings/{request_.pk}/{verb}", {"version": "9" * 5000})
    assert answer.status_code in (409, 422)
    assert "Nothing was changed." in answer.content.decode()
    assert status(request_) == "pending"


def test_every_request_can_be_reached(browser: Client, request_: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sivient.delivery.views.PER_PAGE", 1)
    assert request_.event_type is not None
    make_booking(request_.event_type, start=MONDAY_10 + HOUR)
    assert page(browser, "/bookings").count("Request</span>") == 2
