"""Rate limits (contract chapter 6): per account and label, and 100 meeting writes per user and day."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from enum import StrEnum

from sivient.vendors.zoom.emulator.clock import Clock, zoom_time
from sivient.vendors.zoom.emulator.errors import ApiRefusal
from sivient.vendors.zoom.emulator.people import Account, Plan, ZoomUser
from sivient.vendors.zoom.emulator.records import Counter
from sivient.vendors.zoom.emulator.store import Store


class Label(StrEnum):
    """The weight of an API; no route here is heavy."""

    LIGHT = "Light"
    MEDIUM = "Medium"


PER_SECOND = {
    (Plan.FREE, Label.LIGHT): 4,
    (Plan.PRO, Label.LIGHT): 30,
    (Plan.BUSINESS, Label.LIGHT): 80,
    (Plan.FREE, Label.MEDIUM): 2,
    (Plan.PRO, Label.MEDIUM): 20,
    (Plan.BUSINESS, Label.MEDIUM): 60,
}
PER_DAY = {(Plan.FREE, Label.LIGHT): 6000, (Plan.FREE, Label.MEDIUM): 2000}
MEETING_WRITES_PER_DAY = 100

TOO_FAST = "You have reached the maximum per-second rate limit for this API. Try again later."
TOO_MANY_TODAY = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)
TOO_MANY_TOGETHER = "Too many concurrent requests. Try again later."
CAP_REACHED = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)


class Limits:
    """Counts requests by the emulator's clock and refuses those over a limit with 429."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, account: Account, label: Label) -> None:
        """Count one request of an account, or refuse it."""
        if not self._store.switches.limits:
            return
        kind = (account.plan, label)
        recent, now = self._recent[f"{account.id} {label}"], self._clock.now()
        while recent and not now.timestamp() - 1 < recent[0] <= now.timestamp():
            recent.popleft()  # older than a second, or from before the clock was set back
        if len(recent) >= PER_SECOND[kind]:
            raise ApiRefusal(429, 429, TOO_FAST, headers=rate_headers(label, "QPS", PER_SECOND[kind]))
        recent.append(now.timestamp())
        if kind in PER_DAY and self._count(f"{account.id} {label}", now) > PER_DAY[kind]:
            midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
            headers = rate_headers(label, "Daily-limit", PER_DAY[kind]) | {"Retry-After": zoom_time(midnight)}
            raise ApiRefusal(429, 429, TOO_MANY_TODAY, headers=headers)

    def admit_meeting_write(self, user: ZoomUser) -> None:
        """Count one create or update of a user, or refuse it until 00:00 UTC."""
        if not self._store.switches.limits:
            return
        if self._count(f"{user.id} writes", self._clock.now()) > MEETING_WRITES_PER_DAY:
            # Zoom has been seen to send this one without any header (contract 11, row 25).
            raise ApiRefusal(429, 429, CAP_REACHED)

    def _count(self, key: str, now: datetime) -> int:
        today = now.date().isoformat()
        counter = self._store.counters.get(key)
        if counter is None or counter.day != today:
            counter = Counter(today, 0)
        counter.count += 1
        self._store.counters.put(key, counter)
        return counter.count


def rate_headers(label: Label, kind: str, limit: int) -> dict[str, str]:
    """Return the headers that older documents list; live answers often lack them."""
    return {
        "X-RateLimit-Category": label,
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
    }
