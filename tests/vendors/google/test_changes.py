"""What a Google calendar says about the host's time, and what of it cannot be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Answer, Busy, Change, Page, Skipped, SyncLost
from sivient.ports.errors import Gone, OutcomeUnknown, TryLater
from sivient.vendors.google.events import NO_NAME, NO_TIME
from tests.vendors.google.adapted import END, ME, START, WINDOW, ZONE, Google, calendars, event, listed, refusal, said


def pages(google: Google, since: str = "", window: Interval = WINDOW) -> list[Page]:
    with calendars(google) as it:
        return list(it.changes(ME, since=since, window=window, zone="America/New_York"))


def one(item: dict[str, Any], zone: Any = ZONE) -> Change:
    [page] = pages(Google(listed(item, zone=zone)))
    assert page.skipped == ()
    [change] = page.changes
    return change


def test_the_first_sync_reads_the_window_with_occurrences_and_deleted_events() -> None:
    google = Google(listed(event("a"), nextPageToken="p2", nextSyncToken=""), listed(event("b")))
    first, last = pages(google)
    assert ([each.name for each in first.changes], first.cursor) == (["a"], "")
    assert ([each.name for each in last.changes], last.cursor) == (["b"], "next-token")
    asked, further = google.queries
    assert {"singleEvents": "true", "showDeleted": "true", "maxResults": "2500"}.items() <= asked.items()
    assert (asked["timeMin"], asked["timeMax"]) == ("2040-11-25T09:00:00Z", "2040-12-05T09:00:00Z")
    assert further == asked | {"pageToken": "p2"}


def test_the_next_sync_has_the_cursor_and_otherwise_the_same_parameters() -> None:
    google = Google(listed())
    pages(google)
    pages(google, since="t-1")
    first, then = google.queries
    assert then == {name: value for name, value in first.items() if not name.startswith("time")} | {"syncToken": "t-1"}


def test_no_title_no_place_and_no_description_is_asked_for() -> None:
    google = Google(listed())
    pages(google)
    assert not {"summary", "description", "location"} & set(google.queries[0]["fields"].replace("(", ",").split(","))


def test_a_window_with_fractions_of_seconds_is_asked_for_whole() -> None:
    google = Google(listed())
    pages(google, window=Interval(START + timedelta(microseconds=5), END + timedelta(microseconds=5)))
    assert (google.queries[0]["timeMin"], google.queries[0]["timeMax"]) == (
        "2040-11-30T09:00:00Z",
        "2040-11-30T09:30:01Z",
    )


def test_an_event_takes_its_time_and_says_who_answered_what() -> None:
    guests = [{"email": "Gus@Example.org", "responseStatus": "declined"}, {"email": "b@x.example"}, {}, "odd"]
    change = one(event(attendees=guests))
    assert change == Change(
        "e1",
        busy=(Busy(START, END),),
        uid="e1@google.com",
        start=START,
        end=END,
        etag='"3181161784712000"',
        answers={"gus@example.org": Answer.DECLINED, "b@x.example": Answer.NONE},
    )


@pytest.mark.parametrize(
    "free",
    [
        {"transparency": "transparent"},
        {"attendees": [{"email": ME, "self": True, "responseStatus": "declined"}]},
        {"end": event()["start"]},
    ],
)
def test_a_transparent_a_declined_and_an_empty_event_take_no_time_but_are_known(free: dict[str, Any]) -> None:
    change = one(event(**free))
    assert (change.busy, change.gone, change.start) == ((), False, START)


@pytest.mark.parametrize(
    "taken",
    [
        {"status": "tentative"},
        {"status": "somethingNew"},
        {"transparency": "translucent"},
        {"visibility": "private", "eventType": "outOfOffice"},
        {"attendees": [{"self": True, "responseStatus": "tentative"}]},
        {"attendees": [{"self": True, "responseStatus": "needsAction"}]},
        {"attendees": [{"email": "other@x.example", "responseStatus": "declined"}]},
        {"attendees": "odd"},
        {"unknown": {"to": ["us"]}, "iCalUID": 7, "etag": None},
        {"start": {"dateTime": "2040-11-30T09:00:00.0000000Z"}},
        {"start": {"dateTime": "2040-11-30T09:00:00.0000009+00:00"}},
        {"start": {"dateTime": "2040-11-30t09:00:00z", "timeZone": "Mars/Phobos"}},
        {"start": {"dateTime": "2040-11-30T10:00:00", "timeZone": ZONE}},
        {"start": {"dateTime": "2040-11-30T10:00:00", "timeZone": "Mars/Phobos"}},
        {"start": {"dateTime": "2040-11-30T10:00:00", "timeZone": 7}},
    ],
)
def test_everything_else_takes_its_time(taken: dict[str, Any]) -> None:
    assert one(event(**taken)).busy == (Busy(START, END),)


@pytest.mark.parametrize("item", [{"id": "e1", "status": "cancelled"}, event(status="cancelled")])
def test_a_cancelled_event_is_gone_even_when_only_its_id_is_left(item: dict[str, Any]) -> None:
    change = one(item)
    assert (change.name, change.gone, change.busy, change.start) == ("e1", True, (), None)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Europe/Berlin", datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2027, 3, 27, 10, tzinfo=UTC), datetime(2027, 3, 28, 10, tzinfo=UTC)),
        ("Mars/Phobos", datetime(2027, 3, 28, 4, tzinfo=UTC), datetime(2027, 3, 29, 4, tzinfo=UTC)),
        (None, datetime(2027, 3, 28, 4, tzinfo=UTC), datetime(2027, 3, 29, 4, tzinfo=UTC)),
    ],
)
def test_an_all_day_event_lasts_from_midnight_to_midnight_where_the_calendar_is(
    zone: str | None, start: datetime, end: datetime
) -> None:
    # Berlin's day is one of 23 hours; without a zone that exists, the calendar lies in the one we were told.
    all_day = event(start={"date": "2027-03-28"}, end={"date": "2027-03-29"})
    assert one(all_day, zone).busy == (Busy(start, end),)


@pytest.mark.parametrize("first", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1600-01-01T00:00:00Z"])
def test_an_event_from_the_year_1_to_the_end_of_time_takes_today(first: str) -> None:
    [busy] = one(event(start={"dateTime": first}, end={"dateTime": "9999-12-31T23:59:59-12:00"})).busy
    assert busy.start < START < END < busy.end
    assert Interval(busy.start, busy.end)
    [busy] = one(event(start={"date": "0001-01-01"}, end={"date": "9999-12-31"}), "Asia/Tokyo").busy
    assert Interval(busy.start, busy.end)


def test_an_event_that_ends_before_it_starts_takes_the_time_between() -> None:
    early = {"dateTime": "2040-11-30T09:30:00+01:00"}
    assert one(event(end=early)).busy == (Busy(START - timedelta(minutes=30), START),)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", NO_NAME),
        (None, NO_NAME),
        ({}, NO_NAME),
        (event(7), NO_NAME),  # type: ignore[arg-type]
        (event(start=...), NO_TIME),
        (event(end=None), NO_TIME),
        (event(start="2040-11-30"), NO_TIME),
        (event(start={}), NO_TIME),
        (event(start={"dateTime": 7}), NO_TIME),
        (event(start={"dateTime": "2040-13-30T10:00:00Z"}), NO_TIME),
        (event(start={"dateTime": "now"}), NO_TIME),
        (event(start={"date": "30 Nov"}), NO_TIME),
    ],
)
def test_what_cannot_be_read_is_skipped_with_a_reason_and_the_rest_is_kept(item: Any, reason: str) -> None:
    [page] = pages(Google(listed(event("a"), item, item, event("b"))))
    assert [each.name for each in page.changes] == ["a", "b"]
    name = item.get("id") if isinstance(item, dict) else ""
    assert page.skipped == (Skipped(name if isinstance(name, str) else "", reason),) * 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(410, "fullSyncRequired"), SyncLost),
        (refusal(410, "updatedMinTooLongAgo"), SyncLost),
        (refusal(410, "deleted"), SyncLost),
        (refusal(400, "invalid", location="syncToken"), SyncLost),
        (refusal(404, "notFound"), Gone),
        (httpx.Response(502, html="<h1>Bad gateway</h1>"), OutcomeUnknown),
        (httpx.Response(200, html="<h1>Sign in</h1>"), OutcomeUnknown),
        (httpx.Response(200, content=b'{"items": [{"id": "e1"'), OutcomeUnknown),
        (httpx.Response(200, content=b""), OutcomeUnknown),
        (said({}), OutcomeUnknown),
        (said({"nextSyncToken": "t", "items": {}}), OutcomeUnknown),
        (said({"items": []}), OutcomeUnknown),
        (said({"items": [], "nextSyncToken": 7}), OutcomeUnknown),
        (said({"items": [], "nextSyncToken": ""}), OutcomeUnknown),
        (httpx.ReadTimeout(""), OutcomeUnknown),
        (httpx.ConnectError(""), TryLater),
    ],
    ids=range(16),
)
def test_a_calendar_that_cannot_be_read_raises_and_is_never_free(
    answer: httpx.Response | Exception, error: type[Exception]
) -> None:
    for since in ("", "t-1"):
        with pytest.raises(error) as raised:
            pages(Google(answer), since)
        assert type(raised.value) is error


def test_when_the_second_page_fails_there_is_no_cursor() -> None:
    google = Google(listed(event("a"), nextPageToken="p2"), refusal(503, "backendError"))
    cursors: list[str] = []
    with calendars(google) as it, pytest.raises(OutcomeUnknown):
        for page in it.changes(ME, since="", window=WINDOW, zone=ZONE):
            cursors.append(page.cursor)
    assert cursors == [""]


def test_an_empty_calendar_may_leave_its_items_out() -> None:
    assert pages(Google(said({"timeZone": ZONE, "nextSyncToken": "t"}))) == [Page((), "t")]


def test_a_description_of_ten_megabytes_is_not_waited_for_but_told() -> None:
    google = Google(listed(event(description="x" * 10_000_000)))
    with pytest.raises(OutcomeUnknown):
        pages(google)
