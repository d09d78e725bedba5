"""A Microsoft account's calendars: busy times and our own events (calendars contract, chapters 2.4 and 2.5)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from sivient.core.interval import Interval
from sivient.core.text import clean_line
from sivient.ports.calendars import Busy, CalendarInfo, EventDraft, Page, Stored, Tombstone, Watch
from sivient.ports.errors import Gone, Rejected, TryLater
from sivient.ports.http import Patience, client
from sivient.ports.vendor import Access, App
from sivient.vendors.microsoft import delta, events, push
from sivient.vendors.microsoft.api import Graph, items
from sivient.vendors.microsoft.errors import AlreadyMade
from sivient.vendors.microsoft.events import BUSY_FIELDS, FIELDS, REFERENCE, details, says, stored, takes_time
from sivient.vendors.microsoft.oauth import may_write
from sivient.vendors.microsoft.times import LONGEST_VIEW, Unreadable, in_query, times, widened

PAGE_SIZE = 100
DELETED = "The event was made before, and deleted in Outlook."
SHORTEST = 0.3  # seconds for one more request: less is not worth asking


@dataclass(frozen=True, slots=True)
class MicrosoftCalendars:
    """The calendars of one Microsoft account. `may_write`: the permission goes beyond reading."""

    graph: Graph
    may_write: bool

    @property
    def invites(self) -> bool:
        """Exchange mails the invitation to whom an event names."""
        return True

    def list(self) -> Sequence[CalendarInfo]:
        """Return the account's calendars. Their zone is not known: Graph tells it only for one more permission."""
        query = {"$top": PAGE_SIZE, "$select": "id,name,isDefaultCalendar,canEdit"}
        listed = [item for page in self.graph.pages(f"/me/calendars?{_encoded(query)}") for item in items(page)]
        return [_calendar(item, self.may_write) for item in listed if isinstance(item, dict) and item.get("id")]

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield what changed since the cursor, a link that has the window in it; everything when it is ""."""
        return delta.changes(self.graph, calendar, since=since, window=window, zone=zone)

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken in `window`: one calendar after the other, all within one patience.

        Reconnect: it is the account that cannot be read.
        """
        until = time.monotonic() + self.graph.patience.connect + self.graph.patience.answer
        found: dict[str, Sequence[Busy]] = {}
        for calendar in calendars:
            try:
                found[calendar] = self._busy(calendar, window, zone, until)
            except (TryLater, Rejected, Unreadable):
                continue  # this one is not known to be free, the others may be
        return found

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event, or return it as it is when an earlier call with this key has made it.

        The same body again answers with the same event; with another body (the link came meanwhile) Graph refuses, and
        the event is looked up. Tombstone: it was made and is not there any more.
        """
        path, same = f"/me/calendars/{quote(calendar, safe='')}/events", True
        try:
            made = self.graph.call("POST", path, json={**details(draft), "transactionId": draft.key})
        except AlreadyMade as already:
            made, same = self._made(path, already.name, draft), False
            if not made:
                raise Tombstone(DELETED) from already
        if made.get("isCancelled") is True:
            raise Tombstone(DELETED)
        return replace(stored(made), as_made=same)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Give an event what `draft` says; whom the host added to it stays. Gone: it is not there.

        Graph has no way to change an event quietly: without `notify` it is patched only where it says something else.
        """
        known = self.graph.call("GET", _event(name, FIELDS))
        if known.get("isCancelled") is True:
            raise Gone("The event was called off in Outlook.")
        if not notify and says(known, draft):
            return stored(known)
        seen = etag or str(known.get("@odata.etag") or "")  # 412: it is another one by now
        return stored(self.graph.call("PATCH", _event(name), json=details(draft, known), etag=seen))

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Take an event away. Exchange tells its guests, whatever `notify` says: it cannot be asked not to."""
        try:
            self.graph.call("DELETE", _event(name))
        except Gone:
            return

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return an event of ours as it is now; None when it is not there, deleted or never made."""
        try:
            return stored(self.graph.call("GET", _event(name, FIELDS)))
        except Gone:
            return None

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Return the events in `window` with a reference of `ours` among their extended properties."""
        marked = f"singleValueExtendedProperties($filter=id eq '{REFERENCE}')"
        seen = [
            (event, events.reference(event))
            for event in self._view(calendar, window, {"$select": events.OWN_FIELDS, "$expand": marked})
            if isinstance(event, dict) and event.get("isCancelled") is not True
        ]
        found = [replace(stored(event), reference=mark) for event, mark in seen if mark and ours(mark)]
        return list({each.name: each for each in found}.values())  # one may lie in two parts of a long window

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Have changes of the calendar pushed to `address`."""
        return push.watch(self.graph, calendar, channel=channel, secret=secret, address=address)

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Let a channel live on, under its own name. Gone: watch anew."""
        return push.renew(self.graph, watch)

    def unwatch(self, watch: Watch) -> None:
        """End a channel; one that is gone already is ended."""
        push.unwatch(self.graph, watch)

    def _busy(self, calendar: str, window: Interval, zone: str, until: float) -> Sequence[Busy]:
        """Read one calendar."""
        listed = self._view(calendar, window, {"$select": BUSY_FIELDS}, left=lambda: self._left(until))
        taken = [at for event in listed if (at := _taken(event, zone))]
        return [at for at in dict.fromkeys(taken) if at.start < window.end and window.start < at.end]

    def _view(
        self, calendar: str, window: Interval, more: Mapping[str, str], left: Callable[[], Patience] | None = None
    ) -> Iterator[Any]:
        """Yield what takes place, a day more on both sides; a long window is asked for in parts."""
        start, end = widened(window)
        while start < end:
            stop = min(end, start + LONGEST_VIEW)
            query = {"startDateTime": in_query(start), "endDateTime": in_query(stop), **more, "$top": PAGE_SIZE}
            path = f"/me/calendars/{quote(calendar, safe='')}/calendarView?{_encoded(query)}"
            for page in self.graph.pages(path, left=left):
                yield from items(page)
            start = stop

    def _left(self, until: float) -> Patience:
        left = until - time.monotonic()
        if left < SHORTEST:
            raise TryLater("Microsoft was slow to tell us what is busy.")
        connect = min(self.graph.patience.connect, left / 2)
        return Patience(connect=connect, answer=min(self.graph.patience.answer, left - connect))

    def _made(self, path: str, name: str, draft: EventDraft) -> dict[str, Any]:
        """Return the event that has the draft's key already, {} when it is not there any more.

        Graph may not know its own id yet, or not say it: then the reference finds the event.
        """
        if name:
            try:
                return self.graph.call("GET", _event(name, FIELDS))
            except Gone:
                pass
        value = draft.reference.replace("'", "''")
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{REFERENCE}' and ep/value eq '{value}')"
        page = self.graph.call("GET", f"{path}?{_encoded({'$filter': wanted, '$select': FIELDS})}")
        return next((event for event in items(page) if isinstance(event, dict)), {})


def connect_calendars(app: App, access: Access, patience: Patience) -> MicrosoftCalendars:
    """Return the calendars of the account whose access it is."""
    return MicrosoftCalendars(Graph(client(app.api_base), access.token, patience), may_write(access.scope))


def _calendar(item: dict[str, Any], may_write: bool) -> CalendarInfo:
    return CalendarInfo(
        external_id=str(item["id"]),
        name=clean_line(str(item.get("name") or ""), 200) or "Calendar",
        timezone="",
        primary=item.get("isDefaultCalendar") is True,
        writable=may_write and item.get("canEdit") is True,
    )


def _taken(event: Any, zone: str) -> Busy | None:
    if not isinstance(event, dict):
        raise Unreadable("An event cannot be read.")
    return times(event, zone) if takes_time(event) else None


def _event(name: str, fields: str = "") -> str:
    return f"/me/events/{quote(name, safe='')}" + (f"?{_encoded({'$select': fields})}" if fields else "")


def _encoded(query: Mapping[str, object]) -> str:
    return urlencode(query, quote_via=quote)  # Graph reads %20, and a plus as a plus
