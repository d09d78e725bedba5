"""What host and guest read about the calendar of a booking: its name, what it asks, what the guests have answered."""

from dataclasses import dataclass

from sivient.booking.calendar_changes import GONE_DUE
from sivient.booking.models import Booking
from sivient.calendars import writing
from sivient.calendars.models import WrittenEvent
from sivient.core import moments
from sivient.delivery.readers import Reader
from sivient.integrations import registry
from sivient.jobs.models import Work
from sivient.ports.calendars import Answer

CALENDAR = "the calendar"
ANSWERS = {Answer.ACCEPTED: "Accepted", Answer.DECLINED: "Declined", Answer.TENTATIVE: "Maybe"}
Asks = Booking.CalendarAsks


@dataclass(frozen=True, slots=True)
class Question:
    """What the calendar has made of a booking, in sentences, and what becomes of it without an answer of the host."""

    happened: str
    otherwise: str


def calendar_label(event: WrittenEvent | None) -> str:
    """Return the name of the vendor behind an event: 'Google Calendar'; 'the calendar' when it is not known."""
    if event is None or event.calendar is None:
        return CALENDAR
    return registry.provider(event.calendar.connection.vendor).label


def question(booking: Booking, reader: Reader) -> Question | None:
    """Return what the host's calendar asks about a booking, in the host's times; None when it asks nothing."""
    label, zone, name = calendar_label(booking.event), reader.zone, booking.guest_name
    if booking.calendar_asks == Asks.DELETED:
        default = f"Without an answer the meeting is cancelled{_due(booking, zone)}, and {name} is told."
        return Question(f"The event was deleted in {label}.", default)
    if booking.calendar_asks == Asks.MOVED and booking.calendar_start is not None:
        start = booking.calendar_start
        moved = f"The event was moved to {moments.day(start, zone)}, {moments.clock(start, zone)} in {label}."
        return Question(
            f"{moved} Another booking is there.", f"Until you answer, the booking keeps its time, and {name} knows it."
        )
    if booking.calendar_asks == Asks.CONFLICT:
        return Question(
            f"Something else stands at this time in {label}. It could not be read when {name} booked.",
            f"Until you answer, the booking stands, and {name} expects you.",
        )
    return None


def _due(booking: Booking, zone: str) -> str:
    """Return until when the host may answer: ' at 14:15 (Berlin, UTC+1)'."""
    waits = Work.objects.filter(kind=GONE_DUE, key=f"event:{booking.event_id}", state=Work.State.WAITING).first()
    if waits is None:
        return " soon"
    return f" at {moments.clock(waits.run_at, zone)} ({moments.city(zone)}, {moments.offset(waits.run_at, zone)})"


def answer_of(booking: Booking, address: str) -> str:
    """Return what one who was invited has answered in the calendar: 'Accepted', '' for nothing yet."""
    if booking.event is None:
        return ""
    return ANSWERS.get(writing.answers(booking.event).get(address.lower(), Answer.NONE), "")
