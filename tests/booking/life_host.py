"""What hosts do beside their bookings, as rules: event types, private links, pause, plan, account, links, clocks."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from sivient.accounts.models import Plan
from sivient.accounts.services import set_plan
from sivient.booking.clocks import compare_clocks, follow_clock, leave_clock
from sivient.booking.models import Booking
from sivient.booking.services import NotBooked, NotReschedulable
from sivient.core.limits import Limit
from sivient.delivery.links import NotReplaceable, replace_link
from sivient.jobs.models import Work
from sivient.privacy.services import close, restore
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import add_private_link, delete_event_type, remove_private_link, save_event_type
from sivient.scheduling.models import PrivateLink, SchedulingPage
from tests.booking.expected import HOUR, QUARTER, Link, Offer
from tests.booking.life import Life, some_offer, some_place

EDITS: dict[str, st.SearchStrategy[Any]] = {
    "minutes": st.sampled_from([30, 45, 60]),
    "more_minutes": st.sampled_from([(), (15,), (15, 60)]),
    "before": st.sampled_from([timedelta(), QUARTER, 2 * QUARTER]),
    "after": st.sampled_from([timedelta(), QUARTER, 2 * QUARTER]),
    "most": st.sampled_from([None, 1, 2, 3]),
    "approval": st.booleans(),
    "patience": st.sampled_from([HOUR, 24 * HOUR]),
    "reschedule_notice": st.sampled_from([timedelta(), 24 * HOUR]),
    "cancel_notice": st.sampled_from([timedelta(), 24 * HOUR]),
    "schedule": st.integers(0, 1),
    "hidden": st.sampled_from([False, False, True]),
    "paused": st.sampled_from([False, False, True]),
    "active": st.sampled_from([True, True, False]),
}
some_edit = st.sampled_from(sorted(EDITS)).flatmap(lambda name: st.tuples(st.just(name), EDITS[name]))


class HostsLife(Life):
    """Bookings keep what they were promised, whatever their host changes afterwards."""

    @rule(number=some_offer, edit=some_edit)
    def edits_event_type(self, number: int, edit: tuple[str, Any]) -> None:
        offer = self.expected.offers[number]
        if offer.deleted:
            return
        setattr(offer, *edit)
        offer.more_minutes = tuple(sorted({*offer.more_minutes} - {offer.minutes}))
        self.event_types[number] = save_event_type(self.host, self.draft(offer), self.event_types[number], now=self.now)

    @rule(number=some_offer)
    @precondition(lambda self: sum(not offer.deleted for offer in self.expected.offers) > 2)
    def deletes_event_type(self, number: int) -> None:
        """Its links lead nowhere any more; its bookings stand."""
        offer = self.expected.offers[number]
        if offer.deleted:
            return
        pk = self.event_types[number].pk
        delete_event_type(self.host, self.event_types[number])
        self.event_types[number].pk = pk  # as a page has it that was opened before
        offer.deleted = True
        self.expected.links = [link for link in self.expected.links if link.number != number]

    @rule(number=some_offer, single_use=st.booleans(), hours=st.none() | st.integers(1, 24))
    def adds_private_link(self, number: int, single_use: bool, hours: int | None) -> None:
        if self.expected.offers[number].deleted:
            return
        until = self.now + hours * HOUR if hours else None
        event_type = self.event_types[number]
        made = add_private_link(self.host, event_type, single_use=single_use, expires_at=until, now=self.now)
        self.expected.links.append(Link(number, made.token, single_use, until))

    @rule(place=some_place)
    def removes_private_link(self, place: int) -> None:
        if self.expected.links:
            link = self.expected.links.pop(place % len(self.expected.links))
            remove_private_link(self.host, PrivateLink.objects.get(token=link.token), now=self.now)

    @rule(change=st.sampled_from(["open", "open", "pause", "plan", "close", "close and keep"]))
    def opens_or_shuts_the_page(self, change: str) -> None:
        """Without it nobody books, but what was booked stands; only closing the account may cancel it."""
        if change == "open":
            self.set_page(paused=False, plan=Plan.PRO)
            if self.expected.closed:
                restore(self.host, by="host", now=self.now)
                self.expected.closed = False
        elif not change.startswith("close"):
            self.set_page(paused=change == "pause", plan=Plan.FREE if change == "plan" else Plan.BUSINESS)
        elif not self.expected.closed and len(self.expected.promises) > 6:
            self.close(keep=change.endswith("keep"))

    def set_page(self, *, paused: bool, plan: Plan) -> None:
        SchedulingPage.objects.filter(host=self.host).update(paused=paused)
        set_plan(self.host, plan)
        self.expected.paused, self.expected.published = paused, plan != Plan.FREE

    def close(self, *, keep: bool) -> None:
        close(self.host, keep_bookings=keep, by="host", now=self.now)
        self.expected.closed = True
        Work.objects.filter(kind__startswith="integrations.").update(state=Work.State.DONE)  # it would ask a vendor
        for promise in self.expected.promises.values():
            if not keep and promise.stands and promise.start > self.now:
                promise.end_as("cancelled")

    @rule(place=some_place, number=st.integers(1, 2))
    def gives_link(self, place: int, number: int) -> None:
        """Only a meeting in Zoom that stands and is not over needs one."""
        if (found := self.pick(place, "confirmed")) is None:
            return
        booking, promise = found
        needs = promise.zoom and promise.status == "confirmed" and promise.end > self.now
        url = f"https://meet.example/{number}"
        given = self.attempt(lambda: replace_link(booking, url, now=self.now), NotReplaceable)
        assert (given is not None) == needs
        promise.linked = promise.linked or needs

    @rule(place=some_place, hours=st.sampled_from([-1, 1]))
    def law_moves_the_clocks(self, place: int, hours: int) -> None:
        """A booking was agreed under another law: the host is asked, and nothing moves by itself."""
        if (found := self.pick(place, "pending", "confirmed")) is None:
            return
        booking, promise = found
        meant = (promise.start + hours * HOUR).replace(tzinfo=None).isoformat(timespec="minutes")
        Booking.objects.filter(pk=booking.pk).update(wall_start=meant)
        compare_clocks(now=self.now)
        promise.clock = promise.clock or (promise.stands and promise.start > self.now)

    @rule(place=some_place, follows=st.booleans())
    def answers_about_the_clocks(self, place: int, follows: bool) -> None:
        """Left, the booking stays at its instant. Where it follows, it is moved as any booking by its host."""
        if (found := self.pick(place, "pending", "confirmed")) is None:
            return
        booking, promise = found
        if not follows:
            left = self.attempt(lambda: leave_clock(booking), NotReschedulable)
            assert (left is not None) == promise.stands
            promise.clock = promise.clock and not promise.stands
            return
        meant = datetime.fromisoformat(booking.wall_start).replace(tzinfo=promise.start.tzinfo)
        end = meant + (promise.end - promise.start)
        stays, may = promise.stands and meant == promise.start, self.host_may_take(promise, meant, end)
        moved = self.attempt(lambda: follow_clock(booking, now=self.now), NotBooked, NotReschedulable)
        assert (moved is not None) == (may or stays)
        if moved is not None and not stays:
            promise.move(meant, end)

    def draft(self, offer: Offer) -> EventTypeDraft:
        """The event type as the editor sends it."""
        return EventTypeDraft(
            title="Intro call",
            minutes=offer.minutes,
            more_minutes=offer.more_minutes,
            step_minutes=15,
            buffer_before=offer.before,
            buffer_after=offer.after,
            limits=(Limit("day", offer.most),) if offer.most else (),
            requires_approval=offer.approval,
            approval_patience=offer.patience,
            reschedule_notice=offer.reschedule_notice,
            cancel_notice=offer.cancel_notice,
            schedule=self.schedules[offer.schedule].pk,
            platform="zoom" if offer.zoom else "",
            hidden=offer.hidden,
            paused=offer.paused,
            active=offer.active,
        )
