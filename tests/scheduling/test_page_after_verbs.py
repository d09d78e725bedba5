"""After each verb of the host or of a guest, the page shows what is offered: nothing of what was kept before."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sivient.accounts.models import User
from sivient.booking import services as booking
from sivient.booking.models import Booking
from sivient.core.availability import Hours
from sivient.core.limits import Limit
from sivient.scheduling import event_types, queries, schedules
from sivient.scheduling import services as page
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.models import EventType
from tests.factories import MONDAY_10, NOW, make_booking, make_event_type, make_host
from tests.scheduling.offers import MONDAY, again, all_offered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
DAY = timedelta(days=1)
TUESDAY_10 = MONDAY_10 + DAY
CALL = EventTypeDraft(title="Call", minutes=30)


@pytest.fixture
def event_type() -> EventType:
    """What can be booked, with a booking, a request, and something of everything that can be taken away."""
    made = make_event_type(make_host(platform="phone"), requires_approval=True, window_days=400)
    host = made.host
    make_booking(made, start=TUESDAY_10)
    booking.approve(make_booking(made, start=TUESDAY_10 + DAY), now=NOW)
    schedules.save_date_hours(host, made.schedule, MONDAY + 7 * DAY, [])
    schedules.add_time_off(host, first=MONDAY + 8 * DAY, last=MONDAY + 8 * DAY)
    schedules.add_travel(host, first=MONDAY + 9 * DAY, last=MONDAY + 9 * DAY, timezone="Asia/Tokyo")
    return made


def save(event_type: EventType, **fields: object) -> None:
    wanted = {"title": "Call", "minutes": 30, "window_days": 400} | fields
    draft = EventTypeDraft(**wanted)  # type: ignore[arg-type]
    event_types.save_event_type(event_type.host, draft, event_type)


def save_hours(event_type: EventType) -> None:
    schedule = event_type.schedule
    schedules.save_schedule(event_type.host, schedule, name="A", timezone="Asia/Tokyo", hours=[Hours(0, 60, 600)])


def use_another_schedule(event_type: EventType) -> None:
    copy = schedules.duplicate_schedule(event_type.host, event_type.schedule)
    schedules.save_schedule(event_type.host, copy, name="B", timezone="Europe/Berlin", hours=[Hours(1, 60, 600)])
    save(event_type, schedule=copy.pk)


def pending(event_type: EventType) -> Booking:
    return event_type.bookings.get(status="pending")


def confirmed(event_type: EventType) -> Booking:
    return event_type.bookings.get(status="confirmed")


Verb = Callable[[EventType, User], object]
VERBS: dict[str, Verb] = {
    "a request is made": lambda each, host: make_booking(each, start=MONDAY_10),
    "a request is declined": lambda each, host: booking.decline(pending(each), now=NOW),
    "a booking is moved": lambda each, host: booking.reschedule(confirmed(each), MONDAY_10, by="guest", now=NOW),
    "the host moves a booking": lambda each, host: booking.reschedule(
        confirmed(each), MONDAY_10 - timedelta(hours=5), by="host", now=NOW
    ),
    "a booking is cancelled": lambda each, host: booking.cancel(confirmed(each), by="guest", now=NOW),
    "another duration": lambda each, host: save(each, minutes=90),
    "buffers": lambda each, host: save(each, buffer_before=timedelta(hours=1), buffer_after=timedelta(minutes=5)),
    "a notice": lambda each, host: save(each, minimum_notice=timedelta(days=30)),
    "a step": lambda each, host: save(each, step_minutes=10),
    "a window of days": lambda each, host: save(each, window_days=20),
    "a window of business days": lambda each, host: save(each, window_kind="business_days", window_days=20),
    "a window of dates": lambda each, host: save(each, window_kind="dates", first_date=MONDAY, last_date=MONDAY + DAY),
    "a limit": lambda each, host: save(each, limits=(Limit("week", count=1),)),
    "a limit of the year": lambda each, host: save(each, limits=(Limit("year", minutes=60),)),
    "starts a day": lambda each, host: save(each, most_per_day=1),
    "another address": lambda each, host: save(each, slug="elsewhere"),
    "another event type": lambda each, host: event_types.save_event_type(host, CALL),
    "a copy": lambda each, host: event_types.duplicate_event_type(host, each),
    "another order": lambda each, host: event_types.move_event_type(host, each, 1),
    "other hours and another zone": lambda each, host: save_hours(each),
    "another schedule": lambda each, host: use_another_schedule(each),
    "hours of a date": lambda each, host: schedules.save_date_hours(host, each.schedule, MONDAY, [(600, 660)]),
    "no hours of a date any more": lambda each, host: schedules.remove_date_hours(
        host, each.schedule, MONDAY + 7 * DAY
    ),
    "time off": lambda each, host: schedules.add_time_off(host, first=MONDAY, last=MONDAY + DAY),
    "no time off any more": lambda each, host: schedules.remove_time_off(host, host.time_off.get()),
    "travel": lambda each, host: schedules.add_travel(host, first=MONDAY, last=MONDAY, timezone="Asia/Tokyo"),
    "no travel any more": lambda each, host: schedules.remove_travel(host, host.travels.get()),
    "holidays": lambda each, host: schedules.save_holidays(host, country="DE", region="BY", worked=[]),
    "a request is approved": lambda each, host: booking.approve(pending(each), now=NOW),
    "a private link": lambda each, host: event_types.add_private_link(host, each, now=NOW),
    "no private link any more": lambda each, host: event_types.remove_private_link(
        host, event_types.add_private_link(host, each, now=NOW)
    ),
    "a schedule more and one less": lambda each, host: schedules.delete_schedule(
        host, schedules.duplicate_schedule(host, each.schedule)
    ),
    "another event type is gone": lambda each, host: event_types.delete_event_type(
        host, event_types.save_event_type(host, CALL)
    ),
    "a pause": lambda each, host: page.save_settings(host, handle="mara", platform="", details="", paused=True),
    "another handle": lambda each, host: page.save_settings(host, handle="elsewhere", platform="", details=""),
}
ALIKE = {  # no time changes
    *("another address", "another event type", "another event type is gone", "a copy", "another order"),
    *("another handle", "a request is approved", "a private link", "no private link any more"),
    *("a schedule more and one less", "a pause"),
}


@pytest.mark.parametrize("name", VERBS)
def test_the_page_shows_what_is_offered_after(name: str, event_type: EventType) -> None:
    before = queries.page_starts(again(event_type), now=NOW)
    assert queries.page_starts(again(event_type), now=NOW) == before == all_offered(event_type)

    VERBS[name](event_type, event_type.host)

    event_type.refresh_from_db()
    fresh = EventType.objects.select_related("schedule").get(pk=event_type.pk)
    after = queries.page_starts(again(event_type), now=NOW)
    assert after == all_offered(fresh)
    assert (after == before) == (name in ALIKE)
    first = {event_type.pk: after[0]} if after and name != "a pause" else {}
    assert queries.first_offered(event_type.host, [again(event_type)], now=NOW) == first
