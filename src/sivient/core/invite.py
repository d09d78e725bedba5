"""The invite of a booking: an iTIP REQUEST or CANCEL (RFC 5546) as an iCalendar object (RFC 5545, RFC 7986).

One event in UTC, without VTIMEZONE and without alarm. Every property is there for a client that needs it:
the contract on calendars, chapter 4.2.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vUri

from sivient.core.interval import Interval, require_bookable
from sivient.core.text import clean_line, clean_text, mail_address

Method = Literal["REQUEST", "CANCEL"]

NAME_LIMIT = 100
SUMMARY_LIMIT = 255
DESCRIPTION_LIMIT = 8000
_PRODUCT = "-//Sivient//Sivient//EN"
_UID = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+")
_URL = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f\ud800-\udfff\"<>\\]+", re.IGNORECASE)
_NAME_BREAKS = str.maketrans(dict.fromkeys('"\\'))  # parameters have no escapes, and not every reader knows that
_LABEL_BREAKS = str.maketrans(dict.fromkeys(':;,"\\'))


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who sends or gets an invite. The name may be anything; the address is refused if it is not one."""

    name: str
    address: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_line(self.name.translate(_NAME_BREAKS), NAME_LIMIT))
        object.__setattr__(self, "address", mail_address(self.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What one message says about a booking.

    `uid` never changes; `sequence` grows with every change. `organizer` is also the From of the mail.
    `location` and `url` are used while there is no `join_url`. `dtstamp` is when this state came to be.
    `others` are whom the guest brings; each is an attendee like the guest.
    Addresses, the uid and the URLs are refused when they are malformed (ValueError), texts are cleaned.
    """

    uid: str
    sequence: int
    method: Method
    start: datetime
    end: datetime
    summary: str
    organizer: Party
    guest: Party
    host: Party
    dtstamp: datetime
    description: str = ""
    join_url: str | None = None
    join_label: str = "Join meeting"
    location: str = ""
    url: str = ""
    others: tuple[Party, ...] = ()

    def __post_init__(self) -> None:
        Interval(self.start, self.end)  # refuses naive and reversed times
        require_bookable(self.dtstamp)
        if self.sequence < 0:
            raise ValueError("a sequence is not negative")
        if not _UID.fullmatch(self.uid):
            raise ValueError("a uid looks like id@domain")
        for url in (self.join_url, self.url):
            if url and not fits_invite(url):
                raise ValueError("a URL in an invite is http or https, without spaces")


def fits_invite(url: str) -> bool:
    """Say whether a URL can stand in an invite: http or https, without spaces, quotes or brackets."""
    return _URL.fullmatch(url) is not None


def calendar(invite: Invite) -> bytes:
    """Return the iCalendar object: CRLF, lines folded at 75 octets. The same invite gives the same bytes."""
    whole = Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", invite.method)
    whole.add_component(_request(invite) if invite.method == "REQUEST" else _cancel(invite))
    ics: bytes = whole.to_ical()
    return ics


def _event(invite: Invite) -> Event:
    """Return what a REQUEST and a CANCEL have in common."""
    event = Event()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.dtstamp.astimezone(UTC))
    event.add("dtstart", invite.start.astimezone(UTC))
    event.add("dtend", invite.end.astimezone(UTC))
    event.add("summary", clean_line(invite.summary, SUMMARY_LIMIT) or "Meeting")  # a REQUEST must have one
    event.add("organizer", _address(invite.organizer))
    return event


def _request(invite: Invite) -> Event:
    event = _event(invite)
    for party in (invite.guest, *invite.others):
        event.add("attendee", _address(party, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="TRUE"))
    event.add("attendee", _address(invite.host, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED"))
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("x-microsoft-cdo-busystatus", "BUSY")
    if invite.join_url:
        event.add("conference", _conference(invite.join_url, invite.join_label))
        event.add("x-google-conference", vUri(invite.join_url))
    if location := invite.join_url or clean_line(invite.location, SUMMARY_LIMIT):
        event.add("location", location)
    if url := invite.join_url or invite.url:
        event.add("url", vUri(url))
    if description := _description(invite):
        event.add("description", description)
    return event


def _cancel(invite: Invite) -> Event:
    """Return what is taken back, and nothing that would still lead into the meeting."""
    event = _event(invite)
    for party in (invite.guest, *invite.others, invite.host):
        event.add("attendee", _address(party, ROLE="REQ-PARTICIPANT"))
    event.add("status", "CANCELLED")
    return event


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.address}")
    if parameters:
        address.params["CUTYPE"] = "INDIVIDUAL"
    address.params.update(parameters)
    if party.name:
        address.params["CN"] = party.name
    return address


def _conference(url: str, label: str) -> vUri:
    conference = vUri(url)
    conference.params["VALUE"] = "URI"
    conference.params["FEATURE"] = ["AUDIO", "VIDEO"]
    # Some readers do not understand a quoted label, so it has nothing that needs quotes.
    conference.params["LABEL"] = clean_line(label.translate(_LABEL_BREAKS), NAME_LIMIT) or "Join meeting"
    return conference


def _description(invite: Invite) -> str:
    """Return the description; the join link stands in it in any case, as the last resort of every client."""
    text = clean_text(invite.description, DESCRIPTION_LIMIT)
    if invite.join_url and invite.join_url not in text:
        text = f"Join: {invite.join_url}\n\n{text}".rstrip()
    return text
