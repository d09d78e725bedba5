"""What changed in a calendar: by sync-collection (RFC 6578), or by its ctag where a server does not know that.

A cursor says where the server stands, not what we have: a token, or a mark of the whole. When a mark has changed,
everything is read anew; so a cursor never grows with the calendar.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from urllib.parse import urljoin
from xml.sax.saxutils import escape

from sivient.core.interval import Interval, merge
from sivient.ports.calendars import Change, Page, Skipped, SyncLost
from sivient.ports.errors import Gone, OutcomeUnknown, Rejected, TooLong
from sivient.vendors.caldav import reading
from sivient.vendors.caldav.collection import properties, zone
from sivient.vendors.caldav.dav import CALDAV, DAV, SERVER, Dav, Resource, element, name
from sivient.vendors.caldav.errors import UNREADABLE, WHO
from sivient.vendors.caldav.locating import located

PAGE = 100  # resources
LONG = 30.0  # seconds, after which what was read so far is a page: with each one we say that we go on
SHORT = timedelta(days=28)  # a listing that is too long is asked for in halves, but no shorter ones
MOST_ROUNDS = 200  # of a sync that the server gives in parts
GONE = (404, 410)
CUT = 507  # the status of a collection whose answer is not whole
TOO_BIG = "Entries that are larger than 5 MB: all the days block on which the server has them."
TOO_LARGE = 413  # the status that we give to such an entry
TOO_MANY = (
    f"{WHO} lists more entries of a single month than we can read at once: more than about 20,000. Move some of them "
    "to another calendar."
)
TOO_MANY_AT_ONCE = (
    f"{WHO} does not say when the calendar has changed, and lists more entries than we can read at once: more than "
    "about 20,000. Move some of them to another calendar."
)
LOST = f"{WHO} has changed the calendar; we read it anew."
_DAY = timedelta(days=1)
_ETAG = "<d:prop><d:getetag/></d:prop>"
_FILTER = (
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{}" end="{}"/>'
    "</c:comp-filter></c:comp-filter></c:filter>"
)


@dataclass(frozen=True, slots=True)
class Sync:
    """One reading of one calendar. `mine` returns the host's own addresses."""

    dav: Dav
    calendar: str
    window: Interval
    zone: str
    mine: Callable[[], Collection[str]]

    def changes(self, since: str) -> Iterator[Page]:
        """Yield what changed since the cursor, or everything in the window."""
        found = properties(self.dav, self.calendar, "d:sync-token", "s:getctag", "d:supported-report-set")
        it = replace(self, zone=zone(found) or self.zone)
        state = it._state(found)
        if not since:
            listed = query(self.dav, self.calendar, self.window, "")
            yield from it._pages((each.url for each in listed), (), cursor=state)
        elif since == state:
            yield Page((), cursor=state)
        elif "token" in _loaded(since) and "token" in _loaded(state):
            yield from it._since(_loaded(since)["token"])
        else:
            raise SyncLost(LOST)

    def _state(self, found: Resource) -> str:
        """Return the cursor of how the calendar is now."""
        token = found.text(f"{DAV}sync-token")
        if token and found.has(f"{DAV}supported-report-set", f"{DAV}sync-collection"):
            return json.dumps({"token": token})
        mark = found.text(f"{SERVER}getctag")
        if not mark:
            etags = sorted((each.name, each.text(f"{DAV}getetag")) for each in self._everything())
            mark = sha256(json.dumps(etags).encode()).hexdigest()
        return json.dumps({"mark": mark})

    def _everything(self) -> list[Resource]:
        try:
            return self.dav.properties(self.calendar, "d:getetag", depth=1)
        except TooLong as error:
            raise Rejected(TOO_MANY_AT_ONCE) from error

    def _since(self, token: str) -> Iterator[Page]:
        """Yield what the server says happened since its token, in as many parts as it likes."""
        for _ in range(MOST_ROUNDS):
            changed, gone, whole, following = self._round(token)
            yield from self._pages(changed, gone, cursor=json.dumps({"token": following}) if whole else "")
            if whole:
                return
            if following == token:
                break
            token = following
        raise OutcomeUnknown(UNREADABLE)

    def _round(self, token: str) -> tuple[list[str], list[Change], bool, str]:
        body = f"<d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level>"
        try:
            found, following = self.dav.sync(self.calendar, element("d:sync-collection", f"{body}{_ETAG}"))
        except TooLong as error:
            raise SyncLost(LOST) from error
        changed: list[str] = []
        gone: list[Change] = []
        whole = True
        for each in found:
            if each.name.rstrip("/") == name(self.calendar).rstrip("/"):
                whole = whole and each.status != CUT
            elif each.status in GONE:
                gone.append(Change(each.name, gone=True))
            else:
                changed.append(each.url)
        return changed, gone, whole, following

    def _pages(self, urls: Iterable[str], gone: Iterable[Change], *, cursor: str) -> Iterator[Page]:
        rest = iter(urls)
        changes, skipped = list(gone), list[Skipped]()
        part = list(islice(rest, PAGE))
        while part:
            began = time.monotonic()
            for change in self._read(part, skipped):
                changes.append(change)
                if time.monotonic() - began > LONG:
                    yield Page(tuple(changes), skipped=tuple(skipped))
                    changes.clear()
                    skipped.clear()
                    began = time.monotonic()
            part = list(islice(rest, PAGE))
            if part:
                yield Page(tuple(changes), skipped=tuple(skipped))
                changes.clear()
                skipped.clear()
        yield Page(tuple(changes), cursor=cursor, skipped=tuple(skipped))

    def _read(self, urls: list[str], skipped: list[Skipped]) -> Iterator[Change]:
        """Yield what the resources have now; before it, put into `skipped` what cannot be read of it."""
        expansion = reading.expansion(self.window, self.zone, self.mine)
        unread: dict[str, Collection[str]] = {}  # reasons by name
        for each in fetched(self.dav, self.calendar, urls):
            if each.status in GONE:
                yield Change(each.name, gone=True)
            elif each.status == TOO_LARGE:
                unread[each.name] = (TOO_BIG,)
            else:
                change, troubles = reading.change(each, expansion)
                if change is None:
                    unread[each.name] = troubles
                else:
                    skipped += _skipped(each.name, troubles)
                    yield change
        if unread:
            yield from self._located(unread, skipped)

    def _located(self, unread: Mapping[str, Collection[str]], skipped: list[Skipped]) -> Iterator[Change]:
        """Yield when the server has what we cannot read. What it does not list keeps the times that were known."""

        def listed(span: Interval) -> set[str]:
            return {each.name for each in query(self.dav, self.calendar, span, "")}

        for entry, spans in located(unread, self.window, listed).items():
            skipped += _skipped(entry, unread[entry])
            if spans:
                yield Change(entry, busy=reading.busy(merge(span.seconds() for span in spans)))


def _skipped(entry: str, troubles: Collection[str]) -> list[Skipped]:
    return [Skipped(entry, trouble) for trouble in sorted(troubles)]


def texts(dav: Dav, calendar: str, window: Interval) -> Iterator[Resource]:
    """Yield the resources with an event in the window, with their text."""
    urls = (each.url for each in query(dav, calendar, window, ""))
    while part := list(islice(urls, PAGE)):
        yield from fetched(dav, calendar, part)


def fetched(dav: Dav, calendar: str, urls: list[str]) -> Iterator[Resource]:
    """Yield the resources with their text; an answer that is too long is asked for in halves."""
    hrefs = "".join(f"<d:href>{escape(name(url))}</d:href>" for url in urls)
    body = element("c:calendar-multiget", f"<d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}")
    try:
        answers = dav.report(calendar, body)
    except TooLong:
        if len(urls) == 1:
            yield Resource(urls[0], TOO_LARGE, {})
            return
        half = len(urls) // 2
        yield from fetched(dav, calendar, urls[:half])
        yield from fetched(dav, calendar, urls[half:])
        return
    found = [each for each in answers if each.status or f"{CALDAV}calendar-data" in each.properties]
    yield from found
    for path in {name(url) for url in urls} - {name(each.url) for each in found}:
        yield _alone(dav, urljoin(calendar, path))


def _alone(dav: Dav, url: str) -> Resource:
    """Return a resource that the server left out of its answer."""
    try:
        return dav.fetched(url)
    except Gone:
        return Resource(url, 404, {})
    except TooLong:
        return Resource(url, TOO_LARGE, {})


def query(dav: Dav, calendar: str, window: Interval, more: str) -> Iterator[Resource]:
    """Yield the resources with an event in the window, once each: their etags, and what `more` asks for.

    A listing that is too long is asked for in halves. Rejected: even a short one is.
    """
    seen: set[bytes] = set()  # digests: a series lies in every half
    rest = [window]
    while rest:
        span = rest.pop()
        try:
            found = _listed(dav, calendar, span, more)
        except TooLong as error:
            if span.end - span.start <= SHORT:
                raise Rejected(TOO_MANY) from error
            middle = span.start + (span.end - span.start) / 2
            rest += [Interval(middle, span.end), Interval(span.start, middle)]
            continue
        for each in found:
            digest = sha256(each.url.encode()).digest()[:12]
            if digest not in seen:
                seen.add(digest)
                yield each


def _listed(dav: Dav, calendar: str, window: Interval, more: str) -> list[Resource]:
    """Return what a server lists in the window, and a day more on both sides: what it takes dates and times without a
    zone for is its own affair.
    """
    start, end = window.start - _DAY, window.end + _DAY
    span = _FILTER.format(_utc(start), _utc(end))
    found = dav.report(calendar, element("c:calendar-query", f"<d:prop><d:getetag/>{more}</d:prop>{span}"))
    return [each for each in found if each.name.rstrip("/") != name(calendar).rstrip("/")]


def busy(dav: Dav, calendar: str, window: Interval, other: str, mine: Callable[[], Collection[str]]) -> list[Change]:
    """Return what lies in the window. `other` is where dates lie when the calendar does not say.

    OutcomeUnknown: something lies there, or may, that cannot be read.
    """
    expansion = reading.expansion(window, zone(properties(dav, calendar)) or other, mine)
    changes: list[Change] = []
    for listed in query(dav, calendar, window, "<c:calendar-data/>"):
        each = listed if listed.text(f"{CALDAV}calendar-data") else _alone(dav, listed.url)
        if each.status in GONE:
            continue
        change, _ = reading.change(each, expansion)
        if change is None:
            raise OutcomeUnknown(UNREADABLE)
        changes.append(change)
    return changes


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _loaded(cursor: str) -> dict[str, str]:
    try:
        found = json.loads(cursor)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise SyncLost(LOST)
    return found
