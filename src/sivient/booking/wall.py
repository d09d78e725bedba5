"""The wall time of a booking: what a clock at its host's place was to show at its start, by the law of the day.

A booking is an instant and does not move. Only this tells later whether a new law moves the clocks away from it.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sivient.booking.models import Booking
from sivient.scheduling import queries


def wall_time(at: datetime, zone: str) -> str:
    """Return what a clock in the zone shows at that instant, by the law as it is now: '2026-11-24T14:00'."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


def keep_wall(booking: Booking) -> None:
    """Write down the wall time of a start that was agreed just now; the caller saves.

    Its zone is that of the hours of its event type; when that is gone, the one before.
    """
    if booking.event_type is not None:
        booking.wall_zone = queries.zone_at(booking.event_type.schedule, booking.start)
    booking.wall_zone = booking.wall_zone or booking.host.timezone
    booking.wall_start = wall_time(booking.start, booking.wall_zone)
    booking.wall_asked_at = None


def has_shifted(booking: Booking) -> bool:
    """Say whether the clocks show another time at the start than was agreed. Of a zone that is gone, nobody knows."""
    try:
        return bool(booking.wall_start) and wall_time(booking.start, booking.wall_zone) != booking.wall_start
    except (ZoneInfoNotFoundError, ValueError):
        return False


def meant_start(booking: Booking) -> datetime | None:
    """Return the instant at which the clocks show what was agreed, by the law as it is now: the first, if it comes
    twice (RFC 5545, section 3.3.5). None: the clocks skip it.
    """
    wall = datetime.fromisoformat(booking.wall_start)
    start = wall.replace(tzinfo=ZoneInfo(booking.wall_zone)).astimezone(UTC)
    return start if wall_time(start, booking.wall_zone) == booking.wall_start else None
