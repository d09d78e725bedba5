"""A published calendar as a source of busy times: one calendar, only read."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from sivient.core.interval import Interval, floor_seconds, merge, moment
from sivient.ports.calendars import Busy, CalendarInfo, EventDraft, Page, Stored, SyncLost, Watch
from sivient.ports.errors import Gone, OutcomeUnknown, Reconnect, Rejected, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App, Entered, VendorAccount
from sivient.vendors.ics.feed import Feed, fetch, published
from sivient.vendors.ics.reading import header, pages

ONLY = "feed"  # what the one calendar is called; its address is a secret
READ_ONLY = "This calendar can only be read."
CHANGED = "The calendar has changed; we read it anew."


@dataclass(frozen=True, slots=True)
class Feeds:
    """The calendar that is published at an address."""

    address: str = field(repr=False)
    networks: tuple[str, ...]
    patience: Patience
    invites: bool = False

    def list(self) -> Sequence[CalendarInfo]:
        """Return the one calendar, named as it names itself, or after its host."""
        found = header(self._fetched())
        name = found.name or urlsplit(published(self.address)).hostname or "Calendar"
        return [CalendarInfo(ONLY, name, found.timezone, primary=True, writable=False)]

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield everything in `window` when the cursor is "", nothing while the file says the same.

        SyncLost: it says something else. Nobody can tell from a file what is gone from it.
        """
        if since:
            validators, digest = _loaded(since)
            feed = self._fetch(validators)
            if feed is not None and feed.digest != digest:
                raise SyncLost(CHANGED)
            yield Page((), cursor=_cursor(feed) if feed is not None else since)
            return
        feed = self._fetched()
        yield from pages(feed, window, zone, cursor=_cursor(feed))

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken in `window`; nothing, when the file cannot be read in time."""
        try:
            found = list(pages(self._fetched(), window, zone, cursor=""))
        except (TryLater, Rejected):
            return {}
        taken = merge(
            (floor_seconds(each.start), floor_seconds(each.end))
            for page in found
            for change in page.changes
            for each in change.busy
        )
        return {each: [Busy(moment(start), moment(end)) for start, end in taken] for each in calendars}

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Refuse: there is nowhere to write to."""
        raise Rejected(READ_ONLY)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Refuse, as `create` does."""
        raise Rejected(READ_ONLY)

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Refuse, as `create` does."""
        raise Rejected(READ_ONLY)

    def read(self, calendar: str, name: str) -> Stored | None:
        """None: there are no events of ours."""
        return None

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Nothing, as `read` says."""
        return ()

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Refuse: a file tells nobody that it has changed."""
        raise Rejected(READ_ONLY)

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Refuse, as `watch` does."""
        raise Rejected(READ_ONLY)

    def unwatch(self, watch: Watch) -> None:
        """There is no channel to end."""

    def _fetched(self) -> Feed:
        feed = self._fetch({})
        if feed is None:
            raise OutcomeUnknown("The calendar's address gave an answer to a question that we did not ask.")
        return feed

    def _fetch(self, validators: Mapping[str, str]) -> Feed | None:
        return fetch(self.address, validators, networks=self.networks, patience=self.patience)


def enter(app: App, entered: Entered, patience: Patience) -> VendorAccount:
    """Return what is published at the typed address. Rejected: nothing that could be read as a calendar."""
    address = published(entered.address)
    try:
        Feeds(address, app.networks, patience).list()
    except Gone as error:
        raise Rejected("There is nothing at this address.") from error
    except Reconnect as error:
        raise Rejected("This address wants a password. Use the secret address that your calendar publishes.") from error
    return VendorAccount(user_id=sha256(address.encode()).hexdigest(), email=urlsplit(address).hostname or "")


def calendars(app: App, access: Access, patience: Patience) -> Feeds:
    """Return the calendar at the address that a host keeps with us."""
    return Feeds(access.token, app.networks, patience)


def _cursor(feed: Feed) -> str:
    return json.dumps({"validators": dict(feed.validators), "digest": feed.digest})


def _loaded(cursor: str) -> tuple[Mapping[str, str], str]:
    """Return the validators and the digest of a cursor."""
    try:
        found = json.loads(cursor)
        return dict(found["validators"]), str(found["digest"])
    except (ValueError, TypeError, KeyError) as error:
        raise SyncLost(CHANGED) from error
