"""Why a booking has its host's fallback link, in words for the host: the mail and the timeline say the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sivient.core.moments import city, clock, day

FALLBACK_TOLD = "delivery.fallback_used"  # tells the host; planned as the link comes into force, with the reasons
UNKNOWN = "Zoom had made no meeting."


def why_fallback(reasons: Mapping[str, Any], zone: str) -> str:
    """Return the sentence; `reasons` is the payload of `FALLBACK_TOLD`, `zone` (IANA) the host's."""
    reason = reasons.get("reason", "")
    if reasons.get("until"):
        until = datetime.fromisoformat(reasons["until"])
        return (
            f"{reason} Zoom makes meetings again from {day(until, zone)}, {clock(until, zone)} ({city(zone)}).".strip()
        )
    if reasons.get("final"):
        return f"Zoom did not make the meeting: {reason}"
    return f"Zoom had made no meeting in time: {reason}" if reason else "Zoom had made no meeting in time."
