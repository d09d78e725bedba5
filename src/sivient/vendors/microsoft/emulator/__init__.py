"""An emulated Microsoft: sign-in of the v2.0 endpoints, and Graph's calendars (calendars contract, chapter 2).

Reading order: `people`, `vendor` (sign-in), `emulator` (the door), `graph` (the calls), `asked` and `events` (how they
are written), `mailbox`, `reading`, `delta`, `writing`, `subscriptions`, `faults` and `tokens` (misbehaviour), `errors`.
"""

from sivient.vendors.microsoft.emulator.emulator import MicrosoftEmulator
from sivient.vendors.microsoft.emulator.people import PEOPLE, PERSONAL_TENANT, MicrosoftPerson, calendar_id

__all__ = ["PEOPLE", "PERSONAL_TENANT", "MicrosoftEmulator", "MicrosoftPerson", "calendar_id"]
