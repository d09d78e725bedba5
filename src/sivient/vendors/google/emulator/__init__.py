"""An emulated Google: sign-in, consent and calendars as in the calendars contract, chapter 1.

Reading order: `people`, `vendor` and `scopes` (sign-in), `emulator` (the door), `api` (the methods), `events`,
`listing`, `freebusy`, `channels`, `wire` (how an event is written), `faults` (Google's own misbehaviour), `errors`.
"""

from sivient.vendors.google.emulator.emulator import GoogleEmulator
from sivient.vendors.google.emulator.people import PEOPLE, GooglePerson

__all__ = ["PEOPLE", "GoogleEmulator", "GooglePerson"]
