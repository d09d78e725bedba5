"""The words of the mails about a booking. Guests' notes go to the host only: a form must not mail strangers' text."""

from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.core import imip
from sivient.core.invite import Invite, Method, Party
from sivient.core.moments import city, clock, day, offset
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


def invite(booking: Booking, *, link: str, sequence: int, to_host: bool) -> EmailMessage:
    """Return the invite for one of the two, with the join link if it exists."""
    request = itip(booking, method="REQUEST", sequence=sequence, link=link)
    context = _context(booking, to_host=to_host) | {"link": link, "updated": sequence > 0}
    subject = f"{'Updated invitation' if sequence else 'Invitation'}: {_subject(booking, to_host=to_host)}"
    return imip.message(
        request,
        to=request.host if to_host else request.guest,
        subject=subject,
        text=render_to_string("delivery/invite.txt", context),
        html=render_to_string("delivery/invite.html", context),
        date=timezone.now(),
    )


def cancellation(booking: Booking, *, sequence: int) -> EmailMessage:
    """Return the mail that takes the event out of the guest's calendar."""
    cancel = itip(booking, method="CANCEL", sequence=sequence, link="")
    context = _context(booking, to_host=False) | {"by_guest": booking.cancelled_by == "guest"}
    return imip.message(
        cancel,
        to=cancel.guest,
        subject=f"Cancelled: {_subject(booking, to_host=False)}",
        text=render_to_string("delivery/cancelled.txt", context),
        html=render_to_string("delivery/cancelled.html", context),
        date=timezone.now(),
    )


def host_cancellation(booking: Booking, *, sequence: int, meeting: Conference | None) -> EmailMessage:
    """Return the mail that takes the event out of the host's calendar and says what stays in Zoom."""
    cancel = itip(booking, method="CANCEL", sequence=sequence, link="")
    context = _context(booking, to_host=True) | {"by_guest": booking.cancelled_by == "guest", "meeting": meeting}
    return imip.message(
        cancel,
        to=cancel.host,
        subject=f"Cancelled: {_subject(booking, to_host=True)}",
        text=render_to_string("delivery/cancelled.txt", context),
        html=render_to_string("delivery/cancelled.html", context),
        date=timezone.now(),
    )


def agenda(booking: Booking) -> str:
    """Return what the Zoom meeting says about itself: enough for the host to find the booking, nothing of the guest."""
    return f"Booking ref {booking.uid.hex[:8].upper()}\n{_host_url(booking)}"


def itip(booking: Booking, *, method: Method, sequence: int, link: str) -> Invite:
    """Return what every invite of the booking says, by mail or as a file."""
    host = booking.host
    description = render_to_string("delivery/description.txt", _context(booking, to_host=False) | {"link": link})
    return Invite(
        uid=f"{booking.uid}@{settings.MAIL_FROM.rpartition('@')[2]}",
        sequence=sequence,
        method=method,
        start=booking.start,
        end=booking.end,
        summary=f"{booking.title}: {booking.guest_name} and {host.name}",
        organizer=Party(f"{host.name} (via Sivient)", settings.MAIL_FROM),
        guest=Party(booking.guest_name, booking.guest_email),
        host=Party(host.name, host.email or settings.MAIL_FROM),  # a provider may give no address
        dtstamp=timezone.now(),
        description=description,
        join_url=link or None,
        join_label="Join Zoom Meeting",
        location=_place(booking),
        url=_guest_url(booking),
    )


def _context(booking: Booking, *, to_host: bool) -> dict[str, object]:
    host = booking.host
    own, other = _when(booking, to_host=to_host), _when(booking, to_host=not to_host)
    return {
        "booking": booking,
        "host": host,
        "to_host": to_host,
        "other_name": booking.guest_name if to_host else host.name,
        "when": own,
        "other_when": other if (other.day, other.start) != (own.day, own.start) else None,
        "place": _place(booking),
        "zoom": booking.platform == Platform.ZOOM,
        "url": _host_url(booking) if to_host else _guest_url(booking),
        "cancel_url": settings.BASE_URL + reverse("cancel", args=[booking.token]),
    }


def _when(booking: Booking, *, to_host: bool) -> When:
    zone = booking.host.timezone if to_host else booking.guest_timezone
    hours = 24 if to_host else booking.guest_clock
    return When(
        day=day(booking.start, zone),
        start=clock(booking.start, zone, hours),
        end=clock(booking.end, zone, hours),
        zone=f"{city(zone)}, {offset(booking.start, zone)}",
    )


def _subject(booking: Booking, *, to_host: bool) -> str:
    when = _when(booking, to_host=to_host)
    other = booking.guest_name if to_host else booking.host.name
    return f"{booking.title} with {other}, {when.day} {when.start}"


def _place(booking: Booking) -> str:
    if booking.platform == Platform.ZOOM:
        return "Zoom (the link follows)"
    return f"{booking.get_platform_display()}: {booking.platform_details}".rstrip(": ")


def _guest_url(booking: Booking) -> str:
    return settings.BASE_URL + reverse("booked", args=[booking.token])


def _host_url(booking: Booking) -> str:
    return settings.BASE_URL + reverse("booking-detail", args=[booking.pk])
