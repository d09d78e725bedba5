"""Writing a booking's event: once, whatever is lost."""

from dataclasses import replace

import pytest
from django.db.models.functions import Now

from sivient.calendars import writing
from sivient.calendars.models import Calendar, WrittenEvent
from sivient.jobs.models import Work
from sivient.ports.calendars import Answer, Changed, Tombstone
from sivient.ports.errors import Gone, OutcomeUnknown, Rejected, TryLater
from tests.calendars.making import DRAFT, ELEVEN, HOUR, LATER, TEN, plan
from tests.calendars.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LOST = OutcomeUnknown("No answer.")


def test_an_event_is_made_once_and_its_row_says_what_the_calendar_has(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    stored = writing.write(event, DRAFT, notify=True)
    assert list(world.events) == [event.name] == [stored.name] == [f"own-{event.key}"]
    assert (event.start, event.end, event.seen_start) == (TEN, ELEVEN, TEN)
    assert (event.uid, event.etag, event.tried, event.tried_at) == (stored.uid, stored.etag, {}, None)
    assert world.mails == ["invite"]


def test_the_attempt_is_committed_before_the_first_call(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    seen: list[tuple[str, bool]] = []
    world.on = {"create": lambda: seen.append((WrittenEvent.objects.get().key, bool(WrittenEvent.objects.get().tried)))}
    writing.write(event, DRAFT, notify=True)
    assert seen == [(event.key, True)]


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_followed_by_the_same_key_one_event_and_one_invite(
    calendar: Calendar, world: World, applied: bool
) -> None:
    event = plan(calendar)
    world.trouble = {"create": [LOST, LOST]}
    world.applied_first = {"create"} if applied else set()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            writing.write(event, DRAFT, notify=True)
    writing.write(event, DRAFT, notify=True)
    assert len(world.events) == 1
    assert world.mails == ["invite"]
    assert world.calls == ["create"] * 3


def test_what_changed_while_the_answer_was_lost_reaches_the_event_and_the_guest(
    calendar: Calendar, world: World
) -> None:
    event = plan(calendar)
    world.trouble, world.applied_first = {"create": [LOST]}, {"create"}
    with pytest.raises(OutcomeUnknown):
        writing.write(event, DRAFT, notify=True)
    writing.write(event, LATER, notify=True)
    assert world.events[event.name].start == ELEVEN == event.start
    assert world.mails == ["invite", "update"]


def test_a_deleted_key_is_followed_by_another_one_once(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    first = event.key
    world.keys[first] = "deleted"
    writing.write(event, DRAFT, notify=True)
    assert event.generation == 2
    assert event.key != first
    assert list(world.events) == [f"own-{event.key}"]


def test_two_deleted_keys_in_a_row_are_no_loop(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    world.trouble = {"create": [Tombstone("Deleted."), Tombstone("Deleted.")]}
    with pytest.raises(Tombstone):
        writing.write(event, DRAFT, notify=True)
    assert world.calls == ["create", "create"]


def test_a_change_is_told_once_although_its_answer_was_lost(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.trouble, world.applied_first = {"change": [LOST]}, {"change"}
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    writing.write(event, LATER, notify=True)
    assert world.mails == ["invite", "update"]
    assert event.start == ELEVEN == world.events[event.name].start


def test_a_change_that_never_arrived_is_told_by_the_next_attempt(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.trouble = {"change": [LOST]}
    with pytest.raises(OutcomeUnknown):
        writing.write(event, LATER, notify=True)
    writing.write(event, LATER, notify=True)
    assert world.mails == ["invite", "update"]


def test_what_somebody_else_changed_is_read_again_and_written_over(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.put(event.name, (TEN + 5 * HOUR, TEN + 6 * HOUR))
    writing.write(event, LATER, notify=True)
    assert world.events[event.name].start == ELEVEN
    assert world.calls == ["create", "change", "read", "change"]


def test_an_event_that_never_rests_is_given_up_after_three_tries(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.trouble = {"change": [Changed("Another one.")] * 5}
    with pytest.raises(Changed):
        writing.write(event, LATER, notify=True)
    assert world.calls.count("change") == 3


def test_an_event_that_the_host_deleted_is_not_made_anew(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.delete(event.name)
    WrittenEvent.objects.update(written_at=Now() - 5 * HOUR)
    with pytest.raises(Gone):
        writing.write(event, LATER, notify=True)
    assert not world.events
    assert Work.objects.filter(kind="calendars.look", key=f"event:{event.pk}").exists()


def test_without_a_calendar_there_is_nothing_to_write_to(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    calendar.delete()
    with pytest.raises(Gone):
        writing.write(event, DRAFT, notify=True)
    writing.take_away(event, notify=True)
    assert event.removed_at is not None
    assert world.calls == []


@pytest.mark.parametrize("error", [TryLater("Away."), Rejected("No.")])
def test_what_surely_did_not_happen_leaves_the_row_as_it_was(
    calendar: Calendar, world: World, error: Exception
) -> None:
    event = plan(calendar)
    world.trouble = {"create": [error]}
    with pytest.raises(type(error)):
        writing.write(event, DRAFT, notify=True)
    event.refresh_from_db()
    assert (event.tried, event.tried_at, event.name) == ({}, None, "")


def test_an_attempt_that_another_has_overtaken_does_not_write_over_it(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    newest = replace(LATER, start=TEN + 2 * HOUR, end=TEN + 3 * HOUR)

    def overtake() -> None:
        world.on = {}
        writing.write(WrittenEvent.objects.get(), newest, notify=True)

    world.on = {"change": overtake}
    with pytest.raises(writing.Overtaken):
        writing.write(event, LATER, notify=True)
    assert world.events[event.name].start == newest.start
    event.refresh_from_db()
    assert event.start == newest.start


def test_an_event_is_taken_away_once(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    writing.write(event, DRAFT, notify=True)
    world.trouble, world.applied_first = {"remove": [LOST]}, {"remove"}
    with pytest.raises(OutcomeUnknown):
        writing.take_away(event, notify=True)
    writing.take_away(event, notify=True)
    writing.take_away(event, notify=True)
    assert not world.events
    assert world.mails == ["invite", "cancel"]
    assert event.removed_at is not None


@pytest.mark.parametrize("applied", [True, False])
def test_an_event_whose_making_was_lost_is_found_and_taken_away(
    calendar: Calendar, world: World, applied: bool
) -> None:
    event = plan(calendar)
    world.trouble, world.applied_first = {"create": [LOST]}, {"create"} if applied else set()
    with pytest.raises(OutcomeUnknown):
        writing.write(event, DRAFT, notify=True)
    writing.take_away(event, notify=True)
    assert not world.events
    assert world.mails.count("invite") == applied


def test_an_event_that_was_never_written_is_taken_away_without_a_call(calendar: Calendar, world: World) -> None:
    writing.take_away(plan(calendar), notify=True)
    assert world.calls == []


def test_guests_hear_of_another_time_or_link_and_of_nothing_else(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    assert not writing.guests_hear(event, DRAFT)
    writing.write(event, DRAFT, notify=True)
    assert not writing.guests_hear(event, replace(DRAFT, description="More", sequence=2))
    assert writing.guests_hear(event, LATER)
    assert writing.guests_hear(event, replace(DRAFT, join_url="https://zoom.example/j/2"))


def test_answers_are_read_from_the_row(calendar: Calendar, world: World) -> None:
    event = plan(calendar)
    event.answers = {"ada@guest.example": "accepted", "who@guest.example": "perhaps"}
    assert writing.answers(event) == {"ada@guest.example": Answer.ACCEPTED}
