"""Instants in words, in somebody's zone. Mails and pages must not say one time in two ways."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_NEAR = timedelta(days=183)  # half a year: no month of it comes twice


def day(at: datetime, zone: str) -> str:
    """Return the local date, such as 'Tuesday 24 November 2026'."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B} {local.year}"


def needs_year(day: date, today: date) -> bool:
    """Say whether a date cannot be told without its year: it is in another one than today, or half a year away."""
    return day.year != today.year or abs(day - today) > _NEAR


def month(at: datetime, zone: str, now: datetime) -> str:
    """Return the local month, such as 'November', with its year where the date needs it: 'October 2028'."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%B}{_year(local, now)}"


def short_day(at: datetime, zone: str, now: datetime) -> str:
    """Return the local date in short, such as 'Tue 24 Nov', with its year where it needs it: 'Mon 23 Oct 2028'."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b}{_year(local, now)}"


def clock(at: datetime, zone: str, hours: int = 24) -> str:
    """Return the local time of day: '14:00', or '2:00 pm' on a 12-hour clock."""
    local = at.astimezone(ZoneInfo(zone))
    if hours == 12:
        return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return f"{local:%H:%M}"


def until(start: datetime, end: datetime, zone: str, hours: int = 24) -> str:
    """Return the local time of an end, with the weekday when it is another day than the start's: '0:30 on Tuesday'."""
    local = end.astimezone(ZoneInfo(zone))
    time = clock(end, zone, hours)
    return time if local.date() == start.astimezone(ZoneInfo(zone)).date() else f"{time} on {local:%A}"


def city(zone: str) -> str:
    """Return the place a zone is named after: 'Lisbon' for Europe/Lisbon."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def offset(at: datetime, zone: str) -> str:
    """Return the offset from UTC at that instant, such as 'UTC+1' or 'UTC+5:30'."""
    delta = at.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(delta.total_seconds()) // 60 if delta is not None else 0
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


def happened(at: datetime, zone: str, now: datetime) -> str:
    """Return the local time of day with seconds, such as '14:00:05', and with the date when it is not today's."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local.day} {local:%b}, {local:%H:%M:%S}"


def _year(local: datetime, now: datetime) -> str:
    return f" {local.year}" if needs_year(local.date(), now.astimezone(local.tzinfo).date()) else ""
