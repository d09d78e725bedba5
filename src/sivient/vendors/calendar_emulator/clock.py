"""The time of the emulated service: the machine's, moved by what tests and the tour want."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sivient.vendors.calendar_emulator.store import Store

FARTHEST = timedelta(days=3650)


class Clock:
    """Tokens, channels and change times go by `now()`, aware UTC."""

    def __init__(self, outside: Callable[[], datetime], store: Store) -> None:
        self._outside = outside
        self._store = store
        kept = dict(store.read("clock"))
        self.offset: float = kept["offset"]["seconds"] if kept else 0.0

    def now(self) -> datetime:
        """The time inside."""
        return self.outside() + timedelta(seconds=self.offset)

    def outside(self) -> datetime:
        """The time of the machine."""
        return self._outside().astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move the time forward. ValueError: backward, or too far."""
        if seconds < 0:
            raise ValueError("the clock only goes forward; set it to go back")
        self._move(self.offset + seconds)

    def set(self, moment: datetime) -> None:
        """Set the time. ValueError: too far."""
        self._move((moment - self.outside()).total_seconds())

    def mend(self) -> None:
        """Show the time of the machine again."""
        self._move(0.0)

    def _move(self, offset: float) -> None:
        if abs(offset) > FARTHEST.total_seconds():
            raise ValueError("the clock moves by ten years at most")
        self.offset = offset
        self._store.put("clock", "offset", {"seconds": offset})
