"""Whatever guests and host do, in whatever order: no two bookings meet, and no rule is broken on the way."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

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
from sivient.core.interval import Interval
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold, Hours
from tests.factories import NOW, make_event_type, make_guest, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
QUARTER = 15 * MINUTE
FIRST_DAY = NOW.replace(hour=0, minute=0) + timedelta(days=3)
MOST_A_DAY = 2
EVENT_TYPES: tuple[dict[str, Any], ...] = (
    {"minutes": 30, "more_minutes": [15, 60]},
    {"minutes": 30, "buffer_before": 15 * MINUTE, "buffer_after": 30 * MINUTE, "reschedule_notice": timedelta(days=1)},
    {
        "minutes": 45,
        "limits": [{"per": "day", "count": MOST_A_DAY, "minutes": None}],
        "cancel_notice": timedelta(days=1),
    },
    {"minutes": 60, "requires_approval": True, "approval_patience": timedelta(days=1)},
)
_forms = count(1)
some_event_type = st.integers(0, len(EVENT_TYPES) - 1)
# Two mornings from 8:45, a quarter before the hours begin, to 11:00: bookings meet often.
some_start = st.builds(
    lambda day, quarter: FIRST_DAY + timedelta(days=day, minutes=15 * quarter), st.integers(0, 1), st.integers(35, 44)
)
some_quarters = st.integers(-6, 6)
some_place = st.integers(0, 11)


class Calendar(RuleBasedStateMachine):
    """One host's bookings. Every rule is a verb; its refusals are part of the game, and change nothing."""

    def __init__(self) -> None:
        super().__init__()
        host = make_host(timezone="UTC")
        self.host, self.now = host, NOW
        self.event_types = [make_event_type(host, step_minutes=15, **fields) for fields in EVENT_TYPES]
        Hours.objects.filter(schedule__host=host).delete()
        schedules = host.schedules.all()
        Hours.objects.bulk_create(
            Hours(schedule=each, weekday=day, start=540, end=720) for each in schedules for day in range(7)
        )
        self.seen: dict[int, tuple[int, str, datetime]] = {}

    def rows(self) -> dict[int, tuple[int, str, datetime]]:
        """Version, status and start of every booking."""
        found = Booking.objects.filter(host=self.host).values_list("pk", "version", "status", "start")
        return {pk: (version, status, start) for pk, version, status, start in found}

    def pick(self, place: int, *statuses: str) -> Booking | None:
        """One of the bookings with a status of these; of all, when there is none."""
        rows = Booking.objects.filter(host=self.host).order_by("pk")
        found = list(rows.filter(status__in=statuses) or rows)
        return found[place % len(found)] if found else None

    def attempt(self, verb: Callable[[], Booking], *refusals: type[Exception]) -> Booking | None:
        """Do it, or see that a refusal has changed nothing."""
        before = self.rows()
        try:
            return verb()
        except refusals:
            assert self.rows() == before
            return None

    def offers(self, event_type: EventType, start: datetime, minutes: int, without: int | None = None) -> bool:
        instant = Interval(start, start + SECOND)
        return bool(queries.offered(event_type, window=instant, now=self.now, minutes=minutes, without=without))

    @rule(number=some_event_type, start=some_start, data=st.data())
    def books(self, number: int, start: datetime, data: st.DataObject) -> None:
        """What is offered is booked, anything else refused; and the same form again is the same booking."""
        event_type = self.event_types[number]
        minutes = data.draw(st.sampled_from(event_type.durations))
        offered, form = self.offers(event_type, start, minutes), f"stateful-{next(_forms)}"

        def send() -> Booking:
            return book(event_type, start, make_guest(), key=form, now=self.now, minutes=minutes)

        made = self.attempt(send, NotBooked)
        assert (made is not None) == offered
        assert made is None or send().pk == made.pk

    @rule(place=some_place, quarters=some_quarters)
    def guest_moves(self, place: int, quarters: int) -> None:
        """A guest who may gets what is offered without their own booking."""
        booking = self.pick(place, "pending", "confirmed")
        if booking is None:
            return
        start = booking.start + quarters * QUARTER
        event_type = self.event_types[[each.pk for each in self.event_types].index(booking.event_type_id or 0)]
        minutes = (booking.end - booking.start) // MINUTE
        may = may_reschedule(booking, self.now) and self.offers(event_type, start, minutes, booking.hold_id)
        stays = booking.stands and booking.start == start
        moved = self.attempt(lambda: reschedule(booking, start, by="guest", now=self.now), NotBooked, NotReschedulable)
        assert (moved is not None) == (may or stays)

    @rule(place=some_place, quarters=some_quarters)
    def host_moves(self, place: int, quarters: int) -> None:
        booking = self.pick(place, "pending", "confirmed")
        if booking is None:
            return
        start = booking.start + quarters * QUARTER
        self.attempt(lambda: reschedule(booking, start, by="host", now=self.now), NotBooked, NotReschedulable)

    @rule(place=some_place, by=st.sampled_from(["guest", "host", "operator"]))
    def cancels(self, place: int, by: str) -> None:
        booking = self.pick(place)
        if booking is None:
            return
        may = not booking.stands or (may_cancel(booking, self.now) if by == "guest" else booking.start > self.now)
        assert (self.attempt(lambda: cancel(booking, by=by, now=self.now), NotCancellable) is not None) == may

    @rule(place=some_place, verb=st.sampled_from([approve, decline, expire]))
    def answers(self, place: int, verb: Callable[..., Booking]) -> None:
        """An answer that was given is given again without any change."""
        booking = self.pick(place, "pending")
        if booking is None:
            return
        answered = self.attempt(lambda: verb(booking, now=self.now), NotPending)
        if answered is None:
            return
        if booking.status == "pending" and booking.answer_by is not None:
            over = booking.answer_by <= self.now
            assert (
                answered.status in {approve: {"confirmed"}, decline: {"declined"}, expire: {"expired", "pending"}}[verb]
            )
            assert over or answered.status != "expired"
            assert not over or answered.status not in ("confirmed", "pending")
        before = self.rows()
        verb(booking, now=self.now)
        assert self.rows() == before

    @rule(hours=st.integers(1, 8))
    def waits(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def no_two_meet_and_buffers_are_kept(self) -> None:
        holds = list(Hold.objects.filter(host=self.host).order_by("start"))
        for one, next_one in pairwise(holds):
            assert one.end + max(one.buffer_after, next_one.buffer_before) <= next_one.start

    @invariant()
    def what_stands_has_its_hold_and_nothing_else_has(self) -> None:
        standing = Booking.objects.filter(host=self.host, status__in=("pending", "confirmed"))
        holds = Hold.objects.filter(host=self.host)
        assert sorted(standing.values_list("hold", "start", "end")) == sorted(holds.values_list("pk", "start", "end"))

    @invariant()
    def guests_never_book_beyond_the_limit(self) -> None:
        limited = Booking.objects.filter(event_type=self.event_types[2], status__in=("pending", "confirmed"))
        by_guests = limited.exclude(rescheduled_by="host").values_list("start", flat=True)
        days = Counter(start.astimezone(UTC).date() for start in by_guests)
        assert all(number <= MOST_A_DAY for number in days.values())

    @invariant()
    def a_booking_changes_only_with_its_version(self) -> None:
        rows = self.rows()
        for pk, (version, *content) in self.seen.items():
            assert rows[pk][0] >= version
            assert (rows[pk][0] == version) == ([*rows[pk][1:]] == content)
        self.seen = rows


@pytest.mark.timeout(3600 if os.environ.get("NIGHTLY") else 120)
def test_no_order_of_verbs_leads_to_a_double_booking() -> None:
    nightly = bool(os.environ.get("NIGHTLY"))
    sizes = settings(
        max_examples=500 if nightly else 15,
        stateful_step_count=40,
        phases=tuple(Phase) if nightly else (Phase.generate,),  # a short example takes long to find
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Calendar, settings=sizes)
