"""Google's calendars as a port (calendars contract 1.4 and 1.5)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sivient.core.interval import Interval
from sivient.core.text import clean_line
from sivient.ports.calendars import Busy, CalendarInfo, EventDraft, Page, Stored, Tombstone, Watch
from sivient.ports.errors import Gone, OutcomeUnknown, TryLater
from sivient.ports.http import Patience, client
from sivient.ports.vendor import Access, App
from sivient.vendors.google import events, push
from sivient.vendors.google.api import Api, Body, Query, events_path
from sivient.vendors.google.errors import Duplicate, Malformed, judge_sync, judge_write
from sivient.vendors.google.moments import bounds, moment, written, zone_named
from sivient.vendors.google.scopes import may_list, may_write

LISTED, PAGE_SIZE = 250, 2500  # calendars and events on a page; Google's most
MOST_ATTENDEES = 10  # of an event on a page; of larger ones Google names only the host, so that pages stay small
MOST_CALENDARS, LONGEST_RANGE = 50, timedelta(days=60)  # of one free/busy call
SOON = timedelta(seconds=2)
NAME_LIMIT = 200  # code points
PRIMARY = CalendarInfo("primary", "Primary calendar", "", primary=True, writable=False)
CALENDAR_FIELDS = "nextPageToken,nextSyncToken,items(id,summary,summaryOverride,timeZone,primary,accessRole,deleted)"
SYNC_FIELDS = f"nextPageToken,nextSyncToken,timeZone,items({events.FIELDS})"


@dataclass(frozen=True, slots=True)
class GoogleCalendars:
    """The calendars of one Google account, as far as `scope` allows."""

    api: Api
    scope: str
    invites: bool = field(default=True, init=False)

    def list(self) -> Sequence[CalendarInfo]:
        """Return the calendars on the account's list; only the primary one when Google does not show the list."""
        writes = may_write(self.scope)
        if not may_list(self.scope):
            return [replace(PRIMARY, writable=writes)]
        query = {"maxResults": LISTED, "minAccessRole": "freeBusyReader", "fields": CALENDAR_FIELDS}
        pages = self.api.pages("users/me/calendarList", query)
        return [info for page in pages for item in page.get("items", []) if (info := _info(item, writes))]

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield what changed since the cursor, everything in `window` when it is "". SyncLost: read all anew."""
        query: dict[str, object] = {
            "singleEvents": "true",
            "showDeleted": "true",
            "maxResults": PAGE_SIZE,
            "maxAttendees": MOST_ATTENDEES,
            "prettyPrint": "false",
            "fields": SYNC_FIELDS,
        }
        start, end = bounds(window)
        query |= {"syncToken": since} if since else {"timeMin": written(start), "timeMax": written(end)}
        for page in self.api.pages(events_path(calendar), query, judge=judge_sync):
            where = zone_named(page.get("timeZone")) or zone_named(zone) or ZoneInfo("UTC")
            read, skipped = events.changes(page.get("items", []), where)
            last = not page.get("nextPageToken")
            cursor = page.get("nextSyncToken") if last else ""
            if not isinstance(cursor, str) or (last and not cursor):
                raise OutcomeUnknown("Google gave an answer that cannot be read.")
            yield Page(read, cursor, skipped)

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken, by calendar; one with an error in any part of the answer is missing."""
        found: dict[str, list[Busy]] = {}
        for first in range(0, len(calendars), MOST_CALENDARS):
            some = calendars[first : first + MOST_CALENDARS]
            parts = [self._busy(some, start, end) for start, end in _ranges(window)]
            for calendar in some:
                if all(calendar in part for part in parts):
                    found[calendar] = [each for part in parts for each in part[calendar]]
        return found

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event, or return it when an earlier call with this key has made it; Google mails its guests once.

        Tombstone: the key is that of an event that is deleted, or of somebody else's.
        """
        query = {"sendUpdates": "all", "conferenceDataVersion": 1, "fields": events.OWN_FIELDS}
        try:
            body = self._write("POST", events_path(calendar), query, events.new_event(draft))
        except Duplicate:
            return self._made_before(calendar, draft)
        return replace(events.stored(body, draft.timezone), as_made=True)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Give an event what `draft` says. Gone: it was deleted. Changed: it is not the one with `etag`."""
        before = self._get(calendar, name)
        if before.get("status") == events.CANCELLED:
            raise Gone("The event is not in Google Calendar any more.")
        query = {"sendUpdates": _updates(notify), "conferenceDataVersion": 1, "fields": events.OWN_FIELDS}
        etag = etag or str(before.get("etag") or "")
        body = self._write("PATCH", events_path(calendar, name), query, events.changed_event(draft, before), etag)
        return events.stored(body, draft.timezone)

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Take an event away; one that is gone already is removed."""
        query = {"sendUpdates": _updates(notify)}
        try:
            self.api.call("DELETE", events_path(calendar, name), query=query, judge=judge_write)
        except Gone:
            return

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return an event of ours as it is now; None when it was never there, or nothing is left of it."""
        try:
            body = self._get(calendar, name)
        except Gone:
            return None
        if body.get("status") == events.CANCELLED and not body.get("start"):
            return None
        return events.stored(body, "")

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Return the events in `window` with a reference of `ours` in their private properties."""
        start, end = bounds(window)
        query = {
            "singleEvents": "true",
            "maxResults": PAGE_SIZE,
            "timeMin": written(start),
            "timeMax": written(end),
            "fields": f"nextPageToken,nextSyncToken,items({events.MARKED_FIELDS})",
        }
        pages = self.api.pages(events_path(calendar), query)
        listed = [item for page in pages for item in page.get("items", []) if isinstance(item, dict)]
        return [
            replace(events.stored(item, ""), reference=mark)
            for item in listed
            if (mark := events.reference(item)) and ours(mark) and item.get("status") != events.CANCELLED
        ]

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Have changes pushed to `address`, for about a week."""
        return push.watch(self.api, calendar, channel=channel, secret=secret, address=address)

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Let another channel take the place of `watch`."""
        return push.renew(self.api, calendar, watch, channel=channel, secret=secret, address=address)

    def unwatch(self, watch: Watch) -> None:
        """End a channel; one that is gone already is ended."""
        push.unwatch(self.api, watch)

    def _busy(self, calendars: Sequence[str], start: datetime, end: datetime) -> Mapping[str, Sequence[Busy]]:
        """Ask about at most 50 calendars and 60 days. A calendar that could not be read is missing."""
        body = {
            "timeMin": written(start),
            "timeMax": written(end),
            "timeZone": "UTC",
            "items": [{"id": calendar} for calendar in calendars],
            "calendarExpansionMax": MOST_CALENDARS,
        }
        said = self.api.call("POST", "freeBusy", body=body).get("calendars")
        if not isinstance(said, dict):
            raise OutcomeUnknown("Google gave an answer that cannot be read.")
        read = ((calendar, _times(said.get(calendar))) for calendar in calendars)
        return {calendar: times for calendar, times in read if times is not None}

    def _write(self, method: str, path: str, query: Query, body: Body, etag: str = "") -> Body:
        """Write an event, and once more without the join button when Google refuses the body (contract 1.4)."""
        try:
            return self.api.call(method, path, query=query, body=body, etag=etag, judge=judge_write)
        except Malformed:
            if "conferenceData" not in body:
                raise
        plain = {name: value for name, value in body.items() if name != "conferenceData"}
        return self.api.call(method, path, query=query, body=plain, etag=etag, judge=judge_write)

    def _made_before(self, calendar: str, draft: EventDraft) -> Stored:
        """Return the event that has our key: Google knew it before it could find it, if it says that it is nowhere."""
        try:
            body = self._get(calendar, draft.key)
        except Gone as error:
            raise TryLater("Google does not find yet what it has.", after=SOON) from error
        if body.get("status") == events.CANCELLED or not events.is_of(body, draft):
            raise Tombstone("The event was deleted in Google Calendar.")
        return events.stored(body, draft.timezone)

    def _get(self, calendar: str, name: str) -> Body:
        return self.api.call("GET", events_path(calendar, name), query={"fields": events.OWN_FIELDS})


def connect_calendars(app: App, access: Access, patience: Patience) -> GoogleCalendars:
    """Return the calendars of the account whose access it is."""
    return GoogleCalendars(Api(client(app.api_base), access.token, patience), access.scope)


def _info(item: Any, writes: bool) -> CalendarInfo | None:
    """Return what the list says of a calendar; roles that Google adds later only read."""
    name = item.get("id") if isinstance(item, dict) else None
    if not isinstance(name, str) or not name or item.get("deleted") is True:
        return None
    zone = zone_named(item.get("timeZone"))
    return CalendarInfo(
        external_id=name,
        name=clean_line(str(item.get("summaryOverride") or item.get("summary") or name), NAME_LIMIT),
        timezone=zone.key if zone else "",
        primary=item.get("primary") is True,
        writable=writes and item.get("accessRole") == "owner",
    )


def _times(said: Any) -> Sequence[Busy] | None:
    """Return the busy times of one calendar in a free/busy answer, or None: an error there may stand in a 200."""
    if not isinstance(said, dict) or said.get("errors") or not isinstance(said.get("busy"), list):
        return None
    try:
        pairs = [(moment(each["start"]), moment(each["end"])) for each in said["busy"]]
    except (LookupError, TypeError, ValueError):
        return None
    return None if any(end < start for start, end in pairs) else [Busy(start, end) for start, end in pairs]


def _ranges(window: Interval) -> Iterator[tuple[datetime, datetime]]:
    """Yield the window in parts of at most 60 days: over about 90, Google refuses."""
    start, last = bounds(window)
    while start < last:
        end = min(start + LONGEST_RANGE, last)
        yield start, end
        start = end


def _updates(notify: bool) -> str:
    return "all" if notify else "none"
