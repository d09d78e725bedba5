"""The times of the emulator: the machine's, and its own, which may be moved, set, and wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sivient.vendors.zoom.emulator.store import Store


def wall_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


class Clock:
    """Tokens, codes, meetings and limits age by `now()`; webhooks carry `wall()`.

    A receiver compares a webhook's timestamp with its own clock, which nobody moved. A skew makes both
    wrong: then Zoom's clock is not ours.
    """

    def __init__(self, outside: Callable[[], datetime], store: Store) -> None:
        self._outside = outside
        self._store = store
        self._skew = 0.0

    def outside(self) -> datetime:
        """The time of the machine, in UTC, whatever Zoom's clock says."""
        return self._outside().astimezone(UTC)

    def wall(self) -> datetime:
        """The time outside as Zoom's clock says it."""
        return self.outside() + timedelta(seconds=self._store.progress.clock_skew + self._skew)

    def now(self) -> datetime:
        """The time inside: the wall's plus what was advanced."""
        return self.wall() + timedelta(seconds=self._store.progress.clock_offset)

    def seconds(self) -> float:
        """`now()` as epoch seconds."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Move the time inside forward."""
        if seconds < 0:
            raise ValueError("the clock only goes forward; set it to go back")
        self._move(self._store.progress.clock_offset + seconds)

    def set(self, moment: datetime) -> None:
        """Set the time inside. After a step back, what was made in between lives longer."""
        self._move((moment - self.wall()).total_seconds())

    def skew(self, seconds: float) -> None:
        """Let Zoom's clock be wrong by so much, until it is 0 again."""
        self._store.progress.clock_skew = seconds
        self._store.keep()

    @contextmanager
    def skewed(self, seconds: float) -> Iterator[None]:
        """Let Zoom's clock be wrong for one call."""
        before, self._skew = self._skew, self._skew + seconds
        try:
            yield
        finally:
            self._skew = before

    def mend(self) -> None:
        """Show the time of the machine again."""
        self.skew(0)
        self._move(0)

    def _move(self, offset: float) -> None:
        if abs(offset) > timedelta(days=3650).total_seconds():
            raise ValueError("the clock moves by ten years at most")
        self._store.progress.clock_offset = offset
        self._store.keep()


def zoom_time(moment: datetime) -> str:
    """Write a moment as the API does: `2026-11-24T13:00:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
