"""A deleted event cancels its booking when nobody says otherwise, and only if it is gone by then, and only it."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from sivient.booking import calendar_answers
from sivient.booking.calendar_changes import GONE_DUE
from sivient.booking.calendar_deleted import DELETED, Sight, look, settle_deleted
from sivient.booking.models import Booking
from sivient.calendars import sync
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType, Hold
from sivient.scheduling.services import choose_calendar
from tests.booking.eventful import kinds, let_time_pass, restore, see
from tests.calendars.world import World
from tests.factories import MONDAY_10, make_booking, make_event_type, make_host
from tests.scheduling.calendars import busy, connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR, MINUTE = timedelta(minutes=30), timedelta(minutes=1)


@pytest.fixture
def intro(world: World) -> EventType:
    """An event type of a host whose calendar receives the bookings, and whose provider invites."""
    event_type = make_event_type(make_host(platform="phone"))
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    event_type.host.page.refresh_from_db()
    return event_type


@pytest.fixture
def booking(intro: EventType, world: World) -> Booking:
    """A booking whose event was written a while ago, and was deleted in the calendar since, as a sync has seen."""
    booking = make_booking(intro)
    run_due()
    booking.refresh_from_db()
    sync.sync(Calendar.objects.get())
    WrittenEvent.objects.update(written_at=Now() - 5 * MINUTE)
    world.delete(name_of(booking))
    return see(booking, None)


def name_of(booking: Booking) -> str:
    assert booking.event is not None
    return booking.event.name


def put_back(booking: Booking, world: World, *, name: str = "") -> None:
    """Let the host take the event out of the trash, or have it in another calendar under another name."""
    assert booking.event is not None
    world.put(name or booking.event.name, (booking.start, booking.end), uid=booking.event.uid)


def test_without_a_word_it_cancels_the_booking_after_a_quarter_of_an_hour(booking: Booking) -> None:
    work = Work.objects.annotate(read_at=Now()).get(kind=GONE_DUE)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "deleted")
    assert timedelta(minutes=14) < work.run_at - work.read_at <= timedelta(minutes=15)
    booking = let_time_pass(booking)
    assert (booking.status, booking.cancelled_by, booking.cancel_reason) == ("cancelled", "host", DELETED)
    assert booking.calendar_asks == ""
    assert {"delivery.event_removed", "delivery.host_cancellation"} <= kinds(booking)
    assert not Hold.objects.exists()


def test_shortly_before_the_meeting_the_host_has_less_time_to_answer(booking: Booking) -> None:
    restore(booking)
    Work.objects.all().delete()
    start = timezone.now() + timedelta(minutes=10)
    Booking.objects.update(start=start, end=start + HALF_HOUR)
    WrittenEvent.objects.update(start=start, end=start + HALF_HOUR)
    see(booking, None)
    work = Work.objects.annotate(read_at=Now()).get(kind=GONE_DUE)
    assert timedelta(minutes=4) < work.run_at - work.read_at <= timedelta(minutes=5)


def test_put_back_since_the_last_poll_it_cancels_nothing_and_the_question_is_closed(
    booking: Booking, world: World
) -> None:
    put_back(booking, world)
    booking = let_time_pass(booking)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "")


def test_deleted_a_second_time_the_host_has_a_second_quarter_of_an_hour(booking: Booking) -> None:
    Work.objects.filter(kind=GONE_DUE).update(run_at=F("run_at") - 14 * MINUTE)
    assert restore(booking).calendar_asks == ""
    see(booking, None)
    Work.objects.filter(kind=GONE_DUE).update(run_at=Now())
    run_due()
    booking.refresh_from_db()
    assert (booking.status, booking.calendar_asks) == ("confirmed", "deleted")
    work = Work.objects.annotate(read_at=Now()).get(kind=GONE_DUE)
    assert work.run_at - work.read_at > 14 * MINUTE
    assert let_time_pass(booking).status == "cancelled"


@pytest.mark.parametrize("answer", ["restored", "kept", "deleted again"])
def test_what_happened_since_the_calendar_was_asked_counts(booking: Booking, answer: str) -> None:
    Booking.objects.update(calendar_asked_at=F("calendar_asked_at") - 15 * MINUTE)
    stale = Booking.objects.select_related("event__calendar__connection").get(pk=booking.pk)
    assert stale.event is not None
    sight = look(stale.event)
    assert sight is Sight.GONE
    if answer == "kept":
        calendar_answers.keep(booking, now=timezone.now())
    else:
        restore(booking)
    if answer == "deleted again":
        see(booking, None)
    settle_deleted(stale, sight, now=timezone.now())
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_calendar_that_does_not_answer_is_asked_again(booking: Booking, world: World) -> None:
    world.trouble = {"read": [TryLater("Away.")]}
    booking = let_time_pass(booking)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "deleted")
    Work.objects.filter(kind=GONE_DUE).update(run_at=Now())
    run_due()
    booking.refresh_from_db()
    assert booking.status == "cancelled"


def test_a_connection_that_does_not_work_cancels_nothing(booking: Booking) -> None:
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    booking = let_time_pass(booking)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "deleted")
    assert Work.objects.get(kind=GONE_DUE).state == "waiting"


def test_a_calendar_that_free_busy_leaves_out_may_be_gone_itself(booking: Booking, world: World) -> None:
    world.missing.add(Calendar.objects.get().external_id)
    assert let_time_pass(booking).status == "confirmed"


def test_with_its_whole_calendar_gone_the_booking_stands_and_is_mailed(booking: Booking) -> None:
    Calendar.objects.update(gone_at=Now())
    booking = let_time_pass(booking)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "")
    assert (booking.event, booking.invites) == (None, "mail")
    assert "delivery.invite" in kinds(booking)


def test_moved_into_another_calendar_the_host_is_asked_and_nothing_is_cancelled(
    intro: EventType, booking: Booking, world: World
) -> None:
    second = connect_calendar(intro.host, external_id="other")
    put_back(booking, world, name="moved")
    sync.sync(second)
    assert not BusyTime.objects.exists(), "the store knows that it is ours"
    booking = let_time_pass(booking)
    assert (booking.status, booking.calendar_asks) == ("confirmed", "elsewhere")
    assert let_time_pass(see(booking, None), 60).calendar_asks == "elsewhere"
    kept = calendar_answers.keep(booking, now=timezone.now())
    assert (kept.status, kept.calendar_asks) == ("confirmed", "")
    assert kept.event != booking.event


def test_another_meeting_at_its_time_in_another_calendar_is_no_move(
    intro: EventType, booking: Booking, world: World
) -> None:
    busy(connect_calendar(intro.host, external_id="other"), MONDAY_10)
    world.put("dentist", (MONDAY_10, MONDAY_10 + HALF_HOUR))
    assert let_time_pass(booking).status == "cancelled"
