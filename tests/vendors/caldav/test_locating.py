"""What cannot be read is never free: neither in a sync, nor at the booking."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Busy
from sivient.ports.vendor import Access
from sivient.vendors.caldav import calendars, locating
from sivient.vendors.caldav.calendars import CaldavCalendars
from sivient.vendors.caldav.locating import MOST_QUESTIONS, located
from tests.vendors.caldav.servers import APP, PASSWORD, PATIENCE, USER, ics
from tests.vendors.httpd import CALENDAR, Reply, Request, multistatus, served

WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
AT = Interval(datetime(2027, 6, 10, 9, tzinfo=UTC), datetime(2027, 6, 10, 10, tzinfo=UTC))
DAY = timedelta(days=1)
HERE = "/dav/one/"


class Asked:
    """A server that can place its entries."""

    def __init__(self, **entries: Interval) -> None:
        self.entries = entries
        self.spans: list[Interval] = []

    def listed(self, span: Interval) -> list[str]:
        self.spans.append(span)
        return [
            name
            for name, at in self.entries.items()
            if at.start < span.end + DAY and span.start - DAY < at.end  # as widely as a sync asks
        ]


def test_an_entry_is_found_within_a_few_days() -> None:
    server = Asked(a=AT, other=Interval(WINDOW.start, WINDOW.end))
    (spans,) = located({"a"}, WINDOW, server.listed).values()
    assert min(span.start for span in spans) <= AT.start < AT.end <= max(span.end for span in spans)
    assert sum((span.end - span.start for span in spans), timedelta()) <= 8 * DAY


def test_an_entry_that_is_everywhere_blocks_everything_and_costs_few_questions() -> None:
    server = Asked(a=Interval(WINDOW.start, WINDOW.end))
    (spans,) = located({"a"}, WINDOW, server.listed).values()
    assert sum((span.end - span.start for span in spans), timedelta()) == WINDOW.end - WINDOW.start
    assert len(server.spans) == MOST_QUESTIONS


def test_what_a_slow_server_was_not_asked_any_more_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locating, "ENOUGH", 0.0)
    found = located({"a", "gone"}, WINDOW, Asked(a=AT).listed)
    assert [sum((span.end - span.start for span in found[name]), timedelta()) for name in ("a", "gone")] == [
        WINDOW.end - WINDOW.start,
        timedelta(),
    ]


class Server:
    """A calendar with one entry, which its query may give without its text."""

    def __init__(self) -> None:
        self.listed = ""  # its text in the answer to a query
        self.alone = Reply(200, ics("DTSTART:20261210T090000Z", "DURATION:PT1H", uid="x"), {"ETag": '"1"'})

    def handle(self, request: Request) -> Reply:
        if request.method == "GET":
            return self.alone
        if "<c:calendar-query" in request.body:
            text = f"<c:calendar-data>{self.listed}</c:calendar-data>" if self.listed else ""
            return multistatus((f"{HERE}1.ics", f"<d:getetag>x</d:getetag>{text}"))
        return multistatus((HERE, CALENDAR))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def calendar(server: Server) -> Iterator[tuple[CaldavCalendars, str]]:
    with served(server.handle) as base:
        yield calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE), f"{base}{HERE}"


def test_at_the_booking_an_entry_without_its_text_is_fetched_alone(calendar: tuple[CaldavCalendars, str]) -> None:
    it, address = calendar
    nine = datetime(2026, 12, 10, 9, tzinfo=UTC)
    assert it.busy([address], window=WINDOW, zone="UTC") == {address: (Busy(nine, nine + timedelta(hours=1)),)}


@pytest.mark.parametrize("reply", [Reply(200, "Sign in"), Reply(200, ""), Reply(500), Reply(200, " " * 6_000_000)])
def test_at_the_booking_a_calendar_with_something_unreadable_is_not_known_to_be_free(
    reply: Reply, server: Server, calendar: tuple[CaldavCalendars, str]
) -> None:
    server.alone = reply
    it, address = calendar
    assert it.busy([address], window=WINDOW, zone="UTC") == {}
    server.listed = "Sign in"
    assert it.busy([address], window=WINDOW, zone="UTC") == {}


def test_at_the_booking_an_entry_that_has_just_gone_is_gone(
    server: Server, calendar: tuple[CaldavCalendars, str]
) -> None:
    server.alone = Reply(404)
    it, address = calendar
    assert it.busy([address], window=WINDOW, zone="UTC") == {address: ()}
