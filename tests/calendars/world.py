"""A provider of calendars in a few lines: events, a change log, cursors, keys, and whatever trouble a test asks for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from sivient.core.interval import Interval
from sivient.ports.calendars import (
    Answer,
    Busy,
    CalendarInfo,
    Change,
    Changed,
    EventDraft,
    Page,
    Skipped,
    Stored,
    SyncLost,
    Tombstone,
    Watch,
)
from sivient.ports.errors import Gone
from tests.factories import NOW

T = TypeVar("T")


@dataclass
class World:
    """One account. `trouble` maps a call to the errors that its next calls raise; a callable runs instead.

    `applied_first` names calls that do what they are asked for before they raise: a lost answer.
    """

    invites: bool = True
    page_size: int = 2
    infos: list[CalendarInfo] = field(default_factory=lambda: [CalendarInfo("main", "Main", "", True, True)])
    events: dict[str, Change] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    oldest: int = 0  # cursors before it are not accepted
    trouble: dict[str, list[Exception]] = field(default_factory=dict)
    applied_first: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)  # what guests got: "invite", "update", "cancel"
    keys: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # where each event of ours is
    missing: set[str] = field(default_factory=set)  # calendars that a free/busy answer leaves out
    skipped: tuple[Skipped, ...] = ()
    on: Mapping[str, Callable[[], None]] = field(default_factory=dict)  # what happens as a call arrives
    zones: list[str] = field(default_factory=list)
    channels: dict[str, str] = field(default_factory=dict)  # name: secret
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # What a person does in the calendar.

    def put(self, name: str, *times: tuple[datetime, datetime], uid: str = "") -> None:
        """Make an event, or give it other times."""
        start, end = times[0] if len(times) == 1 else (None, None)
        self._log(Change(name, tuple(Busy(*time) for time in times), uid=uid, start=start, end=end))

    def delete(self, name: str) -> None:
        """Delete an event."""
        self._log(Change(name, gone=True))

    def answer(self, name: str, address: str, answer: Answer) -> None:
        """Let a guest answer."""
        self._log(replace(self.events[name], answers={address: answer}))

    def forget_cursors(self) -> None:
        """Accept no cursor that was given so far."""
        self.oldest = len(self.log) + 1
        self.log.append(Change("", gone=True))

    # What we ask of it.

    def list(self) -> Sequence[CalendarInfo]:
        self._call("list")
        return tuple(self.infos)

    def changes(self, calendar: str, *, since: str, window: Interval, zone: str) -> Iterator[Page]:
        self.zones.append(zone)
        self._call("changes")
        if since and int(since) < self.oldest:
            raise SyncLost("The cursor is too old.")
        until = len(self.log)
        found = [change for change in self.log[int(since) :] if change.name] if since else list(self.events.values())
        parts = [found[at : at + self.page_size] for at in range(0, len(found), self.page_size)] or [[]]
        for number, part in enumerate(parts, 1):
            if number > 1:
                self._call(f"page {number}")
            last = number == len(parts)
            yield Page(tuple(part), cursor=str(until) if last else "", skipped=self.skipped if last else ())

    def busy(self, calendars: Sequence[str], *, window: Interval, zone: str) -> Mapping[str, Sequence[Busy]]:
        self._call("busy")
        times = [busy for change in self.events.values() for busy in change.busy]
        touching = [busy for busy in times if busy.start < window.end and busy.end > window.start]
        return {calendar: touching for calendar in calendars if calendar not in self.missing}

    def create(self, calendar: str, draft: EventDraft) -> Stored:
        def make() -> Stored:
            if draft.key in self.keys:
                name = self.keys[draft.key]
                if name not in self.events:
                    raise Tombstone("It was deleted.")
                return self._stored(name)
            name = f"own-{draft.key}"
            self.keys[draft.key] = name
            self.mails += ["invite"] * len(draft.guests)
            return replace(self._write(name, draft), as_made=True)

        return self._doing("create", make)

    def change(self, calendar: str, name: str, draft: EventDraft, *, etag: str, notify: bool) -> Stored:
        def write() -> Stored:
            if name not in self.events:
                raise Gone("It is not there.")
            if etag and etag != self.events[name].etag:
                raise Changed("It is another one.")
            self.mails += ["update"] * (len(draft.guests) if notify else 0)
            return self._write(name, draft)

        return self._doing("change", write)

    def remove(self, calendar: str, name: str, *, notify: bool) -> None:
        def remove() -> None:
            if name in self.events:
                self.mails += ["cancel"] * notify
                self.delete(name)

        self._doing("remove", remove)

    def read(self, calendar: str, name: str) -> Stored | None:
        self._call("read")
        return self._stored(name) if name in self.events else None

    def watch(self, calendar: str, *, channel: str, secret: str, address: str) -> Watch:
        self._call("watch")
        self.channels[channel] = secret
        return Watch(channel, f"resource of {channel}", NOW + timedelta(days=7))

    def renew(self, calendar: str, watch: Watch, *, channel: str, secret: str, address: str) -> Watch:
        self._call("renew")
        self.channels.pop(watch.channel, None)
        return self.watch(calendar, channel=channel, secret=secret, address=address)

    def unwatch(self, watch: Watch) -> None:
        self._call("unwatch")
        self.channels.pop(watch.channel, None)

    def _log(self, change: Change) -> None:
        change = replace(change, etag=f"e{next(self.numbers)}")
        self.log.append(change)
        if change.gone:
            self.events.pop(change.name, None)
        else:
            self.events[change.name] = change

    def _write(self, name: str, draft: EventDraft) -> Stored:
        self.places[name] = draft.location
        self.put(name, (draft.start, draft.end), uid=f"{name}@provider.example")
        return self._stored(name)

    def _stored(self, name: str) -> Stored:
        change = self.events[name]
        assert change.start is not None
        assert change.end is not None
        time, place = (change.start, change.end), self.places[name]
        return Stored(name, change.uid, change.etag, *time, answers=change.answers, location=place)

    def _doing(self, call: str, act: Callable[[], T]) -> T:
        if call in self.applied_first and self.trouble.get(call):
            act()
        self._call(call)
        return act()

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.on:
            self.on[name]()
        if self.trouble.get(name):
            raise self.trouble[name].pop(0)
