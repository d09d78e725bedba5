"""Find an account's calendars, choose among them, and let go of them."""

from collections.abc import Collection, Sequence
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.calendars import plans, push
from sivient.calendars.losing import lose
from sivient.calendars.models import BusyStore, Calendar, WrittenEvent
from sivient.integrations.models import Connection, Grant
from sivient.integrations.services import calendars_for
from sivient.integrations.tokens import IN_WORKER
from sivient.jobs.queue import enqueue
from sivient.ports.calendars import CalendarInfo
from sivient.ports.http import Patience

FIRST = "scheduling.first_calendar"
NAME_LIMIT = 200


class NotTheirs(Exception):
    """A calendar that was named is not the host's, or is gone and did not block."""


def discover(connection: Connection, patience: Patience = IN_WORKER) -> list[Calendar]:
    """Ask which calendars the account has, and store them; return those that are there.

    The first time, the primary one blocks (where there is none, the first). One that is not listed any more is gone;
    one that is listed again is read anew. Errors: those of `ports.calendars.Calendars.list`.
    """
    found = calendars_for(connection, patience).list()
    with transaction.atomic():
        same = Connection.objects.select_for_update().filter(pk=connection.pk, state=Connection.State.CONNECTED)
        if not same.exists():  # ended while we asked
            return []
        known = {each.external_id: each for each in Calendar.objects.filter(connection=connection)}
        first = not known
        _follow_primary(known, found)
        main = next((info for info in found if info.primary), found[0] if found else None)
        for info in found:
            _store(connection, known.pop(info.external_id, None), info, blocks=first and info is main)
        for missing in known.values():
            lose(missing)
        if first and found:
            BusyStore.grow(connection.user_id)
            record("calendars found", account=connection.user_id, actor="system", subject=f"connection:{connection.pk}")
            enqueue(FIRST, key=f"account:{connection.user_id}", payload={"user": connection.user_id})
        stored = list(Calendar.objects.filter(connection=connection, gone_at=None))
        _stand_again(connection, stored)
        for each in plans.wanted().filter(plans.due() | plans.parked(), connection=connection):
            _read_soon(each)  # a poll would not hurry what has just come to nothing
    return stored


def choose_blocking(user: User, calendar_pks: Collection[int]) -> None:
    """Let these calendars of the host block time, and no others; NotTheirs: nothing is changed.

    One that did not block before is read first, so that no time is offered until it is known. One that is gone, and
    blocks, may go on blocking: until the host decides otherwise no time is known to be free.
    """
    with transaction.atomic():
        # In this order everywhere: first the calendars, by number, then the store.
        theirs = list(Calendar.objects.select_for_update(no_key=True).filter(host=user).order_by("pk"))
        may = {each.pk for each in theirs if each.gone_at is None or each.blocks}
        chosen = may & set(calendar_pks)
        if chosen != set(calendar_pks):
            raise NotTheirs
        for calendar in theirs:
            if calendar.blocks != (calendar.pk in chosen):
                Calendar.objects.filter(pk=calendar.pk).update(blocks=not calendar.blocks)
                if calendar.pk in chosen:
                    _read_soon(calendar)
        BusyStore.grow(user.pk)
        record("blocking calendars chosen", account=user.pk, actor="host")


def sync_now(user: User) -> None:
    """Have every calendar of the host that counts read again, and the accounts asked which calendars they have."""
    working = Connection.objects.filter(
        user=user, state=Connection.State.CONNECTED, grant__state=Grant.State.CONNECTED, calendars__isnull=False
    )
    with transaction.atomic():
        for connection in working.distinct():
            plans.plan_discovery(connection)
        for calendar in plans.wanted().filter(host=user, connection__in=working):
            plans.plan_sync(calendar)


def forget(connection: Connection) -> None:
    """Delete what is kept of the calendars of a connection that the host has ended. Nobody is asked.

    Events of ours stay where they are, and keep in mind where that is, for when the host connects the account again.
    """
    with transaction.atomic():
        ended = Connection.objects.select_for_update().filter(pk=connection.pk)
        if ended.filter(state=Connection.State.CONNECTED).exists():  # connected again meanwhile
            return
        theirs = Calendar.objects.filter(connection=connection)
        if not theirs.exists():
            return
        for calendar in theirs:
            calendar.events.update(former_connection=connection, former_calendar=calendar.external_id)
        theirs.delete()
        BusyStore.grow(connection.user_id)
        record("calendars forgotten", account=connection.user_id, actor="system", subject=f"connection:{connection.pk}")


def plan_event(host_id: int, calendar: Calendar) -> WrittenEvent:
    """Make the row of a booking's event, with the key that makes all writing of it one; inside the caller's verb."""
    return WrittenEvent.objects.create(host_id=host_id, calendar=calendar, key=uuid4().hex)


def _follow_primary(known: dict[str, Calendar], found: Sequence[CalendarInfo]) -> None:
    """Let the primary calendar stay the one that it is when the account calls it by another name now.

    Google does so when its host lets us see the list of calendars, or does not any more.
    """
    listed = {info.external_id for info in found}
    new = next((info.external_id for info in found if info.primary and info.external_id not in known), None)
    old = next((row for row in known.values() if row.primary and row.external_id not in listed), None)
    if new is None or old is None:
        return
    Calendar.objects.filter(pk=old.pk).update(external_id=new, cursor="")
    known[new] = known.pop(old.external_id)


def _read_soon(calendar: Calendar) -> None:
    """Have a calendar read that begins to count, and pushed from then on where its vendor does that."""
    plans.plan_sync(calendar)
    if push.pushes(calendar.connection.vendor):
        plans.plan_watch(calendar)


def _stand_again(connection: Connection, calendars: Collection[Calendar]) -> None:
    """Let events of ours stand again in the calendars of an account that was disconnected meanwhile."""
    former = WrittenEvent.objects.filter(calendar=None, former_connection=connection)
    for name in set(former.values_list("former_calendar", flat=True)):
        for calendar in calendars:
            if calendar.external_id == name:
                former.filter(former_calendar=name).update(
                    calendar=calendar, former_connection=None, former_calendar=""
                )


def _store(connection: Connection, known: Calendar | None, info: CalendarInfo, *, blocks: bool) -> None:
    said = {
        "name": info.name[:NAME_LIMIT],
        "timezone": info.timezone[:64],
        "primary": info.primary,
        "writable": info.writable,
    }
    if known is None:
        Calendar.objects.create(
            connection=connection,
            host_id=connection.user_id,
            external_id=info.external_id,
            blocks=blocks,
            created_at=Now(),
            **said,
        )
        return
    if known.gone_at is not None:
        said |= {"gone_at": None, "trouble": ""}
    if any(getattr(known, name) != value for name, value in said.items()):
        Calendar.objects.filter(pk=known.pk).update(**said)
