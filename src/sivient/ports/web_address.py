"""Addresses as people type them, read so that two readers cannot see two hosts in them."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

from sivient.ports.errors import Rejected

LONGEST = 2000  # characters
NOT_ONE = "This is not a web address. It looks like https://calendar.example.org/."
WITH_SPACE = "An address has no spaces in it. Copy it once more, as a whole."
WITH_USER = "Leave the user and the password out of the address: they have fields of their own."
_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_SPACES = re.compile(r"[\s\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in parts that are checked. `host` is in ASCII and small letters, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.target


def web_address(typed: str) -> WebAddress:
    """Read an address; https:// may be left out. Rejected, with a sentence for the host: it is none.

    Numbers that some programs take for an IP address (2130706433, 0177.0.0.1, 127.1) are none.
    """
    text = typed.strip()
    if " " in text and "://" in text:
        raise Rejected(WITH_SPACE)
    if len(text) > LONGEST or _SPACES.search(text):
        raise Rejected(NOT_ONE)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "", in_brackets="[" in parts.netloc)
    except (ValueError, UnicodeError) as error:
        raise Rejected(NOT_ONE) from error
    if "@" in parts.netloc:
        raise Rejected(WITH_USER)
    if parts.scheme not in _PORTS or port == 0:
        raise Rejected(NOT_ONE)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return WebAddress(parts.scheme, host, port or _PORTS[parts.scheme], target)


def _host(host: str, *, in_brackets: bool) -> str:
    """Return the host in ASCII, or raise ValueError."""
    if in_brackets:
        if "%" in host:
            raise AddressValueError("an address of this machine's own network")
        return str(IPv6Address(host))
    ascii_host = host.rstrip(".").encode("idna").decode("ascii").lower()
    labels = ascii_host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("no name")
    if _NUMBER.fullmatch(labels[-1]):
        return str(IPv4Address(ascii_host))
    return ascii_host
