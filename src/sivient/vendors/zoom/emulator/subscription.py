"""The event subscription: validated every 72 hours, disabled by six failures in a row (contract 7.3)."""

from __future__ import annotations

from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.store import Store

VALIDATION = "endpoint.url_validation"
VALIDATE_EVERY = 72 * 60 * 60
MAIL_OWNER_AT = (2, 4)
DISABLE_AT = 6


class Subscription:
    """Whether events are sent, and when the address must prove itself again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take_due(self) -> bool:
        """Return whether a validation is due, and plan the one after it."""
        planned = self._store.progress.next_validation_at
        if self._clock.seconds() < planned:
            return False
        self._store.progress.next_validation_at = self._clock.seconds() + VALIDATE_EVERY
        self._store.keep()
        return planned > 0  # 0: nothing was planned yet, the subscription is new

    def checked(self, proven: bool) -> None:
        """Count the outcome of a validation; a proof enables the subscription again."""
        progress = self._store.progress
        progress.webhook_failures = 0 if proven else progress.webhook_failures + 1
        if proven:
            progress.webhook_active = True
        elif progress.webhook_failures >= DISABLE_AT:
            progress.webhook_active = False
        if progress.webhook_failures in (*MAIL_OWNER_AT, DISABLE_AT):
            at = self._clock.now().isoformat(timespec="seconds")
            outcome = "" if progress.webhook_active else "; the subscription is disabled"
            progress.owner_mails.append(f"{at} validation failed {progress.webhook_failures} times in a row{outcome}")
        self._store.keep()
