"""Plain mails about a booking, without an invite: requests and their answers, and a link that will not come."""

from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string

from sivient.booking.models import Booking, Conference
from sivient.core import imip
from sivient.core.invite import Party
from sivient.delivery.mails import organizer
from sivient.delivery.readers import Reader, Role
from sivient.delivery.words import about, subject


def request(booking: Booking, reader: Reader) -> EmailMessage:
    """Return the mail that asks the host for an answer. Its links only open pages: mail scanners follow links."""
    word = "Request rescheduled" if booking.rescheduled_at else "Request"
    return notice("request", word, booking, reader, at=_asked_at(booking), was=booking.previous_start)


def request_received(booking: Booking, reader: Reader) -> EmailMessage:
    """Return the mail that tells the guest that the time is held, and until when the host can answer."""
    word = "Request rescheduled" if booking.rescheduled_at else "Request received"
    return notice("request_received", word, booking, reader, at=_asked_at(booking), was=booking.previous_start)


def declined(booking: Booking, reader: Reader) -> EmailMessage:
    """Return the mail that tells the guest that the request came to nothing: declined, or not answered in time."""
    expired = booking.status == Booking.Status.EXPIRED
    word = "Request expired" if expired else "Request declined"
    return notice("declined", word, booking, reader, at=_ended_at(booking), expired=expired)


def request_expired(booking: Booking, reader: Reader) -> EmailMessage:
    """Return the mail that tells the host that nobody has answered."""
    return notice("request_expired", "Request expired", booking, reader, at=_ended_at(booking))


def no_link(booking: Booking, reader: Reader, *, reason: str, final: bool, at: datetime) -> EmailMessage:
    """Return the mail that asks the host for a link; `final`: none comes by itself, and `reason` says why."""
    word = "No Zoom link" if final else "No Zoom link yet"
    return notice("no_link", word, booking, reader, at=at, reason=reason, final=final)


def link_late(booking: Booking, reader: Reader, *, at: datetime) -> EmailMessage:
    """Return the mail that tells the guest, shortly before the meeting, that the link to it comes yet."""
    return notice("link_late", "The link follows", booking, reader, at=at)


def fallback_used(booking: Booking, reader: Reader, link: Conference, why: str, *, at: datetime) -> EmailMessage:
    """Return the mail that tells the host that guests have the fallback link; `why` is a sentence."""
    return notice("fallback_used", "Fallback link used", booking, reader, at=at, why=why, fallback=link.join_url)


def notice(
    name: str,
    word: str,
    booking: Booking,
    reader: Reader,
    *,
    at: datetime,
    was: datetime | None = None,
    mail: str = "",
    **more: object,
) -> EmailMessage:
    """Return the mail of the templates `name`, which know of `more`; `word` begins its subject.

    `mail` tells it from others of its name that the same version of the booking brings; most come once.
    """
    host = booking.host
    to, guest = Party(reader.name, reader.address), Party(booking.guest_name, booking.guest_email)
    if reader.role is Role.HOST:
        sender, reply_to = Party("Sivient", settings.MAIL_FROM), guest
    else:
        sender, reply_to = organizer(booking), Party(host.name, host.email or settings.MAIL_FROM)
    kind, context = mail or name.replace("_", "-"), about(booking, reader, at=at, was=was) | more
    return imip.plain(
        imip.message_id(booking.uid, booking.version, kind, to=to, sender=sender, role=reader.role),
        sender=sender,
        to=to,
        reply_to=reply_to,
        subject=f"{word}: {subject(booking, reader)}",
        text=render_to_string(f"delivery/{name}.txt", context),
        html=render_to_string(f"delivery/{name}.html", context),
        date=at,
    )


def _asked_at(booking: Booking) -> datetime:
    return booking.rescheduled_at or booking.created_at


def _ended_at(booking: Booking) -> datetime:
    return booking.cancelled_at or booking.created_at
