"""Hold leased work for a living worker, for SPAN at a time: the work of one that was killed waits no longer than that.

A worker has a thread for this, which beats while the others wait for somebody outside. Frozen, it is frozen with them;
thawed, it takes nothing back that has run out meanwhile. It holds work no longer than its handler may hold it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sivient.jobs import completion
from sivient.jobs.models import SPAN, Work

BEAT = 5.0  # seconds; much shorter than SPAN, so that a database that is slow for a moment ends no lease


class Keeper:
    """What the threads of one worker hold now."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], Work] = {}  # by number and fence: each lease is one of its own
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, work: Work, longest: timedelta) -> Iterator[None]:
        """Hold the work while the body runs, for `longest` at most, unless `completion.renew` allows more."""
        work.held_until = time.monotonic() + longest.total_seconds()
        with self._lock:
            self._held[work.pk, work.fence] = work
        try:
            yield
        finally:
            with self._lock:
                del self._held[work.pk, work.fence]

    def beat(self) -> None:
        """Hold everything longer that is held, and may be."""
        with self._lock:
            held = list(self._held.values())
        for work in held:
            left = timedelta(seconds=(work.held_until or 0.0) - time.monotonic())
            if left > timedelta():
                completion.keep(work, min(left, SPAN))
