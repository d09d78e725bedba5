"""Where mail leaves: what SMTP_URL says. No Django here, because the settings themselves are checked with it."""

import ipaddress
from dataclasses import dataclass
from enum import Enum
from typing import Self
from urllib.parse import unquote, urlsplit


class Tls(Enum):
    """How a conversation is kept from others (RFC 8314 and RFC 3207)."""

    FROM_START = "smtps"
    STARTTLS = "smtp"
    NONE = "smtp+plain"


PORTS = {Tls.FROM_START: 465, Tls.STARTTLS: 587, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """One server and how to speak with it. Without a user there is no sign-in."""

    host: str
    port: int
    user: str
    password: str
    tls: Tls

    @classmethod
    def of(cls, url: str) -> Self:
        """Read SMTP_URL, or raise ValueError without quoting the address: it holds a password.

        `smtp:` means STARTTLS, except to this machine and without a password: nothing leaves it then.
        """
        try:
            parts = urlsplit(url)
            tls, port = Tls(parts.scheme), parts.port
        except ValueError as error:
            raise ValueError("it begins with smtps://, smtp:// or smtp+plain://, and its port is a number") from error
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("after the host and the port nothing follows; write a / or # of a password as %2F or %23")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise ValueError("user and password have letters that mail servers read in different ways")
        if tls is Tls.STARTTLS and not user and _is_this_machine(parts.hostname):
            tls, port = Tls.NONE, port or PORTS[tls]
        return cls(parts.hostname, port or PORTS[tls], user, password, tls)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
