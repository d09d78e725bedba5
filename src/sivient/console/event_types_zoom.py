"""Zoom's forty minutes: meetings of a Basic user with others end then (Zoom contract, chapter 3)."""

from datetime import datetime

from sivient.accounts.models import User
from sivient.integrations.queries import card
from sivient.ports.vendor import Note
from sivient.scheduling.models import EventType, Platform
from sivient.scheduling.queries import meeting_of

FORTY = 40
ANCHOR = "forty-minutes"  # of the note that the Integrations card shows too


def forty_minutes(user: User, now: datetime) -> Note | None:
    """Return what Zoom says about long meetings of this host, or None where they last as long as they are."""
    return next((note for note in card(user, "zoom", now=now).notes if note.anchor == ANCHOR), None)


def too_long(event_type: EventType, note: Note | None) -> Note | None:
    """Return the note if the event type has a duration that it is about."""
    on_zoom = meeting_of(event_type).platform == Platform.ZOOM
    return note if note and on_zoom and max(event_type.durations) > FORTY else None
