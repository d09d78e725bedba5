"""A vendor's calendars on a host's connection: renews a refused token once, and notes when the permission ends."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sivient.core.interval import Interval
from sivient.integrations import tokens
from sivient.integrations.tokens import Held
from sivient.ports.calendars import Busy, CalendarInfo, Calendars, EventDraft, Page, Stored, Watch
from sivient.ports.errors import Reconnect, TokenRefused, TryLater
from sivient.ports.http import Patience
from sivient.ports.vendor import Access, App

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LiveCalendars:
    """The calendars of one grant, with whatever its tokens are at that moment: what `Calendars` says, call by call.

    Besides its errors: TryLater, when a token is due for renewal and the vendor cannot be asked; it is never
    OutcomeUnknown then, because no request has left. Reconnect: the host is told, the card says it.
    """

    calendars: Callable[[App, Access, Patience], Calendars]
    app: App
    grant: int
    patience: Patience

    @property
    def invites(self) -> bool:
        """Whether the provider itself mails the invitation to whom an event of ours names."""
        return self.calendars(self.app, Access(""), self.patience).invites

    def list(self) -> Sequence[CalendarInfo]:
        """Return the account's calendars."""
        return self._ask(lambda it: it.list())

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        """Yield what changed since the cursor, or everything. TryLater, too: a token ended between two pages."""
        first, pages = self._ask(lambda it: _begun(it.changes(calendar, since=since, window=window, zone=zone)))
        yield from first
        try:
            yield from pages
        except TokenRefused as error:
            raise TryLater("Our access ended while the calendar was being read.") from error

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        """Return the times taken in `window`, by calendar. One that could not be read is missing, and never free."""
        return self._ask(lambda it: it.busy(calendars, window=window, zone=zone))

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        """Make the event, or return it when an earlier call with this key has made it."""
        return self._ask(lambda it: it.create(calendar, draft))

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        """Give an event what `draft` says."""
        return self._ask(lambda it: it.change(calendar, name, draft, etag=etag, notify=notify))

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        """Take an event away."""
        self._ask(lambda it: it.remove(calendar, name, notify=notify))

    def read(self, calendar: str, name: str) -> Stored | None:
        """Return an event of ours as it is now; None when it was never there."""
        return self._ask(lambda it: it.read(calendar, name))

    def own(self, calendar: str, *, window: Interval, ours: Callable[[str], bool]) -> Sequence[Stored]:
        """Return the events in `window` whose reference is one of `ours`."""
        return self._ask(lambda it: it.own(calendar, window=window, ours=ours))

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        """Have changes of the calendar pushed to `address`."""
        return self._ask(lambda it: it.watch(calendar, channel=channel, secret=secret, address=address))

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        """Let a channel live on."""
        return self._ask(lambda it: it.renew(calendar, watch, channel=channel, secret=secret, address=address))

    def unwatch(self, watch: Watch) -> None:
        """End a channel."""
        self._ask(lambda it: it.unwatch(watch))

    def _ask(self, call: Callable[[Calendars], T]) -> T:
        held = tokens.fresh(self.grant)
        try:
            return self._ending(held, lambda: call(self._with(held)))
        except TokenRefused:
            newer = tokens.fresh(self.grant, refused=held.version)
        return self._believing(newer, lambda: call(self._with(newer)))

    def _with(self, held: Held) -> Calendars:
        return self.calendars(self.app, held.access, self.patience)

    def _ending(self, held: Held, call: Callable[[], T]) -> T:
        """Note that the permission is gone when the vendor says so of more than this token."""
        try:
            return call()
        except TokenRefused:
            raise
        except Reconnect as error:
            tokens.end(held, str(error))
            raise

    def _believing(self, held: Held, call: Callable[[], T]) -> T:
        """Ask with tokens that are new: a refusal even of them is the end of the permission."""
        try:
            return call()
        except Reconnect as error:
            tokens.end(held, str(error))
            raise


def _begun(pages: Iterator[Page]) -> tuple[Sequence[Page], Iterator[Page]]:
    """Ask for the first page at once; return it, if there is one, and the rest to be asked for."""
    return list(islice(pages, 1)), pages
