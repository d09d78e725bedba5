"""Write the event of a booking into the host's calendar: once, whatever is lost (reliability.md row 23). For workers.

A caller (a step of the delivery) does `write(event, draft, notify=...)` or `take_away(event, notify=...)` and then
settles its own work. Both ask the provider outside any transaction, and store on the event's row what came of it in
transactions of their own, before they return: run again after a crash, they find out what had happened and repeat
nothing that reaches guests. So a caller needs no call to store anything, and no fence of its own around them: each
attempt has a number (`WrittenEvent.writes`), and one that another has overtaken stops with `Overtaken`.

The key is committed before the first call. An attempt whose outcome is not known leaves what it said in
`WrittenEvent.tried`: syncs then leave the event alone, and the next attempt repeats the same key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from sivient.calendars import plans, rows
from sivient.calendars.models import BusyStore, Calendar, WrittenEvent
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Answer, Calendars, Changed, EventDraft, Stored, Tombstone
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, TryLater

TIMES_APPLIED = 3  # a change is read again and applied anew so often when somebody else changes the event, too
UID_LIMIT = 300
NO_CALENDAR = "The calendar is not connected any more."
DELETED = "The event was deleted in the calendar."


class Overtaken(TryLater):
    """Another attempt to write the same event has begun meanwhile: what is to be written is read anew, and tried."""


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
        calendars = calendars_for(event.calendar.connection)
        external_id = event.calendar.external_id
        try:
            name = event.name or calendars.create(external_id, _ghost(event)).name
            calendars.remove(external_id, name, notify=notify)
        except (Gone, Tombstone):
            pass
    gone = {"removed_at": Now(), "written_at": Now(), "tried": {}, "tried_at": None, "writes": F("writes") + 1}
    WrittenEvent.objects.filter(pk=event.pk).update(**gone)
    event.refresh_from_db()


def answers(event: WrittenEvent) -> Mapping[str, Answer]:
    """Return what the guests have answered, by address in small letters, as the last sync saw it. Nobody is asked."""
    known = {each.value for each in Answer}
    return {address: Answer(said) for address, said in event.answers.items() if said in known}


def guests_hear(event: WrittenEvent, draft: EventDraft) -> bool:
    """Say whether `draft` differs from what was last written in what guests must hear of: time, place, join link."""
    return bool(event.written) and event.written != heard(draft)


def heard(draft: EventDraft) -> dict[str, Any]:
    """Return what of a draft guests hear of, as it is kept in `WrittenEvent.written`."""
    return {
        "start": draft.start.astimezone(UTC).isoformat(),
        "end": draft.end.astimezone(UTC).isoformat(),
        "location": draft.location,
        "join_url": draft.join_url,
    }


@dataclass(slots=True)
class _Attempt:
    """One attempt to write: the row as it was when it began, and what the attempt before left open."""

    event: WrittenEvent
    draft: EventDraft
    calendars: Calendars
    calendar: str
    number: int
    before: Mapping[str, Any]  # what an attempt with an unknown outcome had said, {} when there was none

    def make(self) -> Stored:
        """Create the event; one that an earlier attempt made with other content gets this one's."""
        try:
            stored = self.calendars.create(self.calendar, self.draft)
        except Tombstone:
            self._next_key()
            stored = self.calendars.create(self.calendar, self.draft)
        arrived = self._same_as_before() and (stored.start, stored.end) == (self.draft.start, self.draft.end)
        if arrived or not self.before:
            return stored
        return self._change(stored.name, stored.etag, notify=True)

    def apply(self, notify: bool) -> Stored:
        """Give the event what the draft says. What an attempt with a lost answer has done already is not told again.

        Its answer was lost, but the event is another one since: then it has arrived, and so has what guests hear.
        """
        etag = self.event.etag
        if self.before and etag:
            etag = self._read().etag
            arrived = etag != self.event.etag and self._same_as_before()
            notify = notify and not arrived
        return self._change(self.event.name, etag, notify=notify)

    def _change(self, name: str, etag: str, *, notify: bool) -> Stored:
        for left in reversed(range(TIMES_APPLIED)):
            try:
                return self.calendars.change(self.calendar, name, self.draft, etag=etag, notify=notify)
            except Changed:
                if not left:
                    raise
            self._require_mine()
            etag = self._read(name).etag
        raise AssertionError("unreachable")

    def _read(self, name: str = "") -> Stored:
        stored = self.calendars.read(self.calendar, name or self.event.name)
        if stored is None or stored.cancelled:
            raise Gone(DELETED)
        return stored

    def _same_as_before(self) -> bool:
        """Whether the last attempt, if there was one, said what this one says."""
        return not self.before or self.before.get("heard") == heard(self.draft)

    def _next_key(self) -> None:
        """Commit another key before it is used: the present one belongs to an event that was deleted."""
        key = uuid4().hex
        if not self._mine().update(key=key, generation=F("generation") + 1):
            raise Overtaken("The event is being written by somebody else.")
        self.event.key, self.draft = key, replace(self.draft, key=key)

    def _require_mine(self) -> None:
        if not self._mine().exists():
            raise Overtaken("The event is being written by somebody else.")

    def _mine(self) -> Any:
        return WrittenEvent.objects.filter(pk=self.event.pk, writes=self.number)

    def failed(self, error: IntegrationError) -> None:
        """Leave open what nobody knows; what surely did not happen leaves the row as it was."""
        if not isinstance(error, OutcomeUnknown) and not self.before:
            self._mine().update(tried={}, tried_at=None)
        if isinstance(error, Gone) and self.event.name:
            plans.plan_look(self.event)  # the host is asked what is to become of the booking

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
    tried = {
        "heard": heard(draft),
        "uid": draft.uid,
        "reference": draft.reference,
        "start": draft.start.isoformat(),
        "end": draft.end.isoformat(),
    }
    before = event.tried
    same = WrittenEvent.objects.filter(pk=event.pk, writes=event.writes)
    if not same.update(writes=F("writes") + 1, tried=tried, tried_at=database_now()):
        raise Overtaken("The event is being written by somebody else.")
    return _Attempt(event, draft, calendars, event.calendar.external_id, event.writes + 1, before)


def _ghost(event: WrittenEvent) -> EventDraft:
    """Return what finds an event that may have been made: its key, and nobody who would be invited if it was not."""
    return EventDraft(
        key=event.key,
        uid=event.tried["uid"],
        sequence=0,
        reference=event.tried["reference"],
        title="Cancelled",
        start=datetime.fromisoformat(event.tried["start"]),
        end=datetime.fromisoformat(event.tried["end"]),
        timezone="UTC",
        description="",
        location="",
        join_url="",
        conference_id="",
        passcode="",
        guests=(),
    )
