"""What host and guest read about the calendar of a booking: its name, what it asks, what the guests have answered."""

from dataclasses import dataclass
from datetime import datetime

from sivient.booking.calendar_changes import cancels_at
from sivient.booking.models import Booking
from sivient.booking.moving import hold_where_free
from sivient.booking.refusals import NotFree, NotStanding
from sivient.calendars import writing
from sivient.calendars.models import WrittenEvent
from sivient.core import moments
from sivient.core.interval import Interval
from sivient.delivery.readers import Reader
from sivient.integrations import registry
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Answer

CALENDAR = "the calendar"
ANSWERS = {Answer.ACCEPTED: "Accepted", Answer.DECLINED: "Declined", Answer.TENTATIVE: "Maybe"}
PASSED = "That time has passed."
TAKEN = "Another booking is there. This one cannot move there."
NO_MORE = "Another booking was there, but is no more."
Asks = Booking.CalendarAsks


@dataclass(frozen=True, slots=True)
class Question:
    """What the calendar has made of a booking, in sentences, and what becomes of it without an answer of the host.

    `follows`: the booking may be moved to where its event is.
    """

    happened: str
    otherwise: str
    follows: bool = False


def calendar_label(event: WrittenEvent | None) -> str:
    """Return the name behind an event: 'Google Calendar'; 'the calendar' when it is not known.

    A vendor that is a protocol has the account's name beside it: 'CalDAV (mara@cloud.example)'.
    """
    if event is None or event.calendar is None:
        return CALENDAR
    connection = event.calendar.connection
    provider = registry.provider(connection.vendor)
    own = connection.label if provider.oauth is None else ""
    return f"{provider.label} ({own})" if own else provider.label


def question(booking: Booking, reader: Reader) -> Question | None:
    """Return what the host's calendar asks about a booking, in the host's times; None when it asks nothing."""
    label, zone, name = calendar_label(booking.event), reader.zone, booking.guest_name
    if booking.calendar_asks == Asks.DELETED:
        return _deleted(booking, label, zone)
    if booking.calendar_asks == Asks.ELSEWHERE:
        happened = f"The event was deleted in {label}, or moved: its time is taken in another calendar of yours."
        kept = f"{_heard(booking, label, 'that it is cancelled')} If you keep it, it gets a new event in the calendar"
        return Question(happened, f"Until you answer, the booking stands. {kept} for bookings.")
    if booking.calendar_asks == Asks.MOVED and booking.calendar_start is not None:
        return _moved(booking, booking.calendar_start, label, zone)
    if booking.calendar_asks == Asks.CONFLICT:
        happened = f"Something else stands at this time in {label}. It could not be read when {name} booked."
        return Question(happened, f"Until you answer, the booking stands, and {name} expects you.")
    return None


def _heard(booking: Booking, label: str, what: str) -> str:
    """Return what the guest knows of it: where the provider invites, it may have told them `what`; else nothing."""
    if booking.invites == Booking.Invites.CALENDAR:
        return f"{label} may already have told {booking.guest_name} {what}."
    return f"{booking.guest_name} has heard nothing of it."


def _deleted(booking: Booking, label: str, zone: str) -> Question:
    name = booking.guest_name
    default = f"Without an answer the meeting is cancelled {_due(booking, label, zone)}, and {name} is told"
    if booking.invites == Booking.Invites.CALENDAR:
        default = f"{default} by mail. Keep it, and {name} is invited again"
    heard = _heard(booking, label, "that it is cancelled")
    return Question(f"The event was deleted in {label}.", f"{heard} {default}.")


def _moved(booking: Booking, start: datetime, label: str, zone: str) -> Question:
    """Say where the event was moved to, and whether the booking may follow now: that may change while it is asked."""
    passed, free = start <= database_now(), _may_be_there(booking)
    why = PASSED if passed else NO_MORE if free else TAKEN
    keeps = f"Until you answer, the booking keeps its time. {_heard(booking, label, 'the new time')}"
    if booking.invites == Booking.Invites.CALENDAR:
        keeps = f"{keeps} Keep the time, and {booking.guest_name} is told again."
    day, clock = moments.day(start, zone), moments.clock(start, zone)
    return Question(f"The event was moved to {day}, {clock} in {label}. {why}", keeps, follows=free and not passed)


def _may_be_there(booking: Booking) -> bool:
    """Say whether no other booking is where the event is now, as it is asked again when the booking follows it."""
    event = booking.event
    if event is None or event.seen_start is None or event.seen_end is None or event.seen_end <= event.seen_start:
        return False
    try:
        hold_where_free(booking, Interval(event.seen_start, event.seen_end))
    except (NotFree, NotStanding):
        return False
    return True


def _due(booking: Booking, label: str, zone: str) -> str:
    """Return until when the host may answer: 'at 14:15 (Berlin, UTC+1)'; after that the calendar has yet to answer."""
    due = cancels_at(booking)
    if due is None or due <= database_now():
        return f"as soon as {label} says once more that it is gone"
    return f"at {moments.clock(due, zone)} ({moments.city(zone)}, {moments.offset(due, zone)})"


def answer_of(booking: Booking, address: str) -> str:
    """Return what one who was invited has answered in the calendar: 'Accepted', '' for nothing yet."""
    if booking.event is None:
        return ""
    return ANSWERS.get(writing.answers(booking.event).get(address.lower(), Answer.NONE), "")
