"""The mails that bring an event into a calendar, change it there, and take it out again."""

from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from sivient.booking.conferences import allowed
from sivient.booking.models import Booking, Conference
from sivient.core import imip
from sivient.core.invite import Invite, Method, Party
from sivient.delivery.edition import Edition, Told
from sivient.delivery.readers import Reader, Role, others
from sivient.delivery.words import about, host_address, place, subject
from sivient.ports.conferencing import Ability
from sivient.scheduling.models import Platform

JOIN_ZOOM, JOIN = "Join Zoom Meeting", "Join meeting"


def invite(
    booking: Booking, conference: Conference | None, edition: Edition, *, reader: Reader, told: Told
) -> EmailMessage:
    """Return one edition of the invite for one reader: with the join link if it exists, and with the time before."""
    request = itip(
        booking,
        conference,
        reader,
        method="REQUEST",
        sequence=edition.sequence,
        at=edition.at,
        needs_host=edition.needs_host,
    )
    was = told.start if told.start != booking.start else None
    said = {"needs_host": edition.needs_host, "new_link": edition.new_link, "replaces_event": told.by_event}
    context = about(booking, reader, conference, at=edition.at, was=was) | said
    return imip.message(
        request,
        to=Party(reader.name, reader.address),
        subject=f"{_news(edition, told, was)}: {subject(booking, reader)}",
        text=render_to_string("delivery/invite.txt", context),
        html=render_to_string("delivery/invite.html", context),
        date=edition.at,
        role=reader.role,
    )


def cancellation(
    booking: Booking,
    conference: Conference | None,
    *,
    reader: Reader,
    invited: bool,
    stays: bool = False,
    by_event: bool = False,
) -> EmailMessage:
    """Return the mail that takes the event out of one calendar; a plain notice if no invite of ours can be there.

    `stays`: the meeting stays at its vendor. `by_event`: the event in the host's calendar may have brought an invite.
    """
    at = booking.cancelled_at or timezone.now()
    sequence = (booking.sequence or 0) + 1
    cancel = itip(booking, None, reader, method="CANCEL", sequence=sequence, at=at)
    to = Party(reader.name, reader.address)
    said = {"invited": invited, "was_request": _was_request(booking), "stays": stays, "by_event": by_event}
    context = about(booking, reader, conference, at=at) | said
    words = f"Cancelled: {subject(booking, reader)}"
    text = render_to_string("delivery/cancelled.txt", context)
    html = render_to_string("delivery/cancelled.html", context)
    if invited:
        return imip.message(cancel, to=to, subject=words, text=text, html=html, date=at, role=reader.role)
    reply_to = cancel.guest if reader.role is Role.HOST else cancel.host
    mail_id = imip.message_id(booking.uid, sequence, "cancelled", to=to, sender=cancel.organizer, role=reader.role)
    return imip.plain(
        mail_id, sender=cancel.organizer, to=to, reply_to=reply_to, subject=words, text=text, html=html, date=at
    )


def agenda(booking: Booking) -> str:
    """Return what the Zoom meeting says about itself: enough for the host to find the booking, nothing of the guest.

    The reference stands first, for Zoom's list of meetings shows only the beginning.
    """
    return f"Booking ref {reference(booking)}\n{host_address(booking)}"


def reference(booking: Booking) -> str:
    """Return the name of the booking at its vendor."""
    return booking.uid[:8].upper()


def itip(
    booking: Booking,
    conference: Conference | None,
    reader: Reader,
    *,
    method: Method,
    sequence: int,
    at: datetime,
    needs_host: bool = False,
) -> Invite:
    """Return what an invite of the booking says, by mail or as a file. Each reader's has only their own link to us.

    `needs_host`: there is no link, and none comes by itself.
    """
    host = booking.host
    context = about(booking, reader, conference, at=at) | {"needs_host": needs_host}
    return Invite(
        uid=booking.uid,
        sequence=sequence,
        method=method,
        start=booking.start,
        end=booking.end,
        summary=summary(booking),
        organizer=organizer(booking),
        guest=Party(booking.guest_name, booking.guest_email),
        host=Party(host.name, host.email or settings.MAIL_FROM),  # a provider may give no address
        others=attendees(booking, reader),
        dtstamp=at,
        description=render_to_string("delivery/description.txt", context),
        join_url=conference.join_url if conference else None,
        join_label=JOIN_ZOOM if conference and conference.vendor == Platform.ZOOM else JOIN,
        location=place(booking, needs_host=needs_host),
        url=str(context["url"]),
    )


def summary(booking: Booking) -> str:
    """Return what the booking is called in a calendar, its host's or its guest's."""
    return f"{booking.title}: {booking.guest_name} and {booking.host.name}"


def organizer(booking: Booking) -> Party:
    """Return who sends the mails about a booking: our address, in the host's name."""
    return Party(f"{booking.host.name} (via Sivient)", settings.MAIL_FROM)


def attendees(booking: Booking, reader: Reader) -> tuple[Party, ...]:
    """Return the others whom this reader sees: guest and host all of them, each of the others only themselves."""
    own = {booking.guest_email.lower(), booking.host.email.lower()}
    seen = [reader] if reader.role is Role.OTHER else others(booking)
    return tuple(Party("", other.address) for other in seen if other.address.lower() not in own)


def _news(edition: Edition, told: Told, was: datetime | None) -> str:
    """Return the first words of the subject: what is new in this edition."""
    if edition.sequence > told.first:  # an edition of this very version came before it
        return "Updated invitation"
    if was:
        return "Rescheduled"
    return "Invitation" if told.start is None else "Updated invitation"


def stays(conference: Conference | None) -> bool:
    """Say whether the meeting stays in the host's list at the vendor, because we may not delete it there."""
    if conference is None or not conference.external_id or conference.deleted_at is not None:
        return False
    return Ability.DELETE not in allowed(conference)


def _was_request(booking: Booking) -> bool:
    return booking.answer_by is not None and booking.approved_at is None
