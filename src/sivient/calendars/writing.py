"""Write the event of a booking into the host's calendar: once, whatever is lost (reliability.md row 23). For workers.

A caller (a step of the delivery) does `write(event, draft, notify=...)` or `take_away(event, notify=...)` and then
settles its own work. Both ask the provider outside any transaction, and store on the event's row what came of it in
transactions of their own, before they return: run again after a crash, they find out what had happened and repeat
nothing that reaches guests. So a caller needs no call to store anything, and no fence of its own around them: each
attempt has a number (`WrittenEvent.writes`), and one that another has overtaken stops with `Overtaken`.

The key is committed before the first call. An attempt whose outcome is not known leaves what it said in
`WrittenEvent.tried` (see `calendars.tried`): syncs then leave the event alone, and the next attempt repeats the same
key. What guests have heard of is what the event says, if all that was tried since the last store said it; in doubt
they are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from sivient.calendars import plans, rows, tried
from sivient.calendars.models import BusyStore, Calendar, WrittenEvent
from sivient.calendars.tried import heard
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Answer, Calendars, Changed, EventDraft, Stored, Tombstone
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, TryLater

TIMES_APPLIED = 3  # a change is read again and applied anew so often when somebody else changes the event, too
UID_LIMIT = 300
NO_CALENDAR = "The calendar is not connected any more."
DELETED = "The event was deleted in the calendar."
NOT_FOUND_YET = "The calendar does not find yet what it has."
SETTLING = timedelta(minutes=2)  # after a write, "not found" may pass (contract 1.6)
FOUND_IN = timedelta(seconds=15)
NOTICED_IN = timedelta(seconds=30)  # a move that a sync has not seen


class Overtaken(TryLater):
    """Another attempt to write the same event has begun meanwhile: what is to be written is read anew, and tried."""


class MovedThere(TryLater):
    """Somebody has moved the event in the calendar, and nobody has noticed: first the booking follows, or it is asked
    about.
    """


def write(event: WrittenEvent, draft: EventDraft, *, notify: bool) -> Stored:
    """Make the event, or give it what `draft` says; return it as the calendar has it, stored on the row.

    `draft.key` is replaced by the row's. `notify`: guests hear of a change; a new event invites them in any case.
    A deleted key is followed by a new one, once. Gone: the event, or the calendar, was deleted there: nothing is
    made anew without the host. Errors besides: those of `ports.calendars.Calendars`, and Overtaken.
    """
    attempt = _begin(event, draft)
    try:
        stored = attempt.make() if not attempt.event.name else attempt.apply(notify)
    except IntegrationError as error:
        attempt.failed(error)
        raise
    attempt.store(stored)
    event.refresh_from_db()
    return stored


def take_away(event: WrittenEvent, *, notify: bool) -> None:
    """Remove the event from the calendar, and note that we did; one that is gone, or was never made, is removed.

    One that may have been made by an attempt whose answer was lost is found by its key first.
    """
    event.refresh_from_db()
    if event.removed_at is not None:
        return
    if event.calendar is not None and (event.name or event.tried):
        _remove(event, event.calendar, notify=notify)
    gone = {"removed_at": Now(), "written_at": Now(), "tried": {}, "tried_at": None, "writes": F("writes") + 1}
    WrittenEvent.objects.filter(pk=event.pk).update(**gone)
    event.refresh_from_db()


def removal_begun(event: WrittenEvent) -> bool:
    """Say whether we have asked for the event's removal, and do not know what came of it."""
    return tried.is_removal(event.tried)


def answers(event: WrittenEvent) -> Mapping[str, Answer]:
    """Return what the guests have answered, by address in small letters, as the last sync saw it. Nobody is asked."""
    known = {each.value for each in Answer}
    return {address: Answer(said) for address, said in event.answers.items() if said in known}


def guests_hear(event: WrittenEvent, draft: EventDraft) -> bool:
    """Say whether `draft` differs from what was last written in what guests must hear of: time, place, join link."""
    return bool(event.written) and event.written != heard(draft)


@dataclass(slots=True)
class _Attempt:
    """One attempt to write: the row as it was when it began, and what the attempt before left open."""

    event: WrittenEvent
    draft: EventDraft
    calendars: Calendars
    calendar: str
    number: int
    tried: dict[str, Any]  # what all open attempts have said, with this one
    before: Mapping[str, Any]  # the same without this one, {} when there was none
    before_at: datetime | None
    arrived: bool = False  # an attempt with a lost answer did what this one is to do

    def make(self) -> Stored:
        """Create the event; one that an earlier attempt made with other content gets this one's."""
        try:
            stored = self.calendars.create(self.calendar, self.draft)
        except Tombstone:
            self._next_key()
            stored = self.calendars.create(self.calendar, self.draft)
        told = stored.as_made or tried.only(self.tried, self.draft)
        self.arrived = told and tried.says(stored, self.draft)
        if self.arrived or not self.before:
            return stored
        return self._change(stored.name, stored.etag, notify=True)

    def apply(self, notify: bool) -> Stored:
        """Give the event what the draft says. Guests hear of it, too, if an open attempt may have told otherwise."""
        if not tried.contents(self.before):
            return self._change(self.event.name, self.event.etag, notify=notify)
        etag = self._look(self.event.name)
        return self._change(self.event.name, etag, notify=notify or not tried.only(self.tried, self.draft))

    def _change(self, name: str, etag: str, *, notify: bool) -> Stored:
        for left in reversed(range(TIMES_APPLIED)):
            told = notify and not self.arrived
            try:
                return self.calendars.change(self.calendar, name, self.draft, etag=etag, notify=told)
            except (Changed, Gone):
                if not left:
                    raise
            etag = self._look(name)
        raise AssertionError("unreachable")

    def _look(self, name: str) -> str:
        """Read the event that is about to be changed, and commit which one that is; return its ETag.

        What an attempt with a lost answer has done already is not told again. It has done it if the event says so, is
        another one than was to be changed, and nothing else was tried meanwhile: that one's ETag is kept.
        """
        there = self._read(name)
        self._give_way(there)
        if tried.contents(self.before) and tried.only(self.tried, self.draft) and tried.says(there, self.draft):
            self.arrived = self.arrived or there.etag != self.tried["etag"]
        if not self.arrived:
            self.tried["etag"] = there.etag
        if not self._mine().update(tried=self.tried):
            raise Overtaken("The event is being written by somebody else.")
        return there.etag

    def _read(self, name: str) -> Stored:
        """Return the event as it is. Gone: it was deleted; TryLater: it was written just now, and is not found yet."""
        stored = self.calendars.read(self.calendar, name)
        if stored is not None and not stored.cancelled:
            return stored
        written_at = self.event.written_at
        if stored is None and (written_at is None or written_at > database_now() - SETTLING):
            raise TryLater(NOT_FOUND_YET, after=FOUND_IN)
        raise Gone(DELETED)

    def _give_way(self, there: Stored) -> None:
        """Let a move in the calendar be noticed before anything is written over it, but for another new time."""
        row, time = self.event, (there.start, there.end)
        known = {(row.start, row.end), (row.seen_start, row.seen_end), *tried.times(self.tried)}
        if (self.draft.start, self.draft.end) == (row.start, row.end) and time not in known:
            raise MovedThere("The event has just been moved in the calendar.", after=NOTICED_IN)

    def _next_key(self) -> None:
        """Commit another key before it is used: the present one belongs to an event that was deleted."""
        key = uuid4().hex
        if not self._mine().update(key=key, generation=F("generation") + 1):
            raise Overtaken("The event is being written by somebody else.")
        self.event.key, self.draft = key, replace(self.draft, key=key)

    def _mine(self) -> Any:
        return WrittenEvent.objects.filter(pk=self.event.pk, writes=self.number)

    def failed(self, error: IntegrationError) -> None:
        """Leave open what nobody knows; what surely did not happen leaves the row as it was."""
        if not isinstance(error, OutcomeUnknown):
            self._mine().update(tried=self.before, tried_at=self.before_at)
        if isinstance(error, MovedThere) or (isinstance(error, Gone) and self.event.name):
            plans.plan_look(self.event)  # the booking follows, or the host is asked what is to become of it

    @transaction.atomic
    def store(self, stored: Stored) -> None:
        """Keep what the calendar has now. What a sync saw before counts no more, also as a time that is taken."""
        there = Calendar.objects.select_for_update(no_key=True, of=("self",))
        place = there.filter(external_id=self.calendar, events=self.event).first()
        if place is not None and rows.forget_name(place, stored.name) and place.blocks:
            BusyStore.grow(place.host_id)
        kept = self._mine().update(
            name=stored.name,
            uid=stored.uid[:UID_LIMIT],
            etag=stored.etag[:UID_LIMIT],
            start=stored.start,
            end=stored.end,
            seen_start=stored.start,
            seen_end=stored.end,
            seen_gone_at=None,
            answers={address.lower(): answer.value for address, answer in stored.answers.items()},
            written=heard(self.draft),
            written_at=Now(),
            tried={},
            tried_at=None,
        )
        if not kept:
            raise Overtaken("The event is being written by somebody else.")


def _begin(event: WrittenEvent, draft: EventDraft) -> _Attempt:
    """Commit that an attempt begins, and what it says, before anything is asked."""
    event.refresh_from_db()
    if event.calendar is None:
        raise Gone(NO_CALENDAR)
    calendars = calendars_for(event.calendar.connection)
    draft = replace(draft, key=event.key)
    said = tried.with_draft(event, draft)
    same = WrittenEvent.objects.filter(pk=event.pk, writes=event.writes)
    if not same.update(writes=F("writes") + 1, tried=said, tried_at=database_now()):
        raise Overtaken("The event is being written by somebody else.")
    number = event.writes + 1
    return _Attempt(event, draft, calendars, event.calendar.external_id, number, said, event.tried, event.tried_at)


def _remove(event: WrittenEvent, calendar: Calendar, *, notify: bool) -> None:
    """Ask for the event's removal. That it has begun is committed before, so that nobody takes it for the host's."""
    calendars, mine = calendars_for(calendar.connection), WrittenEvent.objects.filter(pk=event.pk)
    mine.update(tried=tried.with_removal(event), tried_at=database_now())
    try:
        name = event.name or calendars.create(calendar.external_id, tried.ghost(event)).name
        calendars.remove(calendar.external_id, name, notify=notify)
    except (Gone, Tombstone):
        pass
    except IntegrationError as error:
        if not isinstance(error, OutcomeUnknown):
            mine.update(tried=event.tried, tried_at=event.tried_at)
        raise
