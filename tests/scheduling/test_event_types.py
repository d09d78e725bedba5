"""The verbs for event types: what they keep together, and what they leave alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from sivient.accounts.gone import Gone
from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.core.limits import Limit
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import (
    MOST_EVENT_TYPES,
    EventTypeUnfit,
    TooManyEventTypes,
    delete_event_type,
    duplicate_event_type,
    move_event_type,
    save_event_type,
)
from sivient.scheduling.models import EventType, Schedule, Timetable
from sivient.scheduling.questions import Kind, Question, questions_of
from sivient.scheduling.rules import rules_of
from tests.factories import make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CALL = EventTypeDraft(title="Call", minutes=30)
NEXT_YEAR = date(date.today().year + 1, 1, 2)  # noqa: DTZ011
EVERYTHING = EventTypeDraft(
    title="Everything",
    minutes=30,
    slug="all-of-it",
    description="One\ntwo",
    more_minutes=(60, 15),
    color="rose",
    hidden=True,
    paused=True,
    pause_note="In May again.",
    platform="phone",
    platform_details="+49 30 123",
    buffer_before=timedelta(minutes=5),
    buffer_after=timedelta(minutes=10),
    minimum_notice=timedelta(hours=1),
    step_minutes=20,
    window_kind="dates",
    window_days=3,
    first_date=NEXT_YEAR,
    last_date=NEXT_YEAR,
    limits=(Limit("day", count=2), Limit("week", minutes=90)),
    most_per_day=4,
    questions=(
        Question("", "Your topic?", Kind.SHORT, required=True),
        Question("", "Which?", Kind.CHOICES, options=("A", "B")),
    ),
    most_others=3,
    requires_approval=True,
    approval_patience=timedelta(hours=5),
    reschedule_notice=timedelta(hours=6),
    cancel_notice=timedelta(hours=7),
    redirect_url="https://example.org/thanks",
    active=False,
)
APART = {"id", "host", "schedule", "calendar", "position", "limits", "questions", "more_minutes"}


@pytest.fixture
def host() -> User:
    """A host with a schedule."""
    host = make_host(platform="phone")
    Schedule.objects.create(host=host, timezone="Europe/Berlin")
    return host


def positions(host: User) -> list[tuple[str, int]]:
    return [(each.title, each.position) for each in host.event_types.all()]


def test_everything_that_is_wished_is_stored(host: User) -> None:
    saved = EventType.objects.get(pk=save_event_type(host, EVERYTHING).pk)
    columns = {field.name for field in EventType._meta.concrete_fields} - APART
    assert {name: getattr(saved, name) for name in columns} == {name: getattr(EVERYTHING, name) for name in columns}
    assert saved.durations == [15, 30, 60]
    assert [each.key for each in questions_of(saved)] == ["your-topic", "which"]
    assert rules_of(saved).limits == EVERYTHING.limits
    assert saved.schedule == host.schedules.get()


def test_a_question_keeps_its_key_when_its_words_change(host: User) -> None:
    saved = save_event_type(host, EVERYTHING)
    first, second = questions_of(saved)
    changed = (second, replace(first, label="Another"), Question("", "Another", Kind.LONG))
    saved = save_event_type(host, replace(EVERYTHING, questions=changed), saved)
    assert [each.key for each in questions_of(saved)] == ["which", "your-topic", "another"]


def test_what_cannot_stay_is_refused_and_nothing_changes(host: User) -> None:
    with pytest.raises(EventTypeUnfit) as error:
        save_event_type(host, replace(CALL, window_days=0, minutes=3))
    assert set(error.value.problems) == {"window_days", "minutes"}
    assert not host.event_types.exists()


def test_the_schedule_is_one_of_the_hosts_own(host: User) -> None:
    other = make_event_type()
    with pytest.raises(EventTypeUnfit) as error:
        save_event_type(host, replace(CALL, schedule=other.schedule_id))
    assert set(error.value.problems) == {"schedule"}
    second = Schedule.objects.create(host=host, timezone="UTC")
    saved = save_event_type(host, replace(CALL, schedule=second.pk))
    assert save_event_type(host, CALL, saved).schedule == second  # nothing said: it stays


def test_an_event_type_of_another_host_is_out_of_reach(host: User) -> None:
    other = make_event_type()
    verbs: list[Callable[[], object]] = [
        lambda: save_event_type(host, CALL, other),
        lambda: duplicate_event_type(host, other),
        lambda: delete_event_type(host, other),
        lambda: move_event_type(host, other, by=1),
    ]
    for verb in verbs:
        with pytest.raises(Gone):
            verb()


def test_a_page_lists_fifty_event_types_at_most(host: User) -> None:
    for number in range(MOST_EVENT_TYPES - 1):
        make_event_type(host, position=number)
    last = save_event_type(host, CALL)
    for verb in (lambda: save_event_type(host, CALL), lambda: duplicate_event_type(host, last)):
        with pytest.raises(TooManyEventTypes):
            verb()


def test_a_copy_has_everything_but_address_and_links_is_off_and_stands_right_below(host: User) -> None:
    first, _ = save_event_type(host, replace(EVERYTHING, active=True)), save_event_type(host, CALL)
    copy = duplicate_event_type(host, first)
    assert positions(host) == [("Everything", 0), ("Everything (copy)", 1), ("Call", 2)]
    own = {"id", "slug", "title", "active", "position"}
    for field in EventType._meta.concrete_fields:
        if field.name not in own:
            assert getattr(copy, field.name) == getattr(first, field.name)
    assert (copy.slug, copy.active, first.pk != copy.pk) == ("everything-copy", False, True)
    assert {link.token for link in copy.private_links.all()}.isdisjoint(
        link.token for link in first.private_links.all()
    )
    assert copy.private_links.count() == 1  # hidden, as the first is
    assert duplicate_event_type(host, copy).title == "Everything (copy)"


def test_a_copy_of_a_long_title_fits(host: User) -> None:
    copy = duplicate_event_type(host, save_event_type(host, replace(CALL, title="x" * 120)))
    assert len(copy.title) == 120


def test_event_types_change_places_with_their_neighbours(host: User) -> None:
    for title in ("A", "B", "C"):
        save_event_type(host, replace(CALL, title=title))
    host.event_types.update(position=7)  # as nobody has ordered them
    a, _, c = host.event_types.all()
    move_event_type(host, c, -1)
    assert positions(host) == [("A", 0), ("C", 1), ("B", 2)]
    move_event_type(host, a, -1)
    assert positions(host) == [("A", 0), ("C", 1), ("B", 2)]
    move_event_type(host, a, 1)
    move_event_type(host, a, 1)
    move_event_type(host, a, 1)
    assert positions(host) == [("C", 0), ("B", 1), ("A", 2)]


def test_deleting_keeps_bookings_frees_addresses_and_closes_the_gap(host: User) -> None:
    event_type = make_event_type(host, slug="call")
    booking = make_booking(event_type)
    save_event_type(host, replace(CALL, slug="talk", title="Talk"), event_type)
    save_event_type(host, replace(CALL, title="B"))
    delete_event_type(host, event_type)
    booking.refresh_from_db()
    assert (booking.event_type, booking.title, booking.stands) == (None, "Intro call", True)
    assert host.holds.count() == 1
    assert positions(host) == [("B", 0)]
    for slug in ("call", "talk"):
        save_event_type(host, replace(CALL, slug=slug))


def test_each_verb_turns_the_version_over_and_is_recorded(host: User) -> None:
    seen: list[int] = []

    def done() -> None:
        seen.append(Timetable.objects.get(host=host).version)

    saved = save_event_type(host, CALL)
    done()
    copy = duplicate_event_type(host, saved)
    done()
    move_event_type(host, copy, -1)
    done()
    delete_event_type(host, copy)
    done()
    assert seen == sorted(set(seen))
    assert list(Entry.objects.filter(account=host.pk).order_by("pk").values_list("event", flat=True)) == [
        *("event type saved", "event type saved", "event types reordered", "event type deleted")
    ]


def test_a_schedule_that_is_made_along_the_way_turns_over_what_is_known_of_hours() -> None:
    host = make_host()
    Timetable.take(host.pk)
    save_event_type(host, CALL)
    assert host.schedules.count() == 1
    assert Timetable.objects.get(host=host).hours_version == 1
