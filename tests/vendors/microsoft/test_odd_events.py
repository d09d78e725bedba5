"""Events that are not what they should be: skipped with a reason, or taking time; never wrongly free."""

from datetime import timedelta
from typing import Any

import pytest

from sivient.ports.calendars import Skipped
from tests.vendors.microsoft.adapted import HALF_AN_HOUR, START, emulated, event, page, read


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (event(start=None), "The time of an event cannot be read."),
        (event(start={"dateTime": "soon", "timeZone": "UTC"}), "The time of an event cannot be read."),
        (event(start={"dateTime": "2026-13-01T09:00:00", "timeZone": "UTC"}), "The time of an event cannot be read."),
        (event(isAllDay=True, start={"dateTime": "9999-99-01T00:00:00"}), "The time of an event cannot be read."),
        (
            event(start={"dateTime": "2026-12-01T09:00:00", "timeZone": "W. Europe Standard Time"}),
            "An event is in a time zone that we do not know.",
        ),
        (event(""), "An event has no id."),
        (None, "An event cannot be read."),
        ("event", "An event cannot be read."),
    ],
)
def test_what_cannot_be_read_is_counted_and_the_rest_is_not_lost(entry: Any, reason: str) -> None:
    (only,) = read(page(entry, event("other")))
    assert only.skipped == (Skipped(entry["id"] if isinstance(entry, dict) else "", reason),)
    assert [change.name for change in only.changes] == ["other"]


def test_an_event_that_ends_before_it_begins_takes_the_time_between() -> None:
    early = START - HALF_AN_HOUR
    (change,) = read(page(event(end={"dateTime": f"{early:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"})))[0].changes
    assert [(each.start, each.end) for each in change.busy] == [(early, START)]


@pytest.mark.parametrize(
    "odd",
    [
        {"showAs": "hologram"},
        {"showAs": None},
        {"responseStatus": None},
        {"responseStatus": {"response": "teleported"}},
        {"attendees": None},
        {"type": "unheardOf"},
        {"isAllDay": None},
        {"iCalUId": None, "@odata.etag": None},
        {"brandNew": {"kind": ["of"]}},
    ],
)
def test_a_word_that_nobody_knows_blocks_and_breaks_nothing(odd: dict[str, Any]) -> None:
    (change,) = read(page(event(**odd)))[0].changes
    assert [(each.start, each.end) for each in change.busy] == [(START, START + HALF_AN_HOUR)]


@pytest.mark.parametrize(
    "text", ["2026-12-01T09:00:00", "2026-12-01T09:00:00.0000000", "2026-12-01T09:00:00Z", "2026-12-01T11:00:00+02:00"]
)
def test_however_a_time_is_written_it_is_the_same_instant(text: str) -> None:
    (change,) = read(page(event(start={"dateTime": text, "timeZone": "UTC"})))[0].changes
    assert change.start == START


def test_a_fraction_is_read_to_the_microsecond() -> None:
    (change,) = read(page(event(end={"dateTime": "2026-12-01T09:30:00.1234567", "timeZone": "UTC"})))[0].changes
    assert change.end == START + HALF_AN_HOUR + timedelta(microseconds=123456)


@pytest.mark.parametrize("fault", ["unknown-fields", "unknown-enums", "gzip"])
def test_an_odd_answer_of_the_emulator_is_read(fault: str) -> None:
    with emulated() as it:
        it.add()
        it.service.inject(fault, times=None)
        it.sync()
        assert it.busy() == [(START, START + HALF_AN_HOUR)]
