"""Why a verb of booking says no. The class says what happened; the pages put it into words."""

from datetime import datetime, timedelta

from sivient.booking.models import Booking
from sivient.core.explain import Rule
from sivient.core.interval import SECOND, Interval
from sivient.core.slots import nearest
from sivient.scheduling import queries
from sivient.scheduling.models import EventType

NEAREST = 3
_TAKEN = (Rule.BUSY, Rule.BOOKED, Rule.BUFFER)


class NotBooked(Exception):
    """The time was not promised. `nearest` has up to three free starts around it, in epoch seconds."""

    def __init__(self, *words: object) -> None:
        super().__init__(*words)
        self.nearest: list[int] = []


class SlotTaken(NotBooked):
    """Something stands in the way: somebody else booked first, or the host is busy."""


class NotOffered(NotBooked):
    """The time is not one of the offered ones: past, off the grid, outside the window or closed; or the duration."""


class TooManyOthers(NotOffered):
    """The guest brings more people than the event type allows."""


class CalendarUnread(NotBooked):
    """A calendar of the host cannot be read now, so that no time is known to be free."""


class OverLimit(NotBooked):
    """The host takes no more bookings of this event type in that day, week, month or year."""


class PageClosed(NotBooked):
    """The way to book is gone: the page, the event type or the private link, or the host takes no bookings now."""


class KeyReused(NotBooked):
    """The idempotency key belongs to a booking with other content."""


class NotReschedulable(Exception):
    """The booking stays where it is. The class says why."""


class NotCancellable(Exception):
    """The booking is not cancelled. The class says why."""


class TooLate(NotReschedulable, NotCancellable):
    """The meeting has begun, or it begins so soon that the host lets guests change it no more."""


class AlreadyMoved(NotReschedulable, NotCancellable):
    """The booking has changed since the page was read, on which somebody has answered, moved or cancelled it."""


class TooOften(NotReschedulable):
    """The booking was changed so often that guests change it no more: each change is a mail to everybody."""


class NotStanding(NotReschedulable):
    """The booking was cancelled or declined, or the request for it has expired."""


class NotOpen(NotReschedulable):
    """The host offers no times for it now: event type deleted, switched off or paused, or page not published."""


class NotPending(Exception):
    """The request waits no more. `status` says what has become of it."""

    def __init__(self, status: str) -> None:
        super().__init__(Booking.Status(status).label)
        self.status = Booking.Status(status)


class NotFree(Exception):
    """Inside a verb: the time cannot be had. `rule` refuses it; the nearest ones are looked for without the lock."""

    def __init__(self, rule: Rule = Rule.BOOKED) -> None:
        super().__init__(rule)
        self.rule = rule


class CalendarTaken(NotFree):
    """Inside a verb: the calendar itself says that the time is taken, which the page may not know yet."""

    def __init__(self) -> None:
        super().__init__(Rule.BUSY)


def meeting_time(start: datetime, length: timedelta = SECOND) -> Interval:
    """Return the time that a meeting would take, or the second at which it begins. Raises NotOffered: none can be."""
    try:
        time = Interval(start, start + length)
    except (ValueError, OverflowError):
        raise NotOffered from None
    if start.microsecond:
        raise NotOffered  # the grid has whole seconds
    return time


def refusal(
    event_type: EventType | None,
    start: datetime,
    refused: NotFree,
    *,
    now: datetime,
    minutes: int | None = None,
    moving: Booking | None = None,
) -> NotBooked:
    """Return what a verb says that refused a time, with the nearest ones that are free. Reads without any lock."""
    error: NotBooked = NotOffered()
    if refused.rule in _TAKEN:
        error = SlotTaken()
    elif refused.rule == Rule.LIMIT:
        error = OverLimit()
    fresh = as_it_is(event_type) if event_type else None
    if fresh is not None:
        apart = timedelta(minutes=minutes or fresh.minutes) if isinstance(refused, CalendarTaken) else timedelta()
        error.nearest = nearest_free(fresh, start, now=now, minutes=minutes, moving=moving, apart=apart)
    return error


def as_it_is(event_type: EventType) -> EventType | None:
    """Return the event type as it is now, or None: one that was read before shows the times of then."""
    return queries.event_types_loaded().filter(pk=event_type.pk).first()


def nearest_free(
    event_type: EventType,
    start: datetime,
    *,
    now: datetime,
    minutes: int | None = None,
    moving: Booking | None = None,
    apart: timedelta = timedelta(),
) -> list[int]:
    """Return the three offered starts nearest to `start`, in order of time, in epoch seconds.

    For a booking that is `moving`, they are those that would be offered without it, but not the one it has. None is
    nearer than `apart`. While the host's calendars cannot be read, there are none.
    """
    if queries.unread(event_type):
        return []
    wanted, away = int(start.timestamp()), int(apart.total_seconds())
    hold, own = (moving.hold_id, int(moving.start.timestamp())) if moving else (None, None)
    free = queries.offering(event_type, now=now, minutes=minutes, without=hold, but=own)
    return nearest(
        [*free.before(wanted - away + 1, NEAREST), *free.after(max(wanted + away, wanted + 1), NEAREST)],
        wanted,
        NEAREST,
    )
