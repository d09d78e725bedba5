"""Calls to the outside world: hard timeouts, no redirects followed, trouble as errors that say what to do next."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from sivient.ports.errors import IntegrationError, OutcomeUnknown, TooLong, TryLater
from sivient.ports.timed import timed, until

NO_CONTENT = 204
LARGEST_ANSWER = 5 * 1024 * 1024  # bytes, after decompression

# Before anything of the request has left: no connection, no TLS, a proxy that does not let us through.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_mounts: dict[str, httpx.BaseTransport] = {}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take, in seconds: to connect, and then for the whole answer."""

    connect: float
    answer: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. The body may be anything: a proxy's HTML, half a JSON, nothing."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes = field(repr=False)
    received_at: datetime

    def json(self) -> Any:
        """Return the body as JSON, or None when it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def text(self) -> str:
        """The body as text, for bodies that are not JSON."""
        return self.body.decode(errors="replace")


Judge = Callable[[Answer], IntegrationError]


@contextmanager
def mounted(transport: httpx.BaseTransport, *base_urls: str) -> Iterator[None]:
    """Let `transport` answer for these addresses instead of the network: how tests mount an emulator."""
    before = dict(_mounts)
    _mounts.update(dict.fromkeys(base_urls, transport))
    try:
        yield
    finally:
        _mounts.clear()
        _mounts.update(before)


def client(base_url: str) -> httpx.Client:
    """Return the client for an address. It is shared by the threads of the process and never closed."""
    if base_url in _mounts:
        return httpx.Client(base_url=base_url, transport=_mounts[base_url])
    return _network_client(base_url)


def send(
    http: httpx.Client,
    method: str,
    path: str,
    *,
    who: str,
    patience: Patience,
    keep: Callable[[bytes], object] | None = None,
    **content: Any,
) -> Answer:
    """Make one call. Raise TryLater when it surely did not arrive, OutcomeUnknown when its answer was lost.

    `who` is the vendor's name for the error's sentence; `content` is httpx's `json`, `data`, `content` and `headers`.
    `keep` gets the pieces of a success as they come, instead of the answer's body; it raises when there are too many.
    """
    timeout = httpx.Timeout(patience.answer, connect=patience.connect)
    deadline = time.monotonic() + patience.connect + patience.answer
    try:
        with until(deadline), http.stream(method, path, timeout=timeout, **content) as response:
            body = _read(response, deadline, who, keep if response.is_success else None)
    except NOT_SENT as error:
        raise TryLater(f"{who} could not be reached.") from error
    except httpx.RequestError as error:
        raise OutcomeUnknown(f"{who} did not answer.") from error
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body, datetime.now(UTC))


def request_json(
    http: httpx.Client, method: str, path: str, *, who: str, patience: Patience, judge: Judge, **content: Any
) -> dict[str, Any]:
    """Make one call and return its JSON object; `judge` names the error of any answer that is not a success."""
    return read_json(send(http, method, path, who=who, patience=patience, **content), who=who, judge=judge)


def read_json(answer: Answer, *, who: str, judge: Judge) -> dict[str, Any]:
    """Return the JSON object of a success, empty for 204, or raise. Any other body is an unknown outcome."""
    if not 200 <= answer.status < 300:
        raise judge(answer)
    body = {} if answer.status == NO_CONTENT else answer.json()
    if not isinstance(body, dict):
        raise OutcomeUnknown(f"{who} gave an answer that cannot be read.")
    return body


@lru_cache(maxsize=32)
def _network_client(base_url: str) -> httpx.Client:
    made = httpx.Client(
        base_url=base_url,
        headers={"User-Agent": "Sivient"},
        # The other side may close a kept connection just as we write to it, and then nobody knows whether the
        # request was read. On a fresh one, a failure to connect is surely a request that was not sent.
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=not _is_loopback(base_url),  # a proxy cannot reach an emulator on this machine
    )
    return timed(made)


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(response: httpx.Response, deadline: float, who: str, keep: Callable[[bytes], object] | None) -> bytes:
    """Read the body piece by piece: httpx's timeout is per piece, so a dripping answer could last for ever.

    A body that cannot be unpacked counts as empty: its status still says what happened.
    """
    body = bytearray()
    try:
        for piece in response.iter_bytes():
            if keep:
                keep(piece)
            else:
                body += piece
            if len(body) > LARGEST_ANSWER:
                raise TooLong(f"{who} sent more than {LARGEST_ANSWER >> 20} MB.")
            if time.monotonic() > deadline:
                raise OutcomeUnknown(f"{who} did not come to an end.")
    except httpx.DecodingError:
        return b""
    return bytes(body)
