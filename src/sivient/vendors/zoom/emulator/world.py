"""Everything the pages and the control API work with, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.faults import Faults
from sivient.vendors.zoom.emulator.grants import Grants
from sivient.vendors.zoom.emulator.ledger import Ledger
from sivient.vendors.zoom.emulator.meetings import MeetingBook
from sivient.vendors.zoom.emulator.people import People
from sivient.vendors.zoom.emulator.records import Delivery
from sivient.vendors.zoom.emulator.store import Store
from sivient.vendors.zoom.emulator.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class World:
    """The parts of one emulated Zoom."""

    app: ZoomApp
    base_url: str
    people: People
    store: Store
    clock: Clock
    grants: Grants
    meetings: MeetingBook
    webhooks: Webhooks
    faults: Faults
    ledger: Ledger

    def remove_app(self, user_id: str) -> Delivery | None:
        """Do what Remove under Installed apps does; return the event, which a private app does not get."""
        installed = self.grants.remove(user_id)
        if not installed or not self.grants.published:
            return None
        return self.webhooks.deauthorized(self.people.get(user_id))

    def mend(self) -> None:
        """Take every fault away and show the right time; what was held back is sent."""
        self.faults.rules.clear()
        self.faults.fail_next.clear()
        self.store.switches.delay_seconds = 0.0
        self.store.keep()
        self.clock.mend()
        self.webhooks.release()

    def revoked(self, user_id: str) -> None:
        """After a revoke: live Zoom may send the event too, and the app stays listed (contract 2.5)."""
        if self.store.switches.revoke_sends_event and self.grants.published:
            self.webhooks.deauthorized(self.people.get(user_id))
