"""Emulated calendars: what the emulators of Google Calendar and of Microsoft Graph have in common.

It is no vendor itself: how a request looks and what it may ask says each vendor's own folder (its dialect). Reading
order: `records` (what there is), `recurrence` (series become occurrences), `world` (the verbs, and the change log that
incremental sync asks), `outbox` (the invitations that the provider mailed), `push` (channels and notices),
`faults` (every misbehaviour, by name), `calls` (one API call: fault, work, ledger), `control` (`/__ctl/...`),
`pages` (the calendar for people) and `emulator` (the parts in one place, which a dialect is built on).

A dialect makes a `CalendarEmulator`, lets each API call through `CalendarEmulator.call`, each other request
through `CalendarEmulator.answer`, and says by a `Push` what a notice looks like.
"""

from sivient.vendors.calendar_emulator.calls import Call
from sivient.vendors.calendar_emulator.emulator import CalendarEmulator, Wishes
from sivient.vendors.calendar_emulator.faults import Fault, Setting
from sivient.vendors.calendar_emulator.push import Push
from sivient.vendors.calendar_emulator.records import Account, Answer, Attendee, Calendar, Channel, Event, Show
from sivient.vendors.calendar_emulator.world import CalendarWorld, Naming

__all__ = [
    "Account",
    "Answer",
    "Attendee",
    "Calendar",
    "CalendarEmulator",
    "CalendarWorld",
    "Call",
    "Channel",
    "Event",
    "Fault",
    "Naming",
    "Push",
    "Setting",
    "Show",
    "Wishes",
]
