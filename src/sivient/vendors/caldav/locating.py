"""When entries are that we cannot read: their server can, and says which of them lie in a given time."""

import time
from collections import deque
from collections.abc import Callable, Collection
from datetime import timedelta

from sivient.core.interval import Interval

FINE = timedelta(days=1)
MOST_QUESTIONS = 40
ENOUGH = 10.0  # seconds for all questions but the last

Listing = Callable[[Interval], Collection[str]]  # the names of what the server has in a time


def located(names: Collection[str], window: Interval, listed: Listing) -> dict[str, list[Interval]]:
    """Return the times in which the server has each of the named entries, by asking about ever shorter ones.

    They are longer than the entries, and never shorter: the window itself, where the server tells no difference. A name
    that the server does not list in the window has none.
    """
    found: dict[str, list[Interval]] = {name: [] for name in names}
    rest = deque([(window, set(names))])
    ends, questions = time.monotonic() + ENOUGH, 0
    while rest:
        span, inside = rest.popleft()
        asked = questions == 0 or (questions < MOST_QUESTIONS and time.monotonic() < ends)
        if asked:
            questions += 1
            inside &= set(listed(span))
        if not asked or span.end - span.start <= FINE:
            for name in inside:
                found[name].append(span)
        elif inside:
            middle = span.start + (span.end - span.start) / 2
            rest += [(Interval(span.start, middle), set(inside)), (Interval(middle, span.end), set(inside))]
    return found
