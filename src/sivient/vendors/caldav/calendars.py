"""The calendars of an account on a CalDAV server (RFC 4791; calendar contract chapter 3)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urljoin

from sivient.core.interval import Interval, floor_seconds, merge
from sivient.ports.calendars import Busy, CalendarInfo, Changed, EventDraft, Page, Stored, Watch
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Reconnect, Rejected
from sivient.ports.http import Answer, Patience
from sivient.ports.vendor import Access, App
from sivient.vendors.caldav import collection, reading, sync
from sivient.vendors.caldav.dav import CALDAV, DAV, Dav, joined, name
from sivient.vendors.caldav.errors import UNREADABLE, WHO, judge
from sivient.vendors.caldav.event_file import event_file

AT_ONCE = 4  # calendars that are asked at the same time
NO_PUSH = f"{WHO} does not tell us of changes; we ask it."
_EVENT = {"Content-Type": "text/calendar; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class CaldavCalendars:
    """A host's calendars on the server that they named. A calendar is called by its address, an event by its path."""

    dav: Dav = field(repr=False)
    invites: bool = False

    def list(self) -> Sequence[CalendarInfo]:
        """Return the account's calendars."""
        return collection.calendars(self.dav, self.dav.home)

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield what changed since the cursor; everything in `window` when it is ""."""
        return sync.Sync(self.dav, calendar, window, zone, cache(self._addresses)).changes(since)

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken in `window`, all calendars within the patience of one call."""
        dav = self.dav.hurried(self.dav.patience.connect + self.dav.patience.answer)
        mine = cache(CaldavCalendars(dav)._addresses)

        def ask(calendar: str) -> Sequence[Busy] | None:
            try:
                found = sync.busy(dav, calendar, window, zone, mine)
            except Reconnect:
                raise
            except IntegrationError:
                return None
            taken = [(floor_seconds(each.start), floor_seconds(each.end)) for one in found for each in one.busy]
            return reading.busy(merge(taken))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(ask, calendars))
        return {calendar: found for calendar, found in zip(calendars, answers, strict=True) if found is not None}

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event under the name that its key gives; one that is there already is ours, or in the way."""
        url = joined(calendar if calendar.endswith("/") else f"{calendar}/", f"{draft.key}.ics")
        try:
            answer = self._put(url, draft, {"If-None-Match": "*"})
        except Changed as error:
            there = self._stored(url)
            if there is None:
                raise OutcomeUnknown(UNREADABLE) from error
            if there.uid != draft.uid:
                raise Rejected("Another event has the place of this one in the calendar.") from error
            return there
        return replace(self._written(url, draft, answer), as_made=True)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Give an event what `draft` says. Whom it names, we tell: `notify` is not for the server."""
        url = urljoin(calendar, name)
        if not etag:
            there = self._stored(url)
            if there is None:
                raise Gone(f"{WHO} does not have the event any more.")
            etag = there.etag
        try:
            return self._written(url, draft, self._put(url, draft, {"If-Match": etag} if etag else {}))
        except Changed:
            if self._stored(url) is None:
                raise Gone(f"{WHO} does not have the event any more.") from None
            raise

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Take an event away. One that is gone already is removed."""
        try:
            self.dav.ask("DELETE", urljoin(calendar, name))
        except Gone:
            return

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return an event of ours as it is now; None when it is not there."""
        return self._stored(urljoin(calendar, name))

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Return the events in `window` whose UID is one of `ours`: it is the reference, and no client changes it."""
        found = []
        for each in sync.texts(self.dav, calendar, window):
            it = reading.stored(each.text(f"{CALDAV}calendar-data"), each.name, each.text(f"{DAV}getetag"))
            if it is not None and ours(it.uid) and not it.cancelled:
                found.append(replace(it, reference=it.uid))
        return found

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Refuse: servers of this kind push nothing that we could count on."""
        raise Rejected(NO_PUSH)

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Refuse, as `watch` does."""
        raise Rejected(NO_PUSH)

    def unwatch(self, watch: Watch) -> None:
        """There is no channel to end."""

    def _put(self, url: str, draft: EventDraft, condition: Mapping[str, str]) -> Answer:
        body = event_file(draft, owner=self.dav.user, now=datetime.now(UTC))
        answer = self.dav.raw("PUT", url, body=body, headers={**_EVENT, **condition})
        if b"no-uid-conflict" in answer.body or b"unique-scheduling-object" in answer.body:
            raise Rejected("The calendar has this event already, in another place.")
        if not 200 <= answer.status < 300:
            raise judge(answer)
        return answer

    def _written(self, url: str, draft: EventDraft, answer: Answer) -> Stored:
        """Return what was written. Without an ETag the server keeps something else than we sent: it is read."""
        etag = answer.headers.get("etag", "")
        if etag:
            return Stored(name(url), draft.uid, etag, draft.start, draft.end)
        there = self._stored(url)
        if there is None:
            raise OutcomeUnknown(UNREADABLE)
        return there

    def _stored(self, url: str) -> Stored | None:
        try:
            found = self.dav.fetched(url)
        except Gone:
            return None
        stored = reading.stored(found.text(f"{CALDAV}calendar-data"), name(url), found.text(f"{DAV}getetag"))
        if stored is None:
            raise OutcomeUnknown(UNREADABLE)
        return stored

    def _addresses(self) -> Collection[str]:
        """Return the addresses that an invitation to the host may name (RFC 6638 2.4.1)."""
        own = {self.dav.user.lower()}
        try:
            home = next(iter(self.dav.properties(self.dav.home, "d:current-user-principal")), None)
            principal = (home.hrefs(f"{DAV}current-user-principal") if home else [""])[0]
            said = next(iter(self.dav.properties(principal, "c:calendar-user-address-set")), None)
        except (IntegrationError, IndexError):
            return own
        hrefs = said.hrefs(f"{CALDAV}calendar-user-address-set") if said else []
        return own | {href[7:].lower() for href in hrefs if href.lower().startswith("mailto:")}


def calendars(app: App, access: Access, patience: Patience) -> CaldavCalendars:
    """Return the calendars that somebody's password opens."""
    return CaldavCalendars(Dav(app.networks, access.address, access.user, access.token, patience))
