"""What a host reads about a booking at whose start the clocks now show another time than was agreed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sivient.booking.models import Booking
from sivient.booking.moving import hold_where_free
from sivient.booking.refusals import NotFree, NotStanding
from sivient.booking.wall import has_shifted, meant_start
from sivient.core import moments
from sivient.core.interval import Interval

PASSED = "That time has passed."
SKIPPED = "The clocks skip that time now."
TAKEN = "You have another booking at that time. To move this one there, move that one first."


@dataclass(frozen=True, slots=True)
class ClockQuestion:
    """Both times, 'it was to be at' and 'it is now at', as sentences and buttons name them; `moves`: it may move."""

    happened: str
    means: str
    was: str
    now: str
    moves: bool


def clock_question(booking: Booking, now: datetime) -> ClockQuestion | None:
    """Return what is asked about the clocks, None when nothing is: it was not marked, or has begun, or stands no more.

    Nor when this process knows the law as it was agreed under: another one knows a newer one, or an older.
    """
    if not clock_asks(booking, now):
        return None
    was, is_now = _times(booking)
    city, name = moments.city(booking.wall_zone), booking.guest_name
    where = "your time" if booking.wall_zone == booking.host.timezone else f"in {city}"
    why = _why_not(booking, now)
    stands = f"Until you answer, nothing moves. {name} has heard nothing of it, and is told if you move it."
    return ClockQuestion(
        happened=f"The clocks of {city} have changed by law since this was booked.",
        means=" ".join(filter(None, (f"It was to be at {was} {where} and is now at {is_now}.", why, stands))),
        was=was,
        now=is_now,
        moves=not why,
    )


def clock_asks(booking: Booking, now: datetime) -> bool:
    """Say whether the host is to decide about the clocks at a booking's start."""
    return booking.wall_asked_at is not None and booking.stands and booking.start > now and has_shifted(booking)


def clock_line(booking: Booking) -> str:
    """Return one line of the mail about all of them: what it is, when it was to be, and when it is now."""
    (was, is_now), zone = _times(booking), booking.wall_zone
    day = moments.day(booking.start, zone)
    change = f"it was to be at {was}, and is now at {is_now} ({moments.city(zone)})"
    return f"{booking.title} with {booking.guest_name}, {day}: {change}"


def _times(booking: Booking) -> tuple[str, str]:
    """Return what was agreed and what is, '14:00' and '13:00'; with their days when they are two."""
    agreed, present = datetime.fromisoformat(booking.wall_start), booking.start.astimezone(ZoneInfo(booking.wall_zone))
    if agreed.date() == present.date():
        return f"{agreed:%H:%M}", f"{present:%H:%M}"
    return f"{agreed:%H:%M on %A}", f"{present:%H:%M on %A}"


def _why_not(booking: Booking, now: datetime) -> str:
    """Return why the booking cannot move to where the clocks show what was agreed, '' if it can."""
    start = meant_start(booking)
    if start is None:
        return SKIPPED
    if start <= now:
        return PASSED
    try:
        hold_where_free(booking, Interval(start, start + (booking.end - booking.start)))
    except (NotFree, NotStanding):
        return TAKEN
    return ""
