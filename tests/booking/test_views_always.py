"""The event type with the most times there can be: its pages stay small, and nothing computes two years of them."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.booking.services import nearest_free
from sivient.core import slots
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, PrivateLink, TimeOff
from tests.always import MOST_DAYS, make_always
from tests.factories import MONDAY_10, NOW, make_booking

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/schedule/always/any"
FAR = (NOW + timedelta(days=600)).date()
OVERVIEW = 44 * 288  # five weeks, a week more and a day on both sides
RAW, SENT = 75_000, 9_000  # bytes of the page with 288 times on it, as it is and compressed; its files bring 31 KB
PACKED = 1_000  # bytes of an answer to the page's module


@pytest.fixture
def always() -> EventType:
    """Every five minutes, around the clock, for two years."""
    return make_always()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many starts each question to the engine brought."""
    counts: list[int] = []
    ask = slots.starts

    def counted(*args: Any, **named: Any) -> list[int]:
        found = ask(*args, **named)
        counts.append(len(found))
        return found

    monkeypatch.setattr(slots, "starts", counted)
    yield counts


def module(text: str) -> dict[str, Any]:
    """What the page hands to its module."""
    found = re.search(r'<script id="module" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize("query", ["", f"?date={FAR}", "?date=9999-12-31", "?tz=Asia/Kathmandu&clock=12"])
@pytest.mark.parametrize("way", ["public", "private", "reschedule"])
def test_the_page_stays_small_and_computes_what_it_shows(
    client: Client, always: EventType, computed: list[int], way: str, query: str
) -> None:
    address = PAGE
    if way == "private":
        address = f"/p/{PrivateLink.objects.create(event_type=always, created_at=NOW).token}"
    elif way == "reschedule":
        address = f"/b/{make_booking(always).token}/reschedule"
    computed.clear()
    answer = client.get(address + query)
    assert answer.status_code == 200
    assert len(answer.content) < RAW
    assert len(gzip.compress(answer.content, 6)) < SENT
    assert max(computed) <= OVERVIEW
    assert sum(computed) < 2 * OVERVIEW
    assert answer.content.count(b'class="slot"') <= 288


@pytest.mark.parametrize("page", ["/bookings/{booking}/reschedule", "/event-types/{event_type}/times"])
def test_the_hosts_own_pages_compute_what_they_show_too(
    client: Client, always: EventType, computed: list[int], page: str
) -> None:
    booking = make_booking(always)
    TimeOff.objects.create(host=always.host, first=NOW.date(), last=NOW.date() + timedelta(days=30))
    client.force_login(always.host)
    computed.clear()
    assert client.get(page.format(booking=booking.pk, event_type=always.pk)).status_code == 200
    assert 0 < sum(computed) < 2 * OVERVIEW


def test_a_day_with_irregular_times_is_small_too(client: Client, always: EventType) -> None:
    for number in range(40):
        make_booking(always, start=MONDAY_10 + timedelta(minutes=15 * number))
    answer = client.get(f"{PAGE}?date={MONDAY_10:%Y-%m-%d}")
    assert len(gzip.compress(answer.content, 6)) < SENT


def test_every_month_is_reached_by_links_alone(client: Client, always: EventType) -> None:
    shown, address = set(), f"{PAGE}?tz=Europe/Berlin"
    for _ in range(30):
        text = client.get(address).content.decode()
        shown |= set(re.findall(r'data-date="([\d-]+)"', text))
        later = re.search(r'data-weeks="later" href="(\?[^"]*)" aria-label="Later weeks">', text)
        if later is None:
            break
        address = PAGE + later[1].replace("&amp;", "&")
    today = NOW.date()
    assert {str(today + timedelta(days=n)) for n in range(1, MOST_DAYS)} <= shown


def test_the_answer_to_the_module_is_small_and_has_the_times_of_the_feed(
    client: Client, always: EventType, computed: list[int]
) -> None:
    window = {"from": str(FAR), "to": str(FAR + timedelta(days=62))}
    answer = client.get(f"{PAGE}/slots.json", {**window, "form": "packed"})
    assert len(answer.content) < PACKED
    assert sum(computed) < 62 * 288 + OVERVIEW
    times = answer.json()["times"]
    every = [
        datetime.fromisoformat(each).timestamp() for each in client.get(f"{PAGE}/slots.json", window).json()["slots"]
    ]
    first, *steps = times["starts"].split()
    assert int(first) * 60 == every[0]
    assert 1 + sum(int(step.partition("x")[2] or 1) for step in steps) == len(every)
    assert (times["before"] * 60, times["after"] * 60) == (every[0] - 300, every[-1] + 300)


def test_a_gap_of_a_year_is_passed_over_by_link_and_module(client: Client, always: EventType) -> None:
    today = NOW.date()
    TimeOff.objects.create(host=always.host, first=today, last=today + timedelta(days=365))
    text = client.get(f"{PAGE}?tz=Europe/Berlin").content.decode()
    opening = today + timedelta(days=366)
    assert f'data-date="{opening}" aria-current="true"' in text
    first = datetime.fromtimestamp(module(text)["times"]["first"] * 60).astimezone()
    assert abs(first.date() - opening) <= timedelta(days=1)


@pytest.mark.parametrize("asked", ["2026-02-30", "soon", "2026-13-01"])
def test_a_date_that_does_not_exist_is_said_to(client: Client, always: EventType, asked: str) -> None:
    assert f"There is no date “{asked}”" in client.get(f"{PAGE}?date={asked}").content.decode()


def test_a_date_after_all_times_is_said_to_have_none(client: Client, always: EventType) -> None:
    text = client.get(f"{PAGE}?date=2099-05-03").content.decode()
    assert "no free times on or after 3 May 2099" in text
    assert "on or after" not in client.get(f"{PAGE}?date={NOW.date()}").content.decode()


def test_a_date_in_a_gap_and_one_that_has_passed_are_said_to_be_so(client: Client, always: EventType) -> None:
    today = NOW.date()
    TimeOff.objects.create(host=always.host, first=today + timedelta(days=80), last=today + timedelta(days=200))
    gap, free = today + timedelta(days=81), today + timedelta(days=201)
    text = client.get(f"{PAGE}?tz=Europe/Berlin&date={gap}").content.decode()
    assert f"no free times on {gap.day} {gap:%B %Y} or soon after" in text
    assert f"the next free day: {free:%A} {free.day} {free:%B %Y}." in text
    assert "the next free day." in client.get(f"{PAGE}?date={gap}").content.decode()
    assert "3 May 2020 has passed" in client.get(f"{PAGE}?date=2020-05-03").content.decode()
    for number in (0, 1, 79, 201):
        text = client.get(f"{PAGE}?date={today + timedelta(days=number)}").content.decode()
        assert not re.search("has passed|soon after|on or after", text)


@pytest.mark.parametrize("days", [-3, 0, 300, 5000])
def test_the_nearest_times_are_found_without_all_of_them(always: EventType, computed: list[int], days: int) -> None:
    event_type = queries.event_type("always", "any")
    assert event_type
    wanted = MONDAY_10 + timedelta(days=days, minutes=2)
    found = nearest_free(event_type, wanted, now=NOW)
    assert len(found) == 3
    if days in (0, 300):
        assert [abs(start - wanted.timestamp()) for start in found] in ([120, 180, 480], [420, 120, 180])
    assert sum(computed) <= 2 * 2 * 288


def test_the_page_asks_the_database_no_more_than_any_other(client: Client, always: EventType) -> None:
    for query in ("", f"?date={FAR}"):
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE + query)
        assert len(asked) <= 7
