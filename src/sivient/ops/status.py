"""How the installation stands, in figures without personal data: for `sivient status`, /status and monitoring."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import connection

from sivient.integrations.models import WebhookHealth
from sivient.jobs.clock import database_now
from sivient.ops import clock, figures
from sivient.ops.figures import Connections, Pile, Queue
from sivient.ops.models import Alarm


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at one moment of the database's clock."""

    at: datetime
    due: Queue
    abandoned: Queue
    piles: list[Pile]
    connections: list[Connections]
    refresh_failures: int
    webhooks: list[WebhookHealth]
    clock_difference: timedelta
    alarms: list[Alarm]

    @property
    def fine(self) -> bool:
        """Whether nothing here needs the operator."""
        late = self.due.age(self.at) > figures.LATE or self.abandoned.count
        stuck = any(pile.trouble in figures.OF_THE_OPERATOR and pile.state != "waiting" for pile in self.piles)
        return not (late or stuck or self.alarms or abs(self.clock_difference) >= clock.WORTH_SAYING)


def status() -> Status:
    """Return how it stands now. django.db.Error: the database is away."""
    now = database_now()
    return Status(
        at=now,
        due=figures.due(now),
        abandoned=figures.abandoned(now),
        piles=figures.piles(now),
        connections=figures.connections(),
        refresh_failures=figures.refresh_failures(),
        webhooks=list(figures.webhooks()),
        clock_difference=clock.difference(),
        alarms=list(Alarm.objects.order_by("first_at", "pk")),
    )


@cache
def product_version() -> str:
    """Return the version that is installed."""
    try:
        return version("sivient")
    except PackageNotFoundError:
        return "unknown"


def as_json(now: Status) -> dict[str, Any]:
    """Return it for programs: moments in ISO 8601, lengths in seconds."""
    return {
        "fine": now.fine,
        "at": now.at.isoformat(),
        "version": product_version(),
        "database": connection.vendor,
        "worker": {
            "due": now.due.count,
            "oldest_due_seconds": round(now.due.age(now.at).total_seconds(), 1),
            "abandoned": now.abandoned.count,
            "waiting": _piles(now.piles, "waiting"),
            "parked": _piles(now.piles, "parked"),
            "failed_last_day": _piles(now.piles, "failed"),
        },
        "connections": [{"vendor": each.vendor, "state": each.state, "count": each.count} for each in now.connections],
        "refresh_failures": now.refresh_failures,
        "webhooks": [_webhook(each) for each in now.webhooks],
        "clock_difference_seconds": round(now.clock_difference.total_seconds(), 3),
        "alarms": [
            {"key": each.key, "sentence": each.sentence, "since": each.first_at.isoformat(), "times": each.times}
            for each in now.alarms
        ],
    }


def as_text(now: Status) -> str:
    """Return it for a terminal."""
    return "\n".join(_lines(now))


def _lines(now: Status) -> Iterator[str]:
    yield f"Sivient {product_version()} on {connection.vendor}, {now.at:%Y-%m-%d %H:%M:%S} UTC"
    oldest = f", the oldest for {now.due.age(now.at).total_seconds():.0f} s" if now.due.count else ""
    yield f"Due and not begun: {now.due.count}{oldest}"
    yield f"Left by workers that ended: {now.abandoned.count}"
    for pile in now.piles:
        yield f"Work: {pile.count} {pile.kind} {pile.said}"
    for each in now.connections:
        yield f"Connections: {each.count} {each.vendor} {each.said}"
    yield f"Renewals that failed the last time: {now.refresh_failures}"
    for health in now.webhooks:
        yield (
            f"Messages of {health.vendor}: last {_moment(health.last_event_at)}, "
            f"last validation {_moment(health.last_validation_at)}, refused since the last good one {health.refused}"
        )
    yield f"Clock of this machine against the database's: {now.clock_difference.total_seconds():+.3f} s"
    for alarm in now.alarms:
        yield f"Alarm since {_moment(alarm.first_at)}, {alarm.times} times: {alarm.sentence}"
    yield "Nothing here needs you." if now.fine else "Something needs you: `sivient doctor` says what to do."


def _piles(piles: Iterable[Pile], state: str) -> list[dict[str, Any]]:
    return [{"kind": p.kind, "trouble": p.trouble, "count": p.count} for p in piles if p.state == state]


def _webhook(health: WebhookHealth) -> dict[str, Any]:
    moments = ("last_event_at", "last_validation_at", "last_refused_at")
    told: dict[str, Any] = {name: getattr(health, name) and getattr(health, name).isoformat() for name in moments}
    return {"vendor": health.vendor, "refused": health.refused} | told


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"
