"""What happens in the host's calendar, as rules: times that are taken there, and what becomes of our events."""

from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from sivient.booking import calendar_answers
from sivient.booking.calendar_changes import event_changed
from sivient.booking.calendar_check import recheck
from sivient.booking.calendar_deleted import Sight, settle_deleted
from sivient.booking.models import Booking
from sivient.booking.services import NotBooked, NotCancellable, NotReschedulable
from sivient.calendars import sync
from sivient.calendars.models import BusyTime, WrittenEvent
from sivient.ports.errors import TryLater
from tests.booking.expected import MINUTE, QUARTER, Promise, quarters
from tests.booking.life import Life, Wish, some_place, some_quarters, some_start, some_wishes

SILENCE = [TryLater("Away.")]


def has_calendar(life: Life) -> bool:
    return not life.expected.closed and life.calendar() is not None


class CalendarsLife(Life):
    """The booking follows its event where the time is free; otherwise the host is asked, and answers."""

    @initialize(wishes=some_wishes, moves=st.lists(st.tuples(some_place, some_place, st.integers(-1, 1)), max_size=4))
    def life_begins(self, wishes: list[Wish], moves: list[tuple[int, int, int]]) -> None:
        """Some bookings are made and written, and some events moved to, or beside, where another booking is."""
        for number, start, minutes in wishes:
            self.guest_asks(number, start, minutes)
        self.settle()
        for place, other, apart in moves if has_calendar(self) else ():
            self.somebody_moves_our_event(place, (other, apart), longer=0, read=True)

    @rule(number=st.integers(1, 3), start=some_start, length=st.integers(0, 4), read=st.booleans())
    @precondition(has_calendar)
    def somebody_puts_something(self, number: int, start: datetime, length: int, read: bool) -> None:
        """A time of the host's own, or none any more, which nobody knows of until the calendar is read."""
        name = f"lunch-{number}"
        if length:
            self.world.put(name, (start, start + length * QUARTER))
        elif name in self.world.events:
            self.world.delete(name)
        if read:
            self.calendar_is_read()

    @rule(
        place=some_place,
        to=st.tuples(st.none() | some_place, some_quarters),
        longer=st.sampled_from([0, 0, 0, 1]),
        read=st.sampled_from([True, True, False]),
    )
    @precondition(has_calendar)
    def somebody_moves_our_event(self, place: int, to: tuple[int | None, int], longer: int, read: bool) -> None:
        """So many quarters from where its booking is, which is also back there, or from where another one is."""
        if (booking := self.written(place)) is not None and booking.event is not None:
            near = None if to[0] is None else self.pick(to[0], "pending", "confirmed")
            start = (near[1].start if near else booking.start) + to[1] * QUARTER
            end = start + (booking.end - booking.start) + longer * QUARTER
            self.world.put(booking.event.name, (start, end), uid=booking.event.uid)
        if read:
            self.calendar_is_read()

    @rule(place=some_place, read=st.booleans())
    @precondition(has_calendar)
    def somebody_deletes_our_event(self, place: int, read: bool) -> None:
        booking = self.written(place)
        if booking is not None and booking.event is not None and booking.event.name in self.world.events:
            self.world.delete(booking.event.name)
        if read:
            self.calendar_is_read()

    def written(self, place: int) -> Booking | None:
        """A booking whose event stands, or stood, in the calendar."""
        standing = [pk for pk, promise in self.expected.promises.items() if promise.status == "confirmed"]
        there = Booking.objects.filter(pk__in=standing, event__removed_at=None).exclude(event__name="")
        found = list(there.exclude(event=None).select_related("event").order_by("pk"))
        return found[place % len(found)] if found else None

    @rule()
    @precondition(has_calendar)
    def calendar_is_read(self) -> None:
        """What is taken there is known from now on; and bookings follow their events."""
        calendar = self.calendar()
        assert calendar is not None
        sync.sync(calendar)
        lunches = {name: event.busy[0] for name, event in self.world.events.items() if name.startswith("lunch")}
        stored = BusyTime.objects.filter(calendar=calendar, name__startswith="lunch")
        assert {row.name: (row.start, row.end) for row in stored} == {
            name: (busy.start, busy.end) for name, busy in lunches.items()
        }
        for pk, promise in self.expected.promises.items():
            self.look(Booking.objects.select_related("event").get(pk=pk), promise)

    def look(self, booking: Booking, promise: Promise) -> None:
        """Let the booking see what a sync saw of its event."""
        event = booking.event
        event_changed(booking, now=self.now)
        if event is None or event.removed_at or not promise.stands or promise.end <= self.now:
            return
        if event.seen_gone_at:
            if promise.asks not in ("deleted", "elsewhere"):
                promise.ask("deleted", self.now)
        elif (event.start, event.end) != (promise.start, promise.end):
            return  # our own change is on its way
        elif (event.seen_start, event.seen_end) == (promise.start, promise.end):
            promise.ask(promise.asks if promise.asks == "conflict" else "", promise.asked_at)
        elif event.seen_start and event.seen_end and self.may_follow(promise, event):
            promise.move(event.seen_start, event.seen_end)
        else:
            promise.ask("moved", self.now)

    def may_follow(self, promise: Promise, event: WrittenEvent) -> bool:
        """Whether a booking may be where its event was seen."""
        confirmed = promise.status == "confirmed"
        return confirmed and bool(event.seen_start) and self.host_may_take(promise, event.seen_start, event.seen_end)

    @rule(place=some_place, answer=st.sampled_from(["keep", "follow", "cancel"]))
    def host_answers(self, place: int, answer: str) -> None:
        """One answer closes the question; asked nothing, the booking stays as it is."""
        asked = [pk for pk, promise in sorted(self.expected.promises.items()) if promise.asks]
        found = self.pick(place, "confirmed") if not asked else None
        if asked:
            pk = asked[place % len(asked)]
            found = Booking.objects.select_related("event").get(pk=pk), self.expected.promises[pk]
        if found is None:
            return
        booking, promise = found
        verb = getattr(calendar_answers, answer)
        done = self.attempt(lambda: verb(booking, now=self.now), NotReschedulable, NotCancellable, NotBooked)
        if answer == "cancel":
            may = promise.may_cancel("host", self.now)
            assert (done is not None) == (may or not promise.stands)
            if may:
                promise.end_as("cancelled")
        elif answer == "keep":
            assert (done is not None) == promise.stands
            promise.ask("")
        else:
            self.followed(booking, promise, done)

    def followed(self, booking: Booking, promise: Promise, done: Booking | None) -> None:
        event = booking.event
        if promise.asks != "moved":
            assert (done is not None) == promise.stands
            return
        assert event is not None
        may = event.seen_gone_at is None and self.may_follow(promise, event)
        assert (done is not None) == may
        if may and event.seen_start and event.seen_end:
            promise.move(event.seen_start, event.seen_end)

    @rule(place=some_place, sight=st.sampled_from(Sight), minutes=st.sampled_from([0, 10, 15]))
    def deletion_is_settled(self, place: int, sight: Sight, minutes: int) -> None:
        """Without a word for a quarter of an hour, a deleted event means that the booking is off; never earlier."""
        asked = [pk for pk, promise in sorted(self.expected.promises.items()) if promise.asks == "deleted"]
        if not asked:
            return
        self.expected.now += minutes * MINUTE
        pk = asked[place % len(asked)]
        booking, promise = Booking.objects.select_related("event").get(pk=pk), self.expected.promises[pk]
        due, gone = promise.deletion_counts_at(), booking.event is not None and booking.event.seen_gone_at is not None
        settle_deleted(booking, sight, now=self.now)
        if due is None or due > self.now or promise.start <= self.now or not gone:
            return
        if sight is Sight.GONE:
            promise.end_as("cancelled")
        else:
            promise.ask("elsewhere" if sight is Sight.ELSEWHERE else "", self.now)

    @rule(silent=st.sampled_from([False, False, True]))
    @precondition(has_calendar)
    def calendar_falls_silent_or_speaks(self, silent: bool) -> None:
        """While it does not answer a guest, what was read a moment ago decides, and it is asked again later."""
        self.silent = silent
        self.world.trouble["busy"] = SILENCE * 1000 if silent else []

    @rule(place=some_place)
    @precondition(has_calendar)
    def unverified_booking_is_asked_about(self, place: int) -> None:
        """Taken after all, the host is asked; nothing is cancelled."""
        found = list(Booking.objects.filter(host=self.host).exclude(unverified_at=None).order_by("pk"))
        if not found:
            return
        booking = found[place % len(found)]
        promise = self.expected.promises[booking.pk]
        around = set(quarters(promise.start - promise.before, promise.end + promise.after))
        foreign, busy = bool(around & (self.asked() - self.own(booking))), bool(around & self.busy())
        asks = promise.asks
        try:
            recheck(booking, now=self.now)
        except TryLater:
            assert self.silent or not foreign
            return
        booking.refresh_from_db()
        if promise.start <= self.now:
            return
        assert booking.unverified_at is None
        taken = booking.calendar_asks == "conflict" and not asks
        assert busy or not taken
        assert taken or asks or self.silent or not foreign
        if taken:
            promise.ask("conflict", self.now)

    @rule()
    def work_is_done(self) -> None:
        """Mails go out and events are written; a booking only does what its calendar has it do."""
        self.settle()
        for booking in Booking.objects.filter(host=self.host).select_related("event"):
            promise = self.expected.promises[booking.pk]
            if booking.version != promise.version and booking.event is not None and booking.event.seen_start:
                assert self.may_follow(promise, booking.event)
                assert booking.event.seen_end is not None
                promise.move(booking.event.seen_start, booking.event.seen_end)
            elif booking.calendar_asks != promise.asks:
                self.adopt_question(booking, promise)

    def adopt_question(self, booking: Booking, promise: Promise) -> None:
        """What a sync saw meanwhile is asked about, or no more."""
        event, asks = booking.event, booking.calendar_asks
        assert event is not None
        at = (event.seen_start, event.seen_end)
        there = at == (booking.start, booking.end) and event.seen_gone_at is None
        assert {
            "moved": not there and event.seen_gone_at is None and not self.may_follow(promise, event),
            "deleted": event.seen_gone_at is not None,
            "": there,
            "conflict": promise.asks == "",
        }[asks]
        promise.ask(asks, self.now)
