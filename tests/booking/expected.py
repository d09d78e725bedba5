"""What host and guests have agreed, in plain values: what must be true after each verb, written without the product.

Times are whole quarters of an hour, busy times the set of the quarters that they take. The host works the same hours
every day, in UTC, and the grid of starts has a start each quarter.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
NOTICE = 4 * HOUR  # guests book so long before the start
MOST_CHANGES = 10  # guests change a booking so often
DELETED_PATIENCE = 15 * MINUTE
HOURS = ((9, 12), (10, 13))  # of the host's two schedules
Quarters = Set[datetime]


@dataclass
class Offer:
    """An event type as its host has set it; `schedule` is the number of the one whose hours it has."""

    minutes: int = 30
    more_minutes: tuple[int, ...] = ()
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    most: int | None = None  # bookings a day
    approval: bool = False
    patience: timedelta = timedelta(days=1)
    reschedule_notice: timedelta = timedelta()
    cancel_notice: timedelta = timedelta()
    schedule: int = 0
    zoom: bool = False
    hidden: bool = False
    paused: bool = False
    active: bool = True
    deleted: bool = False

    @property
    def durations(self) -> list[int]:
        return sorted({self.minutes, *self.more_minutes})


@dataclass
class Link:
    """A private link of the event type `number`."""

    number: int
    token: str
    single_use: bool
    expires_at: datetime | None
    booked: int = 0  # so many bookings came through it

    def is_open(self, now: datetime) -> bool:
        return not (self.single_use and self.booked) and (self.expires_at is None or now < self.expires_at)


@dataclass
class Promise:
    """A booking as it was agreed last. `before` and `after` are the buffers that its time was taken with."""

    number: int
    start: datetime
    end: datetime
    before: timedelta
    after: timedelta
    status: str
    reschedule_notice: timedelta
    cancel_notice: timedelta
    answer_by: datetime | None
    zoom: bool
    version: int = 1
    asks: str = ""
    asked_at: datetime | None = None
    clock: bool = False  # whether the host is asked about the clocks
    linked: bool = False  # the host gave a link of their own
    waits_for_link: bool = False  # as the present version was made

    @property
    def stands(self) -> bool:
        return self.status in ("pending", "confirmed")

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // MINUTE

    def answer_is_due(self, now: datetime) -> bool:
        return self.status == "pending" and self.answer_by is not None and self.answer_by <= now

    def may_cancel(self, by: str, now: datetime) -> bool:
        notice = self.cancel_notice if by == "guest" else timedelta()
        return self.stands and now < self.start and now <= self.start - notice

    def host_may_move(self, now: datetime) -> bool:
        return self.stands and not self.answer_is_due(now) and now < self.start

    def end_as(self, status: str) -> None:
        self.status, self.version = status, self.version + 1
        self.ask("")

    def approve(self) -> None:
        self.status, self.version = "confirmed", self.version + 1
        self.waits_for_link = self.zoom

    def move(self, start: datetime, end: datetime) -> None:
        self.start, self.end, self.version, self.clock = start, end, self.version + 1, False
        self.waits_for_link = self.zoom and not self.linked
        if self.status == "pending" and self.answer_by is not None:
            self.answer_by = min(self.answer_by, start)
        self.ask("")

    def ask(self, about: str, at: datetime | None = None) -> None:
        self.asks, self.asked_at = about, at if about else None

    def deletion_counts_at(self) -> datetime | None:
        """From when on a deleted event means that the booking is off; half of the time that was left, if that is
        less than a quarter of an hour."""
        if self.asks != "deleted" or self.asked_at is None:
            return None
        return self.asked_at + min(DELETED_PATIENCE, max(self.start - self.asked_at, timedelta()) / 2)


@dataclass
class Expected:
    """All that one host has set and promised."""

    now: datetime
    offers: list[Offer]
    links: list[Link] = field(default_factory=list)
    promises: dict[int, Promise] = field(default_factory=dict)
    published: bool = True  # the plan opens the page
    closed: bool = False
    paused: bool = False

    def takes_bookings(self, number: int) -> bool:
        """Whether guests get any time of the event type at all."""
        offer = self.offers[number]
        running = self.published and not self.closed and not self.paused
        return running and offer.active and not offer.deleted and not offer.paused

    def is_reached(self, number: int, link: Link | None) -> bool:
        """Whether a guest gets there: by the public address, or through a private link of the event type."""
        if link is None:
            return not self.offers[number].hidden
        return link.number == number and link.is_open(self.now)

    def has_room(
        self, start: datetime, end: datetime, before: timedelta, after: timedelta, but: Promise | None
    ) -> bool:
        """Whether no other booking is there, nor in the buffers of either: two buffers may share their time."""
        others = [each for each in self.promises.values() if each.stands and each is not but]
        early = all(other.end + max(other.after, before) <= start for other in others if other.start < start)
        late = all(end + max(after, other.before) <= other.start for other in others if other.start > start)
        return early and late and all(other.start != start for other in others)

    def is_offered(
        self, number: int, start: datetime, minutes: int, *, busy: Quarters, but: Promise | None = None
    ) -> bool:
        """Whether the rules of the event type give a guest this start; `but` is the booking that is being moved."""
        offer, end = self.offers[number], start + minutes * MINUTE
        opens, closes = (start.replace(hour=hour, minute=0) for hour in HOURS[offer.schedule])
        in_hours = opens <= start and end <= closes
        taken = set(quarters(start - offer.before, end + offer.after))
        room = self.has_room(start, end, offer.before, offer.after, but)
        full = offer.most is not None and self.booked_on(start.date(), number, but) >= offer.most
        return in_hours and self.now + NOTICE <= start and room and not (taken & busy) and not full

    def booked_on(self, day: date, number: int, but: Promise | None = None) -> int:
        """How many bookings of an event type stand on a day."""
        standing = (each for each in self.promises.values() if each.stands and each is not but)
        return sum(each.number == number and each.start.date() == day for each in standing)

    def guest_may_move(self, promise: Promise) -> bool:
        """Whether the guest may choose another time at all."""
        if not promise.host_may_move(self.now) or promise.version > MOST_CHANGES:
            return False
        return self.now <= promise.start - promise.reschedule_notice and self.takes_bookings(promise.number)

    def promise(self, number: int, start: datetime, minutes: int) -> Promise:
        """A booking as it is agreed now."""
        offer = self.offers[number]
        answer_by = min(self.now + offer.patience, start) if offer.approval else None
        return Promise(
            number,
            start,
            start + minutes * MINUTE,
            offer.before,
            offer.after,
            "pending" if offer.approval else "confirmed",
            offer.reschedule_notice,
            offer.cancel_notice,
            answer_by,
            offer.zoom,
            waits_for_link=offer.zoom and not offer.approval,
        )


def quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    """The quarters of an hour from start to end."""
    while start < end:
        yield start
        start += QUARTER
