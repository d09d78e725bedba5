"""Which function does which kind of work. Rooms register in their `work.py`, loaded by their AppConfig."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sivient.jobs.models import Work

Function = Callable[[Work], None]
Until = Callable[[Work], datetime | None]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function, how long it may hold its work, how often it comes back by itself, whether it may keep a thread
    waiting, how long after it was asked for and due it is still tried (None: for ever), and when it comes too late.
    """

    function: Function
    lease: timedelta
    interval: timedelta | None = None
    slow: bool = False
    patience: timedelta | None = None
    until: Until | None = None


_handlers: dict[str, Handler] = {}


def handles(
    kind: str,
    *,
    lease: timedelta = timedelta(seconds=45),
    slow: bool = False,
    patience: timedelta | None = None,
    until: Until | None = None,
) -> Callable[[Function], Function]:
    """Register the function for a kind. `lease` must exceed its longest outside calls plus a margin: so long a living
    worker may hold the work. One that was killed lets it go sooner (see `jobs.keeping`).

    `slow` work waits for a vendor that may be silent for long: it never takes the last thread of a worker.
    Trouble later than `patience` after the work was last asked for, and due, gives it up.
    `until` says when the work comes too late, if it does: its waits for a next try never jump over that moment.
    """

    def register(function: Function) -> Function:
        _add(kind, Handler(function, lease, slow=slow, patience=patience, until=until))
        return function

    return register


def every(
    interval: timedelta, kind: str, *, lease: timedelta = timedelta(minutes=10)
) -> Callable[[Function], Function]:
    """Register periodic work: the worker plants one row, which comes back `interval` after each run."""

    def register(function: Function) -> Function:
        _add(kind, Handler(function, lease, interval))
        return function

    return register


def handler(kind: str) -> Handler | None:
    """Return the handler, or None for a kind that this version does not know."""
    return _handlers.get(kind)


def periodic() -> dict[str, timedelta]:
    """Return the kinds that come back by themselves."""
    return {kind: h.interval for kind, h in _handlers.items() if h.interval is not None}


def slow_kinds() -> list[str]:
    """Return the kinds that may keep a thread waiting for long."""
    return [kind for kind, each in _handlers.items() if each.slow]


def _add(kind: str, new: Handler) -> None:
    if kind in _handlers and _handlers[kind].function is not new.function:
        raise ValueError(f"{kind} is registered twice")
    _handlers[kind] = new
