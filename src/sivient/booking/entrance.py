"""How a guest came to an event type. The pages are the same for each way in, and no link of theirs leaves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from sivient.booking.calendar_events import moved_to
from sivient.booking.changes import host_wants
from sivient.booking.models import Booking
from sivient.booking.refusals import NotOffered, meeting_time
from sivient.core.interval import floor_seconds
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, PrivateLink
from sivient.scheduling.offering import Offering


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: `page` is the address of the times.

    `link` is the token of the private link, `moves` the booking that is being rescheduled, with the minutes that it
    keeps; the addresses of both are secret.
    """

    event_type: EventType
    page: str
    link: str | None = None
    moves: Booking | None = None
    kept: int | None = None

    @classmethod
    def public(cls, event_type: EventType) -> "Entrance":
        """The address with handle and slug."""
        return cls(event_type, reverse("event-page", args=[event_type.host.handle, event_type.slug]))

    @classmethod
    def private(cls, link: PrivateLink) -> "Entrance":
        """A secret address of the event type."""
        return cls(link.event_type, reverse("private-page", args=[link.token]), link=link.token)

    @classmethod
    def rescheduling(cls, event_type: EventType, booking: Booking) -> "Entrance":
        """The page of a booking's other times."""
        return cls(event_type, reverse("reschedule", args=[booking.token]), moves=booking, kept=booking.minutes)

    def again(self, now: datetime) -> "Entrance | None":
        """Return the same way in as it is now, or None when it is closed."""
        if self.link is not None:
            link = queries.private_link(self.link, now)
            return None if link is None else Entrance.private(link)
        event_type = queries.event_type(str(self.event_type.host.handle), self.event_type.slug)
        return None if event_type is None else Entrance.public(event_type)

    @property
    def confirm(self) -> str:
        """The address of the page behind a time."""
        return f"{self.page}/confirm"

    @property
    def feed(self) -> str:
        """The address of the times alone."""
        return f"{self.page}/slots.json"

    @property
    def secret(self) -> bool:
        """Whether the address is the key to the page."""
        return self.link is not None or self.moves is not None

    @property
    def durations(self) -> list[int]:
        """The minutes to choose from. A booking keeps its own."""
        return self.event_type.durations if self.kept is None else [self.kept]

    def minutes(self, query: Mapping[str, str]) -> int:
        """Return the duration that was chosen; the first one for want of a choice that can be had."""
        chosen = _minutes(query.get("duration"))
        return chosen if chosen in self.durations else self._first

    def offers_duration(self, query: Mapping[str, str]) -> bool:
        """Say whether the duration that was chosen, if one was, can be had."""
        return not query.get("duration") or _minutes(query.get("duration")) in self.durations

    def duration_query(self, minutes: int) -> list[tuple[str, str]]:
        """Return what links carry so that the chosen duration holds: nothing for the first one."""
        return [("duration", str(minutes))] if minutes != self._first else []

    def offering(self, now: datetime, minutes: int) -> Offering:
        """Return what may be booked here; the present time of a booking that moves is no other time, but the one is to
        which its host has moved the event.
        """
        moves = self.moves
        if moves is None:
            return queries.offering(self.event_type, now=now, minutes=minutes)
        hold, present, wanted = moves.hold_id, floor_seconds(moves.start), _wanted(moves, now)
        return queries.offering(self.event_type, now=now, minutes=minutes, without=hold, but=present, also=wanted)

    def offers(self, start: datetime | None, now: datetime, minutes: int) -> bool:
        """Say whether a guest may have this instant."""
        try:
            return start is not None and bool(self.offering(now, minutes).starts(meeting_time(start)))
        except NotOffered:
            return False

    @property
    def _first(self) -> int:
        return self.event_type.minutes if self.kept is None else self.kept


def _wanted(booking: Booking, now: datetime) -> int | None:
    """Return where the host has moved the event, in epoch seconds, if the guest may have that; pages know minutes."""
    time = moved_to(booking)
    if time is None or time.start.timestamp() % 60 or not host_wants(booking, time.start, now):
        return None
    return floor_seconds(time.start)


def _minutes(text: str | None) -> int | None:
    """Return the number of minutes that `?duration=` names, or None."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= len("1440") else None
