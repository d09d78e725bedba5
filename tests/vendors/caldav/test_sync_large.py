"""Calendars with more entries than a listing may name are read in pieces, or refused with a reason; never free."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from sivient.ports.calendars import Page, Skipped, SyncLost
from sivient.ports.errors import Rejected
from sivient.ports.vendor import Access
from sivient.vendors.caldav import calendars, reading, sync
from tests.vendors.caldav import test_sync_odd as odd
from tests.vendors.caldav.servers import APP, PASSWORD, PATIENCE, USER, ics
from tests.vendors.httpd import Reply, Request, served

BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
TOO_LONG = Reply(207, " " * 6_000_000)


class Server(odd.Server):
    """A server that lists what lies in the time that it is asked for, and so many entries at most in 5 MB."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__()
        self.most, self.largest, self.listings = most, 1000, 0
        days = (390 * number // count for number in range(count))
        self.days = {f"{odd.HERE}{number}.ics": BEGIN + timedelta(days=day) for number, day in enumerate(days)}
        self.entries = {
            name: ics(f"DTSTART:{at:%Y%m%d}T090000Z", "DURATION:PT1H", uid=name) for name, at in self.days.items()
        }

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        if "<c:calendar-query" not in request.body:
            return TOO_LONG if "<d:sync-collection" in request.body else super().handle(request)
        self.listings += 1
        start, end = (datetime.fromisoformat(each) for each in re.findall(r"\d{8}T\d{6}Z", request.body))
        inside = [name for name, at in self.days.items() if start <= at < end]
        return TOO_LONG if len(inside) > self.most else self._entries(inside)


def pages(server: Server, since: str = "") -> list[Page]:
    with served(server.handle) as base:
        it = calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE)
        return list(it.changes(f"{base}{odd.HERE}", since=since, window=odd.WINDOW, zone="UTC"))


def test_a_listing_that_is_too_long_is_read_in_pieces_and_each_entry_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PAGE", 50)
    server = Server(300, most=60)
    found = pages(server)
    names = [change.name for page in found for change in page.changes]
    assert sorted(names) == sorted(server.entries)
    assert all(change.busy for page in found for change in page.changes)
    assert max(len(page.changes) for page in found) <= 50
    assert [bool(page.cursor) for page in found] == [False] * (len(found) - 1) + [True]


def test_what_is_too_long_even_for_a_month_is_refused_soon_with_a_reason() -> None:
    server = Server(300, most=5)
    with pytest.raises(Rejected) as caught:
        pages(server)
    assert str(caught.value) == sync.TOO_MANY
    assert server.listings < 10


def test_a_calendar_without_any_mark_that_lists_too_much_is_refused_with_a_reason() -> None:
    server = odd.Server(tokens=False, ctag=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "_entries", lambda names, left_out="": TOO_LONG)
        with pytest.raises(Rejected) as caught:
            odd.pages(server)
    assert str(caught.value) == sync.TOO_MANY_AT_ONCE, "it was not asked month by month"


def test_more_changes_than_fit_mean_to_read_everything_anew() -> None:
    server = Server(10, most=100)
    server.version = 9
    with pytest.raises(SyncLost):
        pages(server, '{"token": "t1"}')


def test_when_entries_come_slowly_a_page_ends_after_some_time_and_loses_no_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sync, "LONG", -1.0)
    server = Server(5, most=100)
    for name in list(server.entries)[1::2]:
        server.entries[name] = "Sign in first"
    found = pages(server)
    assert sorted(change.name for page in found for change in page.changes) == sorted(server.entries)
    assert [len(page.changes) for page in found] == [1] * 5 + [0]
    assert all({each.name for each in page.skipped} <= {change.name for change in page.changes} for page in found)
    unread = [each for page in found for each in page.skipped]
    assert sorted(unread, key=lambda each: each.name) == [
        Skipped(name, reading.NOT_READABLE) for name in sorted(list(server.entries)[1::2])
    ]
    assert [bool(page.cursor) for page in found] == [False] * 5 + [True]
