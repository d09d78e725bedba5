"""What host and guest read about the calendar of a booking: its name, what it asks, what the guests have answered."""

from dataclasses import dataclass
from datetime import datetime

from sivient.booking.calendar_changes import cancels_at
from sivient.booking.models import Booking
from sivient.calendars import writing
from sivient.calendars.models import WrittenEvent
from sivient.core import moments
from sivient.delivery.readers import Reader
from sivient.integrations import registry
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Answer

CALENDAR = "the calendar"
ANSWERS = {Answer.ACCEPTED: "Accepted", Answer.DECLINED: "Declined", Answer.TENTATIVE: "Maybe"}
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
    """Return the name of the vendor behind an event: 'Google Calendar'; 'the calendar' when it is not known."""
    if event is None or event.calendar is None:
        return CALENDAR
    return registry.provider(event.calendar.connection.vendor).label


def question(booking: Booking, reader: Reader) -> Question | None:
    """Return what the host's calendar asks about a booking, in the host's times; None when it asks nothing."""
    label, zone, name = calendar_label(booking.event), reader.zone, booking.guest_name
    stands = f"Until you answer, the booking stands, and {name} expects you."
    if booking.calendar_asks == Asks.DELETED:
        default = f"Without an answer the meeting is cancelled {_due(booking, label, zone)}, and {name} is told."
        return Question(f"The event was deleted in {label}.", default)
    if booking.calendar_asks == Asks.ELSEWHERE:
        happened = f"The event was deleted in {label}, or moved: its time is taken in another calendar of yours."
        return Question(happened, f"{stands} If you keep it, it gets a new event in the calendar for bookings.")
    if booking.calendar_asks == Asks.MOVED and booking.calendar_start is not None:
        return _moved(booking, booking.calendar_start, label, zone)
    if booking.calendar_asks == Asks.CONFLICT:
        happened = f"Something else stands at this time in {label}. It could not be read when {name} booked."
        return Question(happened, stands)
    return None


def _moved(booking: Booking, start: datetime, label: str, zone: str) -> Question:
    passed = booking.calendar_asked_at is not None and start <= booking.calendar_asked_at
    why = "That time has passed." if passed else "Another booking is there."
    return Question(
        f"The event was moved to {moments.day(start, zone)}, {moments.clock(start, zone)} in {label}. {why}",
        f"Until you answer, the booking keeps its time, and {booking.guest_name} knows it.",
        follows=not passed,
    )


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
