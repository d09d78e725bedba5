"""The SMTP side of the mailbox (RFC 5321): every mail for anybody is taken, unless a test wants a refusal."""

import asyncio
import errno
import socket
from collections.abc import Awaitable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sivient.demo.mailbox.box import Mailbox

MESSAGE_LIMIT = 10 * 1024 * 1024

# What the switch says, and the answer to RCPT TO. A greylisting server asks for patience; the other knows nobody.
REFUSALS = {"451": "451 4.7.1 Try again later", "550": "550 5.1.1 No such mailbox here"}


class SmtpServer:
    """A running SMTP server on its own thread."""

    def __init__(self, controller: "_Controller") -> None:
        self._controller: _Controller | None = controller
        self.host = controller.hostname
        self.port = controller.port

    def close(self) -> None:
        """Stop listening and cut every session."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def start_smtp(mailbox: Mailbox, port: int = 0, *, host: str = "127.0.0.1") -> SmtpServer:
    """Take mails for `mailbox` until `close()`; port 0 takes a free one. Raise OSError, with a sentence."""
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OSError(errno.EADDRINUSE, f"Port {port} on {host} is already in use") from error
        raise OSError(error.errno, f"Cannot listen on {host}:{port}: {error.strerror}") from error
    controller = _Controller(mailbox, listening)
    controller.start()
    return SmtpServer(controller)


class _Controller(Controller):
    """aiosmtpd's controller on a socket that listens already: so a taken port is an error at once, and 0 is a port."""

    def __init__(self, mailbox: Mailbox, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        # Named, because aiosmtpd otherwise looks the machine's name up, which may take seconds.
        super().__init__(
            _Hand(mailbox),
            hostname=host,
            port=port,
            server_hostname="mailbox.localhost",
            ident="Mailbox of the demo",
            data_size_limit=MESSAGE_LIMIT,
        )
        self._listening = listening

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class _Hand:
    """Takes what aiosmtpd hands over."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self._mailbox.smtp_switch in REFUSALS:
            return REFUSALS[self._mailbox.smtp_switch]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content or b""
        mail_id = self._mailbox.receive(raw, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos)
        return f"250 2.0.0 Kept as {mail_id}"
