"""How long to wait before a run that met trouble is repeated. Jitter keeps those who failed together apart."""

import random
from datetime import datetime, timedelta

from sivient.jobs.models import Work
from sivient.ports.errors import OutcomeUnknown, Paused, Throttled, TryLater

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=5)
LONGEST_ASKED = timedelta(days=1)  # more than this is no answer that a vendor gives (Zoom contract chapters 5 and 6)
THROTTLED_TRIES = 4  # Zoom contract chapter 5
MOMENT = timedelta(seconds=1)
# Each try whose answer is lost may leave something behind at the vendor (Zoom contract chapter 9).
AFTER_LOST = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120), timedelta(hours=1))
AFTER_PAUSE = timedelta(seconds=60)


class Follows(TryLater):
    """Other work of ours comes first, which somebody is doing. Nothing was tried, so this run is no try."""


chance = random.Random()  # noqa: S311 - spreads load, hides nothing


def wait_after(work: Work, error: TryLater, *, now: datetime, until: datetime | None = None) -> timedelta:
    """Return how long the work waits after this error. `now` is the database's.

    Work that comes too late after `until` waits for at most half of the time that is left, unless the vendor asked
    for more: the tries come closer to each other, and none jumps over that moment.
    """
    left = until - now if until else timedelta()
    longest = max(left / 2, AFTER_LOST[0]) if left > timedelta() else LONGEST_ASKED
    asked = min(max(error.after or timedelta(), timedelta()), LONGEST_ASKED)
    match error:
        case Paused():
            pause = min(max(error.until - now, timedelta()), LONGEST_ASKED)
            return pause + chance.random() * AFTER_PAUSE
        case OutcomeUnknown():
            step = AFTER_LOST[min(work.lost, len(AFTER_LOST) - 1)]
            return max(asked, min(step * chance.uniform(1, 1.1), longest))
        case Throttled() if work.attempt <= THROTTLED_TRIES:
            return (asked or MOMENT) + chance.random() * MOMENT
        case Throttled():
            return max(asked, min(backoff(work.attempt), longest))
        case _ if asked:
            return asked * chance.uniform(1, 1.1)
        case _:
            return min(backoff(work.attempt), longest)


def backoff(attempt: int) -> timedelta:
    """Return the wait after the given attempt: drawn from nearly all of a span of 2 s that doubles up to 5 min.

    Not all of it: at once would be no wait.
    """
    return chance.uniform(0.1, 1) * min(LONGEST, FIRST * 2.0 ** min(max(attempt, 1) - 1, 10))
