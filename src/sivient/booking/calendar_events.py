"""The event of a booking in its host's calendar: which one it gets, and who invites the guest."""

from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.booking.models import Booking
from sivient.calendars import queries as calendars
from sivient.calendars.models import WrittenEvent
from sivient.calendars.services import plan_event
from sivient.core.interval import Interval
from sivient.scheduling.calendar_choice import target_of


def give_event(booking: Booking, host: User) -> None:
    """Give a confirmed booking its event if a calendar receives it; that decides, once, who invites the guest.

    Only rows: the event's key is committed with the promise, and the calendar is asked by the work. The caller saves.
    """
    target = target_of(host, booking.event_type)
    booking.event = plan_event(host.pk, target) if target else None
    invites = target is not None and calendars.invites(target)
    booking.invites = Booking.Invites.CALENDAR if invites else Booking.Invites.MAIL


def seen_time(booking: Booking) -> Interval | None:
    """Return when the event is in the calendar, None when that is not known or cannot be a meeting."""
    event = booking.event
    if event is None or event.seen_start is None or event.seen_end is None:
        return None
    try:
        return Interval(event.seen_start, event.seen_end)
    except ValueError:
        return None


def moved_to(booking: Booking) -> Interval | None:
    """Return where somebody has moved the event, if it is there still and the booking has not followed."""
    event = booking.event
    if event is None or event.removed_at is not None or event.seen_gone_at is not None:
        return None
    in_place = (event.start, event.end) == (booking.start, booking.end)  # else our own change is on its way
    time = seen_time(booking)
    return time if in_place and time != Interval(booking.start, booking.end) else None


def renew_deleted_event(booking: Booking) -> bool:
    """Give the booking another event if somebody has deleted its own; say whether it was so. The caller saves.

    The deleted one counts as removed by us: if it is put back in the calendar, it takes its time as any other does.
    """
    event = booking.event
    if event is None or event.seen_gone_at is None:
        return False
    WrittenEvent.objects.filter(pk=event.pk).update(removed_at=Now())
    give_event(booking, booking.host)
    return True
