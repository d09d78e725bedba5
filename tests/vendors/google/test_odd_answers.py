"""Whatever comes back, the adapter says what it means or that it cannot be read: it never falls over."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sivient.ports.errors import IntegrationError
from sivient.vendors.google import events
from sivient.vendors.google.calendars import GoogleCalendars
from sivient.vendors.google.moments import FIRST, LAST, instant
from tests.vendors.google.adapted import DRAFT, KEY, ME, WINDOW, ZONE, Google, calendars, event, said

ZONES = st.sampled_from(["Europe/Berlin", "Mars/Phobos", "", "../etc/passwd", "Europe", "x" * 5000, None, 7])
TEXTS = st.sampled_from(
    ["2040-11-30", "2040-11-30T09:00:00.1234567Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TIMES = st.fixed_dictionaries({}, optional={"date": TEXTS | JSON, "dateTime": TEXTS | JSON, "timeZone": ZONES}) | JSON
ITEMS = st.builds(
    lambda **changed: event(**changed),
    start=TIMES,
    end=TIMES,
    attendees=st.lists(st.fixed_dictionaries({}, optional={"email": JSON, "self": JSON, "responseStatus": JSON}))
    | JSON,
    status=st.sampled_from(["confirmed", "cancelled", "new"]) | JSON,
    transparency=JSON,
    etag=JSON,
    iCalUID=JSON,
)
READS: tuple[Callable[[GoogleCalendars], object], ...] = (
    lambda it: it.list(),
    lambda it: list(it.changes(ME, since="", window=WINDOW, zone=ZONE)),
    lambda it: it.busy([ME], window=WINDOW, zone=ZONE),
    lambda it: it.create(ME, DRAFT),
    lambda it: it.change(ME, KEY, DRAFT, etag="", notify=True),
    lambda it: it.read(ME, KEY),
    lambda it: it.watch(ME, channel="c", secret="s", address="https://book.example/"),
)


@given(item=ITEMS | JSON)
@settings(max_examples=300, deadline=None)
def test_an_item_is_read_or_skipped(item: Any) -> None:
    read, skipped = events.changes([item], ZoneInfo(ZONE))
    assert len(read) + len(skipped) == 1
    for busy in (busy for change in read for busy in change.busy):
        assert FIRST <= busy.start < busy.end <= LAST


@given(body=JSON | st.fixed_dictionaries({}, optional={"items": JSON, "calendars": JSON, "id": JSON, "start": TIMES}))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("status", [200, 403, 404])
def test_an_answer_means_something_or_is_an_error_that_says_what_to_do(status: int, body: Any) -> None:
    for read in READS:
        with calendars(Google(said(body, status))) as it:
            try:
                read(it)
            except IntegrationError as error:
                assert str(error)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe", b"null", b'{"items":[]', b"<!doctype html>", b"NaN"])
def test_what_is_no_json_is_an_error_for_every_call(content: bytes) -> None:
    for read in READS:
        with calendars(Google(httpx.Response(200, content=content))) as it, pytest.raises(IntegrationError):
            read(it)


@pytest.mark.parametrize("night", ["2026-03-29T02:30:00", "2026-10-25T02:30:00"])
def test_a_wall_time_in_the_night_of_a_clock_change_is_some_instant_of_that_night(night: str) -> None:
    at = instant({"dateTime": night, "timeZone": "Europe/Berlin"}, ZoneInfo("UTC"))
    assert at.hour in (0, 1)
