"""The words of the mails about a booking. Guests' notes go to the host only: a form must not mail strangers' text."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sivient.booking.models import Booking, Conference
from sivient.core import imip
from sivient.core.invite import Invite, Method, Party
from sivient.core.moments import city, clock, day, offset
from sivient.delivery.edition import Edition
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


def invite(booking: Booking, conference: Conference | None, edition: Edition, *, to_host: bool) -> EmailMessage:
    """Return one edition of the invite for one of the two, with the join link if it exists."""
    request = itip(booking, conference, method="REQUEST", sequence=edition.sequence, at=edition.at, to_host=to_host)
    context = _context(booking, conference, to_host=to_host)
    word = "Updated invitation" if edition.sequence else "Invitation"
    return imip.message(
        request,
        to=request.host if to_host else request.guest,
        subject=f"{word}: {_subject(booking, to_host=to_host)}",
        text=render_to_string("delivery/invite.txt", context),
        html=render_to_string("delivery/invite.html", context),
        date=edition.at,
    )


def cancellation(booking: Booking, conference: Conference | None, *, to_host: bool, invited: bool) -> EmailMessage:
    """Return the mail that takes the event out of one calendar; a plain notice if no invite can be there."""
    at = booking.cancelled_at or timezone.now()
    sequence = (booking.sequence or 0) + 1
    cancel = itip(booking, None, method="CANCEL", sequence=sequence, at=at, to_host=to_host)
    to, reply_to = (cancel.host, cancel.guest) if to_host else (cancel.guest, cancel.host)
    context = _context(booking, conference, to_host=to_host) | {"invited": invited}
    subject = f"Cancelled: {_subject(booking, to_host=to_host)}"
    text = render_to_string("delivery/cancelled.txt", context)
    html = render_to_string("delivery/cancelled.html", context)
    if invited:
        return imip.message(cancel, to=to, subject=subject, text=text, html=html, date=at)
    mail_id = imip.message_id(booking.uid, sequence, "cancelled", to=to, sender=cancel.organizer)
    return imip.plain(
        mail_id, sender=cancel.organizer, to=to, reply_to=reply_to, subject=subject, text=text, html=html, date=at
    )


def no_link(booking: Booking, reason: str) -> EmailMessage:
    """Return the mail that tells the host that a booking has no link and will not get one by itself."""
    host, sender = Party(booking.host.name, booking.host.email), Party("Sivient", settings.MAIL_FROM)
    context = _context(booking, None, to_host=True) | {"reason": reason}
    return imip.plain(
        imip.message_id(booking.uid, booking.version, "no-link", to=host, sender=sender),
        sender=sender,
        to=host,
        subject=f"No Zoom link: {_subject(booking, to_host=True)}",
        text=render_to_string("delivery/no_link.txt", context),
        html=render_to_string("delivery/no_link.html", context),
        date=timezone.now(),
    )


def agenda(booking: Booking) -> str:
    """Return what the Zoom meeting says about itself: enough for the host to find the booking, nothing of the guest."""
    return f"Booking ref {booking.uid[:8].upper()}\n{_host_url(booking)}"


def itip(
    booking: Booking,
    conference: Conference | None,
    *,
    method: Method,
    sequence: int,
    at: datetime,
    to_host: bool = False,
) -> Invite:
    """Return what an invite of the booking says, by mail or as a file. Each reader's has only their own link to us."""
    host = booking.host
    context = _context(booking, conference, to_host=to_host)
    return Invite(
        uid=booking.uid,
        sequence=sequence,
        method=method,
        start=booking.start,
        end=booking.end,
        summary=f"{booking.title}: {booking.guest_name} and {host.name}",
        organizer=Party(f"{host.name} (via Sivient)", settings.MAIL_FROM),
        guest=Party(booking.guest_name, booking.guest_email),
        host=Party(host.name, host.email or settings.MAIL_FROM),  # a provider may give no address
        dtstamp=at,
        description=render_to_string("delivery/description.txt", context),
        join_url=conference.join_url if conference else None,
        join_label="Join Zoom Meeting",
        location=_place(booking),
        url=str(context["url"]),
    )


def _context(booking: Booking, conference: Conference | None, *, to_host: bool) -> dict[str, object]:
    host = booking.host
    own, other = _when(booking, to_host=to_host), _when(booking, to_host=not to_host)
    return {
        "booking": booking,
        "host": host,
        "to_host": to_host,
        "other_name": booking.guest_name if to_host else host.name,
        "by_guest": booking.cancelled_by == "guest",
        "when": own,
        "other_when": other if (other.day, other.start) != (own.day, own.start) else None,
        "conference": conference,
        "link": conference.join_url if conference else "",
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
