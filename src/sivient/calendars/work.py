"""The room's background work, registered with the worker. Each piece is safe to run twice."""

import random
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from sivient.calendars import plans, push, services
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.calendars.own import notice
from sivient.calendars.sync import sync
from sivient.integrations.models import Connection, Grant
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.jobs.completion import renew, work_completion, write_down
from sivient.jobs.models import Work
from sivient.jobs.registry import every, handles
from sivient.ports.calendars import Change
from sivient.ports.errors import OutcomeUnknown

CALLS_LEASE = timedelta(minutes=2)  # one page: up to three calls of 25 s, and the storing
WATCH_AGAIN = timedelta(days=1)  # a calendar that could not be watched
SOUGHT = timedelta(days=1)  # a calendar that was lost: later it is found once a day, with all others
SEEK_FIRST = timedelta(minutes=1)
KEPT = timedelta(days=7)  # busy times that are over
SPREAD = timedelta(hours=1)  # over which the accounts are asked once a day


@handles(plans.SYNC, lease=CALLS_LEASE, slow=True)
def handle_sync(work: Work) -> None:
    """Read a calendar, holding the work page by page."""
    calendar = _calendar(work)
    if calendar is not None:
        sync(calendar, before=lambda: renew(work, CALLS_LEASE))


@handles(plans.DISCOVER, lease=CALLS_LEASE, slow=True)
def handle_discovery(work: Work) -> None:
    """Ask an account which calendars it has; where one was lost that counts, again and again for a day."""
    connection = _working(Connection.objects.filter(pk=work.payload["connection"])).first()
    if connection is None:
        return
    services.discover(connection)
    lost = Calendar.objects.filter(plans.counts(), connection=connection, gone_at__gt=Now() - SOUGHT)
    since = lost.order_by("-gone_at").values_list(Now() - F("gone_at"), flat=True).first()
    with work_completion(work):
        if since is not None:
            plans.plan_discovery(connection, wait=max(SEEK_FIRST, since))


@handles("calendars.forget")
def handle_forgetting(work: Work) -> None:
    """Delete what is kept of an account that the host has disconnected."""
    connection = Connection.objects.filter(pk=work.payload["connection"]).first()
    if connection is not None:
        services.forget(connection)


@handles(plans.WATCH, lease=2 * CALLS_LEASE, slow=True)
def handle_watch(work: Work) -> None:
    """Open, prolong or end the push channel of a calendar."""
    calendar = _calendar(work)
    if calendar is not None:
        push.watch(calendar)


@handles(plans.LOOK, lease=CALLS_LEASE, slow=True)
def handle_look(work: Work) -> None:
    """Read one event of ours by itself."""
    event = WrittenEvent.objects.filter(pk=work.payload["event"], removed_at=None).exclude(name="").first()
    if event is None or event.calendar is None or event.calendar.gone_at is not None:
        return
    asked_at = database_now()
    seen = calendars_for(event.calendar.connection).read(event.calendar.external_id, event.name)
    if seen is None and not _is_missing(work, event, event.calendar):
        return
    if seen is None or seen.cancelled:
        change = Change(event.name, gone=True)
    else:
        change = Change(event.name, start=seen.start, end=seen.end, answers=seen.answers)
    with work_completion(work, result={}):  # a look that is planned in it waits, as this one is done
        notice(event, change, asked_at=asked_at)


def _is_missing(work: Work, event: WrittenEvent, calendar: Calendar) -> bool:
    """Say whether an event that was not found is not there, while its calendar is.

    OutcomeUnknown, the first time: such an answer may pass (calendars contract 1.6).
    """
    if work.result != {"missing": event.name}:
        write_down(work, {"missing": event.name})
        raise OutcomeUnknown("The event was not found in the calendar; looking once more.")
    return calendar in services.discover(calendar.connection)


@every(timedelta(minutes=1), "calendars.poll")
def poll(work: Work) -> None:
    """Plan the reading of all calendars that were last read five minutes ago. Without push this is all there is."""
    busy = _asked_for(plans.SYNC, plans.SYNC_EVERY)
    for calendar in plans.wanted().filter(plans.due(), connection__in=_working(Connection.objects.all())):
        if f"calendar:{calendar.pk}" not in busy:
            plans.plan_sync(calendar)


@every(timedelta(minutes=10), "calendars.watches")
def watches(work: Work) -> None:
    """Plan the opening, renewal and end of push channels."""
    wanted = list(plans.wanted().filter(connection__in=_working(Connection.objects.all())))
    busy = _asked_for(plans.WATCH, WATCH_AGAIN)
    for calendar in [*push.to_watch(wanted), *push.unwanted()]:
        if f"calendar:{calendar.pk}" not in busy:
            plans.plan_watch(calendar)


@every(timedelta(days=1), "calendars.daily")
def daily(work: Work) -> None:
    """Look for calendars that are new, renamed or gone; delete busy times that are long over."""
    for connection in _working(Connection.objects.filter(calendars__isnull=False)).distinct():
        plans.plan_discovery(connection, wait=random.random() * SPREAD)  # noqa: S311 - spreads load, hides nothing
    BusyTime.objects.filter(end__lt=Now() - KEPT).delete()


def _calendar(work: Work) -> Calendar | None:
    """Return the calendar that the work is about, unless it is gone."""
    there = Calendar.objects.filter(pk=work.payload["calendar"], gone_at=None)
    return there.select_related("connection__grant", "host").first()


def _working(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    """Return those that can be asked: connected, and not waiting for the host to connect again."""
    return connections.filter(state=Connection.State.CONNECTED, grant__state=Grant.State.CONNECTED)


def _asked_for(kind: str, lately: timedelta) -> set[str]:
    """Return the keys of work that waits for its next try, or came to nothing lately: a poll never hurries it."""
    waits = Q(state=Work.State.WAITING)
    vain = Q(state__in=(Work.State.FAILED, Work.State.PARKED), asked_at__gt=Now() - lately)
    return set(Work.objects.filter(waits | vain, kind=kind).values_list("key", flat=True))
