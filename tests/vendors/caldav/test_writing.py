"""A booking stands in the calendar once, says that we invite, and is never confused with somebody else's event."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from sivient.core.interval import Interval
from sivient.ports.calendars import Answer, Changed, EventDraft, Guest, Stored
from sivient.ports.errors import Gone, OutcomeUnknown, Reconnect, Rejected
from sivient.ports.vendor import Access
from sivient.vendors.caldav import calendars, errors
from sivient.vendors.caldav.calendars import CaldavCalendars
from tests.vendors.caldav import servers
from tests.vendors.caldav.servers import APP, PASSWORD, PATIENCE, USER, Server, ics
from tests.vendors.httpd import Reply, Request, served

START = datetime(2026, 12, 10, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)


def draft(**more: object) -> EventDraft:
    key = uuid4().hex
    whole = EventDraft(
        key=key,
        uid=f"{key}@sivient.example",
        sequence=0,
        reference="r",
        title="Intro; with, Jo",
        start=START,
        end=START + HALF,
        timezone="Europe/Berlin",
        description="Join below",
        location="",
        join_url="https://zoom.example/j/1?pwd=a",
        conference_id="1",
        passcode="",
        guests=(Guest("jo@example.net", 'Jo "J" Doe\r\nX-EVIL:1'),),
    )
    return dataclasses.replace(whole, **more)  # type: ignore[arg-type]


@pytest.fixture
def calendar(server: Server) -> str:
    return server.make_calendar(f"w{uuid4().hex}")


def text(server: Server, calendar: str, stored: Stored) -> str:
    return server.raw("GET", stored.name).text.replace("\r\n ", "")


def test_an_event_is_made_once_with_everything_in_it(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft()
    stored = it.create(calendar, what)
    again = it.create(calendar, what)
    assert (again.name, again.uid, again.start, again.end) == (stored.name, what.uid, what.start, what.end)
    assert again.etag.strip('"') == stored.etag.strip('"')
    assert stored.name.endswith(f"/{what.key}.ics")
    written = text(server, calendar, stored)
    assert "METHOD" not in written
    assert "\nX-EVIL" not in written
    assert "LOCATION:https://zoom.example/j/1?pwd=a" in written


def test_a_sync_calls_the_event_what_its_writing_did(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft(key=f"a b@{uuid4().hex}")
    stored = it.create(calendar, what)
    window = Interval(START, START + HALF)
    ((change,),) = [page.changes for page in it.changes(calendar, since="", window=window, zone="UTC")]
    assert (change.name, change.uid, change.start) == (stored.name, what.uid, START)


def test_every_party_is_ours_to_invite(radicale_server: Server) -> None:
    calendar = radicale_server.make_calendar(f"w{uuid4().hex}")
    stored = radicale_server.enter().create(calendar, draft())
    parties = [
        line
        for line in text(radicale_server, calendar, stored).splitlines()
        if line.startswith(("ORGANIZER", "ATTENDEE"))
    ]
    assert len(parties) == 3
    assert all(";SCHEDULE-AGENT=CLIENT" in line for line in parties)
    assert stored.etag


def test_ten_at_once_make_one(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft()
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: it.create(calendar, what), range(10)))
    assert {(each.name, each.uid) for each in made} == {(made[0].name, what.uid)}
    listing = server.raw("PROPFIND", calendar, headers={"Depth": "1"}).text
    assert listing.count(f"{what.key}.ics") == 1


def test_what_stands_in_the_place_of_an_event_is_not_taken_for_it(server: Server, calendar: str) -> None:
    what = draft()
    server.put(calendar, what.key, "DTSTART:20261210T090000Z", "DTEND:20261210T100000Z")
    with pytest.raises(Rejected, match="has the place"):
        server.enter().create(calendar, what)


def test_an_event_is_changed_only_as_it_was_read(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft()
    stored = it.create(calendar, what)
    later = dataclasses.replace(what, start=START + HALF, end=START + 2 * HALF, sequence=1)
    changed = it.change(calendar, stored.name, later, etag=stored.etag, notify=True)
    assert (changed.start, it.read(calendar, stored.name).start) == (later.start, later.start)  # type: ignore[union-attr]
    with pytest.raises(Changed):
        it.change(calendar, stored.name, what, etag=stored.etag, notify=True)
    assert it.change(calendar, stored.name, what, etag="", notify=True).start == START


def test_an_event_is_taken_away_once_or_more(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft()
    stored = it.create(calendar, what)
    for _ in range(2):
        it.remove(calendar, stored.name, notify=False)
    assert it.read(calendar, stored.name) is None
    for etag in (stored.etag, ""):
        with pytest.raises(Gone):
            it.change(calendar, stored.name, what, etag=etag, notify=True)


def test_what_the_host_did_to_the_event_is_read(server: Server, calendar: str) -> None:
    it, what = server.enter(), draft()
    stored = it.create(calendar, what)
    body = ics(
        "DTSTART;TZID=Europe/Berlin:20261211T150000",
        "DURATION:PT1H",
        "STATUS:CANCELLED",
        "ORGANIZER:mailto:mara@example.org",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Jo@Example.net",
        uid=what.uid,
    )
    server.raw("PUT", stored.name, content=body, headers={"Content-Type": "text/calendar"})
    seen = it.read(calendar, stored.name)
    assert seen is not None
    assert (seen.start, seen.end) == (datetime(2026, 12, 11, 14, tzinfo=UTC), datetime(2026, 12, 11, 15, tzinfo=UTC))
    assert seen.cancelled
    assert seen.answers == {"jo@example.net": Answer.DECLINED}


def test_the_same_event_elsewhere_in_the_calendar_is_said_so(radicale_server: Server) -> None:
    calendar = radicale_server.make_calendar(f"w{uuid4().hex}")
    it, what = radicale_server.enter(), draft()
    it.create(calendar, what)
    with pytest.raises(Rejected, match="another place"):
        it.create(calendar, dataclasses.replace(what, key=uuid4().hex))


def test_a_password_that_changes_asks_the_host_to_connect_again(tmp_path: Path) -> None:
    with servers.radicale(tmp_path, {USER: PASSWORD}) as own:
        calendar = own.make_calendar("one")
        it = own.enter()
        stored = it.create(calendar, draft())
        assert own.users is not None
        own.users.write_text(f"{USER}:new\n")
        for call in (lambda: it.create(calendar, draft()), it.list, lambda: it.read(calendar, stored.name)):
            with pytest.raises(Reconnect) as caught:
                call()
            assert str(caught.value) == errors.PASSWORD
        with pytest.raises(Reconnect):
            it.busy([calendar], window=Interval(START, START + HALF), zone="UTC")


def fake(base: str) -> CaldavCalendars:
    return calendars(APP, Access(PASSWORD, user=USER, address=f"{base}/dav/"), PATIENCE)


def test_a_server_that_keeps_its_own_version_is_read_after_writing() -> None:
    kept: dict[str, str] = {}

    def handler(request: Request) -> Reply:
        if request.method == "PUT":
            kept[request.path] = request.body
            return Reply(201, headers={"Schedule-Tag": '"x"'})
        return Reply(200, kept[request.path], {"ETag": '"rewritten"'})

    with served(handler) as base:
        what = draft()
        stored = fake(base).create(f"{base}/dav/one/", what)
    assert (stored.etag, stored.uid, stored.start) == ('"rewritten"', what.uid, START)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(507), Rejected, "no room"),
        (Reply(403), Rejected, "does not let us"),
        (Reply(302, headers={"Location": "https://elsewhere.test/"}), Rejected, "another address"),
        (Reply(500), OutcomeUnknown, "trouble"),
        (Reply(401), Reconnect, "new app password"),
        (Reply(404), Gone, "any more"),
    ],
    ids=range(6),
)
def test_a_refusal_says_what_is_to_be_done(reply: Reply, error: type[Exception], words: str) -> None:
    with served(lambda request: reply) as base, pytest.raises(error, match=words):
        fake(base).create(f"{base}/dav/one/", draft())


def test_a_calendar_on_another_host_gets_no_password() -> None:
    asked: list[Request] = []
    with served(lambda request: asked.append(request) or Reply(200)) as base, pytest.raises(OutcomeUnknown):
        fake("http://127.0.0.2:1").create(f"{base}/dav/one/", draft())
    assert asked == []


def test_nothing_is_pushed(server: Server) -> None:
    with pytest.raises(Rejected, match="we ask it"):
        server.enter().watch("c", channel="a", secret="b", address="https://x")
    assert not server.enter().invites


def test_nothing_secret_is_shown_with_the_calendars() -> None:
    assert PASSWORD not in repr(fake("https://dav.test"))
