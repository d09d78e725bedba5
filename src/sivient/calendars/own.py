"""Events of ours that a sync meets: the time that we wrote is not stored, as their holds take it. What somebody did to
them there is noticed; another time than ours is taken as any other, until the booking follows.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Now

from sivient.calendars import plans, rows, tried
from sivient.calendars.models import BusyStore, BusyTime, Calendar, WrittenEvent
from sivient.core.interval import Interval
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Answer, Change

WRITING = timedelta(minutes=10)  # so long after it began, an attempt to write may still be under way
LOOK_AFTER = timedelta(seconds=30)
Time = tuple[datetime | None, datetime | None]

Recognizes = Callable[[int, Collection[str]], Iterable[tuple[str, Interval]]]
_recognizers: list[Recognizes] = []


def recognizes_uids(function: Recognizes) -> Recognizes:
    """Register what says which of some UIDs are of a host's own bookings, and when these are: a higher room knows, as
    it mails them.
    """
    if function not in _recognizers:
        _recognizers.append(function)
    return function


@dataclass(slots=True)
class Own:
    """The events of ours among the changes of one sync. `asked_at` is when it began, by the database's clock."""

    calendar: Calendar
    asked_at: datetime
    met: set[int] = field(default_factory=set)  # numbers of our events in this calendar

    def without(self, changes: Iterable[Change]) -> list[Change]:
        """Return the last change of each name without the times that are ours, and notice what became of our events;
        in a transaction.

        Ours is what we have written to this calendar, and what bears the UID of a booking of this host at its time: an
        invite that came by mail, or a copy in another calendar. The other occurrences of a series that somebody has
        made of it are not; nor is the time to which somebody has moved it; nor one that we have removed, and is there
        again; nor the booking of another host, to which this one was invited.
        """
        last = {change.name: change for change in changes}
        said = {change.uid for change in last.values() if change.uid}
        times = defaultdict[str, set[Time]](set)  # of our bookings, by UID
        for recognizes in _recognizers:
            for uid, time in recognizes(self.calendar.host_id, said):
                times[uid].add((time.start, time.end))
        named: dict[str, set[Time]] = {}
        near = Q(calendar=self.calendar, name__in=list(last)) | Q(uid__in=said)
        for event in WrittenEvent.objects.filter(near, host=self.calendar.host_id).order_by("pk"):
            here = event.calendar_id == self.calendar.pk and event.name in last
            if here and self._notice(event, last[event.name]):
                named[event.name] = _times(event)
            if event.uid and event.removed_at is None:
                times[event.uid] |= _times(event)
        return [_left(change, named.get(name, set()) | times.get(change.uid, set())) for name, change in last.items()]

    def look_for_missing(self, until: datetime) -> None:
        """Have those events read by themselves that should be in the calendar, but were not in all that it has."""
        there = WrittenEvent.objects.filter(calendar=self.calendar, removed_at=None, seen_gone_at=None, tried_at=None)
        for event in there.exclude(name="").filter(end__gt=Now(), start__lt=until).exclude(pk__in=self.met):
            plans.plan_look(event)

    def _notice(self, event: WrittenEvent, change: Change) -> bool:
        """Notice what became of an event; return whether it is ours still."""
        self.met.add(event.pk)
        if event.removed_at is not None:
            return event.written_at is not None and event.written_at >= self.asked_at
        notice(event, change, asked_at=self.asked_at)
        return True


def notice(event: WrittenEvent, change: Change, *, asked_at: datetime) -> None:
    """Keep what was seen of our event, and say so if somebody has moved, deleted or restored it; in a transaction.

    What we write ourselves is no news: while an attempt to write is under way, or when the last one ended after this
    was asked for, it is looked at again later.
    """
    if event.start is None or event.end is None or event.end < asked_at - plans.OVER:
        return
    under_way = event.tried_at is not None and event.tried_at > database_now() - WRITING
    if under_way or (event.written_at is not None and event.written_at >= asked_at):
        plans.plan_look(event, wait=LOOK_AFTER)
        return
    before = (event.seen_start, event.seen_end, event.seen_gone_at is not None)
    start, end = change.start or event.seen_start, change.end or event.seen_end
    seen = (event.seen_start, event.seen_end, True) if change.gone else (start, end, False)
    changes = _answers(event, change)
    if seen != before:
        changes |= {"seen_start": seen[0], "seen_end": seen[1], "seen_gone_at": asked_at if change.gone else None}
    if changes:
        same = WrittenEvent.objects.filter(pk=event.pk, writes=event.writes, tried_at=event.tried_at)
        if same.update(**changes) and seen != before and {seen, before} != {(event.start, event.end, False)}:
            plans.tell_event_changed(event)


def let_stand(event: WrittenEvent, time: Interval) -> None:
    """Let a time count as ours to which somebody has moved an event, and its booking follows; in the caller's
    transaction, before it touches the event's row.

    What is stored of it is forgotten. Where another calendar has something at exactly that time, which may be the same
    event read through another account, everything is read anew: that leaves out what bears its UID.
    """
    stored = BusyTime.objects.filter(host=event.host_id, start=time.start, end=time.end)
    # In this order everywhere: first the calendars, by number, then the store.
    theirs = Calendar.objects.select_for_update(no_key=True, of=("self",)).select_related("connection")
    met = Q(pk=event.calendar_id) | Q(pk__in=stored.values("calendar"))
    for calendar in theirs.filter(met, host=event.host_id).order_by("pk"):
        there = stored.filter(calendar=calendar)
        if calendar.pk != event.calendar_id:
            Calendar.objects.filter(pk=calendar.pk).update(cursor="", round=F("round") + 1)
            plans.plan_sync(calendar)
        elif there.filter(name=rows.stored_name(event.name)).delete()[0] and calendar.blocks:
            BusyStore.grow(calendar.host_id)


def _times(event: WrittenEvent) -> set[Time]:
    """Return when an event was written to be, also by attempts whose outcome is not known."""
    return {(event.start, event.end), *tried.times(event.tried)}


def _left(change: Change, ours: Collection[Time]) -> Change:
    """Return the change with what is left when our times are taken out."""
    if not ours:  # nearly always
        return change
    return replace(change, busy=tuple(busy for busy in change.busy if (busy.start, busy.end) not in ours))


def _answers(event: WrittenEvent, change: Change) -> dict[str, object]:
    said = {address.lower(): answer.value for address, answer in change.answers.items() if answer != Answer.NONE}
    return {"answers": said} if not change.gone and change.answers and said != event.answers else {}
