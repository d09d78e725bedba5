"""How the emulated Exchange names events."""

import hashlib
import secrets


def event_id() -> str:
    """Return a new event's immutable id."""
    return f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{secrets.token_urlsafe(24)}AA"


def uid(event: str) -> str:
    """Return an event's iCalUId."""
    return f"040000008200E00074C5B7101A82E008{hashlib.sha256(event.encode()).hexdigest().upper()}"
