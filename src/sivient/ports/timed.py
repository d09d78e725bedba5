"""Connections that end when the time for a whole call has: httpx itself only knows how long each piece may take."""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

_ends: ContextVar[float | None] = ContextVar("ends", default=None)  # monotonic seconds, of the call that is made now


@contextmanager
def until(ends: float) -> Iterator[None]:
    """Let the connections that this thread makes inside end then (monotonic seconds)."""
    token = _ends.set(ends)
    try:
        yield
    finally:
        _ends.reset(token)


def timed(client: httpx.Client) -> httpx.Client:
    """Make the connections of a client, through a proxy as well, such that `until` ends them. Return the client."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            transport._pool._network_backend = _Backend()  # httpx has no other door for a network backend
    return client


class _Backend(httpcore.SyncBackend):
    """Connects as httpx does."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, and end with the call."""
        ends = _ends.get()
        if ends is None:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        limit = left(ends, timeout, httpcore.ConnectTimeout)
        return Timed(super().connect_tcp(host, port, limit, local_address, socket_options), ends)


@dataclass
class Timed(httpcore.NetworkStream):
    """A connection whose every wait ends with the whole: a dripping header would last for ever otherwise."""

    stream: httpcore.NetworkStream
    ends: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read as much as is there."""
        return self.stream.read(max_bytes, left(self.ends, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything."""
        self.stream.write(buffer, left(self.ends, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """End the connection."""
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Speak TLS with the host's name from here on."""
        limit = left(self.ends, timeout, httpcore.ConnectTimeout)
        return Timed(self.stream.start_tls(ssl_context, server_hostname, limit), self.ends)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows about itself."""
        return self.stream.get_extra_info(info)


def left(ends: float, timeout: float | None, over: type[Exception]) -> float:
    """Return how long a wait may take; raise `over` when the time for the whole has ended."""
    rest = ends - time.monotonic()
    if rest <= 0:
        raise over("the time for the whole is over")
    return rest if timeout is None else min(rest, timeout)
