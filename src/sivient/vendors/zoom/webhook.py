"""What Zoom sends us: signatures, the URL validation, app_deauthorized (Zoom contract chapter 7)."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sivient.core.text import clean_line
from sivient.ports.vendor import App, Deauthorization, Received

WINDOW = timedelta(minutes=5)  # each way; Zoom names none
NAME_LIMIT = 200
VALIDATION = "endpoint.url_validation"
DEAUTHORIZED = "app_deauthorized"
MILLISECONDS = 10**11  # a number from here on counts milliseconds: as seconds it would be the year 5138


@dataclass(frozen=True, slots=True)
class ZoomInbox:
    """Messages to one Zoom app."""

    app: App

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """Check the signature over the raw body; None when it is wrong.

        A right signature outside the window is not fresh: whether a retry of Zoom's, up to 85 minutes later,
        carries a new timestamp is not known, so such a message is believed only after asking Zoom.
        """
        timestamp = headers.get("x-zm-request-timestamp", "")
        secret = self._signing_secret(headers.get("x-zm-signature", ""), timestamp, body)
        if secret is None:
            return None
        message = _object(body)
        event = message.get("event")
        name = clean_line(event, NAME_LIMIT) if isinstance(event, str) else ""
        reply = _validation_reply(message, secret) if name == VALIDATION else None
        return Received(name, _is_fresh(timestamp, now), reply)

    def deauthorization(self, body: bytes) -> Deauthorization | None:
        """Read an `app_deauthorized`; None when the message is another one."""
        message = _object(body)
        payload = message.get("payload")
        if message.get("event") != DEAUTHORIZED or not isinstance(payload, dict):
            return None
        return Deauthorization(
            client_id=clean_line(str(payload.get("client_id") or ""), NAME_LIMIT),
            user_id=clean_line(str(payload.get("user_id") or ""), NAME_LIMIT),
            at=_moment(payload.get("deauthorization_time"), payload.get("event_ts", message.get("event_ts"))),
        )

    def _signing_secret(self, signature: str, timestamp: str, body: bytes) -> str | None:
        for secret in self.app.webhook_secrets:
            if hmac.compare_digest(signature.encode(), sign(secret, timestamp, body).encode()):
                return secret
        return None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a raw body. Never of parsed JSON: written again it has other bytes (contract 7.2)."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _validation_reply(message: Mapping[str, Any], secret: str) -> dict[str, str] | None:
    payload = message.get("payload")
    token = payload.get("plainToken") if isinstance(payload, dict) else None
    if not isinstance(token, str):
        return None
    encrypted = hmac.new(secret.encode(), token.encode(errors="replace"), hashlib.sha256).hexdigest()
    return {"plainToken": token, "encryptedToken": encrypted}


def _object(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a timestamp in seconds (10 digits) or milliseconds (13) is inside the window."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) in (10, 13)):
        return False
    seconds = int(timestamp) / (1000 if len(timestamp) == 13 else 1)
    return abs(now.timestamp() - seconds) <= WINDOW.total_seconds()


def _moment(said: object, stamp: object) -> datetime | None:
    """Return the moment that is said as text, or else as a number of seconds or milliseconds; None for neither."""
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # such as 0001-01-01T00:00+14:00
    try:
        if isinstance(stamp, int) and not isinstance(stamp, bool):
            return datetime.fromtimestamp(stamp / (1000 if stamp >= MILLISECONDS else 1), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
