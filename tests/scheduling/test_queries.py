"""What is offered is asked for once per host, however much there is to book with them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sivient.accounts.models import User
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hours, SchedulingPage
from sivient.scheduling.rules import whole_window
from tests.factories import MONDAY_10, NOW, connect_zoom, make_booking, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def with_event_types(count: int) -> User:
    """A host with so many event types, each with hours of its own."""
    host = make_host()
    for number in range(count):
        make_event_type(host, minutes=15 * (number % 4 + 1), minimum_notice=timedelta(days=number))
    return host


def asked(host: User) -> list[str]:
    """The statements of the host's page."""
    with CaptureQueriesContext(connection) as statements:
        assert Client().get(f"/schedule/{host.handle}").status_code == 200
    return [each["sql"] for each in statements]


def test_the_list_of_event_types_asks_as_much_for_ten_as_for_two() -> None:
    two, ten = asked(with_event_types(2)), asked(with_event_types(10))
    assert len(two) == len(ten) <= 8


def test_what_is_offered_is_asked_for_as_often_for_ten_as_for_one(django_assert_num_queries: object) -> None:
    for count in (1, 10):
        host = with_event_types(count)
        event_types = queries.event_types(host)
        with django_assert_num_queries(6):  # type: ignore[operator]
            assert len(queries.first_offered(host, event_types, now=NOW)) == count


def test_the_first_offered_start_is_the_first_of_all_that_are_offered() -> None:
    host = with_event_types(4)
    make_booking(host.event_types.get(minutes=30), start=MONDAY_10)
    make_event_type(host, minutes=45, minimum_notice=timedelta(days=14), buffer_before=timedelta(hours=1))
    make_event_type(host, window_days=1, minimum_notice=timedelta(days=20))
    Hours.objects.filter(schedule=make_event_type(host).schedule).delete()
    event_types = queries.event_types(host)
    expected = {each.pk: all_offered(each) for each in event_types}
    assert queries.first_offered(host, event_types, now=NOW) == {
        pk: found[0] for pk, found in expected.items() if found
    }
    assert sum(bool(found) for found in expected.values()) == 5


def test_a_guests_pages_and_booking_do_not_ask_whether_zoom_is_connected() -> None:
    """Bookings wait for their link; who may be booked does not depend on it, and the host's lock is short."""
    event_type = make_event_type()
    connect_zoom(event_type.host)
    with CaptureQueriesContext(connection) as statements:
        Client().get(f"/schedule/{event_type.host.handle}/{event_type.slug}")
        make_booking(event_type)
    assert [each["sql"] for each in statements if 'FROM "integrations_' in each["sql"]] == []


def test_while_paused_guests_read_a_sentence_and_no_first_time_is_shown() -> None:
    event_type = make_event_type()
    page = SchedulingPage.objects.filter(host=event_type.host)
    assert note(event_type) is None
    page.update(paused=True)
    assert note(event_type) == queries.PAUSED
    page.update(pause_note="Back in May.")
    assert note(event_type) == "Back in May."
    EventType.objects.filter(pk=event_type.pk).update(paused=True, pause_note="Not this one.")
    assert note(event_type) == "Not this one."
    shown = queries.event_types(event_type.host)
    assert shown == [event_type]
    assert queries.first_offered(event_type.host, shown, now=NOW) == {}


def note(event_type: EventType) -> str | None:
    """What guests read at the address of the event type, which stays theirs."""
    found = queries.event_type(str(event_type.host.handle), event_type.slug)
    assert found is not None
    return queries.pause_note(found)


def all_offered(event_type: EventType) -> list[int]:
    return queries.offered(event_type, window=whole_window(event_type, NOW), now=NOW)


def test_one_event_type_with_rules_that_cannot_be_leaves_the_others_on_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    host = with_event_types(2)
    broken = make_event_type(host, title="Broken")
    EventType.objects.filter(pk=broken.pk).update(window_kind="dates", first_date=date(27, 1, 1), last_date=MONDAY_10)
    page = Client().get(f"/schedule/{host.handle}")
    assert page.status_code == 200
    assert "Broken" in page.content.decode()
    assert set(queries.first_offered(host, queries.event_types(host), now=NOW)) == {
        each.pk for each in host.event_types.exclude(pk=broken.pk)
    }
    assert f"event type {broken.pk} has rules that cannot be" in caplog.text
