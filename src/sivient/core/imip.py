"""Mails to guests and hosts: an invite by mail (iMIP, RFC 6047), and plain mails with the same headers.

The MIME layout is the one that Google Calendar sends: some clients read the inner calendar part, some the
attachment (contract on calendars, chapter 4.3). The same arguments give the same bytes: a retry is the same mail.
"""

import base64
from datetime import datetime
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime, quote
from hashlib import sha256

from sivient.core.interval import require_bookable
from sivient.core.invite import Invite, Party, calendar
from sivient.core.text import clean_line

SUBJECT_LIMIT = 200
_LINE = 76  # characters of a header line; RFC 2047, section 2


class _AsWritten(EmailPolicy):
    """Sends headers as they were written here: Python 3.11 tears a long quoted name into several addresses."""

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if any(not line.startswith(" ") for line in value.splitlines()[1:]):
            raise ValueError(f"{name} has a line break that would start another header")
        return name, value


_POLICY = _AsWritten(linesep="\r\n", refold_source="none")


def message(
    invite: Invite, *, to: Party, subject: str, text: str, html: str, date: datetime, role: str = ""
) -> EmailMessage:
    """Return the invite as a mail to one of its attendees. A reply goes to the host, the host's own to the guest.

    `text` and `html` are two readings of the same words. `date` is when the mail was first sent. `role` says as what
    the attendee reads it, as in `message_id`.
    """
    own_id = message_id(invite.uid, invite.sequence, invite.method, to=to, sender=invite.organizer, role=role)
    first_id = message_id(invite.uid, 0, "REQUEST", to=to, sender=invite.organizer, role=role)
    reply_to = invite.guest if to.address == invite.host.address else invite.host
    mail = _envelope(own_id, invite.organizer, to, reply_to, subject, date)
    if own_id != first_id:
        _answer(mail, first_id)
    ics = calendar(invite)
    words = MIMEPart(_POLICY)
    _add_words(words, text, html, boundary=_boundary(own_id, "words"))
    words.attach(_calendar_part(ics, invite.method))
    mail.make_mixed(boundary=_boundary(own_id, "mail"))
    mail.set_payload([words, _attachment(ics)])
    return mail


def plain(
    mail_id: str,
    *,
    sender: Party,
    to: Party,
    reply_to: Party | None = None,
    subject: str,
    text: str,
    html: str,
    date: datetime,
    in_reply_to: str | None = None,
) -> EmailMessage:
    """Return a mail without an invite: a notice, a code. `mail_id` and `in_reply_to` come from `message_id`."""
    mail = _envelope(mail_id, sender, to, reply_to, subject, date)
    if in_reply_to:
        _answer(mail, in_reply_to)
    _add_words(mail, text, html, boundary=_boundary(mail_id, "mail"))
    return mail


def message_id(uid: str, sequence: int, kind: str, *, to: Party, sender: Party, role: str = "") -> str:
    """Return the Message-ID of one mail: the same when it is sent again, so that copies of it are recognized.

    `uid` is the booking, or what else the mail is about; `kind` the iTIP method, or a word for the notice. `role` is
    what the reader is to the booking: who is both host and guest gets two mails with different words.
    """
    told_apart = (uid, sequence, kind, to.address, *([role] if role else []))
    mail = sha256(repr(told_apart).encode()).hexdigest()[:32]
    return f"<{mail}@{sender.address.rpartition('@')[2]}>"


def _envelope(
    mail_id: str, sender: Party, to: Party, reply_to: Party | None, subject: str, date: datetime
) -> EmailMessage:
    require_bookable(date)
    mail = EmailMessage(_POLICY)
    mail["From"] = _mailbox(sender)
    mail["To"] = _mailbox(to)
    if reply_to:
        mail["Reply-To"] = _mailbox(reply_to)
    mail["Subject"] = _words(clean_line(subject, SUBJECT_LIMIT), "Subject")
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = mail_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    return mail


def _answer(mail: EmailMessage, first_id: str) -> None:
    """Put the mail into the conversation of the first one."""
    mail["In-Reply-To"] = first_id
    mail["References"] = first_id


def _mailbox(party: Party) -> str:
    """Return name and address of a party as a header value."""
    name = _words(party.name, "Reply-To")
    if name == party.name:
        name = f'"{quote(name)}"' if name else ""
    between = "\r\n " if len(f"Reply-To: {name} <{party.address}>") > _LINE else " "
    return f"{name}{between}<{party.address}>".lstrip(" ")


def _words(line: str, header: str) -> str:
    """Return a line as it is when every mail program can read it so, else as encoded words (RFC 2047)."""
    if line.isascii() and "=?" not in line and len(line) + len(header) + 2 <= _LINE:
        return line
    return Header(line, "utf-8", maxlinelen=_LINE, header_name=header).encode(linesep="\r\n")


def _add_words(part: MIMEPart, text: str, html: str, *, boundary: str) -> None:
    """Fill a part with the two readings; quoted-printable passes every mail server."""
    part.make_alternative(boundary=boundary)
    for content, subtype in ((text, "plain"), (html, "html")):
        reading = MIMEPart(_POLICY)
        encodable = content.encode("utf-8", "replace").decode()
        reading.set_content(encodable, subtype=subtype, cte="quoted-printable")
        part.attach(reading)


def _calendar_part(ics: bytes, method: str) -> MIMEPart:
    """Return the part that gives the mail its buttons: last of the alternatives, without Content-Disposition."""
    part = MIMEPart(_POLICY)
    part["Content-Type"] = f'text/calendar; charset="UTF-8"; method={method}'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(ics).decode())
    return part


def _attachment(ics: bytes) -> MIMEPart:
    part = MIMEPart(_POLICY)
    name = "invite.ics"
    part.set_content(ics, "application", "ics", disposition="attachment", filename=name, params={"name": name})
    return part


def _boundary(mail_id: str, level: str) -> str:
    """Return a boundary that cannot occur in the parts: neither base64 nor quoted-printable has `=_`."""
    return f"=_{level}_{sha256(mail_id.encode()).hexdigest()[:16]}"
