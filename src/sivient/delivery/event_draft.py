"""What a booking's event says in its calendar: to all whom the provider invites by it, or to the host alone."""

from dataclasses import replace

from django.template.loader import render_to_string

from sivient.booking.models import Booking, Conference
from sivient.calendars.models import WrittenEvent
from sivient.core.text import clean_line
from sivient.delivery.edition import Edition
from sivient.delivery.mails import attendees, summary
from sivient.delivery.readers import Reader, Role, guest, host
from sivient.delivery.words import about, host_address, place
from sivient.ports.calendars import EventDraft, Guest
from sivient.scheduling.models import Platform

TITLE_LIMIT = 255


def event_draft(booking: Booking, event: WrittenEvent, conference: Conference | None, edition: Edition) -> EventDraft:
    """Return the event of one edition, with everything in it that people need to meet."""
    made = conference is not None and conference.vendor == Platform.ZOOM
    where = place(booking, needs_host=edition.needs_host)
    return EventDraft(
        key=event.key,
        uid=booking.uid,
        sequence=edition.sequence,
        reference=booking.uid,
        title=clean_line(summary(booking), TITLE_LIMIT),
        start=booking.start,
        end=booking.end,
        timezone=booking.host.timezone,
        description=_description(booking, conference, edition),
        location=conference.join_url if conference else where,
        join_url=conference.join_url if conference else "",
        conference_id=conference.external_id if conference and made else "",
        passcode=conference.passcode if conference and made else "",
        guests=_guests(booking),
        url=host_address(booking),
    )


def _guests(booking: Booking) -> tuple[Guest, ...]:
    """Return the guest and whom they bring; who is the host is there already."""
    own = (Guest(booking.guest_email, clean_line(booking.guest_name, 100)),) if booking.guest_email else ()
    return own + tuple(Guest(party.address) for party in attendees(booking, guest(booking)))


def _description(booking: Booking, conference: Conference | None, edition: Edition) -> str:
    """Return the words. Where the provider invites, everybody reads them: no page of the host, nothing a guest typed.

    The secret link to the guest's page stands there only when nobody but host and guest is invited.
    """
    said = {"needs_host": edition.needs_host}
    if booking.invites == Booking.Invites.MAIL:  # the host's own copy
        context = about(booking, host(booking), conference, at=edition.at)
        return render_to_string("delivery/description.txt", context | said).strip()
    context = about(booking, _everybody(booking), conference, at=edition.at)
    return render_to_string("delivery/event_description.txt", context | said).strip()


def _everybody(booking: Booking) -> Reader:
    """Return the guest, as one of many where there are others: then without a page of their own."""
    reader = guest(booking)
    return replace(reader, role=Role.OTHER) if booking.others else reader
