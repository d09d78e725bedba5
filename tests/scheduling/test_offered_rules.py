"""Each rule that a host can set, as the page shows it and as the booking verb asks it: the same answer."""

from datetime import date, timedelta
from typing import Any

import pytest

from sivient.core.interval import Interval
from sivient.core.slots import starts
from sivient.scheduling import queries
from sivient.scheduling.models import DateHours, EventType, SchedulingPage, TimeOff, Travel
from sivient.scheduling.rules import rules_of, whole_window
from tests.factories import MONDAY_10, NOW, make_event_type
from tests.scheduling.offers import MONDAY, again, all_offered, at, clocks, hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY


def per(period: str, *, count: int | None = None, minutes: int | None = None) -> dict[str, Any]:
    return {"per": period, "count": count, "minutes": minutes}


def agreed(event_type: EventType) -> list[int]:
    """What is offered, after the page, the verb and the explanation have been seen to agree about every instant."""
    free = all_offered(event_type)
    assert queries.page_starts(again(event_type), now=NOW) == free
    eight = int(at(MONDAY, 8).timestamp())
    for second in range(eight, eight + 10 * 3600, 2700):
        moment = MONDAY_10 + timedelta(seconds=second - MONDAY_10.timestamp())
        window = Interval(moment, moment + timedelta(seconds=1))
        booked = queries.offered(event_type, window=window, now=NOW)
        assert booked == ([second] if second in free else [])
        assert (queries.explain(event_type, moment, now=NOW).rule == "offered") == bool(booked)
    return free


RULES: list[dict[str, Any]] = [
    {},
    {"minutes": 45, "step_minutes": 15},
    {"buffer_before": timedelta(minutes=20), "buffer_after": timedelta(minutes=40)},
    {"minimum_notice": timedelta(days=15, hours=3)},
    {"window_days": 14},
    {"window_kind": "business_days", "window_days": 6},
    {"window_kind": "dates", "first_date": TUESDAY, "last_date": TUESDAY + 3 * DAY},
    {"most_per_day": 3},
    {"most_per_day": 2, "step_minutes": 15, "buffer_before": timedelta(hours=1)},
    {"limits": [per("day", count=2)]},
    {"limits": [per("week", count=3), per("day", minutes=60)]},
    {"limits": [per("month", minutes=90)]},
    {"limits": [per("year", count=4)], "most_per_day": 4},
]


@pytest.mark.parametrize("fields", RULES)
def test_page_verb_and_explanation_agree_about_each_rule(fields: dict[str, Any]) -> None:
    event_type = make_event_type(**fields)
    hold(event_type.host, at(MONDAY, 10), event_type=event_type)
    hold(event_type.host, at(MONDAY, 14, 15), minutes=45, event_type=event_type, buffer_after=timedelta(minutes=10))
    hold(event_type.host, at(TUESDAY, 9))
    agreed(event_type)


def test_a_guest_may_choose_another_duration_and_gets_its_times() -> None:
    event_type = make_event_type(more_minutes=[120])
    assert clocks(event_type, MONDAY, minutes=120) == ["09:00", "11:00", "13:00", "15:00"]
    assert clocks(event_type, MONDAY)[:2] == ["09:00", "09:30"]


def test_the_step_is_the_hosts_for_every_duration() -> None:
    event_type = make_event_type(more_minutes=[120], step_minutes=60)
    assert clocks(event_type, MONDAY, minutes=120)[:2] == ["09:00", "10:00"]


@pytest.mark.parametrize(
    ("period", "held"),
    [("day", (2027, 3, 31)), ("week", (2027, 3, 29)), ("month", (2027, 3, 1)), ("year", (2027, 1, 1))],
)
def test_a_limit_counts_bookings_far_from_the_time_that_is_asked_about(period: str, held: tuple[int, int, int]) -> None:
    """The first and the last of a period know of each other, also when the verb asks about one second."""
    event_type = make_event_type(limits=[per(period, count=1)], window_days=400)
    now, wanted = at(date(2027, 1, 2), 12), at(date(2027, 3, 31), 16)  # a Wednesday
    hold(event_type.host, at(date(*held), 3), event_type=event_type)
    window = Interval(wanted, wanted + timedelta(seconds=1))
    assert queries.offered(event_type, window=window, now=now) == []
    assert wanted.timestamp() not in queries.page_starts(event_type, now=now)
    assert queries.explain(event_type, wanted, now=now).rule == "limit"


def test_a_hold_of_another_event_type_takes_time_and_does_not_count() -> None:
    event_type = make_event_type(limits=[per("day", count=1)])
    other = make_event_type(event_type.host)
    hold(event_type.host, at(MONDAY, 9), event_type=other)
    assert clocks(event_type, MONDAY)[0] == "09:30"
    hold(event_type.host, at(MONDAY, 10), event_type=event_type, counts=False)
    assert "09:30" in clocks(event_type, MONDAY)
    hold(event_type.host, at(MONDAY, 11), event_type=event_type)
    assert clocks(event_type, MONDAY) == []


def test_a_hold_that_is_to_be_moved_neither_stands_in_the_way_nor_counts() -> None:
    event_type = make_event_type(limits=[per("day", count=1)])
    own = hold(event_type.host, at(MONDAY, 10), event_type=event_type)
    assert clocks(event_type, MONDAY) == []
    window = whole_window(event_type, NOW)
    free = queries.offered(event_type, window=window, now=NOW, without=own.pk)
    assert at(MONDAY, 10).timestamp() in free
    assert queries.page_starts(event_type, now=NOW, without=own.pk) == free
    assert queries.explain(event_type, at(MONDAY, 10), now=NOW, without=own.pk).rule == "offered"


def test_dates_with_other_hours_replace_the_week() -> None:
    event_type = make_event_type(minutes=60)
    DateHours.objects.create(schedule=event_type.schedule, date=MONDAY, hours=[[600, 720], [1380, 60]])
    DateHours.objects.create(schedule=event_type.schedule, date=TUESDAY, hours=[])
    assert clocks(event_type, MONDAY) == ["10:00", "11:00", "23:00"]
    assert clocks(event_type, TUESDAY) == ["00:00"]  # of Monday's evening
    agreed(event_type)


def test_time_off_closes_every_schedule_of_the_host() -> None:
    event_type = make_event_type()
    second = make_event_type(event_type.host)
    DateHours.objects.create(schedule=second.schedule, date=MONDAY, hours=[[600, 720]])
    TimeOff.objects.create(host=event_type.host, first=MONDAY, last=TUESDAY)
    for each in (event_type, second):
        assert clocks(each, MONDAY) == clocks(each, TUESDAY) == []
        assert clocks(each, MONDAY + 2 * DAY)
        agreed(each)


def test_on_a_journey_the_hours_are_those_of_the_other_zone() -> None:
    event_type = make_event_type(minutes=60)
    Travel.objects.create(host=event_type.host, first=MONDAY, last=MONDAY, timezone="Europe/London")
    assert clocks(event_type, MONDAY)[0] == "10:00"
    assert clocks(event_type, TUESDAY)[0] == "09:00"
    agreed(event_type)


def test_holidays_are_closed_but_those_on_which_the_host_works() -> None:
    event_type = make_event_type(window_days=400)
    year = NOW.year + 1
    epiphany = next(date(each, 1, 6) for each in (year, year + 1) if date(each, 1, 6).weekday() < 5)
    now = at(epiphany - 10 * DAY, 9)
    page = SchedulingPage.objects.filter(host=event_type.host)
    assert clocks(event_type, epiphany, now=now)
    page.update(holiday_country="DE", holiday_region="BY")
    assert clocks(event_type, epiphany, now=now) == []
    assert queries.explain(event_type, at(epiphany, 10), now=now).sentence.endswith("is a holiday.")
    page.update(holidays_worked=["Epiphany"])
    assert clocks(event_type, epiphany, now=now)
    page.update(holidays_worked=[], holiday_region="BE")  # not a holiday in Berlin
    assert clocks(event_type, epiphany, now=now)


def test_the_whole_window_holds_whatever_the_rules_offer() -> None:
    wide = [
        make_event_type(window_kind="business_days", window_days=n, minimum_notice=timedelta()) for n in (1, 4, 5, 260)
    ]
    wide += [make_event_type(window_days=n, minimum_notice=timedelta()) for n in (1, 30, 730)]
    for event_type in wide:
        beyond = Interval(NOW, NOW + timedelta(days=800))
        whole = whole_window(event_type, NOW)
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            event_type.schedule.timezone = zone
            event_type.schedule.save()
            opened = queries.availability_of(event_type.schedule, window=beyond)
            found = starts(opened, rules_of(event_type), window=beyond, busy=(), booked=(), now=NOW)
            assert whole.start.timestamp() <= found[0]
            assert found[-1] < whole.end.timestamp()
