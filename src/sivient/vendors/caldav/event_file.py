"""The host's own copy of a booking, as an iCalendar object (RFC 5545; calendar contract chapters 3 and 4.2).

Invitations are mailed by us. So the copy has no METHOD, and every party says SCHEDULE-AGENT=CLIENT (RFC 6638 7.1):
without that a server that schedules would invite the guest once more.
"""

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vUri

from sivient.core.invite import DESCRIPTION_LIMIT, SUMMARY_LIMIT, Party, fits_invite
from sivient.core.text import clean_line, clean_text
from sivient.ports.calendars import EventDraft, Guest

_PRODUCT = "-//Sivient//Sivient//EN"


def event_file(draft: EventDraft, *, owner: str, now: datetime) -> bytes:
    """Return the object for what a draft says. `owner` is who signs in: its organizer, when that is a mail address."""
    whole = Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add_component(_event(draft, owner, now))
    text: bytes = whole.to_ical()
    return text


def _event(draft: EventDraft, owner: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", draft.uid)
    event.add("sequence", draft.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", draft.start.astimezone(UTC))
    event.add("dtend", draft.end.astimezone(UTC))
    event.add("summary", clean_line(draft.title, SUMMARY_LIMIT) or "Meeting")
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    organizer = _party(Guest(owner))
    parties = [party for party in map(_party, draft.guests) if party is not None]
    if organizer is not None and parties:
        event.add("organizer", _address(organizer))
        event.add("attendee", _address(organizer, PARTSTAT="ACCEPTED"))
        for party in parties:
            event.add("attendee", _address(party, PARTSTAT="NEEDS-ACTION"))
    if location := draft.join_url or clean_line(draft.location, SUMMARY_LIMIT):
        event.add("location", location)
    url = draft.join_url or draft.url
    if fits_invite(url):
        event.add("url", vUri(url))
    if description := _description(draft, [] if organizer else parties):
        event.add("description", description)
    return event


def _party(guest: Guest) -> Party | None:
    try:
        return Party(guest.name, guest.address)
    except ValueError:  # many servers want a name to sign in, and no address
        return None


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.address}")
    address.params["SCHEDULE-AGENT"] = "CLIENT"
    address.params.update(parameters)
    if party.name:
        address.params["CN"] = party.name
    return address


def _description(draft: EventDraft, parties: list[Party]) -> str:
    """Return the draft's text; the link stands in it in any case, and so do guests who stand nowhere else."""
    text = clean_text(draft.description, DESCRIPTION_LIMIT)
    if draft.join_url and draft.join_url not in text:
        text = f"Join: {draft.join_url}\n\n{text}".rstrip()
    missing = [f"{party.name} {party.address}".strip() for party in parties if party.address not in text]
    return "\n".join([text, *missing]).strip()
