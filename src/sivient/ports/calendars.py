"""The port to a person's calendars: which there are, what changed in them, when they are busy, and our own events.

Times are aware UTC instants and half-open; what a calendar says as a date or in a zone of its own, the adapter has
turned into instants. Whatever the adapter cannot read is `Skipped` with a reason, and never reported as free.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sivient.core.interval import Interval
from sivient.ports.errors import Rejected, TryLater


class Answer(StrEnum):
    """What an attendee has answered to an invitation."""

    NONE = ""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class SyncLost(TryLater):
    """The cursor is not accepted any more (Google and Graph 410, CalDAV valid-sync-token): everything is read anew."""


class Tombstone(Rejected):
    """The key belongs to an event that somebody deleted: only another key makes a new one (contract 1.4)."""


class Changed(Rejected):
    """The event is not the one that was read (412): read it again, then decide again."""


class WillNotInvite(Rejected):
    """The provider takes no more invitations for hours (Google's quotaExceeded): somebody else has to invite."""


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """One calendar of an account. `timezone` is an IANA name, "" when it has none. `writable`: may receive bookings."""

    external_id: str
    name: str
    timezone: str
    primary: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class Busy:
    """One time that is taken: opaque, neither declined nor cancelled. Tentative counts as taken."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a calendar has now under one of its names (Google, Graph: an occurrence; CalDAV: a resource).

    `busy` replaces all that was known under that name. `gone`: there is nothing any more. `start` and `end` are those
    of a single event, busy or not; None for a series. `answers` are by attendee, addresses in small letters.
    """

    name: str
    busy: tuple[Busy, ...] = ()
    gone: bool = False
    uid: str = ""  # RFC 5545 UID, "" when the calendar did not say
    start: datetime | None = None
    end: datetime | None = None
    etag: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be read, or not wholly, under one of a calendar's names ("" without one), and why: a sentence for
    the host. It stands in the same page as a `Change` of that name, or alone.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a sync, in the order of the calendar's answer; of one name the last counts.

    `cursor` is empty but on the last page: from there the next sync goes on. `skipped` is what could not be read.
    """

    changes: tuple[Change, ...]
    cursor: str = ""
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom an event invites."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What an event of ours says. `key` is chosen before the first call, and makes it one (contract rule 3).

    `timezone` (IANA) is only for display. `join_url` is "" while there is none. `uid` is used where the calendar lets
    us choose (CalDAV); `sequence` is its RFC 5545 revision. `reference` finds the event again, see `Calendars.read`.
    """

    key: str
    uid: str
    sequence: int
    reference: str
    title: str
    start: datetime
    end: datetime
    timezone: str
    description: str  # plain text
    location: str
    join_url: str
    conference_id: str  # the vendor's number of the meeting, "" when the link is not of a vendor
    passcode: str
    guests: tuple[Guest, ...]
    url: str = ""  # our page about it


@dataclass(frozen=True, slots=True)
class Stored:
    """An event of ours as the calendar has it. `name` is what syncs call it (`Change.name`).

    `location` is None where the calendar was not asked for it. `as_made`: a call of `create` that said this very thing
    has made it, so its guests were invited with all of it. `reference` is the draft's, where `own` was asked.
    """

    name: str
    uid: str
    etag: str
    start: datetime
    end: datetime
    cancelled: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    location: str | None = None
    as_made: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A push channel: `channel` is our name for it, `resource` what ending it needs besides."""

    channel: str
    resource: str
    expires_at: datetime


class NoticeKind(StrEnum):
    """What a push says. Whatever it is, it is only a hint."""

    CHANGED = "changed"
    HELLO = "hello"  # the channel was opened
    MISSED = "missed"  # notices were lost: sync
    REMOVED = "removed"  # the channel is gone: open another one and sync
    REAUTHORIZE = "reauthorize"  # the channel is about to go: renew it


@dataclass(frozen=True, slots=True)
class Notice:
    """One push about one channel; `secret` is what came with it, to be compared with ours."""

    channel: str
    secret: str = field(repr=False)
    kind: NoticeKind = NoticeKind.CHANGED


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one push request says; `reply` is the text of a handshake, None for a plain acknowledgement."""

    notices: tuple[Notice, ...] = ()
    reply: str | None = None


class PushInbox(Protocol):
    """Reads what a vendor's calendars push. Whether it is true says the channel's secret alone."""

    status: int  # of a plain acknowledgement

    def read(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Pushed:
        """Return what the request says, nothing when it makes no sense."""
        ...


class Calendars(Protocol):
    """The calendars of one account. Errors: TryLater and its kinds, Reconnect, Rejected and its kinds; Gone: the
    calendar itself, or the event, is not there any more.
    """

    @property
    def invites(self) -> bool:
        """Whether the provider itself mails the invitation to whom an event of ours names."""
        ...

    def list(self) -> Sequence[CalendarInfo]:
        """Return the account's calendars."""
        ...

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield what changed since the cursor; everything in `window` when it is "". SyncLost: it has to be "" again.

        `zone` (IANA) is where dates without a zone lie, unless the calendar itself has one.
        """
        ...

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken in `window`, by calendar. One that could not be read is missing, and never free."""
        ...

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event, or return it when an earlier call with this key has made it; its guests are invited once."""
        ...

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Give an event what `draft` says. `notify`: guests hear of it. Changed: it is not the one with `etag`."""
        ...

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Take an event away; guests hear of it if `notify`. One that is gone already is removed."""
        ...

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return an event of ours as it is now; None when it was never there."""
        ...

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Return the events in `window` whose `EventDraft.reference` is one of `ours`, found by what stands in the
        calendar alone. Cancelled ones are not there.
        """
        ...

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Have changes of the calendar pushed to `address`. Rejected: this vendor pushes nothing."""
        ...

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Let a channel live on, by another one where it must be: then it has the new name. Gone: watch anew."""
        ...

    def unwatch(self, watch: Watch) -> None:
        """End a channel; one that is gone already is ended."""
        ...
