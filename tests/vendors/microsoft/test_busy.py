"""Which calendars there are, and when they are busy now."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from sivient.core.interval import Interval
from sivient.ports.errors import Reconnect, Rejected, TokenRefused
from sivient.ports.http import Patience
from sivient.vendors.calendar_emulator import Show
from sivient.vendors.microsoft.emulator import calendar_id
from tests.vendors.microsoft.adapted import (
    CALENDAR,
    HALF_AN_HOUR,
    NOW,
    START,
    WINDOW,
    Graph,
    answer,
    calendars,
    emulated,
    event,
    refusal,
)

OTHER = calendar_id("priya", "projects")
YEARS = Interval(NOW, NOW + timedelta(days=4000))


def test_the_calendars_of_the_account_and_which_may_be_written() -> None:
    with emulated() as it:
        listed = it.ours.list()
    assert [(each.name, each.primary, each.writable) for each in listed] == [
        ("Calendar", True, True),
        ("Projects", False, True),
        ("Holidays", False, False),
    ]
    assert listed[0].external_id == CALENDAR
    assert {each.timezone for each in listed} == {""}


def test_with_a_permission_to_read_no_calendar_may_be_written() -> None:
    with calendars(Graph(answer(value=[{"id": "c", "canEdit": True}])), scope="Calendars.Read User.Read") as ours:
        assert [each.writable for each in ours.list()] == [False]


def test_calendars_come_in_pages_and_without_what_they_may_lack() -> None:
    more = {"@odata.nextLink": "https://microsoft.test/v1.0/me/calendars?$skip=1"}
    first = httpx.Response(200, json={"value": [{"id": "a", "name": None, "isDefaultCalendar": None}]} | more)
    with calendars(Graph(first, answer(value=[{"id": "b", "name": "B\r\nx", "canEdit": True}, None, {}]))) as ours:
        listed = ours.list()
    assert [(each.external_id, each.name, each.primary, each.writable) for each in listed] == [
        ("a", "Calendar", False, False),
        ("b", "B x", False, True),
    ]


def test_an_account_without_a_mailbox_is_told_so() -> None:
    with emulated() as it:
        it.service.inject("no-mailbox")
        with pytest.raises(Rejected, match="no mailbox"):
            it.ours.list()


def test_the_times_taken_of_each_calendar() -> None:
    with emulated() as it:
        it.add()
        it.add(start=START + timedelta(hours=1), show=Show.FREE)
        it.add(start=START + timedelta(hours=2), calendar=OTHER)
        it.add(start=START, rule="FREQ=DAILY;COUNT=3", calendar=OTHER)
        found = it.ours.busy([CALENDAR, OTHER], window=Interval(START, START + timedelta(days=2)), zone="Europe/London")
    assert [each.start for each in found[CALENDAR]] == [START]
    assert [each.start for each in found[OTHER]] == [
        START,
        START + timedelta(hours=2),
        START + timedelta(days=1),
    ]


def test_a_day_counts_where_it_lies_for_the_host_and_the_window_is_kept() -> None:
    with emulated() as it:
        it.add(start=date(2026, 12, 1), end=date(2026, 12, 2))
        it.add(start=START - HALF_AN_HOUR)
        window = Interval(START, START + HALF_AN_HOUR)
        (busy,) = it.ours.busy([CALENDAR], window=window, zone="Pacific/Auckland")[CALENDAR]
        assert busy.start.isoformat() == "2026-11-30T11:00:00+00:00"
        assert it.ours.busy([CALENDAR], window=Interval(NOW, NOW + HALF_AN_HOUR), zone="UTC") == {CALENDAR: []}
        it.add(start=date(2026, 12, 10), end=date(2026, 12, 11))
        eve = datetime(2026, 12, 9, 20, tzinfo=UTC)  # the 10th in Auckland, the 9th where the calendar is
        assert it.ours.busy([CALENDAR], window=Interval(eve, eve + HALF_AN_HOUR), zone="Pacific/Auckland")[CALENDAR]


def test_many_events_come_in_pages() -> None:
    with emulated() as it:
        starts = [START + timedelta(hours=number) for number in range(230)]
        for start in starts:
            it.add(start=start)
        found = it.ours.busy([CALENDAR], window=WINDOW, zone="UTC")[CALENDAR]
    assert [each.start for each in found] == starts


def test_a_long_window_is_asked_in_parts_that_graph_takes() -> None:
    with emulated() as it:
        times = [START, START + timedelta(days=1823), START + timedelta(days=1824), START + timedelta(days=3900)]
        for start in times:
            it.add(start=start, end=start + timedelta(days=3))
        found = it.ours.busy([CALENDAR], window=YEARS, zone="UTC")[CALENDAR]
        asked = [each for each in it.service.calls.entries if each.route == "calendarView"]
    assert [each.start for each in found] == times
    assert [each.status for each in asked] == [200, 200, 200]


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(404, "ErrorItemNotFound"),
        refusal(429, "TooManyRequests"),
        refusal(403, "ErrorAccessDenied"),
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
        httpx.Response(200, content=b'{"value": [{"id"'),
        httpx.Response(200, json={"error": {}}),
        httpx.ConnectError("x"),
        answer(value=[event(start=None)]),
        answer(value=[None]),
        answer(value=[event()], at_odata__nextLink="https://elsewhere.example/v1.0/me"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_missing_and_the_others_are_not(trouble: Any) -> None:
    with calendars(Graph(trouble, answer(value=[event()]))) as ours:
        found = ours.busy(["a", "b"], window=WINDOW, zone="UTC")
    assert list(found) == ["b"]
    assert [each.start for each in found["b"]] == [START]


def test_a_dead_token_is_said_and_not_taken_for_a_busy_calendar() -> None:
    with emulated() as it:
        it.service.inject("token-refused")
        with pytest.raises(TokenRefused):
            it.ours.busy([CALENDAR, OTHER], window=WINDOW, zone="UTC")
    with calendars(Graph(refusal(403, "ErrorAccessDenied", "insufficient_claims"))) as ours, pytest.raises(Reconnect):
        ours.busy(["a"], window=WINDOW, zone="UTC")


def test_a_slow_calendar_leaves_no_time_for_the_next_and_makes_none_free() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        time.sleep(0.3)
        return answer(value=[])

    with calendars(slow) as ours:
        hasty = replace(ours, graph=replace(ours.graph, patience=Patience(connect=0.2, answer=0.2)))
        assert list(hasty.busy(["a", "b"], window=WINDOW, zone="UTC")) == ["a"]
