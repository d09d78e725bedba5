"""What an emulated calendar service remembers. Instants are aware UTC; all-day events have dates, the end exclusive."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Moment = date | datetime
"""The start or end of an event: a date of an all-day event, else an instant."""

Window = tuple[datetime, datetime]
"""A half-open span of instants."""


class Show(StrEnum):
    """What an event says of its time, in the words of Graph, which knows more of them than Google."""

    BUSY = "busy"
    FREE = "free"
    TENTATIVE = "tentative"
    AWAY = "oof"
    ELSEWHERE = "workingElsewhere"


class Answer(StrEnum):
    """What an attendee has said, in the words of Google."""

    NONE = "needsAction"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class Account:
    """Who has calendars; `key` is the person of the OpenID Connect emulator."""

    key: str
    name: str
    address: str
    zone: str = "Europe/Berlin"


@dataclass(slots=True)
class Calendar:
    """One calendar of an account. `role` is Google's accessRole; a `deleted` one is not there for the API."""

    id: str
    account: str  # key
    name: str
    zone: str
    role: str = "owner"
    primary: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Attendee:
    """Somebody whom an event invites."""

    address: str
    name: str = ""
    answer: Answer = Answer.NONE


@dataclass(slots=True)
class Event:
    """One event, one series (`rule`), or one occurrence (`series`, `original`). A deleted one stays, as a tombstone.

    `revision` is the number of its last change in the world's change log. `extra` is what only one dialect knows.
    `vanished` are occurrences that a series once had, by stamp, with the revision that took them.
    """

    id: str
    calendar: str
    uid: str
    title: str
    start: Moment
    end: Moment
    zone: str = "UTC"
    show: Show = Show.BUSY
    cancelled: bool = False
    private: bool = False
    rule: str = ""  # RRULE without its name: "FREQ=WEEKLY;BYDAY=MO"
    series: str = ""
    original: Moment | None = None  # the start that the rule gives this occurrence
    organizer: str = ""  # address
    attendees: list[Attendee] = field(default_factory=list)
    description: str = ""
    location: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    sequence: int = 0
    revision: int = 0
    created: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    updated: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    vanished: dict[str, int] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def all_day(self) -> bool:
        """Whether it has dates instead of instants."""
        return not isinstance(self.start, datetime)

    @property
    def etag(self) -> str:
        """A text that is another one after each change."""
        return f'"{self.revision:016d}"'

    @property
    def length(self) -> timedelta:
        """How long it is; of an all-day event whole days."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return self.end - self.start
        return date.fromisoformat(self.end.isoformat()[:10]) - date.fromisoformat(self.start.isoformat()[:10])

    def span(self, zone: str) -> Window:
        """Return its instants; dates begin at midnight of the calendar's `zone`."""
        return instant(self.start, zone), instant(self.end, zone)

    def answer_of(self, address: str) -> Answer | None:
        """Return what this attendee has said; None: nobody of that address is invited."""
        return next((a.answer for a in self.attendees if a.address.casefold() == address.casefold()), None)

    def takes_time(self, address: str) -> bool:
        """Whether it makes the person of this address busy."""
        declined = self.answer_of(address) is Answer.DECLINED
        return not self.cancelled and not declined and self.show not in (Show.FREE, Show.ELSEWHERE)

    def dump(self) -> dict[str, Any]:
        """Return what the state file keeps."""
        kept = asdict(self)
        moments = {name: kept[name].isoformat() for name in ("start", "end", "created", "updated")}
        return kept | moments | {"original": self.original.isoformat() if self.original else None}

    @classmethod
    def load(cls, kept: dict[str, Any]) -> Self:
        """Return the event that `dump` wrote down."""
        people = [Attendee(each["address"], each["name"], Answer(each["answer"])) for each in kept["attendees"]]
        moments = {name: moment(kept[name]) for name in ("start", "end", "created", "updated")}
        original = moment(kept["original"]) if kept["original"] else None
        return cls(**kept | moments | {"attendees": people, "original": original, "show": Show(kept["show"])})


@dataclass(slots=True)
class Invitation:
    """One message that the provider mailed. `method` is iTIP's: REQUEST or CANCEL; `update`: not the first of them."""

    number: int
    at: str
    to: str
    method: str
    update: bool
    uid: str
    event: str
    calendar: str
    sequence: int
    title: str
    start: str
    end: str
    location: str
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """One push channel (Google) or subscription (Graph). `resource` is what it watches, in the dialect's words."""

    id: str
    account: str
    calendar: str
    address: str
    secret: str
    expires_at: float  # epoch seconds, of the emulator's clock
    resource: str = ""
    sent: int = 0  # notices so far
    stopped: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def moment(text: str) -> Moment:
    """Read what `isoformat` wrote: a date has ten characters."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def instant(when: Moment, zone: str) -> datetime:
    """Return an instant in UTC; a date begins at midnight of the zone."""
    if isinstance(when, datetime):
        return when.astimezone(UTC)
    return datetime.combine(when, time(), place(zone)).astimezone(UTC)


def place(zone: str) -> ZoneInfo:
    """Return the zone; one that nobody knows is UTC, so that an event which has it can be served."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def stamp(when: Moment) -> str:
    """Write an occurrence's original start as its id does: `20261201T090000Z`, or `20261201`."""
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(when, datetime) else f"{when:%Y%m%d}"
