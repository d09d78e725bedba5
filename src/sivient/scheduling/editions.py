"""Whether what a host changes is still what they looked at: two open tabs must not undo each other unseen."""

import hashlib
import json
from collections.abc import Mapping

from sivient.scheduling.models import EventType, SchedulingPage


class ChangedMeanwhile(Exception):
    """Somebody saved it since the host looked at it. `edition` is the one of what is stored now."""

    def __init__(self, edition: str) -> None:
        super().__init__("This was changed meanwhile.")
        self.edition = edition


def edition_of(event_type: EventType) -> str:
    """Return what the editor of an event type says it was shown: the same as long as nobody saves another.

    Its place among the others is changed elsewhere, and counts for nothing.
    """
    columns = {each.attname for each in EventType._meta.concrete_fields} - {"position"}
    return _digest({name: getattr(event_type, name) for name in columns})


def settings_edition(page: SchedulingPage, handle: str | None) -> str:
    """Return the same for the scheduling settings; holidays are changed elsewhere, and count for nothing."""
    return _digest(
        {
            "handle": handle,
            "platform": [page.platform, page.platform_details],
            "fallback": page.fallback_link,
            "pause": [page.paused, page.pause_note],
        }
    )


def require_seen(seen: str | None, stored: str, wanted: str) -> None:
    """Raise ChangedMeanwhile unless the host has seen what is `stored`, or wants just that; None: nobody looked.

    So a button that is pressed twice saves once.
    """
    if seen is not None and stored not in (seen, wanted):
        raise ChangedMeanwhile(stored)


def _digest(values: Mapping[str, object]) -> str:
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
