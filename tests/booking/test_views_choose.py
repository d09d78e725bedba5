"""Choosing: a host's page and the times of an event type."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import FormerHandle, Plan, User
from sivient.booking.stretch import packed
from sivient.scheduling.models import EventType, Hours, SchedulingPage
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
STRANGE_VALUES = ["", "x", "2026-02-30", "9999-12-31", "0001-01-01", "-1", "\x00", "'\"><script>", "9" * 10_000, "🦊"]


@pytest.fixture
def intro() -> EventType:
    """Mara's event type."""
    return make_event_type(make_host(handle="mara"), slug="intro", description="Get to know <each other>.")


def page_data(text: str) -> dict[str, object]:
    """What the page hands to its module."""
    found = re.search(r'<script id="module" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_a_host_with_several_event_types_lists_them(client: Client, intro: EventType) -> None:
    make_event_type(intro.host, slug="review", title="Design review", minutes=60)
    make_event_type(intro.host, slug="hidden", title="Hidden", active=False)
    text = client.get("/schedule/mara").content.decode()
    assert 'href="/schedule/mara/intro"' in text
    assert "Get to know &lt;each other&gt;." in text
    assert "First free day:" in text
    assert "Hidden" not in text


def test_the_only_event_type_is_shown_at_once(client: Client, intro: EventType) -> None:
    assert client.get("/schedule/mara?name=Ada").headers["Location"] == "/schedule/mara/intro?name=Ada"


@pytest.mark.parametrize("page", ["/schedule/mara", "/schedule/mara/intro"])
def test_a_slash_at_the_end_is_forgiven(client: Client, page: str) -> None:
    answer = client.get(f"{page}/?tz=Asia/Tokyo&name=A%26B")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page}?tz=Asia/Tokyo&name=A%26B")


def test_a_host_without_event_types_says_so(client: Client) -> None:
    make_host(handle="mara")
    assert "offers nothing to book at the moment" in client.get("/schedule/mara").content.decode()


def test_unknown_unpublished_and_closed_look_the_same(client: Client) -> None:
    make_event_type(make_host(handle="free", plan=Plan.FREE))
    make_event_type(make_host(handle="closed", closed_at=NOW))
    make_event_type(make_host(handle="unready", onboarded_at=None))
    SchedulingPage.objects.filter(host=make_host(handle="nowhere")).update(platform="")
    FormerHandle.objects.create(handle="once-closed", user=User.objects.get(handle="closed"))
    answers = [
        client.get(f"/schedule/{name}")
        for name in ("free", "closed", "unready", "nowhere", "once-closed", "nobody", "%00", "ma ra")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "path", ["/schedule/mara/nothing", "/schedule/mara/nothing/confirm", "/schedule/mara/nothing/slots.json"]
)
def test_an_event_type_that_is_not_there_leads_back_to_the_host(client: Client, intro: EventType, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'href="/schedule/mara"' in answer.content.decode()


def test_a_former_handle_sends_on_to_the_same_page(client: Client, intro: EventType) -> None:
    FormerHandle.objects.create(handle="old", user=intro.host)
    query = "at=2026-11-24T13:00Z&name=A%26B"
    moved = client.get(f"/schedule/OLD/intro/confirm?{query}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/schedule/mara/intro/confirm?{query}")
    assert client.post("/schedule/old/intro/confirm", {"name": "Ada"}).status_code == 307
    assert client.get("/schedule/Mara/intro").headers["Location"] == "/schedule/mara/intro"


def test_the_page_shows_the_times_in_the_hosts_zone_until_it_knows_better(client: Client, intro: EventType) -> None:
    day = f"{MONDAY_10:%Y-%m-%d}"
    text = client.get(f"/schedule/mara/intro?date={day}").content.decode()
    assert ">09:00<" in text
    assert "tzwait" in text
    tokyo = client.get(f"/schedule/mara/intro?date={day}&tz=Asia/Tokyo").content.decode()
    assert ">17:00<" in tokyo
    assert "tzwait" not in tokyo


def test_zone_and_clock_come_back_from_the_cookies(client: Client, intro: EventType) -> None:
    client.cookies["tz"], client.cookies["clock"] = "Asia%2FTokyo", "12"
    text = client.get(f"/schedule/mara/intro?date={MONDAY_10:%Y-%m-%d}").content.decode()
    assert "5:00<small>pm</small>" in text
    assert "tz=Asia%2FTokyo&amp;clock=12" in text


def test_a_taken_time_is_gone_from_page_and_feed(client: Client, intro: EventType) -> None:
    before = client.get("/schedule/mara/intro/slots.json").json()["slots"]
    make_booking(intro)
    text = client.get(f"/schedule/mara/intro?date={MONDAY_10:%Y-%m-%d}").content.decode()
    assert f"at={MONDAY_10:%Y-%m-%dT%H:%M}Z" not in text
    after = client.get("/schedule/mara/intro/slots.json").json()["slots"]
    assert set(before) - set(after) == {f"{MONDAY_10:%Y-%m-%dT%H:%M:%SZ}"}
    assert not set(after) - set(before)


def test_the_feed_answers_304_until_something_changes(client: Client, intro: EventType) -> None:
    first = client.get("/schedule/mara/intro/slots.json")
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/schedule/mara/intro/slots.json", headers=known).status_code == 304
    make_booking(intro)
    assert client.get("/schedule/mara/intro/slots.json", headers=known).status_code == 200


def test_page_and_feed_say_the_same(client: Client, intro: EventType) -> None:
    times: Any = page_data(client.get("/schedule/mara/intro").content.decode())["times"]
    window = {name: f"{datetime.fromtimestamp(times[name] * 60, UTC):%Y-%m-%dT%H:%M:%SZ}" for name in ("from", "to")}
    slots = client.get("/schedule/mara/intro/slots.json", window).json()["slots"]
    assert times["starts"] == packed([int(datetime.fromisoformat(slot).timestamp()) for slot in slots])
    assert client.get("/schedule/mara/intro/slots.json", window | {"form": "packed"}).json()["times"] == times


@pytest.mark.parametrize("parameter", ["date", "tz", "clock", "zones", "name", "utm_source"])
@pytest.mark.parametrize("value", STRANGE_VALUES)
def test_no_value_in_the_address_breaks_the_page(client: Client, intro: EventType, parameter: str, value: str) -> None:
    answer = client.get(f"/schedule/mara/intro?{urlencode({parameter: value})}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert "'\"><script>" not in answer.content.decode()


def test_prefilled_fields_are_handed_on(client: Client, intro: EventType) -> None:
    text = client.get("/schedule/mara/intro?name=Ada+Okafor&utm_source=mail&next=//evil.example").content.decode()
    assert "name=Ada+Okafor&amp;utm_source=mail" in text
    assert "evil" not in text


def test_without_free_times_the_page_says_so_and_shows_what_else_there_is(client: Client, intro: EventType) -> None:
    make_event_type(intro.host, slug="review", title="Design review")
    Hours.objects.filter(schedule=intro.schedule).delete()
    text = client.get("/schedule/mara/intro").content.decode()
    assert "Mara Lindqvist has no free times in the next 8 weeks." in text
    assert 'href="/schedule/mara/review"' in text
    assert "<table" not in text
    assert "Time zone" not in text
    assert "please" not in text.lower()


def test_without_javascript_every_zone_can_be_had(client: Client, intro: EventType) -> None:
    few = client.get("/schedule/mara/intro").content.decode()
    every = client.get("/schedule/mara/intro?zones=all").content.decode()
    assert "Antarctica/Troll" not in few
    assert "Antarctica/Troll" in every


def test_the_page_may_be_fetched_ahead_and_is_kept_by_nobody(client: Client, intro: EventType) -> None:
    answer = client.get("/schedule/mara/intro")
    assert answer.headers["Speculation-Rules"] == '"/static/booking/prefetch.speculationrules"'
    assert "private" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]
    assert not answer.cookies


def test_the_page_asks_the_database_little_and_changes_nothing(client: Client, intro: EventType) -> None:
    for number in range(8):
        make_booking(intro, start=MONDAY_10 + timedelta(minutes=30 * number))
    with CaptureQueriesContext(connection) as queries:
        client.get("/schedule/mara/intro")
    statements = [query["sql"] for query in queries.captured_queries]
    assert len(statements) <= 7, statements  # of a host whose times nobody has asked for yet
    assert all(statement.startswith("SELECT") for statement in statements)
