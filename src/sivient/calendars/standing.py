"""Which events of ours stand in the hosts' calendars, asked of the providers and not of our rows: for whoever compares
the two after a restore. The caller's process asks, outside any transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from sivient.calendars.models import Calendar, WrittenEvent
from sivient.calendars.sync import HORIZON
from sivient.core.interval import Interval
from sivient.integrations.models import Connection
from sivient.integrations.services import calendars_for
from sivient.ports.calendars import Stored


def receiving(now: datetime) -> QuerySet[Calendar]:
    """Return the calendars in which events of ours may stand: all that can be written to, as the host's choice may be
    newer than our rows, and those with an event ahead.
    """
    ahead = WrittenEvent.objects.filter(end__gt=now, removed_at=None).values("calendar")
    may = Calendar.objects.filter(Q(writable=True) | Q(pk__in=ahead), connection__state=Connection.State.CONNECTED)
    return may.filter(gone_at=None).select_related("connection", "host").order_by("host", "pk")


def ahead_in(calendar: Calendar, *, now: datetime, ours: Callable[[str], bool]) -> Sequence[Stored]:
    """Return the events there that are not over, and whose reference is one of `ours`. Errors: those of
    `ports.calendars.Calendars`.
    """
    window = Interval(now, now + HORIZON)
    found = calendars_for(calendar.connection).own(calendar.external_id, window=window, ours=ours)
    return [each for each in found if each.end > now]


def stands(calendar: Calendar, name: str) -> bool:
    """Say whether the event with that name is there, whenever it takes place. Errors as above."""
    there = calendars_for(calendar.connection).read(calendar.external_id, name)
    return there is not None and not there.cancelled
