"""Events as Google writes them, and the reading of what an application sends (contract 1.4)."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sivient.vendors.calendar_emulator import Answer, Attendee, Calendar, Event, Show
from sivient.vendors.calendar_emulator.records import Moment, instant, place
from sivient.vendors.google.emulator.errors import ApiError, invalid, required

ID = re.compile(r"[0-9a-v]{5,1024}")
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
KEPT = (
    *("anyoneCanAddSelf", "colorId", "conferenceData", "guestsCanInviteOthers", "guestsCanModify"),
    *("guestsCanSeeOtherGuests", "reminders", "source", "eventType"),
)
"""Fields that only go in and out."""
READ_ONLY = ("kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "sequence", "locked")
FIELDS = frozenset(
    {
        *KEPT,
        *READ_ONLY,
        *("id", "iCalUID", "summary", "description", "location", "start", "end", "status", "transparency"),
        *("visibility", "attendees", "extendedProperties", "recurrence", "recurringEventId", "originalStartTime"),
    }
)
"""Every field of an event that is emulated; a misspelt one is refused, which Google does not do."""


def shown(event: Event, calendar: Calendar, address: str) -> dict[str, Any]:
    """Return the whole event, as one who may see everything gets it; `address` is the account's."""
    body: dict[str, Any] = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": _status(event),
        "htmlLink": f"https://www.google.com/calendar/event?eid={event.id}",
        "created": _utc(event.created),
        "updated": _utc(event.updated),
        "summary": event.title,
        "creator": _person(event.organizer, address),
        "organizer": _person(event.organizer, address),
        **_times(event, calendar),
        "iCalUID": event.uid,
        "sequence": event.sequence,
        "reminders": {"useDefault": True},
        "eventType": "default",
        **event.extra,
    }
    optional = {
        "description": event.description,
        "location": event.location,
        "transparency": "transparent" if event.show is Show.FREE else "",
        "visibility": "private" if event.private else "",
        "attendees": [_attendee(each, event, address) for each in event.attendees],
        "extendedProperties": {"private": event.properties} if event.properties else {},
        "recurrence": [f"RRULE:{event.rule}"] if event.rule else [],
    }
    return body | {name: value for name, value in optional.items() if value}


def times_only(event: Event, calendar: Calendar) -> dict[str, Any]:
    """Return what one sees who may see free and busy times alone."""
    facts = {"kind": "calendar#event", "etag": event.etag, "id": event.id, "status": _status(event)}
    return facts | {"updated": _utc(event.updated), "visibility": "private", **_times(event, calendar)}


def tombstone(event: Event, calendar: Calendar) -> dict[str, Any]:
    """Return a deleted event of a sync: little more than its id."""
    facts = {"kind": "calendar#event", "etag": event.etag, "id": event.id, "status": "cancelled"}
    whole = _times(event, calendar)
    return facts | {name: whole[name] for name in ("recurringEventId", "originalStartTime") if name in whole}


def read(body: dict[str, Any], calendar: Calendar, *, conference: bool) -> dict[str, Any]:
    """Return the fields of `Event` that a body names. ApiError: what Google would say."""
    if strange := set(body) - FIELDS:
        raise invalid(f"Unknown field: {', '.join(sorted(strange))}")
    fields: dict[str, Any] = {}
    for name, ours in (("summary", "title"), ("description", "description"), ("location", "location")):
        if name in body:
            fields[ours] = _text(body[name] or "", name)
    if "start" in body or "end" in body:
        fields |= _read_times(body, calendar)
    if "attendees" in body:
        fields["attendees"] = [_read_attendee(each) for each in body["attendees"] or []]
    if "transparency" in body or "status" in body:
        fields |= _read_show(body)
    if "visibility" in body:
        fields["private"] = body["visibility"] in ("private", "confidential")
    if "recurrence" in body:
        fields["rule"] = _rule(body["recurrence"] or [])
    kept = {name: body[name] for name in KEPT if name in body and (conference or name != "conferenceData")}
    _check_conference(kept.get("conferenceData") or {})
    return fields | ({"extra": kept} if kept else {})


def _read_show(body: dict[str, Any]) -> dict[str, Any]:
    status, transparency = body.get("status", "confirmed"), body.get("transparency", "opaque")
    if status not in ("confirmed", "tentative", "cancelled") or transparency not in ("opaque", "transparent"):
        raise invalid("Invalid value.")
    busy = Show.TENTATIVE if status == "tentative" else Show.BUSY
    return {"show": Show.FREE if transparency == "transparent" else busy, "cancelled": status == "cancelled"}


def _read_times(body: dict[str, Any], calendar: Calendar) -> dict[str, Any]:
    for name in ("start", "end"):
        if not isinstance(body.get(name), dict):
            raise required(f"Missing {name} time.")
    start, zone = _read_moment(body["start"], "start", calendar)
    end, _ = _read_moment(body["end"], "end", calendar)
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    if instant(end, calendar.zone) <= instant(start, calendar.zone):
        raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    return {"start": start, "end": end, "zone": zone}


def _read_moment(value: dict[str, Any], name: str, calendar: Calendar) -> tuple[Moment, str]:
    zone = value.get("timeZone") or calendar.zone
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise invalid(f"Invalid time zone definition for {name} time.") from None
    try:
        if "date" in value:
            return date.fromisoformat(value["date"]), zone
        moment = datetime.fromisoformat(value["dateTime"])
    except (ValueError, KeyError, TypeError):
        raise invalid(f"Invalid value for: {name}") from None
    if moment.tzinfo is None:
        if "timeZone" not in value:
            raise required(f"Missing time zone definition for {name} time.")
        moment = moment.replace(tzinfo=place)
    return moment.astimezone(UTC), zone


def _read_attendee(value: Any) -> Attendee:
    address = value.get("email", "") if isinstance(value, dict) else ""
    if not ADDRESS.fullmatch(address):
        raise invalid("Invalid attendee email.")
    try:
        answer = Answer(value.get("responseStatus", Answer.NONE))
    except ValueError:
        raise invalid("Invalid attendee response status.") from None
    return Attendee(address, value.get("displayName", ""), answer)


def _rule(lines: list[str]) -> str:
    rules = [line.removeprefix("RRULE:") for line in lines if line.startswith("RRULE:")]
    if len(rules) != len(lines) or len(rules) > 1:
        raise invalid("Invalid recurrence rule.")
    return rules[0] if rules else ""


def _check_conference(data: dict[str, Any]) -> None:
    for entry in data.get("entryPoints", []):
        for name, longest in (("uri", 1300), ("label", 512), ("passcode", 128), ("meetingCode", 128)):
            if len(entry.get(name, "")) > longest:
                raise invalid("Invalid conference data.")


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid value for: {name}")
    return value


def _status(event: Event) -> str:
    if event.cancelled:
        return "cancelled"
    return "tentative" if event.show is Show.TENTATIVE else "confirmed"


def _times(event: Event, calendar: Calendar) -> dict[str, Any]:
    body: dict[str, Any] = {name: _when(when, event, calendar) for name, when in _ends(event)}
    if event.original is not None or event.series:
        body["recurringEventId"] = event.series
    if event.original is not None:
        body["originalStartTime"] = _when(event.original, event, calendar)
    return body


def _ends(event: Event) -> tuple[tuple[str, Moment], ...]:
    return ("start", event.start), ("end", event.end)


def _when(when: Moment, event: Event, calendar: Calendar) -> dict[str, str]:
    """Write a time with the calendar's offset, as Google does; UTC is `Z`."""
    if not isinstance(when, datetime):
        return {"date": when.isoformat()}
    text = when.astimezone(place(calendar.zone)).isoformat().replace("+00:00", "Z")
    return {"dateTime": text, "timeZone": event.zone}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _person(address: str, own: str) -> dict[str, Any]:
    return {"email": address} | ({"self": True} if address.casefold() == own.casefold() else {})


def _attendee(each: Attendee, event: Event, own: str) -> dict[str, Any]:
    said = {"email": each.address, "responseStatus": str(each.answer)}
    said |= {"displayName": each.name} if each.name else {}
    flags = {
        "self": each.address.casefold() == own.casefold(),
        "organizer": each.address.casefold() == event.organizer.casefold(),
    }
    return said | {name: True for name, holds in flags.items() if holds}
