"""Calendars and events, the verbs that change them, and the change log that incremental sync asks.

Every change gets the next `revision`. A sync token of a dialect is a revision: what changed since is
`listing(..., since=revision)`. Nothing here knows HTTP; who calls holds the emulator's lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from sivient.vendors.calendar_emulator.clock import Clock
from sivient.vendors.calendar_emulator.outbox import Outbox
from sivient.vendors.calendar_emulator.records import Account, Answer, Attendee, Calendar, Event, Window, stamp
from sivient.vendors.calendar_emulator.recurrence import occurrence, occurrences, originals, touches
from sivient.vendors.calendar_emulator.store import Store

VANISHING = timedelta(days=800)  # so far around now the occurrences that a series loses are written down
LISTINGS_KEPT = 4  # a sync asks for the same listing page by page


@dataclass(frozen=True, slots=True)
class Naming:
    """How a vendor names what people add by hand: the event's id, and the UID of an id."""

    event_id: Callable[[], str] = lambda: secrets.token_hex(13)
    uid: Callable[[str], str] = lambda event_id: f"{event_id}@calendar.example"


class CalendarWorld:
    """Everything of every account. `listeners` hear of each change, after it."""

    def __init__(self, accounts: Iterable[Account], clock: Clock, outbox: Outbox, store: Store, naming: Naming) -> None:
        self.accounts = {account.key: account for account in accounts}
        self.clock = clock
        self.outbox = outbox
        self.naming = naming
        self.listeners: list[Callable[[Event], None]] = []
        self.revision = 0
        self.calendars: dict[str, Calendar] = {}
        self._events: dict[str, dict[str, Event]] = {}  # by calendar, by id
        self._exceptions: dict[tuple[str, str], dict[str, Event]] = {}  # by calendar and series, by stamp
        self._listings: dict[tuple[Any, ...], list[Event]] = {}
        self._store = store
        self._load()

    # Calendars

    def add_calendar(self, calendar: Calendar) -> Calendar:
        """Give an account a calendar; one with this id that is there already stays as it is."""
        if calendar.id not in self.calendars:
            self.keep_calendar(calendar)
        return self.calendars[calendar.id]

    def keep_calendar(self, calendar: Calendar) -> None:
        """Write a calendar down after a change (`deleted`, `role`, `name`...)."""
        self.calendars[calendar.id] = calendar
        self._events.setdefault(calendar.id, {})
        self._store.put("calendar", calendar.id, asdict(calendar))

    def calendars_of(self, account: str) -> list[Calendar]:
        """Return an account's calendars, the primary one first, without deleted ones."""
        own = [each for each in self.calendars.values() if each.account == account and not each.deleted]
        return sorted(own, key=lambda each: not each.primary)

    def primary(self, account: str) -> Calendar:
        """Return the account's own calendar."""
        return next(each for each in self.calendars.values() if each.account == account and each.primary)

    def host(self, calendar: str) -> Account:
        """Return whose calendar this is."""
        return self.accounts[self.calendars[calendar].account]

    # Reading

    def find(self, calendar: str, event_id: str) -> Event | None:
        """Return an event, a tombstone too; an occurrence by `<series>_<stamp>`."""
        kept = self._events.get(calendar, {}).get(event_id)
        series_id, _, mark = event_id.rpartition("_")
        if kept is not None or not series_id:
            return kept
        series = self._events.get(calendar, {}).get(series_id)
        return occurrence(series, mark) if series is not None and series.rule else None

    def events(self, calendar: str) -> list[Event]:
        """Return what is kept: single events, series and exceptions, tombstones too, in the order they were made."""
        return list(self._events.get(calendar, {}).values())

    def listing(self, calendar: str, window: Window, *, since: int | None = None) -> list[Event]:
        """Return the single events and occurrences of the window, by start; series are expanded.

        Without `since` those that are there. With it what changed after that revision: deleted ones too, and single
        events wherever they are now, as one may have been moved out of the window.
        """
        key = (calendar, window, since, self.revision)
        if key not in self._listings:
            while len(self._listings) >= LISTINGS_KEPT:
                del self._listings[next(iter(self._listings))]
            found = self._there(calendar, window) if since is None else self._changed(calendar, window, since)
            zone = self.calendars[calendar].zone
            self._listings[key] = sorted(found, key=lambda each: (each.span(zone)[0], each.id))
        return self._listings[key]

    def busy(self, calendar: str, window: Window) -> list[Window]:
        """Return the merged times of the window at which the calendar's person is busy."""
        zone, address = self.calendars[calendar].zone, self.host(calendar).address
        merged: list[Window] = []
        for event in self.listing(calendar, window):
            if not event.takes_time(address):
                continue
            start, end = event.span(zone)
            start, end = max(start, window[0]), min(end, window[1])
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif start < end:
                merged.append((start, end))
        return merged

    # Changing

    def add(self, event: Event, *, notify: bool = True) -> Event:
        """Put a new event into its calendar; `notify`: its attendees get an invitation.

        An empty `id`, `uid` or `organizer` is filled in.
        """
        event.id = event.id or self.naming.event_id()
        event.uid = event.uid or self.naming.uid(event.id)
        event.organizer = event.organizer or self.host(event.calendar).address
        event.created = self.clock.now()
        self._keep(event)
        if notify and self._is_own(event):
            self.outbox.invite(event, self.host(event.calendar), event.attendees)
        return event

    def change(self, event: Event, *, notify: bool = True, **changes: Any) -> Event:
        """Give an event other fields, by name; an occurrence becomes an exception of its series.

        `notify`: attendees get an update, those who are not invited any more a cancellation. A changed time or place
        raises `sequence`.
        """
        before, after = event, replace(event, **changes)
        told = ("start", "end", "location", "rule", "cancelled")
        if any(getattr(before, name) != getattr(after, name) for name in told):
            after.sequence += 1
        if before.rule:
            self._note_vanished(before, after)
        self._keep(after)
        if notify and self._is_own(after):
            stay = {each.address.casefold() for each in after.attendees}
            host, invited = self.host(after.calendar), {each.address.casefold() for each in before.attendees}
            old = [each for each in after.attendees if each.address.casefold() in invited]
            self.outbox.invite(after, host, old, update=True)
            self.outbox.invite(after, host, [each for each in after.attendees if each not in old])
            self.outbox.withdraw(after, host, [a for a in before.attendees if a.address.casefold() not in stay])
        return after

    def remove(self, event: Event, *, notify: bool = True) -> Event:
        """Delete an event, a series with all its occurrences, or one occurrence; it stays as a tombstone."""
        gone = replace(event, cancelled=True, sequence=event.sequence + 1)
        if event.rule:
            self._note_vanished(event, gone)
            for exception in list(self._exceptions.get((event.calendar, event.id), {}).values()):
                self._keep(replace(exception, cancelled=True))
        self._keep(gone)
        if notify and self._is_own(gone):
            self.outbox.withdraw(gone, self.host(gone.calendar), gone.attendees)
        return gone

    def answer(self, event: Event, address: str, answer: Answer) -> Event:
        """Let an attendee answer; nobody is mailed. ValueError: nobody of that address is invited."""
        if event.answer_of(address) is None:
            raise ValueError("nobody of that address is invited")
        people = [
            Attendee(each.address, each.name, answer if each.address.casefold() == address.casefold() else each.answer)
            for each in event.attendees
        ]
        return self.change(event, notify=False, attendees=people)

    def forget(self) -> None:
        """Forget every event; calendars stay, and are there again. Revisions go on, so that no old token is right."""
        for calendar in self.calendars.values():
            calendar.deleted = False
            for event_id in self._events[calendar.id]:
                self._store.put("event", f"{calendar.id} {event_id}", None)
            self._events[calendar.id] = {}
            self.keep_calendar(calendar)
        self._exceptions.clear()
        self._listings.clear()

    def _is_own(self, event: Event) -> bool:
        """Whether the calendar's person organizes the event: only an organizer's changes are mailed."""
        return event.organizer.casefold() == self.host(event.calendar).address.casefold()

    def _keep(self, event: Event) -> None:
        self.revision += 1
        event.revision, event.updated = self.revision, self.clock.now()
        self._take_in(event)
        self._store.put("event", f"{event.calendar} {event.id}", event.dump())
        self._store.put("revision", "", {"number": self.revision})
        for listener in self.listeners:
            listener(event)

    def _take_in(self, event: Event) -> None:
        self._events[event.calendar][event.id] = event
        if event.original is not None:
            self._exceptions.setdefault((event.calendar, event.series), {})[stamp(event.original)] = event

    def _note_vanished(self, before: Event, after: Event) -> None:
        """Write down which occurrences a change takes away, so that a sync can say so one by one."""
        now = self.clock.now()
        around = (now - VANISHING, now + VANISHING)
        stay = set() if after.cancelled or not after.rule else {stamp(start) for start in originals(after, around)}
        lost = {stamp(start) for start in originals(before, around)} - stay
        kept = {mark: revision for mark, revision in before.vanished.items() if mark not in stay}
        after.vanished = kept | dict.fromkeys(lost, self.revision + 1)

    def _there(self, calendar: str, window: Window) -> list[Event]:
        zone = self.calendars[calendar].zone
        found: list[Event] = []
        for event in self._events[calendar].values():
            if event.cancelled or event.series:
                continue
            if event.rule:
                exceptions = self._exceptions.get((calendar, event.id), {})
                found += [each for each in occurrences(event, exceptions, window, zone) if not each.cancelled]
            elif touches(event, window, zone):
                found.append(event)
        return found

    def _changed(self, calendar: str, window: Window, since: int) -> list[Event]:
        zone = self.calendars[calendar].zone
        found: dict[str, Event] = {}
        for event in self._events[calendar].values():
            if event.revision <= since:
                continue
            if not event.rule:
                found[event.id] = event
                continue
            exceptions = self._exceptions.get((calendar, event.id), {})
            if not event.cancelled:
                found |= {each.id: each for each in occurrences(event, exceptions, window, zone)}
            for mark in (mark for mark, revision in event.vanished.items() if revision > since):
                lost = replace(event, id=f"{event.id}_{mark}", series=event.id, rule="", cancelled=True, vanished={})
                found.setdefault(lost.id, lost)
        return list(found.values())

    def _load(self) -> None:
        for key, record in self._store.read("calendar"):
            self.calendars[key] = Calendar(**record)
            self._events[key] = {}
        for _, record in self._store.read("event"):
            self._take_in(Event.load(record))
        for _, record in self._store.read("revision"):
            self.revision = record["number"]
