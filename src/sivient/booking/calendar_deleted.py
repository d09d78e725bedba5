"""What becomes of a booking whose event was deleted in the calendar, once its host had time to say a word about it.

What a sync saw is minutes old by then. So the calendar is asked once more, outside any transaction, and only an event
that is gone from a calendar that is there means that the booking is off. It is decided under the lock: there the
question must be open still, and its time over.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto

from django.db import transaction

from sivient.audit.log import record
from sivient.booking.calendar_changes import ask, cancels_at
from sivient.booking.calendar_events import renew_deleted_event
from sivient.booking.changes import HOST, end_cancelled, locked
from sivient.booking.committing import committed
from sivient.booking.models import Booking
from sivient.booking.steps import plan_invites
from sivient.calendars import plans, queries
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.core.interval import Interval, Pair, ceil_seconds, floor_seconds, merge
from sivient.integrations.models import Connection
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Busy
from sivient.ports.errors import IntegrationError, TryLater

DELETED = "The meeting was deleted from the calendar."
UNREADABLE = "The calendar of the deleted event cannot be read at the moment."
BACK = "The event seems to be in the calendar again, and is being looked at."
Asks = Booking.CalendarAsks


class Sight(Enum):
    """What the calendar says of an event that was deleted there."""

    GONE = auto()
    ELSEWHERE = auto()  # gone, but another calendar of the host has its time taken by what may be the same event
    LOST = auto()  # the calendar itself is not there any more: that says nothing about the meeting


def look(event: WrittenEvent) -> Sight:
    """Ask the calendar about a deleted event. For workers.

    Raises TryLater when it cannot be read now, for whatever reason, or when the event is there again; then the usual
    look at it is planned, which closes the question.
    """
    calendar = event.calendar
    if calendar is None or calendar.gone_at is not None:
        return Sight.LOST
    try:
        stored = calendars_for(calendar.connection).read(calendar.external_id, event.name)
        if stored is not None and not stored.cancelled:
            plans.plan_look(event)
            raise TryLater(BACK)
        return Sight.ELSEWHERE if _stands_elsewhere(event, calendar) else Sight.GONE
    except TryLater:
        raise
    except IntegrationError as error:
        plans.plan_sync(calendar)
        raise TryLater(UNREADABLE) from error


def settle_deleted(booking: Booking, sight: Sight, *, now: datetime) -> None:
    """Let a deletion about which its host has not said a word mean what the calendar said of it last.

    Gone, the booking is cancelled, and everybody told. The same time taken elsewhere, its host is asked, and nothing is
    cancelled. A lost calendar: the booking stands, and its guests are invited anew. A question that was closed, or
    asked anew, since is left alone.
    """
    committed(lambda: _settle(booking, sight, now))


def _settle(booking: Booking, sight: Sight, now: datetime) -> None:
    with transaction.atomic():
        booking = locked(booking)
        due, event = cancels_at(booking), booking.event
        if due is None or due > database_now() or event is None or event.seen_gone_at is None:
            return
        if not booking.stands or booking.start <= now:
            return
        if sight is Sight.GONE:
            end_cancelled(booking, by=HOST, now=now, reason=DELETED)
        elif sight is Sight.ELSEWHERE:
            ask(booking, Asks.ELSEWHERE)
        else:
            booking.ask_nothing()
            renew_deleted_event(booking)
            booking.save()
            plan_invites(booking)
            record("booking kept", account=booking.host_id, actor="system", subject=f"booking:{booking.pk}")


def _stands_elsewhere(event: WrittenEvent, calendar: Calendar) -> bool:
    """Say whether another calendar that blocks has all of the event's time taken, and the store does not know by what.

    What bears the UID of a booking is never stored, so it may be our event, moved there. TryLater: the event's own
    calendar, or another one, did not answer; those that need their host first are left out.
    """
    if event.start is None or event.end is None:
        return False
    time = Interval(event.start, event.end)
    others = queries.blocking(event.host_id).filter(gone_at=None).exclude(pk=calendar.pk)
    groups: dict[Connection, list[Calendar]] = {calendar.connection: [calendar]}
    for each in others.select_related("connection"):
        groups.setdefault(each.connection, []).append(each)
    return any(_takes(calendar, group, time) for group in groups.values())  # its own account is asked first


def _takes(calendar: Calendar, group: list[Calendar], time: Interval) -> bool:
    """Say whether one of an account's calendars, but for the event's own, has the time taken by what is not stored."""
    names, zone = [each.external_id for each in group], calendar.host.timezone
    try:
        answers = calendars_for(group[0].connection).busy(names, window=time, zone=zone)
    except TryLater:
        raise
    except IntegrationError:
        if calendar in group:
            raise
        return False
    if calendar in group and calendar.external_id not in answers:
        plans.plan_sync(calendar)
        raise TryLater(UNREADABLE)
    asked = time.seconds()
    return any(
        _covers(_pairs(answers.get(each.external_id, ())), asked)
        and not _covers(queries.stored_pairs([each.pk], *asked), asked)
        for each in group
        if each != calendar
    )


def _pairs(busy: Iterable[Busy]) -> list[Pair]:
    return merge((floor_seconds(each.start), ceil_seconds(each.end)) for each in busy)


def _covers(pairs: Iterable[Pair], time: Pair) -> bool:
    return any(start <= time[0] and end >= time[1] for start, end in pairs)
