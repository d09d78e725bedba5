"""One call to Zoom's REST API (Zoom contract 3 to 6).

Always at the configured base: the `api_url` of a token answer names a regional host, but the global one always works
(contract 2.2), and an address that came from outside is one that has to be guarded.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from sivient.ports.errors import TryLater
from sivient.ports.http import Answer, Patience, read_json, send
from sivient.vendors.zoom.errors import judge

WHO = "Zoom"
SHORTEST = 4.0  # seconds for a connection and an answer: less is not worth asking
MOVED = (301, 302, 307, 308)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """How long each request of one change may take, and `whole` seconds for all of them: the worker's lease is over
    soon after.
    """

    each: Patience
    whole: float
    began: float = field(default_factory=lambda: time.monotonic())

    def left(self) -> Patience:
        """Return the patience of the next request. TryLater: there is too little time for one, and none leaves."""
        left = self.began + self.whole - time.monotonic()
        if left < min(SHORTEST, self.each.connect + self.each.answer):
            raise TryLater(f"{WHO} was slow to tell us what it wants.")
        connect = min(self.each.connect, left / 2)
        return Patience(connect=connect, answer=min(self.each.answer, left - connect))


def call(http: httpx.Client, token: str, method: str, path: str, *, span: Span, json: Any = None) -> dict[str, Any]:
    """Ask Zoom for one JSON object on behalf of the token's user; empty for a 204. Errors as in contract chapter 5.

    A redirect to another Zoom host is asked once more there, by us: an HTTP client that follows it drops the
    Authorization header, and following it anywhere else would give the token away.
    """
    content: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
    if json is not None:
        content["json"] = json
    answer = send(http, method, path, who=WHO, patience=span.left(), **content)
    target = _elsewhere(answer, http)
    if target:
        answer = send(http, method, target, who=WHO, patience=span.left(), **content)
    _note(answer, method, path)
    return read_json(answer, who=WHO, judge=judge)


def _elsewhere(answer: Answer, http: httpx.Client) -> str | None:
    """Return where a regional or vanity host wants the same request; None for sign-in pages and strangers."""
    if answer.status not in MOVED or http.base_url.scheme != "https":  # an emulator has no business with Zoom's hosts
        return None
    target = answer.headers.get("location", "")
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    zooms = host == "zoom.us" or host.endswith(".zoom.us") or host == http.base_url.host
    same = parts.scheme == "https" and port in (None, 443) and parts.path.startswith("/v2/")
    return target if zooms and same and parts.username is None else None


def _note(answer: Answer, method: str, path: str) -> None:
    """Log a refusal with Zoom's own number for it, which Zoom's support asks for."""
    if answer.status >= 300:
        tracking_id = answer.headers.get("x-zm-trackingid", "")[:100]
        route = urlsplit(path).path
        log.warning(
            "zoom refused", extra={"method": method, "route": route, "status": answer.status, "trackingid": tracking_id}
        )
