"""Writing a booking's event after answers were lost, or over what others did to it: in doubt, guests are told."""

from dataclasses import replace

import pytest
from django.db.models.functions import Now

from sivient.calendars import sync, writing
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.calendars.plans import EVENT_CHANGED
from sivient.jobs.models import Work
from sivient.jobs.worker import run_once
from sivient.ports.calendars import Answer, EventDraft
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Throttled, TryLater
from tests.calendars.making import DRAFT, ELEVEN, HOUR, LATER, TEN, plan
from tests.calendars.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LOST = OutcomeUnknown("No answer.")
NO_LINK = replace(DRAFT, location="", join_url="", conference_id="")
GUEST = DRAFT.guests[0].address


def lose(world: World, call: str, *, applied: bool) -> None:
    """Let the next such call be answered by nothing, whether it is done or not."""
    world.trouble, world.applied_first = {call: [LOST]}, {call} if applied else set()


def written(calendar: Calendar, draft: EventDraft = DRAFT) -> WrittenEvent:
    """An event that the calendar has, as a sync has seen it a while after."""
    event = plan(calendar)
    writing.write(event, draft, notify=True)
    WrittenEvent.objects.update(written_at=Now() - HOUR)
    sync.sync(calendar)
    return event


@pytest.mark.parametrize("second", [OutcomeUnknown("503"), Throttled("Slow down."), TryLater("Our access is renewed.")])
def test_a_link_that_came_after_a_lost_create_reaches_the_guest_through_any_failure(
    calendar: Calendar, world: World, second: IntegrationError
) -> None:
    event = plan(calendar)
    lose(world, "create", applied=True)
    with pytest.raises(OutcomeUnknown):
        writing.write(event, NO_LINK, notify=True)
    world.trouble, world.applied_first = {"create": [second]}, set()
    with pytest.raises(TryLater):
        writing.write(event, DRAFT, notify=True)
    writing.write(event, DRAFT, notify=True)
    assert event.written["join_url"] == DRAFT.join_url
    assert world.places[event.name] == DRAFT.location
    assert world.mails == ["invite", "update"]


def test_a_create_that_never_arrived_and_then_has_the_link_is_one_message(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    lose(world, "create", applied=False)
    with pytest.raises(OutcomeUnknown):
        writing.write(event, NO_LINK, notify=True)
    writing.write(event, DRAFT, notify=True)
    assert world.mails == ["invite"]


@pytest.mark.parametrize("touch", ["the guest accepts", "the host drags it", "nobody"])
@pytest.mark.parametrize("draft", [LATER, replace(DRAFT, location="Room 2", join_url="")])
def test_a_change_whose_first_attempt_never_arrived_is_told_whatever_others_did_to_the_event(
    calendar: Calendar, world: World, touch: str, draft: EventDraft
) -> None:
    event = written(calendar)
    if touch == "the guest accepts":
        world.answer(event.name, GUEST, Answer.ACCEPTED)
    elif touch == "the host drags it":
        world.put(event.name, (TEN + 5 * HOUR, TEN + 6 * HOUR), uid=event.uid)
    sync.sync(calendar)
    world.mails.clear()
    lose(world, "change", applied=False)
    with pytest.raises(OutcomeUnknown):
        writing.write(event, draft, notify=True)
    writing.write(event, draft, notify=True)
    assert (world.events[event.name].start, world.places[event.name]) == (draft.start, draft.location)
    assert world.mails == ["update"]


@pytest.mark.parametrize("failures", [1, 2])
def test_a_change_whose_answer_was_lost_is_told_once_although_the_guest_has_answered(
    calendar: Calendar, world: World, failures: int
) -> None:
    event = written(calendar)
    world.answer(event.name, GUEST, Answer.ACCEPTED)
    world.mails.clear()
    world.on = {"read": lambda: lose(world, "change", applied=True)}  # after the answer was met
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    world.on = {}
    for _ in range(failures - 1):
        lose(world, "change", applied=False)
        with pytest.raises(OutcomeUnknown):
            writing.write(event, LATER, notify=True)
    writing.write(event, LATER, notify=True)
    assert world.mails == ["update"]


def test_a_change_that_arrives_while_it_is_tried_again_is_told_once(calendar: Calendar, world: World) -> None:
    event = written(calendar)
    world.mails.clear()
    lose(world, "change", applied=False)
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)

    def arrives() -> None:
        world.on = {}
        world.change("main", event.name, LATER, etag="", notify=True)

    world.on = {"change": arrives}
    writing.write(event, LATER, notify=True)
    assert world.mails == ["update"]


def test_a_change_to_where_the_host_has_dragged_the_event_is_told_although_nothing_is_left_to_write(
    calendar: Calendar, world: World
) -> None:
    event = written(calendar)
    world.put(event.name, (LATER.start, LATER.end), uid=event.uid)
    world.mails.clear()
    world.on = {"read": lambda: lose(world, "change", applied=False)}
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    world.on = {}
    writing.write(event, LATER, notify=True)
    assert world.mails == ["update"]


def test_a_change_that_is_taken_back_after_a_lost_answer_is_told_as_well(calendar: Calendar, world: World) -> None:
    event = written(calendar)
    world.mails.clear()
    lose(world, "change", applied=True)
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    assert not writing.guests_hear(event, DRAFT)
    writing.write(event, DRAFT, notify=False)
    assert world.events[event.name].start == TEN
    assert world.mails == ["update", "update"]


def test_a_late_link_leaves_where_it_is_what_the_host_has_just_moved(calendar: Calendar, world: World) -> None:
    event = written(calendar, NO_LINK)
    world.put(event.name, (ELEVEN, ELEVEN + HOUR), uid=event.uid)
    with pytest.raises(writing.MovedThere):
        writing.write(event, DRAFT, notify=True)
    event.refresh_from_db()
    assert (event.tried, world.events[event.name].start) == ({}, ELEVEN)
    assert run_once("worker")  # looks at the event
    assert Work.objects.filter(kind=EVENT_CHANGED, key=f"event:{event.pk}").exists()


def test_a_late_link_is_written_over_a_move_that_is_known(calendar: Calendar, world: World) -> None:
    event = written(calendar, NO_LINK)
    world.put(event.name, (ELEVEN, ELEVEN + HOUR), uid=event.uid)
    sync.sync(calendar)
    writing.write(event, DRAFT, notify=True)
    assert world.events[event.name].start == TEN


def test_an_event_that_is_not_found_right_after_it_was_written_is_looked_for_again(
    calendar: Calendar, world: World
) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    hidden = world.events.pop(event.name)
    with pytest.raises(TryLater):
        writing.write(event, LATER, notify=True)
    assert not Work.objects.exists()
    world.events[event.name] = hidden
    writing.write(event, LATER, notify=True)
    WrittenEvent.objects.update(written_at=Now() - HOUR)
    world.delete(event.name)
    with pytest.raises(Gone):
        writing.write(event, DRAFT, notify=True)


def test_a_removal_without_an_answer_is_ours_and_one_that_failed_is_not(calendar: Calendar, world: World) -> None:
    event = written(calendar)
    world.trouble = {"remove": [TryLater("Away."), LOST]}
    with pytest.raises(TryLater):
        writing.take_away(event, notify=True)
    event.refresh_from_db()
    assert (event.tried, event.tried_at, writing.removal_begun(event)) == ({}, None, False)
    world.applied_first = {"remove"}
    with pytest.raises(OutcomeUnknown):
        writing.take_away(event, notify=True)
    sync.sync(calendar)
    event.refresh_from_db()
    assert (event.seen_gone_at, writing.removal_begun(event)) == (None, True)
