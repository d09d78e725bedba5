"""Hand a finished message to the mail server. Only workers call this."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage

from django.conf import settings

from sivient.ports.errors import Rejected, TryLater
from sivient.site.mail_server import MailServer, Tls

TIMEOUT = 10.0  # seconds for each step of the conversation
FAREWELL = 2.0  # seconds for QUIT; the mail has been accepted by then
SIGN_IN_FIRST = 530  # RFC 4954 6: some servers say only at RCPT that they want to know us


def send(message: EmailMessage, *, to: str) -> None:
    """Deliver to one recipient.

    Rejected: the server refused the recipient or the message for good (5xx to RCPT or DATA). Everything else is
    TryLater, also a refusal of us: the next try finds it mended by the operator, and no mail is lost.
    """
    with _troubles(), _conversation() as smtp:
        smtp.send_message(message, from_addr=settings.MAIL_FROM, to_addrs=[to])


def probe() -> None:
    """Connect and sign in without sending. TryLater says what is wrong."""
    with _troubles(), _conversation() as smtp:
        smtp.noop()


@contextmanager
def _troubles() -> Iterator[None]:
    """Turn errors of smtplib into ours. Those that name the recipient or the sender are not kept as the cause."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        raise _refusal(next(iter(refused.recipients.values()))[0]) from None
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPResponseException as error:  # greeting, STARTTLS, sign-in, sender
        raise _not_us(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError as error:
        raise TryLater(f"The mail server lacks what sending needs: {error}") from error
    except ssl.SSLError as error:
        raise TryLater("The mail server did not prove who it is: its TLS certificate was not accepted.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater("The mail server did not answer.") from error


def _refusal(code: int) -> TryLater | Rejected:
    if 500 <= code < 600 and code != SIGN_IN_FIRST:
        return Rejected(f"The mail server refused the address or the message ({code}).")
    return _not_us(code)


def _not_us(code: int) -> TryLater:
    if 400 <= code < 500:
        return TryLater(f"The mail server asked to try later ({code}).")
    return TryLater(f"The mail server did not accept us ({code}).")


@contextmanager
def _conversation() -> Iterator[smtplib.SMTP]:
    """Connect, secure the line and sign in; say goodbye afterwards, and do not mind how that is answered."""
    server = MailServer.of(settings.SMTP_URL)
    with closing(_connected(server)) as smtp:
        smtp.ehlo_or_helo_if_needed()
        if server.tls is Tls.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())  # raises if the server does not offer it
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            if smtp.sock:
                smtp.sock.settimeout(FAREWELL)
            smtp.quit()


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.tls is Tls.FROM_START:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
