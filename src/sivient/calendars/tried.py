"""What was asked of a calendar about an event of ours without anybody knowing what came of it: `WrittenEvent.tried`.

It holds what all attempts since the last store have said (`heard`), for whichever of them stands in the calendar, the
`etag` of the event that they were to change, and what finds an event that one of them may have made.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sivient.calendars.models import WrittenEvent
from sivient.core.text import clean_line
from sivient.ports.calendars import EventDraft, Stored

Tried = Mapping[str, Any]
PLACE_COMPARED = 250  # code points: calendars cut it, none of them shorter


def heard(draft: EventDraft) -> dict[str, Any]:
    """Return what of a draft guests hear of, as it is kept here and in `WrittenEvent.written`."""
    return {
        "start": draft.start.astimezone(UTC).isoformat(),
        "end": draft.end.astimezone(UTC).isoformat(),
        "location": draft.location,
        "join_url": draft.join_url,
    }


def with_draft(event: WrittenEvent, draft: EventDraft) -> dict[str, Any]:
    """Return what is open once this draft is written, too."""
    said, before = heard(draft), contents(event.tried)
    return {
        "heard": before if said in before else [*before, said],
        "etag": event.tried.get("etag", event.etag),
        "uid": draft.uid,
        "reference": draft.reference,
        "start": draft.start.isoformat(),
        "end": draft.end.isoformat(),
    }


def with_removal(event: WrittenEvent) -> dict[str, Any]:
    """Return what is open once the event's removal is asked for; one that is gone already was not removed by us."""
    return {**event.tried, "removing": is_removal(event.tried) or event.seen_gone_at is None}


def is_removal(tried: Tried) -> bool:
    """Whether the removal of an event that was there was asked for."""
    return tried.get("removing") is True


def contents(tried: Tried) -> list[dict[str, Any]]:
    """Return what the attempts have said, each content once."""
    return list(tried.get("heard", ()))


def only(tried: Tried, draft: EventDraft) -> bool:
    """Whether no attempt has said anything but this."""
    return all(said == heard(draft) for said in contents(tried))


def times(tried: Tried) -> set[tuple[datetime, datetime]]:
    """Return when the event may be because of the attempts."""
    return {(datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])) for said in contents(tried)}


def says(stored: Stored, draft: EventDraft) -> bool:
    """Whether an event is when and where the draft says, as far as the calendar tells it."""
    place = clean_line(draft.join_url or draft.location, PLACE_COMPARED)
    there = place if stored.location is None else clean_line(stored.location, PLACE_COMPARED)
    return (stored.start, stored.end, there) == (draft.start, draft.end, place)


def ghost(event: WrittenEvent) -> EventDraft:
    """Return what finds an event that may have been made: its key, and nobody who would be invited if it was not."""
    return EventDraft(
        key=event.key,
        uid=event.tried["uid"],
        sequence=0,
        reference=event.tried["reference"],
        title="Cancelled",
        start=datetime.fromisoformat(event.tried["start"]),
        end=datetime.fromisoformat(event.tried["end"]),
        timezone="UTC",
        description="",
        location="",
        join_url="",
        conference_id="",
        passcode="",
        guests=(),
    )
