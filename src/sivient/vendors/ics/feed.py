"""The file at a published address, fetched into a temporary one: at most 20 MB, and never its whole in memory."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import urljoin

from sivient.ports import guarded
from sivient.ports.errors import Gone, IntegrationError, OutcomeUnknown, Reconnect, Rejected, Throttled, TryLater
from sivient.ports.http import Answer, Patience
from sivient.ports.web_address import web_address

WHO = "The calendar's address"
LARGEST = 20 * 1024 * 1024  # bytes, unpacked
IN_MEMORY = 1024 * 1024  # bytes of a file that is not put on the disk
MOST_REDIRECTS = 3
SHORTEST = 0.05  # seconds that are worth a call
NOT_MODIFIED = 304
TOO_LARGE = "The calendar at this address is larger than 20 MB. Publish a calendar with less history."
CLOSED = (
    "The calendar's address does not let us read any more. Publish the calendar again, and connect its new address."
)
NOTHING = "There is no calendar at this address any more."
MANY_REDIRECTS = "The calendar's address leads from one place to the next, and never to a calendar."
# Many servers write the moment of the download into every event.
_MOMENTS = (b"DTSTAMP", b"dtstamp")


@dataclass(frozen=True, slots=True)
class Feed:
    """A file as it was fetched. `validators` ask for it again only if it has changed; `digest` is of what it says."""

    file: IO[bytes] = field(repr=False)
    validators: Mapping[str, str]
    digest: str

    def lines(self) -> Iterator[str]:
        """Yield its lines from the beginning."""
        self.file.seek(0)
        text = TextIOWrapper(self.file, encoding="utf-8", errors="replace")
        try:
            yield from text
        finally:
            if not self.file.closed:  # else nobody reads on
                text.detach()


def fetch(address: str, validators: Mapping[str, str], *, networks: tuple[str, ...], patience: Patience) -> Feed | None:
    """Return the file, None when it is the one that the validators know. Redirects are followed, each checked anew.

    All of them share the time of one call. No error names the address: whoever knows it can read the calendar.
    """
    url = published(address)
    ends = time.monotonic() + min(patience.connect + patience.answer, guarded.LONGEST)
    for _ in range(MOST_REDIRECTS + 1):
        kept = _Kept()
        answer = guarded.send(
            "GET",
            url,
            networks=networks,
            who=WHO,
            patience=_left(patience, ends),
            keep=kept.keep,
            headers=dict(validators),
        )
        if answer.status == NOT_MODIFIED:
            return None
        if 200 <= answer.status < 300:
            return kept.feed(answer)
        if not 300 <= answer.status < 400:
            raise _judge(answer.status)
        url = urljoin(url, answer.headers.get("location", ""))
    raise Rejected(MANY_REDIRECTS)


def _left(patience: Patience, ends: float) -> Patience:
    """Return what is left of the patience until `ends` (monotonic seconds). TryLater: nothing."""
    left = ends - time.monotonic()
    if left <= SHORTEST:
        raise TryLater(f"{WHO} did not answer in time.")
    connect = min(patience.connect, left / 2)
    return Patience(connect=connect, answer=min(patience.answer, left - connect))


def published(address: str) -> str:
    """Return the address to be fetched: webcal:// is https:// for programs that subscribe."""
    scheme, separator, rest = address.strip().partition("://")
    if separator and scheme.lower() in ("webcal", "webcals"):
        return web_address(f"https://{rest}").url
    return web_address(address).url


def _judge(status: int) -> IntegrationError:
    if status in (401, 403):
        return Reconnect(CLOSED)
    if status in (404, 410):
        return Gone(NOTHING)
    if status == 429:
        return Throttled(f"{WHO} asks us to slow down.")
    if status >= 500 or status == 408:
        return OutcomeUnknown(f"{WHO} has trouble at the moment.")
    return Rejected(f"{WHO} does not give us a calendar (answer {status}).")


class _Kept:
    """Keeps the pieces of a file as they come."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when nobody holds the feed any more
        self.size = 0

    def keep(self, piece: bytes) -> None:
        """Keep one piece, or raise Rejected."""
        self.size += len(piece)
        if self.size > LARGEST:
            raise Rejected(TOO_LARGE)
        self.file.write(piece)

    def feed(self, answer: Answer) -> Feed:
        """Return what was kept."""
        names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        validators = {ask: answer.headers[said] for said, ask in names if answer.headers.get(said)}
        digest = sha256()
        self.file.seek(0)
        for line in self.file:
            if not line.startswith(_MOMENTS):
                digest.update(line)
        return Feed(self.file, validators, digest.hexdigest())
