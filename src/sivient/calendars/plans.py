"""What is to be done about calendars, as work: one piece per calendar or connection, however often it is asked for."""

from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Now

from sivient.calendars.models import Calendar, WrittenEvent
from sivient.integrations.models import Connection
from sivient.jobs.models import Work
from sivient.jobs.queue import AT_ONCE, enqueue

SYNC, DISCOVER, WATCH, LOOK = "calendars.sync", "calendars.discover", "calendars.watch", "calendars.look"
EVENT_CHANGED = "booking.event_changed"
SYNC_EVERY = timedelta(minutes=5)  # calendars contract, rule 5
LAST_POLL = timedelta(seconds=30)  # what is due before the next poll, is due now
OVER = timedelta(days=1)  # after its end, nobody asks any more what became of an event of ours


def plan_sync(calendar: Calendar, *, wait: timedelta = AT_ONCE) -> None:
    """Have a calendar read. Those of one account are read one after the other: it is one mailbox there.

    Nobody hurries what waits because of trouble: guests and pushes ask for it as often as they like.
    """
    lane = f"calendars:{calendar.connection.grant_id}"
    enqueue(SYNC, key=f"calendar:{calendar.pk}", payload={"calendar": calendar.pk}, lane=lane, wait=wait, patient=True)


def plan_discovery(connection: Connection, *, wait: timedelta = AT_ONCE) -> None:
    """Have an account asked which calendars it has."""
    payload = {"connection": connection.pk}
    enqueue(DISCOVER, key=f"connection:{connection.pk}", payload=payload, wait=wait, patient=True)


def plan_watch(calendar: Calendar) -> None:
    """Have a push channel opened or renewed."""
    enqueue(WATCH, key=f"calendar:{calendar.pk}", payload={"calendar": calendar.pk})


def plan_look(event: WrittenEvent, *, wait: timedelta = AT_ONCE) -> None:
    """Have an event of ours read by itself: what a sync saw may be older than what we wrote."""
    enqueue(LOOK, key=f"event:{event.pk}", payload={"event": event.pk}, wait=wait, patient=True)


def tell_event_changed(event: WrittenEvent) -> None:
    """Say that our event was moved, deleted or brought back in the calendar; its row says which."""
    enqueue(EVENT_CHANGED, key=f"event:{event.pk}", payload={"event": event.pk})


def due() -> Q:
    """Return which calendars have not been read for five minutes, or will not have been at the next poll."""
    return Q(synced_at=None) | Q(synced_at__lte=Now() - SYNC_EVERY + LAST_POLL)


def parked() -> Q:
    """Return which calendars nobody reads any more before their account is connected again."""
    key = Concat(Value("calendar:"), Cast(OuterRef("pk"), CharField()))
    return Q(Exists(Work.objects.filter(kind=SYNC, state=Work.State.PARKED, key=key)))


def counts() -> Q:
    """Return which calendars matter: those that block, and those with events of ours that are not over."""
    ours = WrittenEvent.objects.filter(calendar=OuterRef("pk"), removed_at=None, end__gt=Now() - OVER)
    return Q(blocks=True) | Q(Exists(ours))


def wanted() -> QuerySet[Calendar]:
    """Return the calendars that have to be read: those that matter, and are there."""
    return Calendar.objects.filter(counts(), gone_at=None).select_related("connection")
