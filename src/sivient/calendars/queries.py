"""What is known of hosts' calendars: which block, what is busy in them, and whether that can be trusted now.

A calendar that blocks and cannot be trusted is never free: it has never been read, is gone, its connection does not
work, or its last sync is too old.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.calendars.rows import stored_name
from sivient.core.interval import Pair, ceil_seconds, floor_seconds, merge, moment
from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant
from sivient.ports.http import Patience
from sivient.ports.vendor import Access

SHOWN_FOR = timedelta(hours=1)  # after a sync, a page shows times from what it brought
TRUSTED_FOR = timedelta(minutes=10)  # after a sync, a booking relies on it when nobody answers
_NOT_ASKED = Patience(connect=1, answer=1)
_BROKEN = (
    Q(synced_at=None)
    | Q(gone_at__isnull=False)
    | ~Q(connection__state=Connection.State.CONNECTED)
    | Q(connection__grant=None)
    | ~Q(connection__grant__state=Grant.State.CONNECTED)
)


def blocking(host_id: int) -> QuerySet[Calendar]:
    """Return the host's calendars whose busy times are not offered."""
    return Calendar.objects.filter(host=host_id, blocks=True)


def untrusted(calendars: QuerySet[Calendar], age: timedelta) -> QuerySet[Calendar]:
    """Return those of the calendars about which nothing is known for sure: unreadable, or not synced for `age`."""
    return calendars.filter(_BROKEN | _of_another_app() | Q(synced_at__lt=Now() - age))


def unread(host_id: int | OuterRef) -> Exists:
    """Return whether some calendar that blocks cannot be trusted now, as an expression for the page's one query."""
    return Exists(untrusted(Calendar.objects.filter(Q(host=host_id), blocks=True), SHOWN_FOR))


def is_unread(host_id: int) -> bool:
    """Say whether some calendar that blocks cannot be trusted now: then no time of the host is known to be free."""
    return untrusted(blocking(host_id), SHOWN_FOR).exists()


def known_until(host_id: int) -> datetime | None:
    """Return until when the busy times are known; None when no calendar blocks, or (see `unread`) none was read."""
    until: datetime | None = blocking(host_id).aggregate(until=Min("known_until"))["until"]
    return until


def oldest_sync(host_id: int) -> datetime | None:
    """Return the moment as of which all calendars that block are known; None: one was never read, or none blocks."""
    synced = list(blocking(host_id).values_list("synced_at", flat=True))
    return min((at for at in synced if at is not None), default=None) if None not in synced else None


def busy_pairs(host_id: int, start: int, end: int | None) -> list[Pair]:
    """Return what is taken in the calendars that block, merged, as far as it touches [start, end); None: no end."""
    return _pairs(BusyTime.objects.filter(host=host_id, calendar__blocks=True), start, end)


def stored_pairs(
    calendars: Collection[int], start: int, end: int | None, *, but: WrittenEvent | None = None
) -> list[Pair]:
    """Return what the store has of these calendars, given by number, as `busy_pairs` does; without the time to which
    somebody has moved the event `but`.
    """
    rows = BusyTime.objects.filter(calendar__in=calendars)
    if but is not None and but.seen_start is not None and but.seen_end is not None:
        moved = Q(calendar=but.calendar_id, name=stored_name(but.name), start=but.seen_start, end=but.seen_end)
        rows = rows.exclude(moved)
    return _pairs(rows, start, end)


def invites(calendar: Calendar) -> bool:
    """Say whether the provider itself mails the invitation to an event in this calendar; nobody is asked."""
    vendor = calendar.connection.vendor
    provider = registry.provider(vendor)
    if provider.calendars is None:
        return False
    return provider.calendars(registry.app(vendor), Access(""), _NOT_ASKED).invites


def targets(user: User) -> QuerySet[Calendar]:
    """Return the calendars that may receive the host's bookings."""
    works = Calendar.objects.filter(host=user, writable=True, gone_at=None)
    return works.filter(connection__state=Connection.State.CONNECTED).select_related("connection")


def _of_another_app() -> Q:
    """Return which calendars the operator's present registrations at the vendors do not reach: a permission to another
    app is none.
    """
    return ~Q(connection__grant__client_id__in=[registry.app(vendor).client_id for vendor in registry.PROVIDERS])


def _pairs(rows: QuerySet[BusyTime], start: int, end: int | None) -> list[Pair]:
    rows = rows.filter(end__gt=moment(start))
    if end is not None:
        rows = rows.filter(start__lt=moment(end))
    times = rows.values_list("start", "end").iterator()
    return merge((floor_seconds(begun), ceil_seconds(ended)) for begun, ended in times)
