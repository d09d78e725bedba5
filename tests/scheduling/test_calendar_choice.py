"""Which calendar receives bookings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sivient.accounts.models import User
from sivient.integrations.models import Connection, Grant
from sivient.jobs.queue import enqueue
from sivient.jobs.worker import run_due
from sivient.scheduling.calendar_choice import NO_TARGET, target_of
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import EventTypeUnfit, duplicate_event_type, save_event_type
from sivient.scheduling.models import SchedulingPage
from sivient.scheduling.services import CalendarUnfit, choose_calendar
from tests.factories import make_event_type, make_host
from tests.scheduling.calendars import connect_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CALL = EventTypeDraft(title="Call", minutes=30)


def found(host: User) -> int | None:
    """Tell the room that calendars were found, as the one below does, and return which one receives bookings."""
    enqueue("scheduling.first_calendar", key=f"account:{host.pk}", payload={"user": host.pk})
    run_due()
    return SchedulingPage.objects.get(host=host).calendar_id


def test_the_main_calendar_of_the_first_account_receives_bookings() -> None:
    host = make_host()
    connect_calendar(host, primary=False)
    main = connect_calendar(host)
    assert found(host) == main.pk


def test_a_choice_that_was_made_stands() -> None:
    host = make_host()
    other = connect_calendar(host, primary=False)
    choose_calendar(host, other)
    connect_calendar(host)
    assert found(host) == other.pk


@pytest.mark.parametrize("kinds", [[{"writable": False}], [{}, {}], []])
def test_nothing_is_chosen_where_nothing_can_be_or_several_could(kinds: list[dict[str, object]]) -> None:
    host = make_host()
    for kind in kinds:
        connect_calendar(host, **kind)
    assert found(host) is None


def test_an_account_that_is_gone_has_nothing_to_choose() -> None:
    enqueue("scheduling.first_calendar", key="account:0", payload={"user": 0})
    assert run_due() == 1


@pytest.mark.parametrize("fields", [{"writable": False}, {"gone_at": datetime.now(UTC)}])
def test_a_calendar_that_cannot_be_written_to_is_refused(fields: dict[str, object]) -> None:
    host = make_host()
    with pytest.raises(CalendarUnfit, match=NO_TARGET):
        choose_calendar(host, connect_calendar(host, **fields))


def test_nobody_writes_into_the_calendar_of_somebody_else() -> None:
    host, theirs = make_host(), connect_calendar(make_host())
    with pytest.raises(CalendarUnfit):
        choose_calendar(host, theirs)
    with pytest.raises(EventTypeUnfit) as refused:
        save_event_type(host, replace(CALL, calendar=theirs.pk))
    assert refused.value.problems == {"calendar": NO_TARGET}


def test_an_event_type_may_have_a_calendar_of_its_own_and_its_copy_has_it_too() -> None:
    host = make_host()
    choose_calendar(host, connect_calendar(host))
    own = connect_calendar(host, primary=False)
    saved = save_event_type(host, replace(CALL, calendar=own.pk))
    assert target_of(saved.host, saved) == own
    assert duplicate_event_type(host, saved).calendar == own
    again = save_event_type(host, CALL, saved)
    again.host.refresh_from_db()
    assert target_of(again.host, again) == SchedulingPage.objects.get(host=host).calendar


def test_it_stays_chosen_while_its_account_is_in_trouble_but_receives_nothing() -> None:
    host = make_host()
    own = connect_calendar(host)
    saved = save_event_type(host, replace(CALL, calendar=own.pk))
    Grant.objects.update(state=Grant.State.NEEDS_RECONNECT)
    Connection.objects.update(state=Connection.State.DEAUTHORIZED)
    again = save_event_type(host, replace(CALL, calendar=own.pk, title="Talk"), saved)
    assert again.calendar == own
    assert target_of(again.host, again) is None


def test_the_choice_can_be_taken_back() -> None:
    event_type = make_event_type()
    choose_calendar(event_type.host, connect_calendar(event_type.host))
    choose_calendar(event_type.host, None)
    event_type.host.page.refresh_from_db()
    assert target_of(event_type.host, event_type) is None
