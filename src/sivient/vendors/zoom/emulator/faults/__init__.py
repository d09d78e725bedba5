"""Misbehaviour on purpose: the 27 faults of contract chapter 10, injected by rules, each into the journal.

`catalogue.py` is the list. A fault of calls wraps the real work and decides what is done and what is told; a
fault of events bends an event before it is signed.
"""

from sivient.vendors.zoom.emulator.faults.call import ALLOW, ANY_ROUTE, Call, Outcome
from sivient.vendors.zoom.emulator.faults.catalogue import FAULTS, NAMED
from sivient.vendors.zoom.emulator.faults.fault import Fault, Group
from sivient.vendors.zoom.emulator.faults.injector import Faults

__all__ = ["ALLOW", "ANY_ROUTE", "FAULTS", "NAMED", "Call", "Fault", "Faults", "Group", "Outcome"]
