"""What the rules of an event type make of a booking: durations, links, requests, limits, pauses, and why not."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.booking.models import Booking
from sivient.booking.services import (
    KeyReused,
    NotBooked,
    NotOffered,
    OverLimit,
    PageClosed,
    SlotTaken,
    TooManyOthers,
    book,
    cancel,
)
from sivient.jobs.models import Work
from sivient.scheduling.models import EventType, Hold, PrivateLink, SchedulingPage
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_guest, make_host, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


def refused(event_type: EventType, start: datetime = MONDAY_10, **more: object) -> NotBooked:
    """Book with a form of its own, and return the refusal."""
    with pytest.raises(NotBooked) as caught:
        book(event_type, start, make_guest(), key="a form of its own", now=NOW, **more)  # type: ignore[arg-type]
    return caught.value


def link_to(event_type: EventType, **fields: object) -> PrivateLink:
    """A private link of the event type."""
    return PrivateLink.objects.create(event_type=event_type, created_at=NOW, **fields)


def test_the_guest_has_the_duration_they_chose() -> None:
    event_type = make_event_type(more_minutes=[60])
    booking = book(event_type, MONDAY_10, make_guest(), key="long", now=NOW, minutes=60)
    assert booking.end - booking.start == 2 * HALF_HOUR
    assert (Hold.objects.get().start, Hold.objects.get().end) == (booking.start, booking.end)
    assert isinstance(refused(event_type, MONDAY_10 + HALF_HOUR), SlotTaken)


def test_a_duration_that_is_not_offered_is_refused() -> None:
    assert isinstance(refused(make_event_type(more_minutes=[60]), minutes=45), NotOffered)


def test_the_same_form_with_another_duration_is_an_error() -> None:
    event_type = make_event_type(more_minutes=[60])
    book(event_type, MONDAY_10, make_guest(), key="a form of its own", now=NOW)
    assert isinstance(refused(event_type, minutes=60), KeyReused)


def test_answers_and_others_are_kept_as_they_were_given_and_each_other_person_is_invited() -> None:
    event_type = make_event_type(most_others=2)
    booking = make_booking(
        event_type, answers=(("topic", "Topic", "Tea"),), others=("bo@guest.example", "cy@guest.example")
    )
    booking.refresh_from_db()
    assert booking.answers == [{"key": "topic", "label": "Topic", "answer": "Tea"}]
    assert booking.others == ["bo@guest.example", "cy@guest.example"]
    invites = Work.objects.filter(kind="delivery.other_invite").order_by("key")
    assert [(work.key, work.payload) for work in invites] == [
        (f"booking:{booking.pk}:1:{n}", {"booking": booking.pk, "version": 1, "other": n}) for n in (0, 1)
    ]
    assert len({work.run_at for work in Work.objects.filter(kind__endswith="invite")}) == 1


def test_more_others_than_the_host_allows_are_refused() -> None:
    with pytest.raises(TooManyOthers):
        make_booking(make_event_type(most_others=1), others=("bo@guest.example", "cy@guest.example"))


def test_the_notices_are_kept_as_they_were_promised() -> None:
    booking = make_booking(make_event_type(reschedule_notice=DAY, cancel_notice=2 * DAY))
    EventType.objects.update(reschedule_notice=timedelta(), cancel_notice=timedelta())
    booking.refresh_from_db()
    assert (booking.reschedule_notice, booking.cancel_notice) == (DAY, 2 * DAY)


def test_a_hidden_event_type_is_booked_through_its_link_alone() -> None:
    event_type = make_event_type(hidden=True)
    assert isinstance(refused(event_type), PageClosed)
    assert isinstance(refused(event_type, link="made-up"), PageClosed)
    other = link_to(make_event_type(event_type.host))
    assert isinstance(refused(event_type, link=other.token), PageClosed)
    link = link_to(event_type)
    for n in range(2):
        book(event_type, MONDAY_10 + n * HALF_HOUR, make_guest(), key=f"form-{n}", now=NOW, link=link.token)
    assert Booking.objects.count() == 2


def test_a_single_use_link_serves_one_form_and_that_as_often_as_it_is_sent() -> None:
    event_type = make_event_type()
    link = link_to(event_type, single_use=True)
    first = book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW, link=link.token)
    assert book(event_type, MONDAY_10, make_guest(), key="form-1", now=NOW, link=link.token).pk == first.pk
    assert isinstance(refused(event_type, MONDAY_10 + HALF_HOUR, link=link.token), PageClosed)


def test_a_refused_time_leaves_the_single_use_link_open() -> None:
    event_type = make_event_type()
    make_booking(event_type)
    link = link_to(event_type, single_use=True)
    assert isinstance(refused(event_type, link=link.token), SlotTaken)
    book(event_type, MONDAY_10 + HALF_HOUR, make_guest(), key="form-2", now=NOW, link=link.token)


def test_an_expired_link_books_nobody() -> None:
    event_type = make_event_type()
    assert isinstance(refused(event_type, link=link_to(event_type, expires_at=NOW).token), PageClosed)


@pytest.mark.parametrize("what", [EventType, SchedulingPage])
def test_a_pause_books_nobody_and_holds_for_links_too(what: type[EventType] | type[SchedulingPage]) -> None:
    event_type = make_event_type()
    what.objects.update(paused=True)  # type: ignore[union-attr]
    assert isinstance(refused(event_type), PageClosed)
    assert isinstance(refused(event_type, link=link_to(event_type).token), PageClosed)


def test_a_request_holds_its_time_and_tells_both_sides_but_makes_no_meeting_yet() -> None:
    event_type = make_event_type(requires_approval=True, approval_patience=DAY)
    request = book(event_type, MONDAY_10, make_guest(), key="asks", now=NOW)
    assert (request.status, request.answer_by) == ("pending", NOW + DAY)
    assert isinstance(refused(event_type), SlotTaken)
    assert set(Work.objects.values_list("kind", "key")) == {
        (kind, f"booking:{request.pk}:1")
        for kind in ("delivery.request", "delivery.request_received", "booking.expire")
    }
    assert Work.objects.get(kind="booking.expire").run_at == request.answer_by


def test_a_request_waits_until_its_start_at_the_latest() -> None:
    assert make_request(make_event_type(requires_approval=True, approval_patience=60 * DAY)).answer_by == MONDAY_10


def test_a_limit_refuses_with_the_nearest_days_that_have_room() -> None:
    event_type = make_event_type(limits=[{"per": "day", "count": 1, "minutes": None}])
    first = make_booking(event_type)
    over = refused(event_type, MONDAY_10 + 3 * HALF_HOUR)
    assert isinstance(over, OverLimit)
    assert [datetime.fromtimestamp(start, UTC).date() for start in over.nearest] == [MONDAY_10.date() + DAY] * 3
    cancel(first, by="guest", now=NOW)
    make_booking(event_type, start=MONDAY_10 + 3 * HALF_HOUR)


def test_a_taken_time_and_one_in_its_buffer_come_with_the_three_nearest() -> None:
    event_type = make_event_type(buffer_after=timedelta(minutes=15))
    make_booking(event_type)
    wanted = int(MONDAY_10.timestamp())
    for start in (MONDAY_10, MONDAY_10 + HALF_HOUR):
        taken = refused(event_type, start)
        assert isinstance(taken, SlotTaken)
        assert len(taken.nearest) == 3
        assert not {wanted - 1800, wanted, wanted + 1800} & set(taken.nearest)


def test_the_nearest_times_are_those_of_the_duration_that_was_chosen() -> None:
    event_type = make_event_type(more_minutes=[120], step_minutes=30)
    make_booking(event_type)
    two_hours_before = int(MONDAY_10.timestamp()) - 4 * 1800
    assert two_hours_before not in refused(event_type, minutes=120).nearest  # 8:00 is before the hours begin
    assert int(MONDAY_10.timestamp()) - 1800 in refused(event_type).nearest


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_years_that_no_calendar_of_ours_has_are_not_offered(start: str) -> None:
    assert isinstance(refused(make_event_type(), datetime.fromisoformat(start)), NotOffered)


def test_the_times_of_a_host_who_books_from_elsewhere_stay_their_own() -> None:
    make_booking(make_event_type(make_host()))
    make_booking(make_event_type(make_host()))
    assert Hold.objects.count() == 2
