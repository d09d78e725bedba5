"""Read one calendar into the store: what changed since the last time, or everything.

Each page is stored by itself, so that memory stays flat, and a long one in slices, so that nobody waits for it. A
calendar's cursor moves only when all of them are stored. So a sync that breaks off has left nothing wrong behind: what
it stored is newer than what was there, and it is read again.

Two syncs of a calendar never mix. Work in the lane of a grant runs one after the other; and each sync takes the next
number of `Calendar.round` as it begins, and every page is stored only while that number is still the last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sivient.calendars import plans, rows
from sivient.calendars.models import BusyStore, Calendar
from sivient.calendars.own import Own
from sivient.calendars.unread import Unread
from sivient.core.interval import Interval
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.jobs.completion import LeaseLost
from sivient.ports.calendars import Calendars, Change, Page, SyncLost
from sivient.ports.errors import Gone, IntegrationError, TryLater

HORIZON = timedelta(days=762)  # the longest booking window, and the month in which everything is read anew
ANEW = timedelta(days=31)  # short of the horizon, everything is read anew
BEHIND = timedelta(days=1)  # a meeting may begin so long before now and still be under way
Before = Callable[[], None]


def sync(calendar: Calendar, *, before: Before = lambda: None) -> None:
    """Bring the store up to date. `before` is called before each page is asked for; it may raise to stop.

    TryLater, Reconnect, Rejected: noted, and left to the caller. An answer that says that the calendar is gone may pass
    (calendars contract 1.6): then its account is asked which it has, and this is to be tried later. LeaseLost: another
    sync of this calendar has begun since, or it was forgotten.
    """
    calendars = calendars_for(calendar.connection)
    run = _begin(calendar)
    try:
        try:
            run.through(calendars, before)
        except SyncLost:
            if run.full:
                raise
            run = _begin(calendar, anew=True)
            run.through(calendars, before)
    except IntegrationError as error:
        Calendar.objects.filter(pk=calendar.pk, round=run.calendar.round).update(trouble=str(error)[:300])
        if isinstance(error, Gone):
            plans.plan_discovery(calendar.connection)
            raise TryLater(str(error)) from error
        raise


@dataclass(slots=True)
class _Run:
    """One sync: the calendar as it was when it began, with the run's own number as its round."""

    calendar: Calendar
    own: Own
    zone: str  # where dates without one lie
    since: str  # the vendor's cursor, "" to read everything
    window: Interval
    skipped: Unread

    @property
    def full(self) -> bool:
        """Whether everything is read."""
        return not self.since

    def through(self, calendars: Calendars, before: Before) -> None:
        """Read and store page by page, then move the cursor."""
        cursor = self.since
        for page in self._pages(calendars, before):
            for some in rows.slices(page.changes):
                self._store(some)
            self.skipped.meet(page)
            cursor = page.cursor or cursor
        self._finish(cursor)

    def hold(self) -> None:
        """Lock the calendar for this transaction; LeaseLost when this run is not the last that began."""
        held = Calendar.objects.filter(pk=self.calendar.pk, round=self.calendar.round)
        if not held.update(round=F("round")):
            raise LeaseLost(f"sync of {self.calendar}")
        self.calendar.blocks = held.values_list("blocks", flat=True).get()

    def _pages(self, calendars: Calendars, before: Before) -> Iterator[Page]:
        before()
        for page in calendars.changes(self.calendar.external_id, since=self.since, window=self.window, zone=self.zone):
            yield page
            before()

    @transaction.atomic
    def _store(self, changes: Sequence[Change]) -> None:
        self.hold()
        foreign = self.own.without(changes)
        if rows.replace(self.calendar, foreign, window=self.window) and self.calendar.blocks:
            BusyStore.grow(self.calendar.host_id)

    @transaction.atomic
    def _finish(self, cursor: str) -> None:
        self.hold()
        known = {"known_until": self.window.end} if self.full else {}
        changed = self.full and rows.delete_older(self.calendar)
        if self.full:
            self.own.look_for_missing(self.window.end)
        Calendar.objects.filter(pk=self.calendar.pk).update(
            cursor=f"{self.zone} {cursor}" if cursor else "",
            synced_at=self.own.asked_at,
            gone_at=None,
            trouble="",
            skipped=self.skipped.kept(),
            **known,
        )
        if self.calendar.blocks and (changed or known or self.calendar.synced_at is None):
            BusyStore.grow(self.calendar.host_id)


@transaction.atomic
def _begin(calendar: Calendar, *, anew: bool = False) -> _Run:
    """Take the calendar's next number. Everything is read when nothing is known, or not far enough ahead, or dates
    would lie elsewhere now.
    """
    if not Calendar.objects.filter(pk=calendar.pk).update(round=F("round") + 1):
        raise LeaseLost(f"sync of {calendar}")
    mine = Calendar.objects.select_related("connection", "host").get(pk=calendar.pk)
    now = database_now()
    zone = mine.timezone or mine.host.timezone
    read_in, _, cursor = mine.cursor.partition(" ")
    until = mine.known_until
    if anew or until is None or mine.synced_at is None or zone != read_in or not cursor or is_short(until, now):
        until, cursor = now + HORIZON, ""
    unread = Unread(mine.skipped if cursor else {})
    return _Run(mine, Own(mine, now), zone, cursor, Interval(now - BEHIND, until), unread)


def is_short(known_until: datetime, now: datetime) -> bool:
    """Whether what is known does not reach far enough ahead any more."""
    return known_until < now + HORIZON - ANEW
