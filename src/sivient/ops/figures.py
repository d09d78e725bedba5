"""What `status` and `doctor` count. Moments are compared with `now`, which is the database's.

Every question has an index to go by: done work and past bookings, which grow for ever, are not read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from sivient.integrations import registry
from sivient.integrations.models import Connection, Grant, WebhookHealth
from sivient.jobs import lanes
from sivient.jobs.models import Work

LATE = timedelta(seconds=60)  # due for longer and in nobody's hands: the worker is down or behind
RECENT = timedelta(hours=24)
State, Trouble = Work.State, Work.Trouble
OF_THE_OPERATOR = (Trouble.BROKE_OFF, Trouble.BUG)


@dataclass(frozen=True, slots=True)
class Pile:
    """Work of one kind in one state with the same trouble."""

    kind: str
    state: str
    trouble: str
    count: int

    @property
    def said(self) -> str:
        """State and trouble in words: 'parked (broke off)'."""
        state = "given up in the last 24 hours" if self.state == State.FAILED else self.state
        return f"{state} ({self.trouble.replace('_', ' ')})" if self.trouble else state


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections of hosts to one vendor that are in the same state."""

    vendor: str
    state: str
    count: int

    @property
    def said(self) -> str:
        """The state in words."""
        return self.state.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Queue:
    """Work that should have been begun by now: how much, and when the oldest of it was due."""

    count: int
    since: datetime | None

    def age(self, now: datetime) -> timedelta:
        """Return how long the oldest has been due."""
        return now - self.since if self.since else timedelta()


def due(now: datetime) -> Queue:
    """Return the work that is due, in nobody's hands, and held up by nothing in its lane."""
    free = Work.objects.filter(state=State.WAITING, run_at__lte=now, lease_until=None)
    return _queue(free.exclude(lane__in=lanes.busy()), "run_at")


def abandoned(now: datetime) -> Queue:
    """Return the work whose lease has ended without a result, for so long that a worker should have taken it up."""
    return _queue(Work.objects.filter(state=State.WAITING, lease_until__lt=now - LATE), "lease_until")


def piles(now: datetime) -> list[Pile]:
    """Return what waits, is parked, or was given up within a day; what is done is not counted."""
    live = Work.objects.exclude(state=State.DONE).filter(~Q(state=State.FAILED) | Q(done_at__gt=now - RECENT))
    rows = live.values_list("kind", "state", "trouble").annotate(Count("pk")).order_by("state", "kind", "trouble")
    return [Pile(*row) for row in rows]


def stuck() -> QuerySet[Work]:
    """Return the work that the operator has to look at: it broke off each time, or met a bug each time."""
    return Work.objects.exclude(state=State.DONE).filter(state=State.PARKED, trouble__in=OF_THE_OPERATOR)


def connections() -> list[Connections]:
    """Return the hosts' connections by vendor and state. One whose grant has ended, or belongs to another app of the
    operator than the present one, needs reconnecting.
    """
    rows = Connection.objects.values_list("vendor", "state", "grant__state", "grant__client_id").annotate(Count("pk"))
    counted: dict[tuple[str, str], int] = {}
    for vendor, state, grant, client_id, count in rows:
        key = (vendor, _live(vendor, grant, client_id) if state == Connection.State.CONNECTED and grant else state)
        counted[key] = counted.get(key, 0) + count
    return [Connections(*key, count) for key, count in sorted(counted.items())]


def _live(vendor: str, grant: str, client_id: str) -> str:
    present = registry.app(vendor) if vendor in registry.PROVIDERS else None
    return "of_another_app" if present and present.configured and present.client_id != client_id else grant


def refresh_failures() -> int:
    """Return how many grants could not be renewed the last time, though the vendor did not say no."""
    return Grant.objects.filter(state=Grant.State.CONNECTED, refresh_failures__gt=0).count()


def webhooks() -> Sequence[WebhookHealth]:
    """Return each vendor from which messages have come."""
    return list(WebhookHealth.objects.order_by("vendor"))


def some(names: Iterable[str], count: int, most: int = 5) -> tuple[str, ...]:
    """Return the first few of many, with how many more there are."""
    few = [name for name, _ in zip(names, range(most), strict=False)]
    return (*few, f"and {count - most} more") if count > most else tuple(few)


def _queue(works: QuerySet[Work], field: str) -> Queue:
    found = works.aggregate(count=Count("pk"), since=Min(field))
    return Queue(found["count"], found["since"])
