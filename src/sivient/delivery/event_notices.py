"""The plain mails around a booking that stands in its host's calendar. Invites are not among them."""

from datetime import datetime
from email.message import EmailMessage

from django.template.loader import render_to_string

from sivient.booking.models import Booking, Conference
from sivient.core import imip
from sivient.core.invite import Party
from sivient.delivery.calendar_words import Question, calendar_label
from sivient.delivery.edition import Told
from sivient.delivery.mails import organizer
from sivient.delivery.notices import notice
from sivient.delivery.readers import Reader
from sivient.delivery.words import about, subject


def host_notice(
    booking: Booking, conference: Conference | None, *, reader: Reader, told: Told, at: datetime
) -> EmailMessage:
    """Return the mail that tells the host of a booking, or of its new time; the event itself is in their calendar."""
    was = told.start if told.start != booking.start else None
    own = {"in_calendar": calendar_label(booking.event), "by_event": booking.invites == Booking.Invites.CALENDAR}
    context = about(booking, reader, conference, at=at, was=was) | own
    to, guest, sender = Party(reader.name, reader.address), _guest(booking), organizer(booking)
    return imip.plain(
        imip.message_id(booking.uid, booking.version, "notice", to=to, sender=sender, role=reader.role),
        sender=sender,
        to=to,
        reply_to=guest,
        subject=f"{'Rescheduled' if was else 'New booking'}: {subject(booking, reader)}",
        text=render_to_string("delivery/invite.txt", context),
        html=render_to_string("delivery/invite.html", context),
        date=at,
    )


def guest_page(booking: Booking, reader: Reader, *, at: datetime) -> EmailMessage:
    """Return the mail that brings the guest the way to change or cancel: the event, which others read, has none."""
    return notice("guest_page", "Your booking", booking, reader, at=at, calendar=calendar_label(booking.event))


def calendar_asks(booking: Booking, reader: Reader, asked: Question, *, at: datetime) -> EmailMessage:
    """Return the mail that asks the host what a change in their calendar, which was noticed then, means."""
    each = f"calendar-asks {booking.calendar_asks} {at.isoformat()}"
    return notice("calendar_asks", "Your calendar asks", booking, reader, at=at, mail=each, asked=asked)


def _guest(booking: Booking) -> Party:
    return Party(booking.guest_name, booking.guest_email)
