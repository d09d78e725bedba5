"""What the tour asks of the emulated Zoom and of the mailbox, over their control addresses."""

from typing import Any

import httpx

TIMEOUT = 3.0  # seconds; they run on this machine


def zoom_state(zoom: str) -> dict[str, Any]:
    """Return what the emulated Zoom says of itself, or nothing when it is not ours or does not answer."""
    return _get(f"{zoom}/__ctl/state") if zoom else {}


def mails(mailbox: str) -> list[dict[str, Any]]:
    """Return the mails that have arrived, or none."""
    found: list[dict[str, Any]] = _get(f"{mailbox}/__ctl/mails").get("mails", []) if mailbox else []
    return found


def switch_zoom(zoom: str, *, answers_503: bool) -> bool:
    """Turn the switch; return whether the emulator did it."""
    try:
        return httpx.post(f"{zoom}/__ctl/switch", json={"answers_503": answers_503}, timeout=TIMEOUT).is_success
    except httpx.HTTPError:
        return False


def _get(address: str) -> dict[str, Any]:
    try:
        answer = httpx.get(address, timeout=TIMEOUT)
        content = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError):
        return {}
    return content if isinstance(content, dict) else {"mails": content}
