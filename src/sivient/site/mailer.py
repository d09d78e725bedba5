"""Hand a finished message to the mail server. Only workers call this."""

import smtplib
import ssl
from email.message import EmailMessage
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings

from sivient.ports.errors import Rejected, TryLater

TIMEOUT = 10.0  # seconds for each step of the conversation


class _Server(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    tls_from_start: bool


def send(message: EmailMessage, *, to: str) -> None:
    """Deliver to one recipient. TryLater: the server was away or answered 4xx; Rejected: it answered 5xx."""
    try:
        with _connected() as smtp:
            smtp.send_message(message, from_addr=settings.MAIL_FROM, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        raise _trouble(code) from None  # the exception itself names the address
    except smtplib.SMTPResponseException as error:
        raise _trouble(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater("The mail server did not answer.") from error


def probe() -> None:
    """Connect and sign in to the mail server without sending; errors are smtplib's and OSError."""
    with _connected() as smtp:
        smtp.noop()


def _trouble(code: int) -> TryLater | Rejected:
    if 500 <= code < 600:
        return Rejected(f"The mail server refused the address or the message ({code}).")
    return TryLater(f"The mail server asked to try later ({code}).")


def _connected() -> smtplib.SMTP:
    server = _server()
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls_from_start:
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
    if server.user:
        smtp.login(server.user, server.password)
    return smtp


@lru_cache(maxsize=1)
def _server() -> _Server:
    parts = urlsplit(settings.SMTP_URL)
    secure = parts.scheme == "smtps"
    return _Server(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or (465 if secure else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls_from_start=secure,
    )
