"""Another time for the same booking: chosen like the first one, moved by one button, and refused with a reason."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.booking import services
from sivient.booking.forms import RescheduleForm
from sivient.booking.models import Booking
from sivient.scheduling.models import EventType, SchedulingPage
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NOON = MONDAY_10 + timedelta(hours=2)


@pytest.fixture
def booking() -> Booking:
    """A guest's 45 minutes with Mara, Monday at ten; her event type has half an hour by now, on a grid of fifteen."""
    intro = make_event_type(make_host(handle="mara"), slug="intro", minutes=45, step_minutes=15)
    made = make_booking(intro)
    EventType.objects.update(minutes=30)
    return made


def text_of(answer: Any) -> str:
    """The page as people read its source."""
    return str(unescape(answer.content.decode()))


def at(start: datetime) -> str:
    """An instant as an address carries it."""
    return f"{start:%Y-%m-%dT%H:%M}Z"


def get(client: Client, booking: Booking, below: str = "") -> Any:
    """Open a page of it."""
    return client.get(f"/b/{booking.token}/reschedule{below}")


def post(client: Client, booking: Booking, start: datetime = NOON, **typed: object) -> Any:
    """Press the button of the page that showed this version of the booking."""
    version = str(typed.pop("version", booking.version))
    token = RescheduleForm.token_for(booking.pk, int(version))
    data = {"at": at(start), "version": version, "token": token, "tz": "Asia/Tokyo", "clock": "24"}
    return client.post(f"/b/{booking.token}/reschedule/confirm", data | typed)


def test_the_page_shows_the_old_ticket_and_times_that_stay_with_the_booking(client: Client, booking: Booking) -> None:
    answer = get(client, booking, f"?date={MONDAY_10:%Y-%m-%d}")
    text = text_of(answer)
    assert "You are rescheduling." in text
    assert "Tokyo, UTC+9" in text
    assert f'href="/b/{booking.token}/reschedule/confirm?at=' in text
    assert f'"feed": "/b/{booking.token}/reschedule/slots.json?form=packed"' in text
    assert "/schedule/" not in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_page_opens_at_the_day_of_the_booking_and_leads_back_to_earlier_weeks(
    client: Client, booking: Booking
) -> None:
    far = MONDAY_10 + timedelta(weeks=6)
    Booking.objects.update(start=far, end=far + timedelta(minutes=45))
    text = text_of(get(client, booking))
    assert f'name="date" value="{far:%Y-%m-%d}"' in text
    assert f'"date": "{far:%Y-%m-%d}"' in text
    assert re.search(r'data-weeks="earlier" href="\?date=', text)
    asked = text_of(get(client, booking, f"?date={MONDAY_10:%Y-%m-%d}"))
    assert f'name="date" value="{MONDAY_10:%Y-%m-%d}"' in asked


def test_its_own_time_does_not_stand_in_its_way_and_its_length_stays(client: Client, booking: Booking) -> None:
    feed = get(client, booking, "/slots.json").json()
    assert feed["duration"] == 45
    quarter_later, same = MONDAY_10 + timedelta(minutes=15), MONDAY_10
    assert f"{quarter_later:%Y-%m-%dT%H:%M:%SZ}" in feed["slots"]
    assert f"{same:%Y-%m-%dT%H:%M:%SZ}" not in feed["slots"]


def test_the_last_page_shows_both_tickets_and_one_button(client: Client, booking: Booking) -> None:
    text = text_of(get(client, booking, f"/confirm?at={at(NOON)}"))
    assert text.count('class="ticket') == 2
    assert text.index('class="ticket off"') < text.index('class="ticket"')
    assert re.findall(r"<button[^>]*>([^<]+)</button>", text) == ["Reschedule"]
    assert 'type="text"' not in text


def test_opening_pages_changes_nothing(client: Client, booking: Booking) -> None:
    before = Booking.objects.values().get()
    for below in ("", "/slots.json", f"/confirm?at={at(NOON)}", "/confirm"):
        get(client, booking, below)
    assert Booking.objects.values().get() == before


def test_the_button_moves_it_and_its_page_says_so(client: Client, booking: Booking) -> None:
    answer = post(client, booking)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/b/{booking.token}")
    booking.refresh_from_db()
    assert (booking.start, booking.end) == (NOON, NOON + timedelta(minutes=45))
    text = text_of(client.get(f"/b/{booking.token}"))
    assert "You rescheduled it from Monday" in text
    assert f'href="/b/{booking.token}/reschedule"' in text


def test_the_same_button_twice_moves_once(client: Client, booking: Booking) -> None:
    token = RescheduleForm.token_for(booking.pk, 1)
    answers = [post(client, booking, token=token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    booking.refresh_from_db()
    assert booking.version == 2


def test_a_page_from_before_another_change_shows_the_new_time(client: Client, booking: Booking) -> None:
    services.reschedule(booking, NOON, by="host", now=timezone.now())
    answer = post(client, booking, MONDAY_10 + timedelta(hours=4), version=1)
    text = text_of(answer)
    assert answer.status_code == 409
    assert "This booking was changed in the meantime" in text
    assert f'datetime="{NOON:%Y-%m-%dT%H:%M}' in text
    booking.refresh_from_db()
    assert booking.start == NOON


def test_a_time_that_was_taken_gives_the_nearest_in_the_same_form(client: Client, booking: Booking) -> None:
    assert booking.event_type
    EventType.objects.update(minutes=45)
    make_booking(EventType.objects.get(), start=NOON)
    answer = post(client, booking)
    text = text_of(answer)
    assert answer.status_code == 409
    assert "This time was booked a moment ago." in text
    assert "Your booking stays where it is." in text
    times = re.findall(r'<button class="btn" name="at" value="([^"]+)">Reschedule to', text)
    assert times
    assert at(MONDAY_10) not in times
    assert re.findall(r"<button[^>]*>", text)[0] == "<button disabled hidden>"
    token = re.search(r'name="token" value="([^"]+)"', text)
    assert token
    assert post(client, booking, token=token[1], at=times[0]).status_code == 303


@pytest.mark.parametrize("start", ["", "soon", "\x00", "9999-12-31T23:59Z", "2026-01-01T10:00Z", "9" * 5000])
def test_a_time_that_is_none_is_refused_in_a_sentence(client: Client, booking: Booking, start: str) -> None:
    for answer, statuses in (
        (client.get(f"/b/{booking.token}/reschedule/confirm", {"at": start}), (404,)),
        (post(client, booking, at=start), (409, 422)),
    ):
        assert answer.status_code in statuses
        assert "This time is not offered." in text_of(answer)


@pytest.mark.parametrize("typed", [{"token": ""}, {"token": "x"}, {"version": 7, "token": "1"}, {"version": "0"}])
def test_a_form_that_is_not_ours_moves_nothing(client: Client, booking: Booking, typed: dict[str, Any]) -> None:
    answer = post(client, booking, **typed)
    assert answer.status_code == 422
    assert "This page was open for a long time." in text_of(answer)
    booking.refresh_from_db()
    assert booking.start == MONDAY_10


def test_too_late_says_how_late_it_may_be(client: Client, booking: Booking) -> None:
    Booking.objects.update(reschedule_notice=timedelta(days=60), cancel_notice=timedelta(days=60))
    for answer in (get(client, booking), post(client, booking)):
        text = text_of(answer)
        assert "It is too late to reschedule" in text
        assert "up to 60 days before the start" in text
        assert "<form" not in text
    cancel = client.get(f"/b/{booking.token}/cancel")
    assert "It is too late to cancel here" in text_of(cancel)
    assert "It is too late to change this booking here" in text_of(client.get(f"/b/{booking.token}"))


@pytest.mark.parametrize("why", ["cancelled", "past", "begun", "deleted", "off", "paused", "unpublished"])
def test_what_cannot_be_moved_says_why_and_never_breaks(client: Client, booking: Booking, why: str) -> None:
    now = timezone.now()
    match why:
        case "cancelled":
            services.cancel(booking, by="guest", now=now)
        case "past":
            Booking.objects.update(start=now - timedelta(days=1), end=now - timedelta(hours=23))
        case "begun":
            Booking.objects.update(start=now - timedelta(minutes=5), end=now + timedelta(minutes=40))
        case "deleted":
            EventType.objects.all().delete()
        case "off":
            EventType.objects.update(active=False)
        case "paused":
            SchedulingPage.objects.update(paused=True)
        case "unpublished":
            SchedulingPage.objects.update(platform="")
    said = {
        "cancelled": "This booking is cancelled",
        "past": "This meeting is over",
        "begun": "This meeting has begun",
    }.get(why, "There are no other times at the moment")
    assert said in text_of(get(client, booking))
    assert said in text_of(get(client, booking, f"/confirm?at={at(NOON)}"))
    answer = post(client, booking)
    assert (answer.status_code, said in text_of(answer)) == (409, True)
    assert client.get(f"/b/{booking.token}").status_code == 200
