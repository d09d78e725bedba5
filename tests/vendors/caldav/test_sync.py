"""What real servers say about changes comes out as times, once each."""

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Change, Page, SyncLost
from sivient.ports.errors import Gone
from tests.vendors.caldav.servers import USER, Server

WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
BERLIN = "Europe/Berlin"


def pages(server: Server, calendar: str, since: str = "") -> list[Page]:
    return list(server.enter().changes(calendar, since=since, window=WINDOW, zone=BERLIN))


def changes(found: list[Page]) -> dict[str, Change]:
    return {change.name.rpartition("/")[2]: change for page in found for change in page.changes}


def starts(change: Change) -> list[str]:
    return [f"{each.start:%m-%d %H:%M}" for each in change.busy]


def test_a_calendar_is_read_whole_and_then_only_what_changed(server: Server) -> None:
    calendar = server.make_calendar(f"c{uuid4().hex}")
    server.put(calendar, "one", "DTSTART:20261210T090000Z", "DTEND:20261210T100000Z")
    server.put(calendar, "two", "DTSTART:20261211T090000Z", "DTEND:20261211T100000Z")
    server.put(calendar, "past", "DTSTART:20201211T090000Z", "DTEND:20201211T100000Z")
    first = pages(server, calendar)
    assert {name: starts(change) for name, change in changes(first).items()} == {
        "one.ics": ["12-10 09:00"],
        "two.ics": ["12-11 09:00"],
    }
    cursor = first[-1].cursor
    assert pages(server, calendar, cursor) == [Page((), cursor=cursor)]

    server.delete(calendar, "two")
    server.put(calendar, "one", "DTSTART:20261210T120000Z", "DTEND:20261210T130000Z")
    server.put(calendar, "three", "DTSTART:20261212T090000Z", "DTEND:20261212T100000Z")
    second = pages(server, calendar, cursor)
    found = changes(second)
    assert {name: starts(change) for name, change in found.items()} == {
        "one.ics": ["12-10 12:00"],
        "two.ics": [],
        "three.ics": ["12-12 09:00"],
    }
    assert found["two.ics"].gone
    assert not found["one.ics"].gone
    assert changes(pages(server, calendar, second[-1].cursor)) == {}


@pytest.mark.parametrize("token", ["http://radicale.org/ns/sync/deadbeef", "data:,nothing", "", "<&>"])
def test_a_token_that_the_server_does_not_know_means_to_read_anew(token: str, server: Server) -> None:
    calendar = server.make_calendar(f"c{uuid4().hex}")
    with pytest.raises(SyncLost):
        pages(server, calendar, json.dumps({"token": token or "x"}))


@pytest.mark.parametrize("cursor", ["no json", "[]", '{"token": 1}', '{"mark": "x"}', "null"])
def test_a_cursor_that_is_none_of_ours_means_to_read_anew(cursor: str, radicale_server: Server) -> None:
    calendar = radicale_server.make_calendar(f"c{uuid4().hex}")
    with pytest.raises(SyncLost):
        pages(radicale_server, calendar, cursor)


def test_a_calendar_that_is_deleted_is_gone(server: Server) -> None:
    calendar = server.make_calendar(f"c{uuid4().hex}")
    cursor = pages(server, calendar)[-1].cursor
    server.raw("DELETE", calendar)
    for since in ("", cursor):
        with pytest.raises(Gone):
            pages(server, calendar, since)


def test_series_own_events_and_the_calendars_zone_come_through(server: Server) -> None:
    calendar = server.make_calendar(f"c{uuid4().hex}")
    server.put(
        calendar,
        "series",
        "DTSTART;TZID=Europe/Berlin:20270325T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=5",
        "EXDATE;TZID=Europe/Berlin:20270327T090000",
    )
    server.put(calendar, "day", "DTSTART;VALUE=DATE:20261224")
    server.put(calendar, "free", "DTSTART:20261210T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")
    found = changes(pages(server, calendar))
    assert starts(found["series.ics"]) == ["03-25 08:00", "03-26 08:00", "03-28 07:00", "03-29 07:00"]
    assert (found["series.ics"].uid, found["series.ics"].start) == ("series", None)
    assert starts(found["day.ics"]) == ["12-23 23:00"]
    assert found["free.ics"].busy == ()
    assert found["free.ics"].start == datetime(2026, 12, 10, 9, tzinfo=UTC)


def test_busy_times_of_several_calendars_and_one_that_cannot_be_read(server: Server) -> None:
    one, two, gone = (server.make_calendar(f"c{uuid4().hex}") for _ in range(3))
    server.put(one, "a", "DTSTART:20261210T090000Z", "DURATION:PT1H")
    server.put(one, "b", "DTSTART:20261210T093000Z", "DURATION:PT1H")
    server.put(two, "day", "DTSTART;VALUE=DATE:20261210")
    server.raw("DELETE", gone)
    window = Interval(datetime(2026, 12, 10, tzinfo=UTC), datetime(2026, 12, 11, tzinfo=UTC))
    found = server.enter().busy([one, two, gone], window=window, zone=BERLIN)
    spans = {name: [(f"{each.start:%H:%M}", f"{each.end:%H:%M}") for each in times] for name, times in found.items()}
    assert spans == {one: [("09:00", "10:30")], two: [("00:00", "23:00")]}


def test_what_the_host_declined_under_another_address_is_free(xandikos_server: Server) -> None:
    """Servers know more addresses of the host than the one that they sign in with."""
    it = xandikos_server.enter()
    assert USER in it._addresses()


def test_a_calendar_of_2000_events_and_100_series_is_read(radicale_server: Server) -> None:
    calendar = radicale_server.make_calendar(f"c{uuid4().hex}")
    day = datetime(2026, 12, 1, 9, tzinfo=UTC)
    events = []
    for number in range(2000):
        rule = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE" if number < 100 else ""
        start = f"DTSTART:{day + timedelta(hours=number * 4):%Y%m%dT%H%M%SZ}"
        events += ["BEGIN:VEVENT", f"UID:e{number}", start, "DURATION:PT1H", *([rule] if rule else []), "END:VEVENT"]
    whole = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])
    radicale_server.raw("PUT", calendar, content=whole, headers={"Content-Type": "text/calendar"}, timeout=60)
    began = time.monotonic()
    found = pages(radicale_server, calendar)
    logging.getLogger(__name__).info("2000 events in %.1f s", time.monotonic() - began)
    assert len(changes(found)) == 2000
    assert all(len(page.changes) <= 200 for page in found)
    assert [page.cursor for page in found[:-1]] == [""] * (len(found) - 1)
    assert len(found[-1].cursor) < 200
    assert sum(len(change.busy) > 50 for change in changes(found).values()) == 100
