"""A mail server that writes down every mail it has taken, and sometimes refuses, hangs up, or loses its answer."""

import html
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.chaos.ledger import Ledger, Line
from tests.served import free_port

# Shares of the mails: asked to come later at RCPT and at DATA, hung up before and after the mail was taken.
SHARES = {"451 at RCPT": 0.02, "451 at DATA": 0.01, "hung up": 0.01, "answer lost": 0.01}
# So that each happens at all, and meets a mail that is still true when it is sent again.
SURELY = {5: "451 at RCPT", 13: "hung up"} | dict.fromkeys((9, 19, 29), "451 at DATA")
SURELY |= dict.fromkeys((17, 23, 31, 37), "answer lost")
LINK = re.compile(r"https?://[^\s<>\"]+/j/\d+[^\s<>\"]*")


class PostOffice:
    """Which mails were taken, and how often the server misbehaved."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger = ledger
        self.faults: dict[str, int] = {}
        self.spoiled: dict[str, set[str]] = {}  # the Message-IDs that met a fault after they were read
        self.misbehaves = True
        self._draw = random.Random(f"{seed}:mails")  # noqa: S311 - a plan, no secret
        self._mails = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        """Take the recipient, or decide what will go wrong with this mail."""
        fault = self._fault()
        if fault == "451 at RCPT":
            self._count(fault)
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        session.fault = fault  # type: ignore[attr-defined]
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Write the mail down, unless it is not taken."""
        fault, mail = getattr(session, "fault", ""), read(bytes(envelope.content or b""), envelope.rcpt_tos[0])
        if fault:
            self._count(fault)
            self.spoiled.setdefault(fault, set()).add(mail["message_id"])
        if fault == "451 at DATA":
            return "451 4.3.0 Try again later"
        if fault != "hung up":
            self.ledger.write(**mail)
        if fault in ("hung up", "answer lost") and server.transport is not None:
            server.transport.abort()
        return "250 2.0.0 Kept"

    def taken(self, fault: str, *, times: int) -> int:
        """Return how many mails that met this fault were taken so often in the end."""
        taken = Counter(line["message_id"] for line in self.ledger.lines)
        return sum(taken[each] >= times for each in self.spoiled.get(fault, ()))

    def _fault(self) -> str:
        self._mails += 1
        drawn = self._draw.random()
        if not self.misbehaves:
            return ""
        if self._mails in SURELY:
            return SURELY[self._mails]
        for fault, share in SHARES.items():
            if drawn < share:
                return fault
            drawn -= share
        return ""

    def _count(self, fault: str) -> None:
        self.faults[fault] = self.faults.get(fault, 0) + 1


@contextmanager
def post_office(ledger: Ledger, seed: int) -> Iterator[tuple[PostOffice, int]]:
    """Run the server on a free port; yield it and the port."""
    office, port = PostOffice(ledger, seed), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port, server_hostname="post.example")
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()


def read(raw: bytes, to: str) -> Line:
    """Return what the judge has to know of a mail."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    line: Line = {
        "to": to,
        "message_id": str(mail["Message-ID"]).strip(),
        "subject": str(mail["Subject"]),
        "content": raw.decode("ascii", "replace"),
        "uid": "",
    }
    links: set[str] = set()
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            links |= set(LINK.findall(html.unescape(str(part.get_content()))))
        elif kind == "text/calendar":
            event = (part.get_payload(decode=True) or b"").decode()  # type: ignore[union-attr]
            line |= _event(event)
            links |= set(LINK.findall(_unfolded(event).replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")))
    return line | {"links": sorted(links)}


def _event(calendar: str) -> Line:
    found = dict(re.findall(r"^(UID|SEQUENCE|METHOD|DTSTART):(.*?)\r?$", _unfolded(calendar), re.MULTILINE))
    return {
        "uid": found["UID"],
        "sequence": int(found["SEQUENCE"]),
        "method": found["METHOD"],
        "start": found["DTSTART"],
    }


def _unfolded(calendar: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", calendar)
