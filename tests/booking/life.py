"""A host's life with bookings, as rules of a state machine: what guests do, and the host's answers to them.

Each rule says beforehand, by `expected`, what must come of a verb, and what it changed is written down there. The
other rules are in `life_host` and `life_calendar`, what must be true after each in `life_laws`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar
from unittest.mock import patch

from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sivient.booking.models import Booking
from sivient.booking.services import (
    NotBooked,
    NotCancellable,
    NotPending,
    NotReschedulable,
    approve,
    book,
    cancel,
    decline,
    expire,
    may_cancel,
    may_reschedule,
    reschedule,
)
from sivient.calendars.check import check
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.integrations import registry
from sivient.integrations.models import Grant
from sivient.jobs.worker import run_due
from sivient.scheduling.models import EventType, Hours
from sivient.scheduling.services import choose_calendar
from sivient.vendors.google import PROVIDER
from tests.booking.expected import HOUR, HOURS, MINUTE, QUARTER, Expected, Link, Offer, Promise, Quarters, quarters
from tests.calendars.world import World
from tests.factories import NOW, make_event_type, make_guest, make_host
from tests.scheduling.calendars import connect_calendar

Answer = TypeVar("Answer")
Wish = tuple[int, datetime, int]  # the number of an event type, a start, and minutes
MORNING = NOW.replace(hour=8, minute=0) + timedelta(days=1)  # always ahead: what is due later waits on the real clock
FIRST_DAY = MORNING.replace(hour=0) + timedelta(days=2)
A_WHILE = 5 * MINUTE  # after it, nobody doubts any more what was written into a calendar
OFFERS = (
    Offer(more_minutes=(15, 60)),
    Offer(before=QUARTER, after=2 * QUARTER, reschedule_notice=timedelta(days=1), zoom=True),
    Offer(minutes=45, most=2, cancel_notice=timedelta(days=1)),
    Offer(minutes=60, approval=True),
)
CLOCKS = (
    "django.utils.timezone.now",
    "sivient.booking.calendar_changes.database_now",
    "sivient.booking.calendar_deleted.database_now",
    "sivient.booking.work.database_now",
)
_forms = count(1)
some_offer = st.integers(0, len(OFFERS) - 1)
# Three mornings from 8:45, a quarter before the hours begin, to 11:15: bookings meet often.
some_start = st.builds(
    lambda day, quarter: FIRST_DAY + timedelta(days=day) + quarter * QUARTER, st.integers(0, 2), st.integers(35, 45)
)
# A duration of the event type as it begins; after an edit it may be none any more.
some_wish = st.integers(0, len(OFFERS) - 1).flatmap(
    lambda number: st.tuples(st.just(number), some_start, st.sampled_from(OFFERS[number].durations))
)
some_wishes = st.lists(some_wish, min_size=8, max_size=10)
some_quarters = st.integers(-6, 6)
some_place = st.integers(0, 11)


class Life(RuleBasedStateMachine):
    """One host, with or without a calendar. Refusals are part of the game, and change nothing."""

    def __init__(self, *, calendar: bool) -> None:
        super().__init__()
        self.expected = Expected(MORNING, [replace(offer) for offer in OFFERS])
        self.ends = ExitStack()
        self.ends.enter_context(transaction.atomic())  # nothing of one life is left for the next
        self.world = World()
        provider = replace(PROVIDER, calendars=lambda app, access, patience: self.world)
        self.ends.enter_context(patch.dict(registry.PROVIDERS, google=provider))
        patient = partial(check, budget=60)  # the calendar is silent when a rule says so, not on a slow machine
        self.ends.enter_context(patch("sivient.booking.calendar_check.check", patient))
        self.ends.enter_context(patch("sivient.site.mailer.send"))  # every mail arrives
        for clock in CLOCKS:
            self.ends.enter_context(patch(clock, lambda: self.now))
        self.host = host = make_host(timezone="UTC", platform="phone", platform_details="+49 30 123")
        self.event_types = [self.make(offer) for offer in OFFERS]
        self.schedules = [each.schedule for each in self.event_types[: len(HOURS)]]
        for each in self.event_types:
            each.schedule = self.schedules[0]
            each.save()
        Hours.objects.filter(schedule__host=host).delete()
        for schedule, (opens, closes) in zip(self.schedules, HOURS, strict=True):
            Hours.objects.bulk_create(
                Hours(schedule=schedule, weekday=day, start=60 * opens, end=60 * closes) for day in range(7)
            )
        if calendar:
            choose_calendar(host, connect_calendar(host))
            Grant.objects.filter(connections__user=host).update(expires_at=MORNING + timedelta(days=300))
        self.silent = False

    def teardown(self) -> None:
        try:
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.ends.close()

    def make(self, offer: Offer) -> EventType:
        """The event type that a host has set so."""
        return make_event_type(
            self.host,
            minutes=offer.minutes,
            more_minutes=list(offer.more_minutes),
            step_minutes=15,
            buffer_before=offer.before,
            buffer_after=offer.after,
            limits=[{"per": "day", "count": offer.most, "minutes": None}] if offer.most else [],
            requires_approval=offer.approval,
            approval_patience=offer.patience,
            reschedule_notice=offer.reschedule_notice,
            cancel_notice=offer.cancel_notice,
            platform="zoom" if offer.zoom else "",
        )

    @property
    def now(self) -> datetime:
        return self.expected.now

    def pick(self, place: int, *statuses: str) -> tuple[Booking, Promise] | None:
        """One of the bookings with a status of these; of all, when there is none."""
        promises = self.expected.promises
        found = [pk for pk in sorted(promises) if promises[pk].status in statuses] or sorted(promises)
        if not found:
            return None
        pk = found[place % len(found)]
        return Booking.objects.get(pk=pk), promises[pk]

    def attempt(self, verb: Callable[[], Answer], *refusals: type[Exception]) -> Answer | None:
        """Do it, or be refused; that nothing has changed then, and that nothing else did, is seen by the laws."""
        try:
            return verb()
        except refusals:
            return None

    def calendar(self) -> Calendar | None:
        """The host's calendar, until their account was closed."""
        return Calendar.objects.filter(host=self.host, blocks=True).first()

    def busy(self, booking: Booking | None = None) -> Quarters:
        """What the calendar has, as it was read last and as it says itself, but for where the moving booking is."""
        found: set[datetime] = set()
        for start, end in BusyTime.objects.filter(host=self.host).values_list("start", "end"):
            found.update(quarters(start, end))
        if self.calendar() is not None and not self.silent:
            found |= self.asked() - self.own(booking)
        return found

    def asked(self) -> set[datetime]:
        """What the calendar has at this moment, ours and others'."""
        events = self.world.events.values()
        return {each for event in events for busy in event.busy for each in quarters(busy.start, busy.end)}

    def own(self, booking: Booking | None) -> set[datetime]:
        """Where a booking and its event are."""
        if booking is None:
            return set()
        times = [(booking.start, booking.end)]
        if (event := booking.event) is not None:
            times += [(event.start, event.end), (event.seen_start, event.seen_end)]
        return {each for start, end in times if start and end for each in quarters(start, end)}

    @initialize(wishes=some_wishes, settled=st.booleans())
    def life_begins(self, wishes: list[Wish], settled: bool) -> None:
        """With some bookings, which may be in the calendar by now."""
        for number, start, minutes in wishes:
            self.guest_asks(number, start, minutes)
        if settled:
            self.settle()

    def settle(self) -> None:
        """Let mails go out and events be written."""
        run_due()
        WrittenEvent.objects.filter(host=self.host).exclude(written_at=None).update(written_at=Now() - A_WHILE)

    @rule(wish=some_wish, place=st.integers(-2, 3))
    def guest_books(self, wish: Wish, place: int) -> None:
        """By the public address, or through a private link."""
        number, start, minutes = wish
        links = [link for link in self.expected.links if link.number == number]
        self.guest_asks(number, start, minutes, links[place % len(links)] if links and place >= 0 else None)

    def guest_asks(self, number: int, start: datetime, minutes: int, link: Link | None = None) -> None:
        """What is offered is booked, anything else refused; and the same form again is the same booking."""
        offer, event_type = self.expected.offers[number], self.event_types[number]
        offered = minutes in offer.durations and self.expected.is_offered(number, start, minutes, busy=self.busy())
        may = self.expected.takes_bookings(number) and self.expected.is_reached(number, link) and offered
        form, token = f"life-{next(_forms)}", link.token if link else None

        def send() -> Booking:
            return book(event_type, start, make_guest(), key=form, now=self.now, minutes=minutes, link=token)

        made = self.attempt(send, NotBooked)
        assert (made is not None) == may
        if made is None:
            return
        assert offer.most is None or self.expected.booked_on(start.date(), number) < offer.most
        self.expected.promises[made.pk] = self.expected.promise(number, start, minutes)
        if link is not None:
            link.booked += 1
        assert send().pk == made.pk

    @rule(place=some_place, apart=some_quarters)
    def guest_moves(self, place: int, apart: int) -> None:
        """A guest who may gets what is offered without their own booking, with the buffers of today."""
        if (found := self.pick(place, "pending", "confirmed")) is None:
            return
        booking, promise = found
        start = promise.start + apart * QUARTER
        may = self.expected.guest_may_move(promise)
        assert may_reschedule(booking, self.now) == may
        offered = may and self.expected.is_offered(
            promise.number, start, promise.minutes, busy=self.busy(booking), but=promise
        )
        stays = promise.stands and start == promise.start
        moved = self.attempt(lambda: reschedule(booking, start, by="guest", now=self.now), NotBooked, NotReschedulable)
        assert (moved is not None) == (offered or stays)
        if moved is not None and not stays:
            offer = self.expected.offers[promise.number]
            promise.before, promise.after = offer.before, offer.after
            promise.move(start, start + (promise.end - promise.start))

    @rule(place=some_place, apart=some_quarters)
    def host_moves(self, place: int, apart: int) -> None:
        """In the host's way stand only other bookings."""
        if (found := self.pick(place, "pending", "confirmed")) is None:
            return
        booking, promise = found
        start = promise.start + apart * QUARTER
        stays = promise.stands and start == promise.start
        may = self.host_may_take(promise, start, start + (promise.end - promise.start))
        moved = self.attempt(lambda: reschedule(booking, start, by="host", now=self.now), NotBooked, NotReschedulable)
        assert (moved is not None) == (may or stays)
        if moved is not None and not stays:
            promise.move(start, start + (promise.end - promise.start))

    def host_may_take(self, promise: Promise, start: datetime, end: datetime) -> bool:
        """Whether the host may have a booking there."""
        room = self.expected.has_room(start, end, promise.before, promise.after, promise)
        return promise.host_may_move(self.now) and start > self.now and room

    @rule(place=some_place, by=st.sampled_from(["guest", "host", "operator"]))
    def somebody_cancels(self, place: int, by: str) -> None:
        """One that stands no more stays as it is."""
        if (found := self.pick(place)) is None:
            return
        booking, promise = found
        assert may_cancel(booking, self.now) == promise.may_cancel("guest", self.now)
        may = promise.may_cancel(by, self.now)
        cancelled = self.attempt(lambda: cancel(booking, by=by, now=self.now), NotCancellable)
        assert (cancelled is not None) == (may or not promise.stands)
        if may:
            promise.end_as("cancelled")

    @rule(place=some_place, verb=st.sampled_from([approve, decline, expire]), again=st.booleans())
    def request_is_answered(self, place: int, verb: Callable[..., Booking], again: bool) -> None:
        """An answer that was given is given again without any change; a late approval is none."""
        if (found := self.pick(place, "pending")) is None:
            return
        booking, promise = found
        due, waits = promise.answer_is_due(self.now), promise.status == "pending"
        given = {approve: "confirmed", decline: "declined"}.get(verb)
        may = {approve: waits and not due, decline: waits, expire: due}[verb]
        answered = self.attempt(lambda: verb(booking, now=self.now), NotPending)
        assert (answered is not None) == (may or verb is expire or promise.status == given)
        if may and verb is approve:
            promise.approve()
        elif may:
            promise.end_as(given or "expired")
        if may and again:
            verb(booking, now=self.now)

    @rule(hours=st.sampled_from([1, 1, 2, 4, 8]))
    def time_passes(self, hours: int) -> None:
        self.expected.now += hours * HOUR
