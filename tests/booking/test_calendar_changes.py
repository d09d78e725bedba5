"""What a host does to an event of ours in their calendar: the booking follows, or they are asked."""

from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now

from sivient.audit.models import Entry
from sivient.booking import calendar_answers
from sivient.booking.calendar_changes import GONE_DUE
from sivient.booking.models import Booking, Conference
from sivient.booking.refusals import AlreadyMoved, NotStanding, SlotTaken
from sivient.booking.services import cancel, reschedule
from sivient.booking.steps import EVENT
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.core.interval import Interval
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handler
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType, Hold
from sivient.scheduling.services import choose_calendar
from tests.booking.eventful import kinds, let_time_pass, restore, see, seen, written
from tests.calendars.world import World
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host
from tests.scheduling.calendars import connect_calendar
from tests.scheduling.offers import hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
ELEVEN = MONDAY_10 + HOUR


@pytest.fixture
def intro(world: World) -> EventType:
    """An event type of a host whose calendar receives the bookings, and whose provider invites."""
    event_type = make_event_type(make_host(platform="phone"))
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    event_type.host.page.refresh_from_db()
    return event_type


@pytest.fixture
def booking(intro: EventType) -> Booking:
    """A booking whose event stands in the calendar."""
    return written(make_booking(intro))


def test_it_follows_the_event_to_a_time_that_is_free(booking: Booking) -> None:
    moved = see(booking, ELEVEN)
    assert (moved.start, moved.end, moved.version) == (ELEVEN, ELEVEN + HALF_HOUR, 2)
    assert (moved.previous_start, moved.rescheduled_by, moved.calendar_asks) == (MONDAY_10, "calendar", "")
    assert (Hold.objects.get().start, Hold.objects.get().end) == (ELEVEN, ELEVEN + HALF_HOUR)
    assert kinds(moved) == {"delivery.event", "delivery.host_invite"}
    assert Entry.objects.filter(event="booking followed its event").count() == 1


def test_the_event_counts_as_written_at_its_new_time(booking: Booking) -> None:
    event = see(booking, ELEVEN).event
    assert event is not None
    assert (event.start, event.end) == (event.seen_start, event.seen_end) == (ELEVEN, ELEVEN + HALF_HOUR)
    assert datetime.fromisoformat(event.written["start"]) == ELEVEN
    assert event.written["join_url"] == "", "what guests hear of besides stays as it was"


def test_a_new_length_is_taken_over_too(booking: Booking) -> None:
    moved = see(booking, ELEVEN, minutes=50)
    assert (moved.start, moved.end) == (ELEVEN, ELEVEN + timedelta(minutes=50))
    assert Hold.objects.get().end == moved.end


def test_the_hours_and_the_notice_of_the_page_do_not_bind_the_host(booking: Booking) -> None:
    night = MONDAY_10 + timedelta(hours=12, minutes=7)
    assert see(booking, night).start == night


def test_where_our_mails_invite_they_bring_the_new_time(world: World) -> None:
    world.invites = False
    event_type = make_event_type(make_host(platform="phone"), most_others=1)
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    event_type.host.page.refresh_from_db()
    moved = see(written(make_booking(event_type, others=("ben@guest.example",))), ELEVEN)
    assert kinds(moved) == {"delivery.event", "delivery.invite", "delivery.host_invite", "delivery.other_invite"}


def test_a_meeting_that_does_not_reach_the_new_time_gives_way_to_another(world: World) -> None:
    event_type = make_event_type(make_host(platform="zoom"))
    booking = written(make_booking(event_type), calendar=connect_calendar(event_type.host))
    Conference.objects.create(
        booking=booking,
        vendor="zoom",
        external_id="812",
        join_url="https://zoom.example/j/812",
        vendor_start=booking.start,
        created_at=NOW,
    )
    near = see(booking, ELEVEN)
    assert near.conferences.get().unused is False
    far = see(near, MONDAY_10 + timedelta(days=60))
    assert far.conferences.get().unused is True
    assert "delivery.conference" in kinds(far)


def test_onto_another_booking_it_does_not_follow_and_the_host_is_asked(intro: EventType, booking: Booking) -> None:
    make_booking(intro, start=ELEVEN)
    asked = see(booking, ELEVEN)
    assert (asked.start, asked.version, asked.status) == (MONDAY_10, 1, "confirmed")
    assert (asked.calendar_asks, asked.calendar_start) == ("moved", ELEVEN)
    assert Work.objects.filter(kind="delivery.calendar_asks", key=f"booking:{booking.pk}:1").count() == 1
    at = asked.calendar_asked_at
    assert see(booking, ELEVEN).calendar_asked_at == at, "the same news is no other question"
    assert see(booking, ELEVEN + HOUR).start == ELEVEN + HOUR, "another move is another chance"
    booking.refresh_from_db()
    assert booking.calendar_asks == ""


def test_into_the_past_it_does_not_follow(booking: Booking) -> None:
    assert see(booking, NOW - HOUR).calendar_asks == "moved"


def test_put_back_in_the_calendar_nothing_is_asked_any_more(booking: Booking) -> None:
    assert see(booking, None).calendar_asks == "deleted"
    Work.objects.filter(kind=EVENT).update(state=Work.State.DONE)
    back = restore(booking)
    assert (back.calendar_asks, back.calendar_asked_at) == ("", None)
    assert Work.objects.get(kind=EVENT).state == "waiting", "what came while the event was gone is written"
    assert let_time_pass(booking).status == "confirmed"


def test_what_we_do_ourselves_is_no_news(booking: Booking) -> None:
    moved = reschedule(booking, ELEVEN, by="host", now=NOW)
    for at in (MONDAY_10, ELEVEN, MONDAY_10):  # the calendar is behind, then has it, then an old answer comes late
        assert see(moved, at).calendar_asks == ""
    moved.refresh_from_db()
    assert (moved.start, moved.version) == (ELEVEN, 2)
    cancel(moved, by="host", now=NOW)
    assert see(moved, None).calendar_asks == ""
    assert not Work.objects.filter(kind=GONE_DUE).exists()


def test_an_event_that_is_being_written_at_this_moment_is_not_followed(booking: Booking) -> None:
    WrittenEvent.objects.update(tried_at=Now())
    with pytest.raises(TryLater):
        see(booking, ELEVEN)
    booking.refresh_from_db()
    assert (booking.start, booking.calendar_asks) == (MONDAY_10, "")


def test_an_event_that_belongs_to_no_booking_any_more_is_left_alone(booking: Booking) -> None:
    Booking.objects.update(event=None)
    enqueue("booking.event_changed", key="event:1", payload={"event": WrittenEvent.objects.get().pk})
    work = Work.objects.get(kind="booking.event_changed")
    known = handler(work.kind)
    assert known is not None
    known.function(work)


def test_keep_makes_a_deleted_event_anew(booking: Booking) -> None:
    gone = booking.event
    see(booking, None)
    kept = calendar_answers.keep(booking, now=NOW)
    assert (kept.calendar_asks, kept.status, kept.version) == ("", "confirmed", 1)
    assert kept.event is not None
    assert kept.event != gone
    assert (kept.event.name, kept.event.calendar, kept.invites) == ("", Calendar.objects.get(), "calendar")
    assert Work.objects.get(kind=EVENT, key=f"booking:{booking.pk}:1").state == "waiting"
    assert gone is not None
    gone.refresh_from_db()
    assert gone.removed_at is not None
    assert let_time_pass(booking).status == "confirmed"


def test_keep_goes_over_to_mail_where_the_calendar_is_not_there_any_more(intro: EventType, booking: Booking) -> None:
    see(booking, None)
    choose_calendar(intro.host, None)
    kept = calendar_answers.keep(Booking.objects.get(pk=booking.pk), now=NOW)
    assert (kept.event, kept.invites) == (None, "mail")
    assert "delivery.invite" in kinds(kept)


def test_keep_moves_an_event_back(intro: EventType, booking: Booking) -> None:
    make_booking(intro, start=ELEVEN)
    see(booking, ELEVEN)
    Work.objects.filter(kind=EVENT).update(state=Work.State.DONE)
    kept = calendar_answers.keep(Booking.objects.get(pk=booking.pk), now=NOW)
    assert (kept.calendar_asks, kept.start, kept.event) == ("", MONDAY_10, booking.event)
    assert Work.objects.get(kind=EVENT, key=f"booking:{booking.pk}:1").state == "waiting"


def test_follow_moves_the_booking_once_the_other_one_is_gone(intro: EventType, booking: Booking) -> None:
    other = make_booking(intro, start=ELEVEN)
    see(booking, ELEVEN)
    with pytest.raises(SlotTaken):
        calendar_answers.follow(booking, now=NOW)
    cancel(other, by="host", now=NOW)
    assert calendar_answers.follow(booking, now=NOW).start == ELEVEN
    assert calendar_answers.follow(booking, now=NOW).version == 2, "twice is once"


def test_cancel_is_a_cancellation_by_the_host(booking: Booking) -> None:
    see(booking, None)
    gone = calendar_answers.cancel(booking, now=NOW, reason="I am ill.")
    assert (gone.status, gone.cancelled_by, gone.cancel_reason) == ("cancelled", "host", "I am ill.")


def test_an_answer_to_what_has_changed_meanwhile_is_refused(booking: Booking) -> None:
    see(booking, None)
    with pytest.raises(AlreadyMoved):
        calendar_answers.keep(booking, now=NOW, version=7)
    cancel(booking, by="guest", now=NOW)
    for answer in (calendar_answers.keep, calendar_answers.follow):
        with pytest.raises(NotStanding):
            answer(booking, now=NOW)


def test_a_booking_of_which_nothing_is_asked_is_kept_as_it_is(booking: Booking) -> None:
    Work.objects.filter(kind=EVENT).update(state=Work.State.DONE)
    assert calendar_answers.keep(booking, now=NOW).event == booking.event
    assert not Work.objects.filter(kind=EVENT, state=Work.State.WAITING).exists()


def test_who_moves_a_booking_whose_event_was_deleted_wants_it(booking: Booking) -> None:
    gone = booking.event
    see(booking, None)
    moved = reschedule(Booking.objects.get(pk=booking.pk), ELEVEN, by="guest", now=NOW)
    assert (moved.calendar_asks, moved.invites) == ("", "calendar")
    assert moved.event not in (None, gone)
    assert let_time_pass(booking).status == "confirmed"


def test_a_time_that_is_held_otherwise_is_no_time_to_follow_to(intro: EventType, booking: Booking) -> None:
    hold(intro.host, ELEVEN + timedelta(minutes=20))
    assert see(booking, ELEVEN).calendar_asks == "moved"
    assert seen(booking) == Interval(ELEVEN, ELEVEN + HALF_HOUR)
