"""The invitations that the emulated provider mailed: written down, to be counted, and handed to a mailbox."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

import icalendar

from sivient.vendors.calendar_emulator.clock import Clock
from sivient.vendors.calendar_emulator.records import Account, Answer, Attendee, Event, Invitation
from sivient.vendors.calendar_emulator.store import Store

Deliver = Callable[[bytes, str, list[str]], object]
"""Takes a mail: its bytes, its envelope's sender, and to whom."""

REQUEST, CANCEL = "REQUEST", "CANCEL"


def drop(raw: bytes, sender: str, recipients: list[str]) -> None:
    """Deliver to nobody."""


class Outbox:
    """Every invitation, update and cancellation, oldest first."""

    def __init__(self, clock: Clock, store: Store, deliver: Deliver, product: str) -> None:
        self._clock = clock
        self._store = store
        self._deliver = deliver
        self._product = product
        self.sent = [Invitation(**record) for _, record in store.read("invitation")]

    def invite(self, event: Event, host: Account, to: Iterable[Attendee], *, update: bool = False) -> None:
        """Mail a REQUEST to each of them; the person of the calendar itself gets none."""
        self._send(event, host, to, REQUEST, update=update)

    def withdraw(self, event: Event, host: Account, to: Iterable[Attendee]) -> None:
        """Mail a CANCEL to each of them."""
        self._send(event, host, to, CANCEL, update=True)

    def of(self, event: str) -> list[Invitation]:
        """Return what was mailed about one event, by its id."""
        return [each for each in self.sent if each.event == event]

    def forget(self) -> None:
        """Begin anew."""
        self.sent.clear()

    def state(self) -> list[dict[str, Any]]:
        """Return everything as the control API shows it."""
        return [asdict(each) for each in self.sent]

    def _send(self, event: Event, host: Account, to: Iterable[Attendee], method: str, *, update: bool) -> None:
        for attendee in to:
            if attendee.address.casefold() == host.address.casefold():
                continue
            invitation = Invitation(
                number=len(self.sent) + 1,
                at=self._clock.now().isoformat(timespec="seconds"),
                to=attendee.address,
                method=method,
                update=update,
                uid=event.uid,
                event=event.id,
                calendar=event.calendar,
                sequence=event.sequence,
                title=event.title,
                start=event.start.isoformat(),
                end=event.end.isoformat(),
                location=event.location,
                properties=dict(event.properties),
            )
            self.sent.append(invitation)
            self._store.put("invitation", str(invitation.number), asdict(invitation))
            mail = _mail(event, host, attendee, invitation, self._product, self._clock.now())
            self._deliver(mail, host.address, [attendee.address])


def _mail(event: Event, host: Account, to: Attendee, sent: Invitation, product: str, now: datetime) -> bytes:
    """Return the message: text, and the event as iTIP (RFC 6047)."""
    mail = EmailMessage()
    mail["From"] = formataddr((host.name, host.address))
    mail["To"] = formataddr((to.name, to.address))
    mail["Subject"] = f"{_subject(sent)}: {event.title}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{sent.number}-{event.id}-{event.sequence}@{product.replace(' ', '-').lower()}.example>"
    mail["Auto-Submitted"] = "auto-generated"
    when = f"{event.start.isoformat()} to {event.end.isoformat()}"
    mail.set_content(f"{event.title}\n{when}\n{event.location}\n\n{event.description}\n\nSent by {product}.\n")
    calendar = _object(event, host, sent.method, product, now)
    mail.add_alternative(calendar.decode(), subtype="calendar", params={"method": sent.method})
    return mail.as_bytes()


def _subject(sent: Invitation) -> str:
    if sent.method == CANCEL:
        return "Canceled event"
    return "Updated invitation" if sent.update else "Invitation"


def _object(event: Event, host: Account, method: str, product: str, now: datetime) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{product}//emulated//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    entry = icalendar.Event()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", event.start)
    entry.add("dtend", event.end)
    entry.add("summary", event.title)
    entry.add("location", event.location)
    entry.add("description", event.description)
    entry.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    entry.add("organizer", f"mailto:{host.address}", parameters={"CN": host.name})
    for each in event.attendees:
        answer = "NEEDS-ACTION" if each.answer is Answer.NONE else each.answer.upper()
        parameters = {"PARTSTAT": answer, "RSVP": "TRUE", **({"CN": each.name} if each.name else {})}
        entry.add("attendee", f"mailto:{each.address}", parameters=parameters)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
