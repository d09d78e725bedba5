"""The verbs for when a host works: what they store, and what they refuse."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sivient.accounts.gone import Gone
from sivient.accounts.models import User
from sivient.core.availability import Hours as OpenHours
from sivient.scheduling import schedules, weekly
from sivient.scheduling.models import DateHours, Hours, Schedule, SchedulingPage, Timetable
from sivient.scheduling.schedules import HoursUnfit, LastSchedule, ScheduleInUse, ScheduleUnfit, TravelOverlaps
from tests.factories import NOW, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TODAY = NOW.date()
DAY = timedelta(days=1)
MORNING = OpenHours(0, 540, 720)


@pytest.fixture
def schedule() -> Schedule:
    """The only schedule of a host, used by an event type."""
    return make_event_type().schedule


def unfit(verb: Callable[[], object]) -> set[str]:
    """The fields that the verb names."""
    with pytest.raises(ScheduleUnfit) as error:
        verb()
    assert all(sentence.endswith(".") for sentence in error.value.problems.values())
    return set(error.value.problems)


def save(host: User, schedule: Schedule | None = None, **fields: object) -> Schedule:
    wanted = {"name": "Evenings", "timezone": "Asia/Tokyo", "hours": [MORNING]} | fields
    return schedules.save_schedule(host, schedule, **wanted)  # type: ignore[arg-type]


def test_a_schedule_is_changed_whole(schedule: Schedule) -> None:
    saved = save(schedule.host, schedule, name=" My \n hours ")
    assert (saved.pk, saved.name, saved.timezone) == (schedule.pk, "My hours", "Asia/Tokyo")
    assert list(saved.hours.values_list("weekday", "start", "end")) == [(0, 540, 720)]


def test_a_second_schedule_is_added(schedule: Schedule) -> None:
    added = save(schedule.host)
    assert schedule.host.schedules.count() == 2
    assert added.pk != schedule.pk


def test_hours_that_overlap_are_refused_and_the_old_ones_stay(schedule: Schedule) -> None:
    with pytest.raises(HoursUnfit) as error:
        save(schedule.host, schedule, hours=[MORNING, OpenHours(0, 700, 800)])
    assert error.value.problems == {1: weekly.OVERLAP}
    assert Hours.objects.filter(schedule=schedule).count() == 5


def test_a_schedule_needs_a_name_and_a_zone_that_exists(schedule: Schedule) -> None:
    for name in ("", " \n", "x" * 61):
        assert unfit(lambda name=name: save(schedule.host, schedule, name=name)) == {"name"}  # type: ignore[misc]
    for zone in ("", "Mars/Olympus", "../etc/passwd", "\0"):
        assert unfit(lambda zone=zone: save(schedule.host, schedule, timezone=zone)) == {"timezone"}  # type: ignore[misc]


def test_schedules_are_not_without_number(schedule: Schedule) -> None:
    for _ in range(schedules.MOST_SCHEDULES - 1):
        save(schedule.host)
    assert unfit(lambda: save(schedule.host)) == {"name"}
    assert unfit(lambda: schedules.duplicate_schedule(schedule.host, schedule)) == {"name"}


def test_a_schedule_in_use_and_the_last_one_stay(schedule: Schedule) -> None:
    host, second = schedule.host, save(schedule.host)
    with pytest.raises(ScheduleInUse) as error:
        schedules.delete_schedule(host, schedule)
    assert [each.schedule for each in error.value.event_types] == [schedule]
    schedules.delete_schedule(host, second)
    host.event_types.all().delete()
    with pytest.raises(LastSchedule):
        schedules.delete_schedule(host, schedule)
    assert host.schedules.get() == schedule


def test_a_copy_has_the_same_hours_and_dates(schedule: Schedule) -> None:
    schedules.save_date_hours(schedule.host, schedule, TODAY, [(600, 660)])
    copy = schedules.duplicate_schedule(schedule.host, schedule)
    assert (copy.name, copy.timezone) == ("Working hours (copy)", "Europe/Berlin")
    assert copy.hours.count() == 5
    assert copy.date_hours.get().hours == [[600, 660]]
    assert schedule.date_hours.count() == 1
    assert schedules.duplicate_schedule(schedule.host, copy).name == "Working hours (copy)"


def test_a_date_has_its_hours_until_they_are_taken_away(schedule: Schedule) -> None:
    host = schedule.host
    schedules.save_date_hours(host, schedule, TODAY, [(800, 900), (600, 660)])
    schedules.save_date_hours(host, schedule, TODAY, [(1320, 120), (600, 660)])
    assert schedule.date_hours.get().hours == [[600, 660], [1320, 120]]
    schedules.remove_date_hours(host, schedule, TODAY)
    schedules.remove_date_hours(host, schedule, TODAY)
    assert not schedule.date_hours.exists()


@pytest.mark.parametrize(
    ("hours", "places"),
    [([(600, 600)], {0}), ([(600, 700), (650, 800)], {1}), ([(-1, 5), (5, 10)], {0}), ([(1, 2), (0, 1441)], {1})],
)
def test_hours_of_a_date_that_cannot_stay_are_named(
    schedule: Schedule, hours: list[tuple[int, int]], places: set[int]
) -> None:
    with pytest.raises(HoursUnfit) as error:
        schedules.save_date_hours(schedule.host, schedule, TODAY, hours)
    assert set(error.value.problems) == places


def test_dates_with_hours_are_not_without_number_but_past_ones_take_no_room(schedule: Schedule) -> None:
    DateHours.objects.bulk_create(
        DateHours(schedule=schedule, date=TODAY + (n - 5) * DAY) for n in range(schedules.MOST_DATES)
    )
    for n in range(4):
        schedules.save_date_hours(schedule.host, schedule, TODAY + (500 + n) * DAY, [])
    beyond = TODAY + 600 * DAY
    assert unfit(lambda: schedules.save_date_hours(schedule.host, schedule, beyond, [])) == {"date"}
    schedules.save_date_hours(schedule.host, schedule, TODAY + 500 * DAY, [(600, 660)])  # one that is there


def test_time_off_is_added_and_taken_away(schedule: Schedule) -> None:
    added = schedules.add_time_off(schedule.host, first=TODAY, last=TODAY + DAY, note=" Sea\nside ")
    assert (added.first, added.last, added.note) == (TODAY, TODAY + DAY, "Sea side")
    schedules.remove_time_off(make_host(), added)
    assert schedule.host.time_off.count() == 1
    schedules.remove_time_off(schedule.host, added)
    assert schedule.host.time_off.count() == 0


def test_a_journey_has_dates_of_its_own(schedule: Schedule) -> None:
    host = schedule.host
    added = schedules.add_travel(host, first=TODAY, last=TODAY + 3 * DAY, timezone="Asia/Tokyo")
    for first, last in ((0, 0), (-2, 0), (3, 9), (-9, 9), (1, 2)):
        with pytest.raises(TravelOverlaps):
            schedules.add_travel(host, first=TODAY + first * DAY, last=TODAY + last * DAY, timezone="UTC")
    schedules.add_travel(host, first=TODAY + 4 * DAY, last=TODAY + 4 * DAY, timezone="UTC")
    schedules.add_travel(make_host(), first=TODAY, last=TODAY, timezone="UTC")
    schedules.remove_travel(host, added)
    assert host.travels.count() == 1


def test_ranges_of_dates_are_in_order_and_in_years_that_can_be_booked(schedule: Schedule) -> None:
    host, long_ago, late = schedule.host, date(1, 1, 1), date(9999, 12, 31)
    assert unfit(lambda: schedules.add_time_off(host, first=TODAY, last=TODAY - DAY)) == {"last"}
    assert unfit(lambda: schedules.add_time_off(host, first=long_ago, last=late)) == {"first", "last"}
    assert unfit(lambda: schedules.add_time_off(host, first=TODAY, last=TODAY, note="x" * 101)) == {"note"}
    assert unfit(lambda: schedules.add_travel(host, first=TODAY, last=late, timezone="Mars")) == {"last", "timezone"}
    assert unfit(lambda: schedules.save_date_hours(host, schedule, late, [])) == {"date"}


def test_holidays_are_those_of_a_country_and_a_region_that_exist(schedule: Schedule) -> None:
    host = schedule.host
    schedules.save_holidays(host, country="DE", region="BY", worked=["Epiphany", "Epiphany", "All  Saints' Day"])
    page = SchedulingPage.objects.get(host=host)
    assert (page.holiday_country, page.holiday_region) == ("DE", "BY")
    assert page.holidays_worked == ["Epiphany", "All Saints' Day"]
    assert unfit(lambda: schedules.save_holidays(host, country="ZZ", region="", worked=[])) == {"country"}
    assert unfit(lambda: schedules.save_holidays(host, country="DE", region="TX", worked=[])) == {"region"}
    assert unfit(lambda: schedules.save_holidays(host, country="", region="BY", worked=[])) == {"region"}
    schedules.save_holidays(host, country="", region="", worked=[])
    assert SchedulingPage.objects.get(host=host).holiday_country == ""


def test_a_schedule_of_another_host_is_out_of_reach(schedule: Schedule) -> None:
    other = make_host()
    verbs: list[Callable[[], object]] = [
        lambda: save(other, schedule),
        lambda: schedules.delete_schedule(other, schedule),
        lambda: schedules.duplicate_schedule(other, schedule),
        lambda: schedules.save_date_hours(other, schedule, TODAY, []),
    ]
    for verb in verbs:
        with pytest.raises(Gone):
            verb()


def test_each_verb_turns_the_version_over(schedule: Schedule) -> None:
    host, before = schedule.host, Timetable.objects.get(host=schedule.host).version
    off = schedules.add_time_off(host, first=TODAY, last=TODAY)
    journey = schedules.add_travel(host, first=TODAY, last=TODAY, timezone="UTC")
    verbs: list[Callable[[], object]] = [
        lambda: save(host, schedule),
        lambda: schedules.save_date_hours(host, schedule, TODAY, []),
        lambda: schedules.remove_date_hours(host, schedule, TODAY),
        lambda: schedules.remove_time_off(host, off),
        lambda: schedules.remove_travel(host, journey),
        lambda: schedules.save_holidays(host, country="DE", region="", worked=[]),
        lambda: schedules.delete_schedule(host, schedules.duplicate_schedule(host, schedule)),
    ]
    for number, verb in enumerate(verbs, start=before + 3):
        verb()
        assert Timetable.objects.get(host=host).version >= number
