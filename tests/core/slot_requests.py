"""Requests to the slot engine as JSON, for the tests of their readers and of `sivient slots`."""

import json
from typing import Any

from sivient.core.slot_request import answer, answer_why

Json = dict[str, Any]


def request(
    day: str = "2026-12-01", *, schedule: Json | None = None, event_type: Json | None = None, **keys: Any
) -> Json:
    """Return a request about one UTC date, a Tuesday; by default half hours from 9 to 12 UTC are open every day."""
    every_day = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "09:00", "end": "12:00"}
    asked = {
        "now": "2026-01-01T00:00:00Z",
        "window": {"start": f"{day}T00:00:00Z", "end": f"{day}T23:59:59Z"},
        "schedule": {"weekly": [every_day], **(schedule or {})},
        "event_type": {"duration": 30, **(event_type or {})},
    }
    return {**asked, **keys}


def written(value: object) -> bytes:
    """Return the value as a file holds it."""
    return json.dumps(value).encode()


def clock_times(asked: Json) -> list[str]:
    """Return the times of day, in UTC, of what a request is answered with."""
    found = answer(written(asked))
    assert isinstance(found, dict)
    return [start[11:16] for start in found["slots"]]


def rule(asked: Json, start: str) -> str:
    """Return the rule that decides about a start."""
    found = answer_why(written(asked), start)
    assert isinstance(found, dict)
    return found["rule"]
