"""A published calendar blocks what stands in it, and is read anew when it says something else."""

import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from sivient.core import ical_times
from sivient.core.ical_times import NO_START
from sivient.core.interval import Interval
from sivient.ports.calendars import CalendarInfo, Page, SyncLost
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App, Entered
from sivient.vendors.ics import PROVIDER, calendars, enter, reading
from sivient.vendors.ics.calendars import Feeds
from tests.vendors.httpd import Reply, Request, served

APP = App("ics", "", (), "", "", networks=("127.0.0.0/8",))
PATIENCE = Patience(connect=5, answer=20)
WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
SECRET = "private-0123456789abcdef"
NINE = "DTSTART:20261210T090000Z\nDTEND:20261210T100000Z"


def ics(*events: str, own: str = "X-WR-CALNAME:Team\nX-WR-TIMEZONE:Asia/Tokyo\n") -> str:
    inside = "".join(
        f"BEGIN:VEVENT\nDTSTAMP:20261101T000000Z\nSUMMARY:secret\n{event}\nEND:VEVENT\n" for event in events
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{own}{inside}END:VCALENDAR\n".replace("\n", "\r\n")


class Publisher:
    """A server that publishes one file."""

    def __init__(self) -> None:
        self.reply = Reply(
            200, ics(f"UID:1\n{NINE}"), {"ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"}
        )
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        etag = self.reply.headers.get("ETag")
        return Reply(304) if etag and request.headers.get("if-none-match") == etag else self.reply


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def address(publisher: Publisher) -> Iterator[str]:
    with served(publisher.handle) as base:
        yield f"{base}/{SECRET}/basic.ics"


def feeds(address: str) -> Feeds:
    return calendars(APP, Access(address), PATIENCE)


def pages(address: str, since: str = "") -> list[Page]:
    return list(feeds(address).changes("feed", since=since, window=WINDOW, zone="Europe/Berlin"))


def starts(found: list[Page]) -> list[str]:
    return sorted(f"{each.start:%m-%d %H:%M}" for page in found for change in page.changes for each in change.busy)


def test_an_address_is_connected_without_showing_it(address: str) -> None:
    account = enter(APP, Entered(address), PATIENCE)
    assert (account.email, account.address) == ("127.0.0.1", "")
    assert SECRET not in repr(account) + repr(feeds(address)) + repr(Entered(address))
    assert feeds(address).list() == [CalendarInfo("feed", "Team", "Asia/Tokyo", primary=True, writable=False)]


def test_webcal_is_https(address: str) -> None:
    strict = App("ics", "", (), "", "")
    with pytest.raises(Rejected, match="private network"):
        enter(strict, Entered("webcal://127.0.0.1/x.ics"), PATIENCE)
    with pytest.raises(TryLater):  # what is at the address speaks http
        enter(APP, Entered(address.replace("http://", "webcal://")), PATIENCE)


def test_everything_is_read_once_and_nothing_while_it_says_the_same(publisher: Publisher, address: str) -> None:
    first = pages(address)
    assert starts(first) == ["12-10 09:00"]
    cursor = first[-1].cursor
    assert SECRET not in cursor
    assert pages(address, cursor) == [Page((), cursor=cursor)]
    assert publisher.asked[-1].headers["if-modified-since"]

    publisher.reply = Reply(
        200, ics(f"UID:1\n{NINE}").replace("DTSTAMP:2026", "DTSTAMP:2027")
    )  # made at every download
    (page,) = pages(address, cursor)
    assert page.changes == ()

    publisher.reply = Reply(200, ics(f"UID:1\n{NINE.replace('T09', 'T08')}"))
    with pytest.raises(SyncLost):
        pages(address, page.cursor)
    assert starts(pages(address)) == ["12-10 08:00"]


@pytest.mark.parametrize("cursor", ["x", "[]", "{}", '{"validators": 1, "digest": ""}'])
def test_a_cursor_that_is_none_of_ours_means_to_read_anew(cursor: str, address: str) -> None:
    with pytest.raises(SyncLost):
        pages(address, cursor)


def test_series_exceptions_and_zones_come_in_any_order(publisher: Publisher, address: str) -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
    text = ics(
        "UID:s\nRECURRENCE-ID:20261211T060000Z\nDTSTART:20261211T150000Z\nDURATION:PT1H",
        "UID:s\nDTSTART;TZID=Ours:20261210T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
        "UID:day\nDTSTART;VALUE=DATE:20261224",
        "UID:odd\nDTEND:20261224T000000Z",
    )
    ours = f"{zone}END:STANDARD\nEND:VTIMEZONE\n".replace("\n", "\r\n")
    publisher.reply = Reply(200, text.replace("END:VCALENDAR", f"{ours}END:VCALENDAR"))
    found = pages(address)
    assert starts(found) == ["12-10 06:00", "12-11 15:00", "12-12 06:00", "12-23 15:00"]
    assert [each.reason for page in found for each in page.skipped] == [NO_START]


def test_two_events_of_one_id_are_both_there(publisher: Publisher, address: str) -> None:
    publisher.reply = Reply(200, ics(f"UID:1\n{NINE}", f"UID:1\n{NINE.replace('1210', '1211')}"))
    assert starts(pages(address)) == ["12-10 09:00", "12-11 09:00"]


def test_series_without_an_id_do_not_free_each_others_times(publisher: Publisher, address: str) -> None:
    daily, short = f"{NINE}\nRRULE:FREQ=DAILY;COUNT=3", "DTSTART:20261210T090000Z\nRRULE:FREQ=DAILY;COUNT=3"
    called_off = f"RECURRENCE-ID:20261210T090000Z\nSTATUS:CANCELLED\n{NINE}"
    publisher.reply = Reply(200, ics(daily, f"{short}\nDURATION:PT30M", called_off))
    assert starts(pages(address)) == ["12-10 09:00"] * 2 + ["12-11 09:00"] * 2 + ["12-12 09:00"] * 2
    ours = [f"UID:a\\nb\n{daily}", f"UID:c\\nd\n{daily}", f"UID:c\\nd\n{called_off}"]
    publisher.reply = Reply(200, ics(*ours))
    assert starts(pages(address)) == ["12-10 09:00"] + ["12-11 09:00"] * 2 + ["12-12 09:00"] * 2


def test_busy_times_are_those_of_the_file_or_unknown(publisher: Publisher, address: str) -> None:
    found = feeds(address).busy(["feed"], window=WINDOW, zone="Europe/Berlin")
    assert [f"{each.start:%H:%M}" for each in found["feed"]] == ["09:00"]
    publisher.reply = Reply(503)
    assert feeds(address).busy(["feed"], window=WINDOW, zone="Europe/Berlin") == {}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(200, "<html>Sign in</html>"), Rejected),
        (Reply(200, ""), Rejected),
        (Reply(200, ics(f"UID:1\n{NINE}")[:-10]), Rejected),
        (Reply(200, b" " * 21_000_000), Rejected),
        (Reply(200, b"x", {"Content-Encoding": "gzip"}), Rejected),
        (Reply(200, "BEGIN:VCALENDAR", {"Content-Length": "5000"}), OutcomeUnknown),
        (Reply(401), Reconnect),
        (Reply(404), Gone),
        (Reply(500), OutcomeUnknown),
        (Reply(304), OutcomeUnknown),
        (Reply(302, headers={"Location": "https://169.254.169.254/latest/"}), Rejected),
        (Reply(302, headers={"Location": "file:///etc/passwd"}), Rejected),
        (Reply(302, headers={"Location": "?again"}), Rejected),
    ],
    ids=range(13),
)
def test_what_is_no_calendar_is_never_an_empty_one(
    reply: Reply, error: type[IntegrationError], publisher: Publisher, address: str
) -> None:
    publisher.reply = reply
    with pytest.raises(error) as caught:
        pages(address)
    assert SECRET not in str(caught.value)
    with pytest.raises(IntegrationError) as caught:
        enter(APP, Entered(address), PATIENCE)
    assert SECRET not in str(caught.value)


def test_a_redirect_of_a_publisher_is_followed(address: str) -> None:
    with served(lambda request: Reply(302, headers={"Location": address})) as base:
        assert starts(pages(base)) == ["12-10 09:00"]


def test_redirects_take_no_longer_than_one_call() -> None:
    def slow(request: Request) -> Reply:
        time.sleep(0.4)
        return Reply(302, headers={"Location": "?again"})

    with served(slow) as base:
        began = time.monotonic()
        with pytest.raises(TryLater):
            list(calendars(APP, Access(base), Patience(0.4, 0.6)).changes("feed", since="", window=WINDOW, zone="UTC"))
        assert time.monotonic() - began < 1.3


def many(count: int, description: int) -> str:
    day = datetime(2026, 12, 1, tzinfo=UTC)
    times = (f"{day + timedelta(minutes=45 * number):%Y%m%dT%H%M%SZ}" for number in range(count))
    return ics(*(f"UID:{time}\nDTSTART:{time}\nDURATION:PT30M\nDESCRIPTION:{'x' * description}" for time in times))


def test_10_000_events_are_read_in_pages(publisher: Publisher, address: str) -> None:
    publisher.reply = Reply(200, many(10_000, 10))
    found = [len(page.changes) for page in feeds(address).changes("feed", since="", window=WINDOW, zone="UTC")]
    assert sum(found) == 10_000
    assert max(found) <= 200


@pytest.mark.parametrize(
    "event", ["UID:{0}\nDTSTART:20010101T000000Z", "UID:s\nRECURRENCE-ID:20010101T000000Z\n{1}", "UID:{0}"]
)
def test_what_takes_no_time_is_a_page_now_and_then_too(
    event: str, publisher: Publisher, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0

    def counted(*given: object) -> object:
        nonlocal read
        read += 1
        return ical_times.event(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "event", counted)
    past = "DTSTART:20010101T000000Z"
    publisher.reply = Reply(200, ics(*(event.format(number, past) for number in range(7000))))
    at = [read for _ in feeds(address).changes("feed", since="", window=WINDOW, zone="UTC")]
    assert (at[0], read) == (0, 7000)
    assert all(later - sooner <= reading.STRETCH for sooner, later in pairwise(at))


def test_a_long_file_is_never_whole_in_memory(publisher: Publisher, address: str) -> None:
    content = many(1000, 10_000).encode()
    publisher.reply = Reply(200, content)
    assert len(content) > 10_000_000
    tracemalloc.start()
    try:
        for _ in feeds(address).changes("feed", since="", window=WINDOW, zone="UTC"):
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_nothing_is_written_or_pushed(address: str) -> None:
    it = feeds(address)
    assert not it.invites
    assert PROVIDER.several
    for call in (
        lambda: it.remove("feed", "x", notify=False),
        lambda: it.watch("feed", channel="", secret="", address=""),
    ):
        with pytest.raises(Rejected):
            call()
