"""One line of the mailbox: what is said of a mail without opening it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sivient.demo.mailbox.invite import Invite
from sivient.demo.mailbox.reading import Mail
from sivient.demo.mailbox.store import Envelope


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail in the list. Method, UID and SEQUENCE are of its invite, if it has one."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    received_at: datetime
    has_invite: bool
    method: str
    uid: str
    sequence: int | None

    @classmethod
    def of(cls, mail_id: str, mail: Mail, envelope: Envelope, invite: Invite | None) -> Self:
        """Put together what the envelope, the mail and its invite say."""
        return cls(
            id=mail_id,
            sender=mail.sender or envelope.sender,
            recipients=envelope.recipients or ((mail.to,) if mail.to else ()),
            subject=mail.subject,
            message_id=mail.message_id,
            received_at=envelope.received_at,
            has_invite=invite is not None,
            method=invite.method if invite else "",
            uid=invite.uid if invite else "",
            sequence=invite.sequence if invite else None,
        )

    @property
    def kind(self) -> str:
        """Say in words what the invite does; empty without one."""
        if not self.has_invite:
            return ""
        if self.method == "CANCEL":
            return "Cancellation"
        if self.method == "REPLY":
            return "Reply"
        return "Updated invite" if self.sequence else "Invite"

    def as_json(self) -> dict[str, Any]:
        """Return what tests and the tour read."""
        return {
            "id": self.id,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "message_id": self.message_id,
            "received_at": self.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "has_invite": self.has_invite,
            "method": self.method,
            "uid": self.uid,
            "sequence": self.sequence,
        }
