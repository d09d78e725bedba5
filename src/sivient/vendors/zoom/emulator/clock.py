"""The two times of the emulator: the wall's, and its own, which tests move forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sivient.vendors.zoom.emulator.store import Store


def wall_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


class Clock:
    """Tokens, codes, meetings and limits age by `now()`; webhooks carry `wall()`.

    A receiver compares a webhook's timestamp with its own clock, which nobody moved.
    """

    def __init__(self, wall: Callable[[], datetime], store: Store) -> None:
        self._wall = wall
        self._store = store

    def wall(self) -> datetime:
        """The time outside, in UTC."""
        return self._wall().astimezone(UTC)

    def now(self) -> datetime:
        """The time inside: the wall's plus what was advanced."""
        return self.wall() + timedelta(seconds=self._store.progress.clock_offset)

    def seconds(self) -> float:
        """`now()` as epoch seconds."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Move the time inside. It never goes back, as ages would become negative."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._store.progress.clock_offset += seconds
        self._store.keep()


def zoom_time(moment: datetime) -> str:
    """Write a moment as the API does: `2026-11-24T13:00:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
