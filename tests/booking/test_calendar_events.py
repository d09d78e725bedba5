"""Whether a booking gets an event in a calendar, and who invites its guest: decided once, in its own transaction."""

import pytest

from sivient.booking import promise
from sivient.booking.models import Booking
from sivient.booking.services import approve, cancel
from sivient.booking.steps import event_lane, plan_invites
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType
from sivient.scheduling.services import choose_calendar
from tests.booking.eventful import kinds
from tests.calendars.world import World
from tests.factories import NOW, make_booking, make_event_type, make_host, make_request
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MAILS = {"delivery.invite", "delivery.host_invite", "delivery.other_invite"}
OTHERS = ("ben@guest.example",)


@pytest.fixture
def intro(world: World) -> EventType:
    """An event type of a host whose calendar receives bookings."""
    event_type = make_event_type(make_host(platform="phone"), most_others=1)
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    event_type.host.page.refresh_from_db()
    return event_type


@pytest.mark.parametrize(("invites", "steps"), [(True, {"delivery.host_invite"}), (False, MAILS)])
def test_exactly_one_system_invites(intro: EventType, world: World, invites: bool, steps: set[str]) -> None:
    world.invites = invites
    booking = make_booking(intro, others=OTHERS)
    assert booking.invites == ("calendar" if invites else "mail")
    assert kinds(booking) == {"delivery.event"} | steps
    assert booking.event is not None
    assert (booking.event.calendar, booking.event.name, len(booking.event.key)) == (Calendar.objects.get(), "", 32)
    lane = f"calendar:{Grant.objects.get().pk}"
    assert event_lane(booking) == Work.objects.get(kind="delivery.event").lane == lane


def test_without_a_calendar_that_receives_bookings_we_invite(world: World) -> None:
    event_type = make_event_type(make_host(platform="phone"), most_others=1)
    connect_calendar(event_type.host)
    booking = make_booking(event_type, others=OTHERS)
    assert (booking.event, booking.invites) == (None, "mail")
    assert kinds(booking) == MAILS


def test_a_calendar_that_does_not_let_us_in_receives_nothing(intro: EventType) -> None:
    Calendar.objects.update(blocks=False)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    assert make_booking(intro).event is None


def test_the_event_types_own_calendar_comes_before_that_of_the_settings(intro: EventType) -> None:
    own = connect_calendar(intro.host)
    EventType.objects.update(calendar=own)
    booking = make_booking(intro)
    assert booking.event is not None
    assert booking.event.calendar == own


def test_a_request_has_no_event_before_it_is_approved(intro: EventType) -> None:
    EventType.objects.update(requires_approval=True)
    request = make_request(intro)
    assert request.event is None
    approved = approve(request, now=NOW)
    assert approved.event is not None
    assert approved.invites == "calendar"
    assert "delivery.event" in kinds(approved)
    assert approve(request, now=NOW).event == approved.event


def test_a_promise_that_is_not_kept_leaves_no_event(intro: EventType, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(promise, "plan_standing", broken)
    with pytest.raises(RuntimeError):
        make_booking(intro)
    assert not WrittenEvent.objects.exists()


@pytest.mark.parametrize("invites", [True, False])
def test_a_cancellation_removes_the_event_and_mails_only_whom_we_invited(
    intro: EventType, world: World, invites: bool
) -> None:
    world.invites = invites
    ended = cancel(make_booking(intro, others=OTHERS), by="host", now=NOW)
    mails = set() if invites else {"delivery.cancellation", "delivery.other_cancellation"}
    assert kinds(ended) == {"delivery.event_removed", "delivery.host_cancellation"} | mails


def test_what_changes_later_goes_the_way_that_was_chosen(intro: EventType) -> None:
    booking = make_booking(intro, others=OTHERS)
    Work.objects.all().delete()
    choose_calendar(intro.host, None)
    again = Booking.objects.get(pk=booking.pk)
    plan_invites(again)
    assert kinds(again) == {"delivery.event", "delivery.host_invite"}
    assert Work.objects.get(kind="delivery.event").payload == {"booking": booking.pk, "version": 1}
