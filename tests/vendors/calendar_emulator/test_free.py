"""The calendar page opens on, and begins a new event with, an hour ahead that a booking page would offer."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sivient.vendors.calendar_emulator import Show
from sivient.vendors.calendar_emulator.free import next_free
from tests.vendors.calendar_emulator.conftest import Service

ZONE = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 3, 22, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        (SUNDAY, "Mon 23 10:00"),
        (SUNDAY + timedelta(hours=10), "Mon 23 10:00"),
        (datetime(2026, 3, 23, 9, 30, tzinfo=UTC), "Mon 23 13:00"),
        (datetime(2026, 3, 23, 17, tzinfo=UTC), "Tue 24 10:00"),
        (datetime(2026, 3, 27, 16, tzinfo=UTC), "Mon 30 10:00"),
    ],
)
def test_it_is_an_hour_of_a_working_day_that_leaves_time(service: Service, now: datetime, hour: str) -> None:
    service.it.clock.set(now)
    assert f"{next_free(service.it, service.world.accounts['host']):%a %d %H:%M}" == hour


def test_what_stands_in_the_calendar_is_left_alone(service: Service) -> None:
    service.it.clock.set(datetime(2026, 3, 23, 17, tzinfo=UTC))
    account = service.world.accounts["host"]
    service.add(hours=(8, 10))
    service.add(hours=(10, 11), show=Show.FREE)
    assert next_free(service.it, account) == datetime(2026, 3, 24, 11, tzinfo=ZONE)
    assert next_free(service.it, account, date(2026, 4, 11)) == datetime(2026, 4, 13, 10, tzinfo=ZONE)


def test_on_a_sunday_the_page_shows_the_week_that_begins(service: Service) -> None:
    service.it.clock.set(SUNDAY)
    page = service.open("/calendar?account=host").text
    assert "23 March to 29 March 2026" in page
    assert re.findall(r'name="(?:start|end)" value="([^"]*)"', page) == ["2026-03-23T10:00", "2026-03-23T11:00"]


def test_an_event_of_a_past_week_does_not_begin_in_the_past_and_a_later_week_begins_with_itself(
    service: Service,
) -> None:
    for week, start in (("2026-03-02", "2026-03-23T12:00"), ("2026-05-06", "2026-05-04T10:00")):
        assert f'name="start" value="{start}"' in service.open(f"/calendar?account=host&week={week}").text
