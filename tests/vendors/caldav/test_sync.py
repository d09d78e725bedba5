"""What real servers say about changes comes out as times, once each."""

from datetime import UTC, datetime
from uuid import uuid4

from sivient.core.interval import Interval
from sivient.ports.calendars import Change, Page
from tests.vendors.caldav.servers import Server

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
