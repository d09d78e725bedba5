"""What a mail says. Mails are what programs made of them: nothing here may fail on a broken one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message

# What the email package raises on mails it did not expect.
UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, read. `calendar` is the iCalendar text of its invite."""

    sender: str = ""
    to: str = ""
    subject: str = ""
    message_id: str = ""
    text: str | None = None
    html: str | None = None
    calendar: bytes | None = None


def read(raw: bytes) -> Mail:
    """Read a mail; what cannot be read is empty."""
    try:
        message = message_from_bytes(raw)
        parts = list(_leaves(message))
    except UNREADABLE:
        return Mail(subject="(this mail cannot be read)")
    return Mail(
        sender=_header(message, "from"),
        to=_header(message, "to"),
        subject=_header(message, "subject"),
        message_id=_header(message, "message-id"),
        text=_first_text(parts, "text/plain"),
        html=_first_text(parts, "text/html"),
        calendar=_calendar(parts),
    )


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _header(message: Message, name: str) -> str:
    """Return a header decoded (RFC 2047), on one line."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    text = raw.encode("ascii", "surrogateescape").decode("utf-8", "replace")
    text = re.sub(r"[\r\n]+[ \t]*", " ", text).strip()
    try:
        return "".join(_decoded(part, charset or "latin-1") for part, charset in decode_header(text))
    except UNREADABLE:
        return text


def _first_text(parts: list[Message], kind: str) -> str | None:
    for part in parts:
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            try:
                return _decoded(_payload(part), part.get_content_charset() or "utf-8").replace("\r\n", "\n")
            except UNREADABLE:
                continue
    return None


def _calendar(parts: list[Message]) -> bytes | None:
    """Return the invite: the part that mail programs act on, or else the attached copy of it (RFC 6047)."""
    for kind in ("text/calendar", "application/ics"):
        for part in parts:
            if part.get_content_type() == kind:
                return _payload(part)
    return None


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(data: bytes | str, charset: str) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode(charset, "replace")
    except LookupError:  # a charset nobody knows
        return data.decode("utf-8", "replace")
