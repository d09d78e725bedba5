"""Servers that know less, answer in parts, leave out or overdo: nothing of a calendar is lost by it."""

import re
import time
from datetime import UTC, datetime

import pytest

from sivient.core.ical_times import NO_START
from sivient.core.interval import Interval
from sivient.ports.calendars import Busy, Page, Skipped, SyncLost
from sivient.ports.errors import OutcomeUnknown, Reconnect, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access
from sivient.vendors.caldav import calendars, reading, sync
from tests.vendors.caldav.servers import APP, PASSWORD, PATIENCE, USER, ics
from tests.vendors.httpd import CALENDAR, Reply, Request, multistatus, served

WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
REPORTS = "<d:supported-report-set><d:report><d:sync-collection/></d:report></d:supported-report-set>"
HERE = "/dav/one/"


class Server:
    """A calendar in memory, with as much of the protocol as a test wants."""

    def __init__(self, tokens: bool = True, ctag: bool = True) -> None:
        self.tokens, self.ctag = tokens, ctag
        self.entries = {f"{HERE}{number}.ics": _nine(number) for number in range(1, 8)}
        self.version = 1
        self.parts: list[Reply] = []  # of the next sync
        self.asked: list[str] = []
        self.left_out = ""
        self.largest = 7

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        self.asked.append(f"{request.method} {re.search('<([a-z:-]*) xmlns', request.body)[1]}" if request.body else "")
        if request.method == "GET":
            text = self.entries.get(request.path)
            return Reply(200, text, {"ETag": '"1"'}) if text else Reply(404)
        if "<d:sync-collection" in request.body:
            return self.parts.pop(0)
        if "<c:calendar-multiget" in request.body:
            wanted = re.findall("<d:href>([^<]*)</d:href>", request.body)
            return Reply(207, " " * 6_000_000) if len(wanted) > self.largest else self._entries(wanted, self.left_out)
        if "<c:calendar-query" in request.body or request.headers.get("depth") == "1":
            return self._entries(list(self.entries))
        return multistatus((HERE, CALENDAR + self._own()))

    def _own(self) -> str:
        token = f"<d:sync-token>t{self.version}</d:sync-token>{REPORTS}" if self.tokens else ""
        ctag = '<s:getctag xmlns:s="http://calendarserver.org/ns/">{}</s:getctag>'
        return token + (ctag.format(self.version) if self.ctag else "")

    def _entries(self, names: list[str], left_out: str = "") -> Reply:
        data = "<d:getetag>{}</d:getetag><c:calendar-data>{}</c:calendar-data>"
        wanted = [name for name in names if name in self.entries and name != left_out]
        etag = hash(tuple(self.entries.values()))
        return multistatus(*((name, data.format(etag, self.entries[name])) for name in wanted))


def _nine(number: int) -> str:
    return ics(f"DTSTART:202612{10 + number}T090000Z", "DURATION:PT1H", uid=str(number))


def pages(server: Server, since: str = "") -> list[Page]:
    with served(server.handle) as base:
        it = calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE)
        return list(it.changes(f"{base}{HERE}", since=since, window=WINDOW, zone="UTC"))


def names(found: list[Page]) -> list[str]:
    return [change.name.removeprefix(HERE) for page in found for change in page.changes]


EVERYTHING = [f"{number}.ics" for number in range(1, 8)]


@pytest.mark.parametrize("ctag", [True, False])
def test_a_server_without_sync_tokens_is_read_anew_when_it_has_changed(ctag: bool) -> None:
    server = Server(tokens=False, ctag=ctag)
    first = pages(server)
    assert sorted(names(first)) == EVERYTHING
    cursor = first[-1].cursor
    assert len(cursor) < 100
    assert pages(server, cursor) == [Page((), cursor=cursor)]
    server.version, server.entries[f"{HERE}1.ics"] = 2, _nine(9)
    with pytest.raises(SyncLost):
        pages(server, cursor)


def test_what_a_server_leaves_out_of_an_answer_is_fetched_alone() -> None:
    server = Server()
    server.left_out = f"{HERE}3.ics"
    server.entries[f"{HERE}4.ics"] = "Sign in first"
    (page,) = pages(server)
    assert sorted(names([page])) == EVERYTHING
    assert page.skipped == (Skipped(f"{HERE}4.ics", reading.NOT_READABLE),)
    (unread,) = (change for change in page.changes if change.name == f"{HERE}4.ics")
    assert unread.busy == (Busy(WINDOW.start, WINDOW.end),), "the server has it at any time that it is asked for"


@pytest.mark.parametrize("start", ["DTSTART:soon", "X-START:20261214T090000Z"])
def test_an_entry_that_does_not_say_when_it_begins_is_skipped_and_what_stands_beside_it_takes_its_time(
    start: str,
) -> None:
    server = Server()
    alone, beside = ics(start, "DURATION:PT1H", uid="4"), ics("DTSTART:20261214T090000Z", "DURATION:PT1H", uid="5")
    both = beside.replace("END:VEVENT", f"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:5\r\n{start}\r\nEND:VEVENT")
    server.entries = {f"{HERE}4.ics": alone, f"{HERE}5.ics": both}
    taken = Busy(datetime(2026, 12, 14, 9, tzinfo=UTC), datetime(2026, 12, 14, 10, tzinfo=UTC))
    (page,) = pages(server)
    assert page.skipped == (Skipped(f"{HERE}4.ics", NO_START), Skipped(f"{HERE}5.ics", NO_START))
    assert {change.name: change.busy for change in page.changes} == {f"{HERE}4.ics": (), f"{HERE}5.ics": (taken,)}
    with served(server.handle) as base:
        it = calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE)
        assert it.busy([f"{base}{HERE}"], window=WINDOW, zone="UTC") == {f"{base}{HERE}": (taken,)}


def test_a_name_that_is_too_long_for_us_is_shortened_and_stays_the_same() -> None:
    server = Server()
    long = f"{HERE}{'x' * 3000}.ics"
    server.entries = {long: _nine(1)}
    server.largest = 1
    (page,) = pages(server)
    (change,) = page.changes
    assert (len(change.name) < 1000, len(change.busy)) == (True, 1)
    assert names(pages(server)) == [change.name]


def test_an_answer_that_is_too_long_is_asked_for_in_halves() -> None:
    server = Server()
    server.largest = 2
    assert sorted(names(pages(server))) == EVERYTHING
    server.largest = 0
    (page,) = pages(server)
    assert sorted(names([page])) == EVERYTHING
    assert sorted(each.name.removeprefix(HERE) for each in page.skipped) == EVERYTHING
    assert {each.reason for each in page.skipped} == {sync.TOO_BIG}
    assert all(change.busy for change in page.changes)


def test_a_sync_in_parts_is_followed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PAGE", 1)
    server = Server()
    gone = f"<d:response><d:href>{HERE}5.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
    cut = f"<d:response><d:href>{HERE}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
    server.version = 9
    server.parts = [_part("t5", "1", "2", more=gone + cut), _part("t9", "3")]
    found = pages(server, '{"token": "t1"}')
    assert names(found) == ["5.ics", "1.ics", "2.ics", "3.ics"]
    assert [page.cursor for page in found] == ["", "", '{"token": "t9"}']
    assert found[0].changes[0].gone


def test_a_sync_that_stands_still_is_ended() -> None:
    server = Server()
    server.version = 9
    cut = f"<d:response><d:href>{HERE}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
    server.parts = [_part("t1", "1", more=cut)]
    with pytest.raises(OutcomeUnknown):
        pages(server, '{"token": "t1"}')


def _part(token: str, *numbers: str, more: str = "") -> Reply:
    reply = multistatus(*((f"{HERE}{number}.ics", "<d:getetag>x</d:getetag>") for number in numbers))
    end = f"{more}<d:sync-token>{token}</d:sync-token></d:multistatus>"
    return Reply(207, str(reply.body).replace("</d:multistatus>", end))


def test_calendars_that_do_not_answer_in_time_are_missing_and_the_others_are_there() -> None:
    server = Server()

    def handler(request: Request) -> Reply:
        if "slow" in request.path:
            time.sleep(1.5)
        return server.handle(request)

    with served(handler) as base:
        it = calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), Patience(connect=0.3, answer=0.7))
        began = time.monotonic()
        found = it.busy([f"{base}/dav/slow/", f"{base}{HERE}"], window=WINDOW, zone="UTC")
        assert time.monotonic() - began < 1.4
    assert list(found) == [f"{base}{HERE}"]
    assert len(found[f"{base}{HERE}"]) == 7


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(401), Reconnect),
        (Reply(200, "<html>Sign in</html>"), OutcomeUnknown),
        (Reply(207, '<!DOCTYPE b [<!ENTITY a "b">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>'), OutcomeUnknown),
        (Reply(429, headers={"Retry-After": "7"}), TryLater),
        (Reply(503), OutcomeUnknown),
    ],
    ids=range(5),
)
def test_an_answer_without_sense_is_never_an_empty_calendar(reply: Reply, error: type[Exception]) -> None:
    with served(lambda request: reply) as base:
        it = calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE)
        with pytest.raises(error):
            list(it.changes(f"{base}{HERE}", since="", window=WINDOW, zone="UTC"))
        with pytest.raises(error):
            it.list()
        if error is not Reconnect:
            assert it.busy([f"{base}{HERE}"], window=WINDOW, zone="UTC") == {}
