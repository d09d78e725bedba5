"""A guest is promised no time that a calendar of the host has taken, whatever the page knew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from sivient.booking import calendar_check
from sivient.booking.models import Booking
from sivient.booking.services import CalendarUnread, NotOffered, SlotTaken, book, cancel, reschedule
from sivient.calendars.check import Verdict, check
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.errors import TryLater
from sivient.scheduling.models import EventType
from tests.calendars.world import World
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_guest, make_host, make_request
from tests.scheduling.calendars import busy, connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
AWAY = [TryLater("Away.")]


@pytest.fixture
def intro(world: World) -> EventType:
    """An event type, offered every quarter of an hour, of a host with a calendar."""
    event_type = make_event_type(make_host(platform="phone"), step_minutes=15)
    connect_calendar(event_type.host)
    return event_type


def put(world: World, start: datetime, *, minutes: int = 30) -> None:
    """Something that the page does not know yet."""
    world.put("lunch", (start, start + timedelta(minutes=minutes)))


def recheck(booking: Booking) -> Booking:
    """Let the worker ask again, now."""
    Work.objects.filter(kind=calendar_check.RECHECK).update(run_at=Now())
    run_due()
    booking.refresh_from_db()
    return booking


def test_a_time_taken_in_the_calendar_alone_is_refused_with_others_that_do_not_touch_it(
    intro: EventType, world: World
) -> None:
    put(world, MONDAY_10, minutes=15)
    with pytest.raises(SlotTaken) as refused:
        make_booking(intro)
    near = [timedelta(seconds=each - MONDAY_10.timestamp()) for each in refused.value.nearest]
    assert near == [-timedelta(minutes=45), -HALF_HOUR, HALF_HOUR]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(("start", "fits"), [(-HALF_HOUR, False), (-timedelta(minutes=45), True), (HOUR, True)])
def test_the_buffers_of_the_event_type_are_asked_for_too(
    intro: EventType, world: World, start: timedelta, fits: bool
) -> None:
    EventType.objects.update(buffer_before=timedelta(minutes=15), buffer_after=HALF_HOUR)
    intro.refresh_from_db()
    put(world, MONDAY_10 + start)
    if fits:
        assert make_booking(intro).unverified_at is None
    else:
        with pytest.raises(SlotTaken):
            make_booking(intro)


def test_hosts_without_a_calendar_that_blocks_ask_nobody(world: World) -> None:
    event_type = make_event_type()
    connect_calendar(event_type.host, blocks=False)
    make_booking(event_type)
    assert world.calls == []


def test_a_time_that_is_not_offered_asks_nobody(intro: EventType, world: World) -> None:
    make_booking(intro)
    world.calls.clear()
    for start in (MONDAY_10, MONDAY_10 + timedelta(minutes=7)):
        with pytest.raises((SlotTaken, NotOffered)):
            make_booking(intro, start=start)
    with pytest.raises(NotOffered):
        book(intro, MONDAY_10 + HOUR, make_guest(), key="other", now=NOW, minutes=45)
    assert world.calls == []


def test_the_same_form_again_asks_nobody_and_is_the_same_booking(intro: EventType, world: World) -> None:
    first = book(intro, MONDAY_10, make_guest(), key="form", now=NOW)
    world.calls.clear()
    put(world, MONDAY_10)
    assert book(intro, MONDAY_10, make_guest(), key="form", now=NOW) == first
    assert world.calls == []


def test_a_calendar_that_is_not_known_refuses(intro: EventType, world: World) -> None:
    Calendar.objects.update(synced_at=Now() - timedelta(minutes=11))
    world.trouble = {"busy": AWAY * 2}
    with pytest.raises(CalendarUnread):
        make_booking(intro)
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    with pytest.raises(CalendarUnread):
        make_booking(intro)
    assert not Booking.objects.exists()


def test_a_provider_that_is_away_is_asked_again_until_it_says_that_the_time_is_free(
    intro: EventType, world: World
) -> None:
    world.trouble = {"busy": AWAY * 2}
    booking = make_booking(intro)
    assert booking.unverified_at is not None
    assert recheck(booking).unverified_at is not None
    work = Work.objects.get(kind=calendar_check.RECHECK)
    assert (work.state, work.last_error) == ("waiting", calendar_check.SILENT)
    assert recheck(booking).unverified_at is None
    assert booking.calendar_asks == ""
    assert Work.objects.get(pk=work.pk).state == "done"


def test_a_conflict_that_comes_out_later_is_the_hosts_to_decide(intro: EventType, world: World) -> None:
    world.trouble = {"busy": list(AWAY)}
    booking = make_booking(intro)
    put(world, MONDAY_10)
    assert recheck(booking).calendar_asks == "", "it may be the booking's own invite: first the calendar is read"
    recheck(booking)
    assert (booking.calendar_asks, booking.status, booking.unverified_at) == ("conflict", "confirmed", None)
    assert booking.calendar_asked_at is not None
    assert Work.objects.filter(kind="delivery.calendar_asks", key=f"booking:{booking.pk}:1").exists()


def test_nobody_is_asked_about_a_booking_that_is_off_or_has_begun(intro: EventType, world: World) -> None:
    world.trouble = {"busy": AWAY * 2}
    gone, begun = make_booking(intro), make_booking(intro, start=MONDAY_10 + HOUR)
    cancel(gone, by="host", now=NOW)
    Booking.objects.filter(pk=begun.pk).update(start=NOW - HALF_HOUR)
    world.calls.clear()
    recheck(begun)
    assert world.calls == []
    assert not Work.objects.filter(kind=calendar_check.RECHECK).exclude(state="done").exists()


def test_a_request_is_checked_as_a_booking_is(intro: EventType, world: World) -> None:
    EventType.objects.update(requires_approval=True)
    put(world, MONDAY_10)
    with pytest.raises(SlotTaken):
        make_request(intro)


def test_a_guest_who_moves_is_refused_what_the_calendar_has_taken_but_not_by_their_own_event(
    intro: EventType, world: World
) -> None:
    booking = make_booking(intro)
    own = WrittenEvent.objects.create(
        host=intro.host, calendar=Calendar.objects.get(), key="own", start=booking.start, end=booking.end
    )
    Booking.objects.update(event=own)
    world.put("own", (booking.start, booking.end))
    booking.refresh_from_db()
    moved = reschedule(booking, MONDAY_10 + timedelta(minutes=15), by="guest", now=NOW)
    assert moved.start == MONDAY_10 + timedelta(minutes=15)
    put(world, MONDAY_10 + 2 * HOUR)
    with pytest.raises(SlotTaken) as refused:
        reschedule(moved, MONDAY_10 + 2 * HOUR, by="guest", now=NOW)
    assert (MONDAY_10 + 2 * HOUR).timestamp() not in refused.value.nearest


def test_the_host_may_put_a_meeting_over_their_own_calendar(intro: EventType, world: World) -> None:
    booking = make_booking(intro)
    put(world, MONDAY_10 + HOUR)
    world.calls.clear()
    assert reschedule(booking, MONDAY_10 + HOUR, by="host", now=NOW).start == MONDAY_10 + HOUR
    assert world.calls == []


def test_a_move_without_an_answer_is_looked_at_again_and_one_with_it_settles_the_earlier(
    intro: EventType, world: World
) -> None:
    world.trouble = {"busy": AWAY * 2}
    booking = make_booking(intro)
    moved = reschedule(booking, MONDAY_10 + HOUR, by="guest", now=NOW)
    assert moved.unverified_at is not None
    settled = reschedule(moved, MONDAY_10 + 2 * HOUR, by="guest", now=NOW)
    assert settled.unverified_at is None
    assert reschedule(settled, settled.start, by="guest", now=NOW) == settled
    assert world.calls == ["busy"] * 3


def test_who_is_slower_than_another_guest_while_the_calendar_is_asked_is_told_so(
    intro: EventType, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: make_booking(intro, email="first@guest.example"))
    with pytest.raises(SlotTaken):
        make_booking(intro, email="second@guest.example")
    assert Booking.objects.get().guest_email == "first@guest.example"


def test_what_a_sync_brings_while_the_calendar_is_asked_counts(
    intro: EventType, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: busy(Calendar.objects.get(), MONDAY_10))
    with pytest.raises(SlotTaken):
        make_booking(intro)
    assert not Booking.objects.exists()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen right after the next answer of the calendars, before anything is locked."""

    def arrange(act: Callable[[], object]) -> None:
        acts = [act]

        def checked(*args: object, **more: object) -> Verdict:
            verdict = check(*args, **more)  # type: ignore[arg-type]
            while acts:
                acts.pop()()
            return verdict

        monkeypatch.setattr(calendar_check, "check", checked)

    return arrange


def test_an_old_store_alone_refuses_nothing_that_the_calendar_itself_calls_free(intro: EventType) -> None:
    Calendar.objects.update(synced_at=datetime.now(UTC) - timedelta(days=2))
    assert make_booking(intro).unverified_at is None
