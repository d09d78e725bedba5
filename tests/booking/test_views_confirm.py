"""Giving one's details and being booked, or being told clearly why not."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.booking.forms import RescheduleForm
from sivient.booking.models import Booking
from sivient.scheduling.models import EventType
from sivient.site import form_token
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/mara/intro/confirm"
AT = f"{MONDAY_10:%Y-%m-%dT%H:%M}Z"
Post = Callable[..., Any]


@pytest.fixture
def intro() -> EventType:
    """Mara's event type."""
    return make_event_type(make_host(handle="mara"), slug="intro")


@pytest.fixture
def post(client: Client, intro: EventType) -> Post:
    """Send the form as Ada in Tokyo, with some fields typed differently."""

    def post(**typed: str) -> Any:
        data = {
            "name": "Ada Okafor",
            "email": "ada@guest.example",
            "note": "Hello",
            "at": AT,
            "tz": "Asia/Tokyo",
            "clock": "12",
            "token": form_token.issue(f"book:{intro.pk}"),
        }
        return client.post(PAGE, data | typed)

    return post


def text_of(answer: Any) -> str:
    """The page as people read its source: entities resolved."""
    return str(unescape(answer.content.decode()))


def test_the_form_shows_the_ticket_in_the_guests_zone_and_clock(client: Client, intro: EventType) -> None:
    answer = client.get(f"{PAGE}?at={AT}&tz=Asia/Tokyo&clock=12")
    text = text_of(answer)
    assert answer.status_code == 200
    assert "Tokyo, UTC+9" in text
    assert re.search(r"<time [^>]*>[56]:00 pm</time>", text)
    assert "For Mara Lindqvist it is Monday" in text
    assert not answer.cookies


def test_prefilled_values_can_be_changed_and_nothing_is_sent(client: Client, intro: EventType) -> None:
    text = text_of(client.get(f"{PAGE}?at={AT}&name=Ada+%3Cb%3E&email=ada@guest.example&note=Hi"))
    assert 'value="Ada <b>"' in text
    assert 'value="ada@guest.example"' in text
    assert not Booking.objects.exists()


def test_a_good_form_books_and_leads_to_the_secret_page(post: Post) -> None:
    answer = post()
    booking = Booking.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/b/{booking.token}")
    assert (booking.start, booking.guest_name, booking.guest_email) == (MONDAY_10, "Ada Okafor", "ada@guest.example")
    assert (booking.guest_timezone, booking.guest_clock, booking.note) == ("Asia/Tokyo", 12, "Hello")


def test_the_same_form_twice_is_one_booking(post: Post, intro: EventType) -> None:
    token = form_token.issue(f"book:{intro.pk}")
    first, second = post(token=token), post(token=token)
    assert first.headers["Location"] == second.headers["Location"]
    assert Booking.objects.count() == 1


def test_a_form_that_was_changed_after_it_booked_leads_to_that_booking(post: Post, intro: EventType) -> None:
    token = form_token.issue(f"book:{intro.pk}")
    first, changed = post(token=token), post(token=token, name="Bo")
    assert changed.status_code == 409
    assert first.headers["Location"] in text_of(changed)
    assert Booking.objects.count() == 1


def test_a_taken_time_offers_the_closest_in_the_same_form(post: Post, intro: EventType) -> None:
    make_booking(intro, email="bo@guest.example")
    answer = post(note="Keep <me>")
    text = text_of(answer)
    assert answer.status_code == 409
    assert "This time was booked a moment ago." in text
    assert "<title>Error: Your details" in text
    assert 'value="Ada Okafor"' in text
    assert "Keep <me></textarea>" in text
    offered = re.findall(r'<button class="btn" name="at" value="([^"]+)">', text)
    assert len(offered) == 3
    assert 'class="ticket off"' in text
    assert f'name="at" value="{AT}"' not in text


def test_the_enter_key_never_books_a_time_that_nobody_chose(post: Post, intro: EventType) -> None:
    make_booking(intro, email="bo@guest.example")
    buttons = re.findall(r"<button[^>]*>", text_of(post()))
    assert buttons[0] == "<button disabled hidden>"


def test_a_closest_time_books_with_what_was_typed(post: Post, intro: EventType) -> None:
    make_booking(intro, email="bo@guest.example")
    text = text_of(post())
    token = re.search(r'name="token" value="([^"]+)"', text)
    offered = re.findall(r'name="at" value="([^"]+)">Book', text)
    assert token
    assert post(at=offered[0], token=token[1]).status_code == 303


@pytest.mark.parametrize("shift", [timedelta(days=-30), timedelta(minutes=7), timedelta(hours=12), timedelta(days=730)])
def test_a_time_that_is_not_offered_gets_a_sentence_and_the_closest_ones(
    client: Client, post: Post, shift: timedelta
) -> None:
    at = f"{MONDAY_10 + shift:%Y-%m-%dT%H:%M}Z"
    for answer, status in ((post(at=at), 409), (client.get(f"{PAGE}?at={at}"), 404)):
        text = text_of(answer)
        assert answer.status_code == status
        assert "This time is not offered." in text
        assert len(re.findall(r'class="btn" (?:name="at"|href="/schedule)', text)) == 3
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "at", ["", "soon", "2026-11-24T13:00", "9999-12-31T23:59Z", "0001-01-01T00:00Z", "\x00", "9" * 10_000]
)
def test_an_instant_that_cannot_be_read_is_not_offered_either(client: Client, post: Post, at: str) -> None:
    assert post(at=at).status_code == 422
    answer = client.get(PAGE, {"at": at})
    assert answer.status_code == 404
    assert "This time is not offered." in text_of(answer)


def test_errors_stand_in_the_title_in_a_summary_and_at_their_fields(post: Post) -> None:
    answer = post(name="", email="nobody")
    text = text_of(answer)
    assert answer.status_code == 422
    assert "<title>Error: Your details" in text
    assert "2 things to correct" in text
    assert '<a href="#name">Enter your name.</a>' in text
    assert 'id="email_error">Enter an email address like name@example.com.' in text
    assert re.search(r'<input[^>]*name="email"[^>]*aria-invalid="true"[^>]*aria-describedby="email_error"', text)
    assert 'value="nobody"' in text
    assert f'name="at" value="{AT}"' in text


@pytest.mark.parametrize("field", ["name", "email", "note"])
def test_ten_thousand_characters_are_refused_and_kept(post: Post, field: str) -> None:
    answer = post(**{field: "x" * 10_000})
    assert answer.status_code == 422
    assert "x" * 10_000 in text_of(answer)
    assert "It has 10,000." in text_of(answer)


@pytest.mark.parametrize("token", ["", "forged", form_token.issue("book:0")])
def test_an_old_or_foreign_form_keeps_what_was_typed_and_can_be_sent_again(post: Post, token: str) -> None:
    answer = post(token=token)
    text = text_of(answer)
    assert answer.status_code == 422
    assert "This page was open for a long time." in text
    assert 'value="Ada Okafor"' in text
    fresh = re.search(r'name="token" value="([^"]+)"', text)
    assert fresh
    assert post(token=fresh[1]).status_code == 303


def test_an_unknown_zone_is_the_hosts(post: Post) -> None:
    assert post(tz="Mars/Olympus").status_code == 303
    assert Booking.objects.get().guest_timezone == "Europe/Berlin"


def test_a_page_that_closed_in_between_is_not_there(post: Post, intro: EventType) -> None:
    User.objects.filter(pk=intro.host_id).update(plan="free")
    assert post().status_code == 404


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7 }}{% now %}"])
def test_a_name_is_text_on_every_page(client: Client, post: Post, name: str) -> None:
    again = post(name=name, email="nobody")
    booked = client.get(post(name=name).headers["Location"])
    for answer in (again, booked):
        assert "<script>alert" not in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()
    assert f'value="{name}"' in text_of(again)


def test_a_form_with_too_many_fields_is_refused_in_a_sentence(client: Client, intro: EventType) -> None:
    answer = client.post(PAGE, {f"field{n}": "x" for n in range(300)})
    assert answer.status_code == 400
    assert "This request could not be read" in text_of(answer)


def test_the_form_is_not_for_search_engines(client: Client, intro: EventType) -> None:
    assert '<meta name="robots" content="noindex">' in text_of(client.get(f"{PAGE}?at={AT}"))


@pytest.mark.parametrize("field", ["tz", "clock", "at", "token"])
@pytest.mark.parametrize("rubbish", ["\x00", "Asia/Tokyo\x00", "12\x00", f"{AT}\x00", "🦊", "x" * 10_000, "../.."])
def test_rubbish_in_a_field_that_nobody_sees_is_never_refused_without_a_word(
    post: Post, field: str, rubbish: str
) -> None:
    answer = post(**{field: rubbish})
    if field in ("tz", "clock"):
        assert answer.status_code == 303
    else:
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(("asks", "said"), [(False, "booked"), (True, "asked for")])
def test_the_same_guest_in_two_tabs_reads_that_the_time_is_theirs(
    post: Post, intro: EventType, asks: bool, said: str
) -> None:
    intro.requires_approval = asks
    intro.save()
    booking = make_booking(intro, email="Ada@guest.example")
    answer = post()
    text = text_of(answer)
    assert answer.status_code == 409
    assert f"You have {said} this time already" in text
    assert "went to the address you typed." in text
    assert "Nothing is booked" not in text
    assert 'name="at"' not in text
    assert booking.token not in text


def test_the_form_says_until_when_guests_may_change_their_mind(client: Client, intro: EventType) -> None:
    def said(reschedule: timedelta, cancel: timedelta) -> str:
        EventType.objects.filter(pk=intro.pk).update(reschedule_notice=reschedule, cancel_notice=cancel)
        found = re.search(r"You can (.*)\.</p>", text_of(client.get(f"{PAGE}?at={AT}")))
        return found[1] if found else ""

    none, day, hour = timedelta(), timedelta(days=1), timedelta(hours=1)
    assert said(none, none) == ""
    assert said(day, day) == "reschedule or cancel until 1 day before"
    assert said(2 * day, none) == "reschedule until 2 days before"
    assert said(2 * day, hour) == "reschedule until 2 days before and cancel until 1 hour before"


@pytest.mark.parametrize("at", ["2999-12-31T23:59:59Z", "2999-12-31T23:59Z", "1900-01-01T00:00:00Z"])
def test_where_the_years_begin_and_end_nothing_is_offered(client: Client, intro: EventType, at: str) -> None:
    assert client.get(PAGE, {"at": at}).status_code == 404
    typed = {"at": at, "name": "Ada", "email": "ada@guest.example", "token": form_token.issue(f"book:{intro.pk}")}
    assert client.post(PAGE, typed).status_code == 409
    booking = make_booking(intro)
    there = f"/b/{booking.token}/reschedule/confirm"
    assert client.get(there, {"at": at}).status_code == 404
    form = {"at": at, "version": 1, "token": RescheduleForm.token_for(booking.pk, 1)}
    assert client.post(there, form).status_code == 409


@pytest.mark.parametrize("change", [{"active": False}, {"hidden": True}, {"slug": "other"}, {"paused": True}])
def test_the_same_form_again_finds_its_booking_whatever_has_become_of_the_event_type(
    post: Post, intro: EventType, change: dict[str, Any]
) -> None:
    token = form_token.issue(f"book:{intro.pk}")
    first = post(token=token)
    EventType.objects.filter(pk=intro.pk).update(**change)
    again = post(token=token)
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert post(token=token, name="Bo").status_code == 409
    EventType.objects.filter(pk=intro.pk).delete()
    assert "You have booked with this form" in text_of(post(token=token))
    assert Booking.objects.count() == 1
