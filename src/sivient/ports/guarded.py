"""Calls to addresses that a host typed: none of them may lead into the networks around this server (S15).

The host's name is resolved once, what comes out is checked, and exactly that is connected to: a name that means
something else a moment later gains nothing. TLS is still spoken with the name. No redirect is followed here.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM, gaierror, getaddrinfo
from typing import Any

import httpcore
import httpx

from sivient.ports import http
from sivient.ports.errors import Rejected, TryLater
from sivient.ports.http import Answer, Patience
from sivient.ports.timed import Timed, left
from sivient.ports.web_address import WebAddress, web_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 10.0  # seconds for a connection and its answer, whatever the caller's patience
PRIVATE = "This address leads into a private network. The operator of this server can allow it."
NOT_HTTPS = "This address begins with http://, so others on the way could read what is sent. Use https://."

# The public part of IPv6 is 2000::/3; of it these lead elsewhere: Teredo and others, documentation, 6to4.
_PUBLIC = IPv6Network("2000::/3")
_TUNNELS = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Public by their numbers, and not by what answers there: protocols' own, relays for 6to4, and a metadata service.
_ODD = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))

resolve: Callable[..., Sequence[tuple[Any, ...]]] = getaddrinfo  # replaced in tests


def public(address: Address) -> bool:
    """Say whether an IP address is one of the internet's, and of no network, host or service around us."""
    if isinstance(address, IPv6Address):
        return address in _PUBLIC and address.is_global and not any(address in each for each in _TUNNELS)
    special = address.is_multicast or address.is_reserved or any(address in each for each in _ODD)
    return address.is_global and not special


def send(
    method: str,
    url: str,
    *,
    networks: Iterable[str],
    who: str,
    patience: Patience,
    keep: Callable[[bytes], object] | None = None,
    **content: Any,
) -> Answer:
    """Make one call as `http.send` does, to an address that somebody typed.

    Rejected: it is no address, or leads where we do not go; no connection was made then. `networks` (CIDR) are private
    ones that the operator allows; only there plain http is spoken.
    """
    address = web_address(url)
    ends = time.monotonic() + min(patience.connect + patience.answer, LONGEST)
    allowed = tuple(map(ip_network, networks))
    checked = _checked(address, allowed, who, min(patience.connect, LONGEST))
    rest = max(0.01, ends - time.monotonic())
    patience = Patience(connect=min(patience.connect, rest), answer=min(patience.answer, rest))
    with httpx.Client(transport=_Pinned(_Backend(checked, ends)), headers={"User-Agent": "Sivient"}) as client:
        try:
            return http.send(client, method, address.url, who=who, patience=patience, keep=keep, **content)
        except TryLater as error:
            if _untrusted(error):
                raise TryLater(f"{who} has no valid certificate for this address.") from error
            raise


def _untrusted(error: BaseException | None) -> bool:
    """Say whether a refused certificate is at the bottom of an error."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _checked(address: WebAddress, allowed: Sequence[Network], who: str, seconds: float) -> list[str]:
    """Return the IP addresses of a host that we go to; Rejected when there are none."""
    found = [ip_address(text) for text in _resolved(address, who, seconds)]
    inside = [each for each in found if any(each in network for network in allowed)]
    if address.scheme == "http":
        if not inside:
            raise Rejected(NOT_HTTPS if any(map(public, found)) else PRIVATE)
        return list(map(str, inside))
    fine = [each for each in found if each in inside or public(each)]
    if not fine:
        raise Rejected(PRIVATE)
    return list(map(str, fine))


def _resolved(address: WebAddress, who: str, seconds: float) -> list[str]:
    """Return what a name means now. The system's resolver knows no timeout, so a thread waits for it."""
    answers: list[Sequence[tuple[Any, ...]]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(resolve(address.host, address.port, type=SOCK_STREAM))
        except (gaierror, OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not answers or not answers[0]:
        raise TryLater(f"{who} could not be found. Check the address.") from (failed[0] if failed else None)
    return [str(each[4][0]).partition("%")[0] for each in answers[0]]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Pinned(httpx.HTTPTransport):
    """httpx's transport on connections of ours; no proxy, no kept connections."""

    def __init__(self, backend: "_Backend") -> None:
        super().__init__(verify=_tls(), trust_env=False)
        # httpx has no other door for a network backend.
        self._pool = httpcore.ConnectionPool(ssl_context=_tls(), max_keepalive_connections=0, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer the request. A body that is packed more than once is not unpacked: it could become endless."""
        response = super().handle_request(request)
        if response.headers.get("content-encoding", "").strip().lower() not in ("", "identity", "gzip", "deflate"):
            response.close()
            raise httpx.RemoteProtocolError("packed in a way that we did not ask for", request=request)
        return response


@dataclass
class _Backend(httpcore.NetworkBackend):
    """Connects to the checked addresses, whatever the name is, and until `ends` (monotonic seconds) alone."""

    addresses: Sequence[str]
    ends: float

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the addresses that takes the connection."""
        trouble: Exception = httpcore.ConnectError("no address")
        for address in self.addresses:
            try:
                limit = left(self.ends, timeout, httpcore.ConnectTimeout)
                stream = httpcore.SyncBackend().connect_tcp(address, port, limit, local_address, socket_options)
                return Timed(stream, self.ends)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble


def same_house(url: str, other: str) -> bool:
    """Say whether the password for `url` may also be sent to `other`: to its own scheme, host and port, and from http
    on 80 to https on 443; within iCloud to any host.

    Apple's servers hand every account on to a host of its own (p42-caldav.icloud.com); nobody else's do.
    """
    try:
        mine, its = web_address(url), web_address(other)
    except Rejected:
        return False
    door, target = (mine.scheme, mine.port), (its.scheme, its.port)
    icloud = all(f".{each.host}".endswith(".icloud.com") for each in (mine, its))
    same_door = target in (door, ("https", 443)) if door == ("http", 80) else target == door
    return same_door and (mine.host == its.host or icloud)
