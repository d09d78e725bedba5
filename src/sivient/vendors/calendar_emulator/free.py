"""The hour that the calendar page opens on: the next one of a working day in which nothing stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sivient.vendors.calendar_emulator.records import Account, Event, Show, instant

if TYPE_CHECKING:
    from sivient.vendors.calendar_emulator.emulator import CalendarEmulator

HOURS = range(10, 16)  # in which most people work
FIRST_WEEKEND_DAY = 5
AN_HOUR = timedelta(hours=1)
NOTICE = 2 * AN_HOUR  # before it: a booking page rarely offers less
LOOKED_AT = 28  # days


def next_free(emulator: CalendarEmulator, account: Account, since: date = date.min) -> datetime:
    """Return its beginning, ahead of now and not before `since`, in the account's zone.

    Of a calendar that is full for weeks, it is the first working hour.
    """
    zone = ZoneInfo(account.zone)
    now = emulator.clock.now()
    first = max(since, now.astimezone(zone).date())
    hours = [hour for hour in _working_hours(first, zone) if hour >= now + NOTICE]
    window = (hours[0], hours[-1] + AN_HOUR)
    events = [
        event
        for calendar in emulator.world.calendars_of(account.key)
        for event in emulator.world.listing(calendar.id, window)
        if event.show is not Show.FREE
    ]
    return next((hour for hour in hours if not any(_meet(event, hour, account) for event in events)), hours[0])


def _working_hours(first: date, zone: ZoneInfo) -> list[datetime]:
    days = [first + timedelta(days=number) for number in range(LOOKED_AT)]
    working = [day for day in days if day.weekday() < FIRST_WEEKEND_DAY]
    return [datetime.combine(day, time(hour), zone) for day in working for hour in HOURS]


def _meet(event: Event, hour: datetime, account: Account) -> bool:
    return instant(event.start, account.zone) < hour + AN_HOUR and hour < instant(event.end, account.zone)
