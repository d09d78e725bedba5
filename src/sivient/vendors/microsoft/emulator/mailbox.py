"""One person's part of the emulated Graph: which of their calendars and events a request means."""

from dataclasses import dataclass
from typing import Any

from sivient.vendors.calendar_emulator import Account, Calendar, CalendarEmulator, Call, Event
from sivient.vendors.microsoft.emulator.asked import Asked
from sivient.vendors.microsoft.emulator.errors import not_found
from sivient.vendors.microsoft.emulator.events import resource

WRITERS = ("owner", "writer")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose request this is, and what it asks."""

    emulator: CalendarEmulator
    account: Account
    call: Call
    asked: Asked
    graph: str  # the address of Graph, with its version

    def calendars(self) -> list[Calendar]:
        """Return the person's calendars."""
        return self.emulator.world.calendars_of(self.account.key)

    def calendar(self, calendar_id: str) -> Calendar:
        """Return one of them. GraphError: there is none."""
        for calendar in self.calendars():
            if calendar.id == calendar_id:
                return calendar
        raise not_found()

    def event(self, event_id: str) -> Event:
        """Return an event of any of the calendars. GraphError: there is none, or not any more."""
        for calendar in self.calendars():
            event = self.emulator.world.find(calendar.id, event_id)
            if event is not None and not event.cancelled:
                return event
        raise not_found()

    def show(self, event: Event, fields: set[str] | None = None) -> dict[str, Any]:
        """Return an event as Graph writes it, with the wanted properties."""
        said = resource(event, self.account, self.asked)
        if event.series:
            kept = self.emulator.world.find(event.calendar, event.id) is event
            said |= {"type": "exception" if kept else "occurrence", "seriesMasterId": event.series}
        if self.emulator.calls.strike("unknown-enums", self.call):
            said |= {"showAs": "hologram", "sensitivity": None, "responseStatus": None, "attendees": None}
        return {name: value for name, value in said.items() if fields is None or name in fields or name[0] == "@"} | {
            "id": event.id
        }
