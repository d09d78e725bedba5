"""What must be true after each step of a host's life, whatever has happened."""

from collections import defaultdict
from itertools import pairwise

from hypothesis.stateful import invariant

from sivient.booking.models import Booking
from sivient.booking.steps import (
    CONFERENCE,
    EVENT,
    EXPIRE,
    HOST_INVITE,
    INVITE,
    LINK_DUE,
)
from sivient.jobs.models import Work
from sivient.scheduling.models import Hold, PrivateLink
from tests.booking.expected import Promise
from tests.booking.life import Life

REQUEST = {"delivery.request", "delivery.request_received", EXPIRE}
CANCELLED, DECLINED, EXPIRED = {"delivery.host_cancellation"}, {"delivery.declined"}, {"delivery.request_expired"}
MEETING = {CONFERENCE, LINK_DUE}
PLANS = REQUEST | CANCELLED | DECLINED | EXPIRED | MEETING | {EVENT, HOST_INVITE, INVITE, "delivery.cancellation"}


class LawfulLife(Life):
    """No two bookings meet, and no rule is broken on the way."""

    def __init__(self, *, calendar: bool) -> None:
        super().__init__(calendar=calendar)
        self.sequences: dict[int, int] = {}

    @invariant()
    def the_laws_hold(self) -> None:
        self.no_two_meet_and_buffers_are_kept()
        self.all_is_as_it_was_agreed()
        self.what_stands_has_its_one_hold_and_nothing_else_has()
        self.a_link_that_serves_once_has_served_once()
        self.each_booking_is_brought_out_by_one_plan()
        self.a_sequence_never_goes_back()
        self.no_work_meets_an_error_of_ours()

    def no_two_meet_and_buffers_are_kept(self) -> None:
        """Each with the buffers that its time was taken with."""
        holds = list(Hold.objects.filter(host=self.host).order_by("start"))
        for one, next_one in pairwise(holds):
            assert one.end + max(one.buffer_after, next_one.buffer_before) <= next_one.start

    def all_is_as_it_was_agreed(self) -> None:
        """Nothing comes back that has ended, nothing changes that nobody changed, and what was answered is closed."""
        kept = {booking.pk: self.agreed(booking) for booking in Booking.objects.filter(host=self.host)}
        assert kept == {pk: self.wanted(promise) for pk, promise in self.expected.promises.items()}

    def agreed(self, booking: Booking) -> tuple[object, ...]:
        asks, clock = booking.calendar_asks if booking.stands else "", booking.wall_asked_at is not None
        return booking.status, booking.version, booking.start, booking.end, booking.answer_by, asks, clock

    def wanted(self, promise: Promise) -> tuple[object, ...]:
        return (
            promise.status,
            promise.version,
            promise.start,
            promise.end,
            promise.answer_by,
            promise.asks,
            promise.clock,
        )

    def what_stands_has_its_one_hold_and_nothing_else_has(self) -> None:
        promises = self.expected.promises
        held = Hold.objects.filter(host=self.host)
        found = held.values_list("booking", "start", "end", "buffer_before", "buffer_after", "event_type")
        wanted = [
            (pk, each.start, each.end, each.before, each.after, self.number_of(each))
            for pk, each in promises.items()
            if each.stands
        ]
        assert sorted(found) == sorted(wanted)

    def number_of(self, promise: Promise) -> int | None:
        deleted = self.expected.offers[promise.number].deleted
        return None if deleted else self.event_types[promise.number].pk

    def a_link_that_serves_once_has_served_once(self) -> None:
        used = dict(PrivateLink.objects.filter(event_type__host=self.host).values_list("token", "used_at"))
        for link in self.expected.links:
            assert not link.single_use or link.booked <= 1
            assert (used[link.token] is not None) == (link.single_use and link.booked == 1)

    def each_booking_is_brought_out_by_one_plan(self) -> None:
        """Its present version has each step that it needs, once, and no step of another state."""
        works = defaultdict[str, dict[str, Work]](dict)
        for work in Work.objects.filter(key__startswith="booking:"):
            works[work.key][work.kind] = work
        for booking in Booking.objects.filter(host=self.host):
            promise, key = self.expected.promises[booking.pk], f"booking:{booking.pk}:{booking.version}"
            needed, allowed = self.steps(booking, promise)
            planned = works[key].keys() & PLANS
            assert needed <= planned, needed - planned
            assert planned <= allowed, planned - allowed
            assert all(works[key][kind].state != Work.State.FAILED for kind in needed)

    def steps(self, booking: Booking, promise: Promise) -> tuple[set[str], set[str]]:
        """Which steps a booking must have, and which it may have: what was changed over to mail had an event."""
        if promise.status == "pending":
            return REQUEST, REQUEST
        if promise.status == "declined":
            return DECLINED, DECLINED
        if promise.status == "expired":
            return EXPIRED | DECLINED, EXPIRED | DECLINED
        by_mail = booking.invites == Booking.Invites.MAIL
        if promise.status == "cancelled":
            needed = CANCELLED | ({"delivery.cancellation"} if by_mail else set())
            return needed, needed | {"delivery.cancellation"}
        needed = {HOST_INVITE} | ({INVITE} if by_mail else set()) | ({EVENT} if booking.event_id else set())
        needed |= MEETING if promise.waits_for_link else set()
        return needed, needed | {EVENT} | (MEETING if promise.zoom else set())

    def a_sequence_never_goes_back(self) -> None:
        """Neither the highest that a mail may have carried, nor from one version of a booking to the next."""
        for pk, sequence in Booking.objects.exclude(sequence=None).values_list("pk", "sequence"):
            assert sequence >= self.sequences.get(pk, 0)
            self.sequences[pk] = sequence or 0
        told = defaultdict[tuple[str, str], list[tuple[int, int]]](list)
        for work in Work.objects.filter(key__startswith="booking:", result__has_key="sequence"):
            _, pk, version = work.key.split(":")[:3]
            told[work.kind, pk].append((int(version), work.result["sequence"]))
        for editions in told.values():
            assert all(one[1] < next_one[1] for one, next_one in pairwise(sorted(editions)))

    def no_work_meets_an_error_of_ours(self) -> None:
        assert not list(Work.objects.filter(trouble=Work.Trouble.BUG).values_list("kind", "last_error"))
