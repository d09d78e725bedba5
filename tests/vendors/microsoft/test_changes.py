"""Syncing a calendar of the emulator, and pages that are not what they should be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Answer, SyncLost
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Rejected, TryLater
from sivient.vendors.calendar_emulator import Answer as Said
from sivient.vendors.calendar_emulator import Attendee, Show
from tests.vendors.microsoft.adapted import (
    ADDRESS,
    CALENDAR,
    DELTA,
    HALF_AN_HOUR,
    NEXT,
    NOW,
    START,
    WINDOW,
    Graph,
    answer,
    calendars,
    emulated,
    event,
    page,
    read,
    refusal,
)


def test_a_round_says_what_there_is_and_the_next_ones_what_changed() -> None:
    with emulated() as it:
        first, second = it.add("One"), it.add("Two", START + timedelta(hours=2))
        assert {change.name for change in it.sync()} == {first.id, second.id}
        assert it.sync() == []

        it.service.world.change(
            it.event(first.id), start=START + timedelta(days=1), end=START + timedelta(days=1, hours=1)
        )
        it.service.world.remove(it.event(second.id))
        came = {change.name: change for change in it.sync()}
        assert came[second.id].gone
        assert (came[first.id].start, came[first.id].end) == (
            START + timedelta(days=1),
            START + timedelta(days=1, hours=1),
        )
        assert it.busy() == [(START + timedelta(days=1), START + timedelta(days=1, hours=1))]
        assert came[first.id].uid == first.uid


def test_a_large_calendar_comes_in_pages_and_nothing_is_lost_between_them() -> None:
    with emulated() as it:
        starts = [START + timedelta(hours=number) for number in range(250)]
        for start in starts:
            it.add(start=start)
        pages = list(it.ours.changes(CALENDAR, since="", window=WINDOW, zone="UTC"))
        assert [len(page.changes) for page in pages] == [100, 100, 50]
        assert sorted(change.start for page in pages for change in page.changes if change.start) == starts


@pytest.mark.parametrize(
    ("fields", "blocks"),
    [
        ({}, True),
        ({"show": Show.TENTATIVE}, True),
        ({"show": Show.AWAY}, True),
        ({"show": Show.FREE}, False),
        ({"show": Show.ELSEWHERE}, False),
        ({"private": True}, True),
        ({"extra": {"called off": True}}, False),
        ({"organizer": "boss@contoso.example", "attendees": [Attendee(ADDRESS, "", Said.DECLINED)]}, False),
        ({"organizer": "boss@contoso.example", "attendees": [Attendee(ADDRESS, "", Said.TENTATIVE)]}, True),
        ({"organizer": "boss@contoso.example", "attendees": [Attendee(ADDRESS)]}, True),
        ({"end": START}, False),
    ],
)
def test_what_takes_time(fields: dict[str, Any], blocks: bool) -> None:
    with emulated() as it:
        it.add(**fields)
        it.sync()
        assert it.busy() == ([(START, START + HALF_AN_HOUR)] if blocks else [])


def test_a_day_lies_where_the_host_lives_and_is_as_long_as_it_is_there() -> None:
    with emulated() as it:
        it.add(start=date(2026, 12, 5), end=date(2026, 12, 6))
        it.sync("America/Los_Angeles")
        assert it.busy() == [(datetime(2026, 12, 5, 8, tzinfo=UTC), datetime(2026, 12, 6, 8, tzinfo=UTC))]
    long_day = event(
        isAllDay=True,
        start={"dateTime": "2026-10-25T00:00:00.0000000", "timeZone": "UTC"},
        end={"dateTime": "2026-10-26T00:00:00.0000000", "timeZone": "UTC"},
    )
    (busy,) = read(page(long_day))[0].changes[0].busy
    assert busy.end - busy.start == timedelta(hours=25)


def test_a_series_keeps_its_wall_time_over_the_change_of_clocks_and_its_exceptions() -> None:
    with emulated() as it:
        start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        series = it.add(start=start, rule="FREQ=WEEKLY;COUNT=4", zone="Europe/London")
        second = it.event(f"{series.id}_20261130T090000Z")
        third = it.event(f"{series.id}_20261207T090000Z")
        it.service.world.change(second, start=START, end=START + HALF_AN_HOUR)
        it.service.world.remove(third)
        it.sync()
        week = timedelta(weeks=1)
        assert [taken[0] for taken in it.busy()] == [start, START, start + 3 * week]

        it.service.world.change(it.event(series.id), show=Show.FREE)
        it.sync()
        assert [taken[0] for taken in it.busy()] == [START], "an exception has a mind of its own"
        it.service.world.remove(it.event(series.id))
        it.sync()
        assert not it.busy()


def test_an_occurrence_without_its_series_asks_for_it_once() -> None:
    lean = {"type": "occurrence", "seriesMasterId": "s", "start": event()["start"], "end": event()["end"]}
    graph = Graph(page({"id": "1", **lean}, {"id": "2", **lean}), answer(showAs="free", id="s"))
    with calendars(graph) as ours:
        (only,) = ours.changes("c", since="", window=WINDOW, zone="UTC")
    assert [change.busy for change in only.changes] == [(), ()]
    assert len(graph.requests) == 2
    gone = read(page({"id": "1", **lean}), refusal(404, "ErrorItemNotFound"))
    assert gone[0].changes[0].busy, "of what nothing is known the time is taken"


def test_the_guests_answers_come_along() -> None:
    said = [
        ("a@x.example", "accepted"),
        ("B@X.example", "declined"),
        ("c@x.example", "tentativelyAccepted"),
        ("d@x", "?"),
    ]
    attendees = [{"emailAddress": {"address": address}, "status": {"response": word}} for address, word in said]
    (change,) = read(page(event(attendees=[*attendees, None, {"emailAddress": None}])))[0].changes
    assert change.answers == {
        "a@x.example": Answer.ACCEPTED,
        "b@x.example": Answer.DECLINED,
        "c@x.example": Answer.TENTATIVE,
        "d@x": Answer.NONE,
    }


def test_of_an_id_that_comes_twice_the_last_counts() -> None:
    with emulated() as it:
        it.add()
        it.service.inject("item-twice")
        it.sync()
        assert it.busy() == [(START, START + HALF_AN_HOUR)]
    twice = read(page(event(), {"id": "e-1", "@removed": {"reason": "deleted"}}))[0].changes
    assert [change.gone for change in twice] == [True]


@pytest.mark.parametrize("status", [410, 400])
def test_a_link_that_is_too_old_begins_anew(status: int) -> None:
    with emulated() as it:
        it.add()
        it.sync()
        it.service.inject("sync-lost", settings={"status": status})
        with pytest.raises(SyncLost):
            it.sync()
        it.cursor = ""
        assert len(it.sync()) == 1


@pytest.mark.parametrize(
    "response",
    [
        refusal(410, "fullSyncRequired"),
        httpx.Response(410, text=""),
        refusal(400, "BadRequest", "resyncRequired"),
        refusal(404, "syncStateNotFound"),
    ],
)
def test_every_way_of_losing_a_sync(response: httpx.Response) -> None:
    with pytest.raises(SyncLost):
        read(response, since=DELTA)


def test_a_link_to_another_host_is_never_asked() -> None:
    graph = Graph(page(event(), nextLink="https://elsewhere.example/v1.0/x"))
    with calendars(graph) as ours, pytest.raises(OutcomeUnknown):
        list(ours.changes("c", since="", window=WINDOW, zone="UTC"))
    with calendars(graph) as ours, pytest.raises(SyncLost):
        list(ours.changes("c", since="https://elsewhere.example/v1.0/me", window=WINDOW, zone="UTC"))
    assert len(graph.requests) == 1
    with emulated() as it:
        it.add()
        it.service.inject("foreign-link")
        with pytest.raises(OutcomeUnknown):
            it.sync()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([page(event(), nextLink=NEXT), refusal(503, "ErrorServerBusy")], OutcomeUnknown),
        ([page(event(), nextLink=NEXT), httpx.Response(502, html="<h1>Bad gateway</h1>")], OutcomeUnknown),
        ([page(event(), nextLink=NEXT), httpx.ConnectError("x")], TryLater),
        ([page(event(), nextLink=NEXT), page(event(), nextLink=NEXT)], OutcomeUnknown),
        ([httpx.Response(200, content=b'{"value": [{"id":')], OutcomeUnknown),
        ([httpx.Response(200, json={"@odata.deltaLink": DELTA})], OutcomeUnknown),
        ([httpx.Response(200, json={"value": []})], OutcomeUnknown),
        ([httpx.Response(200, json={"value": None, "@odata.deltaLink": DELTA})], OutcomeUnknown),
        ([page(event(), deltaLink=7)], OutcomeUnknown),  # type: ignore[arg-type]
        ([refusal(404, "ErrorItemNotFound")], Gone),
        ([httpx.Response(404, html="not here")], TryLater),
    ],
)
def test_a_round_that_breaks_off_has_no_cursor(
    answers: list[httpx.Response | Exception], error: type[IntegrationError]
) -> None:
    with pytest.raises(IntegrationError) as raised:
        read(*answers)
    assert type(raised.value) is error


def test_a_page_that_fails_at_the_emulator_is_tried_again_from_the_start() -> None:
    with emulated() as it:
        for number in range(120):
            it.add(start=START + timedelta(hours=number))
        it.service.inject("next-page-fails")
        with pytest.raises(OutcomeUnknown):
            it.sync()
        assert len(it.sync()) == 120


def test_every_request_asks_for_utc_lasting_ids_and_pages_of_a_bearable_size() -> None:
    graph = Graph(page(event(), nextLink=NEXT), page())
    with calendars(graph) as ours:
        list(ours.changes("c=", since="", window=WINDOW, zone="UTC"))
    for request in graph.requests:
        assert request.headers["Prefer"].split(", ") == [
            'outlook.timezone="UTC"',
            'IdType="ImmutableId"',
            'outlook.body-content-type="text"',
            "odata.maxpagesize=100",
        ]
        assert request.headers["client-request-id"]
    first = graph.requests[0].url
    assert first.raw_path.startswith(b"/v1.0/me/calendars/c%3D/calendarView/delta?")
    assert first.params["startDateTime"] == "2026-11-21T12:00:00Z", "a day before: days lie in another zone"
    assert "$select" not in first.params


def test_more_than_five_years_are_not_asked_for() -> None:
    graph = Graph(page())
    with calendars(graph) as ours, pytest.raises(Rejected):
        list(ours.changes("c", since="", window=Interval(NOW, NOW + timedelta(days=1830)), zone="UTC"))
    assert graph.requests == []
