"""What the mails about a booking say of it, for one reader.

Guests' own words (note, answers, reasons) go to the host alone: a form must not mail strangers' text. The secret link
to the guest's page goes to the guest alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from sivient.booking.models import Booking, Conference
from sivient.booking.moving import CALENDAR
from sivient.booking.services import may_cancel, may_reschedule
from sivient.core.moments import city, clock, day, offset, until
from sivient.delivery.readers import Reader, Role
from sivient.scheduling.models import Platform


@dataclass(frozen=True, slots=True)
class When:
    """The time of a booking in the words of one reader."""

    day: str
    start: str
    end: str
    zone: str

    def __str__(self) -> str:
        return f"{self.day}, {self.start} to {self.end} ({self.zone})"


def about(
    booking: Booking,
    reader: Reader,
    conference: Conference | None = None,
    *,
    at: datetime,
    was: datetime | None = None,
) -> dict[str, object]:
    """Return what the templates of mails know; `at` is when the mail leaves, `was` the time that its reader knew."""
    for_host = reader.role is Role.HOST
    other_zone = booking.guest_timezone if for_host else booking.host.timezone
    own = when(booking, booking.start, reader.zone, reader.clock)
    other = when(booking, booking.start, other_zone, reader.clock)
    return {
        "booking": booking,
        "host": booking.host,
        "to_host": for_host,
        "to_guest": reader.role is Role.GUEST,
        "to_other": reader.role is Role.OTHER,
        "other_name": booking.guest_name if for_host else booking.host.name,
        "by_guest": booking.cancelled_by == "guest",
        "moved_by": _mover(booking, reader),
        "moved_in_calendar": booking.rescheduled_by == CALENDAR and reader.role is Role.HOST,
        "when": own,
        "was": when(booking, was, reader.zone, reader.clock) if was else None,
        "other_when": other if (other.day, other.start) != (own.day, own.start) else None,
        "answer_by": moment(booking.answer_by, reader) if booking.answer_by else "",
        "conference": conference,
        "link": conference.join_url if conference else "",
        "place": place(booking),
        "zoom": booking.platform == Platform.ZOOM,
        "zoom_link": conference is not None and conference.vendor == Platform.ZOOM,
        **_addresses(booking, reader, at),
    }


def when(booking: Booking, start: datetime, zone: str, hours: int) -> When:
    """Return the time of the booking if it began at `start`."""
    return When(
        day=day(start, zone),
        start=clock(start, zone, hours),
        end=until(start, start + (booking.end - booking.start), zone, hours),
        zone=f"{city(zone)}, {offset(start, zone)}",
    )


def moment(at: datetime, reader: Reader) -> str:
    """Return an instant in the reader's words: 'Tuesday 24 November 2026, 14:00 (Berlin, UTC+1)'."""
    zone = reader.zone
    return f"{day(at, zone)}, {clock(at, zone, reader.clock)} ({city(zone)}, {offset(at, zone)})"


def subject(booking: Booking, reader: Reader) -> str:
    """Return what the mail is about: 'Intro call with Mara, Tuesday 24 November 2026 14:00'.

    Of the others nobody knows the zone: theirs names the one it is in.
    """
    other = booking.guest_name if reader.role is Role.HOST else booking.host.name
    start, zone = booking.start, reader.zone
    named = f" ({city(zone)}, {offset(start, zone)})" if reader.role is Role.OTHER else ""
    return f"{booking.title} with {other}, {day(start, zone)} {clock(start, zone, reader.clock)}{named}"


def place(booking: Booking, *, needs_host: bool = False) -> str:
    """Return where the meeting happens, in words; the join link stands elsewhere. `needs_host`: none is on its way."""
    if booking.platform == Platform.ZOOM:
        return "There is no link yet" if needs_host else "Zoom (the link follows)"
    return f"{booking.get_platform_display()}: {booking.platform_details}".rstrip(": ")


def host_address(booking: Booking) -> str:
    """Return the address of the booking's page for the host."""
    return settings.BASE_URL + reverse("booking-detail", args=[booking.pk])


def _addresses(booking: Booking, reader: Reader, at: datetime) -> Mapping[str, str]:
    """Return the reader's own pages: the others have none, for the guest's page is a secret of the guest.

    Where the guest can do something no more, there is no address for it.
    """
    if reader.role is Role.HOST:
        return {"url": host_address(booking)}
    if reader.role is Role.OTHER:
        return {"url": ""}
    pages = {"url": "booked"}
    pages |= {"reschedule_url": "reschedule"} if may_reschedule(booking, at) else {}
    pages |= {"cancel_url": "cancel"} if may_cancel(booking, at) else {}
    return {name: settings.BASE_URL + reverse(page, args=[booking.token]) for name, page in pages.items()}


def _mover(booking: Booking, reader: Reader) -> str:
    """Return who rescheduled, as the beginning of a sentence, or '' when nobody did."""
    if not booking.rescheduled_by:
        return ""
    if booking.rescheduled_by == reader.role or (booking.rescheduled_by == CALENDAR and reader.role is Role.HOST):
        return "You"
    return booking.guest_name if booking.rescheduled_by == Role.GUEST else booking.host.name
