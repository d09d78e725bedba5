"""One event before it is signed: what it says, and how it is written and sent (contract 7.2 to 7.5)."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `x-zm-signature` of the raw body."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Draft:
    """An event that faults may still change.

    `at` is when it says that it happened, `signed_at` what its timestamp header says. `also` holds further
    payloads to send as events of their own. A `held` one waits until another event was sent;
    no answer to an `unprovable` validation counts as a proof.
    """

    id: str
    event: str
    user_id: str
    payload: dict[str, Any]
    at: datetime
    signed_at: datetime
    indent: int | None = None
    reordered: bool = False
    forged: bool = False
    copies: int = 1
    held: bool = False
    unprovable: bool = False
    also: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def shift(self, seconds: float, *, timestamp: bool = True) -> None:
        """Move what the event says about time; with `timestamp`, the header that is signed as well."""
        self.at += timedelta(seconds=seconds)
        if "deauthorization_time" in self.payload:
            self.payload["deauthorization_time"] = zoom_milliseconds(self.at)
        if timestamp:
            self.signed_at += timedelta(seconds=seconds)

    def body(self, payload: dict[str, Any]) -> str:
        """Write the message: compact as Zoom does, or with spaces."""
        message: dict[str, Any] = {"event": self.event, "event_ts": int(self.at.timestamp() * 1000), "payload": payload}
        if self.reordered:
            message = _reordered(message)
        separators = (",", ":") if self.indent is None else None
        return json.dumps(message, ensure_ascii=False, separators=separators, indent=self.indent)

    def headers(self, body: str, *, client_id: str, secret: str, tracking_id: str) -> dict[str, str]:
        """Sign the written message."""
        timestamp = str(int(self.signed_at.timestamp()))
        key = f"not {secret}" if self.forged else secret
        return {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Zoom Marketplace/1.0a",
            "clientid": client_id,
            "x-zm-trackingid": tracking_id,
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": signature(key, timestamp, body.encode()),
        }


def zoom_milliseconds(moment: datetime) -> str:
    """Write a moment as events do: `2026-06-17T13:52:28.632Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _reordered(value: Any) -> Any:
    """Return the same JSON with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {name: _reordered(value[name]) for name in reversed(value)}
    return value
