"""Graph's event resource: how it is written, and what a request may say of it (calendars contract, chapter 2.4)."""

import html
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sivient.vendors.calendar_emulator import Account, Answer, Attendee, Event, Show
from sivient.vendors.calendar_emulator.records import Moment
from sivient.vendors.microsoft.emulator.asked import Asked
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid

# What may be written, of Graph's event resource.
WRITABLE = {
    *("subject", "body", "start", "end", "location", "attendees", "transactionId", "allowNewTimeProposals"),
    *("responseRequested", "showAs", "hideAttendees", "singleValueExtendedProperties", "isAllDay", "sensitivity"),
    *("isOnlineMeeting", "onlineMeetingProvider", "importance", "reminderMinutesBeforeStart", "isReminderOn"),
    *("categories", "recurrence", "locations"),
}
READABLE = WRITABLE | {
    *("id", "iCalUId", "isCancelled", "isOrganizer", "organizer", "responseStatus", "type", "seriesMasterId"),
    *("createdDateTime", "lastModifiedDateTime", "changeKey", "originalStartTimeZone", "originalEndTimeZone"),
    *("bodyPreview", "webLink", "hasAttachments", "onlineMeeting"),
}
SHOWS = {show.value for show in Show} | {"unknown"}
SAID = {
    Answer.NONE: "notResponded",
    Answer.ACCEPTED: "accepted",
    Answer.DECLINED: "declined",
    Answer.TENTATIVE: "tentativelyAccepted",
}
PROPERTY = re.compile(r"(String|Integer) \{[0-9a-f-]{36}\} Name \S+", re.IGNORECASE)
_TAG, _BREAK = re.compile(r"<[^>]*>"), re.compile(r"<br>|</p>")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,7}))?")
NEVER = "0001-01-01T00:00:00Z"
Body = dict[str, Any]


def resource(event: Event, host: Account, asked: Asked) -> Body:
    """Return the event as Graph writes it; `host` is whose calendar it is in."""
    organizes = event.organizer.casefold() == host.address.casefold()
    kind = "seriesMaster" if event.rule else "singleInstance"
    return {
        "@odata.etag": f"W/{event.etag}",
        "id": event.id,
        "createdDateTime": f"{event.created:%Y-%m-%dT%H:%M:%S.%f}0Z",
        "lastModifiedDateTime": f"{event.updated:%Y-%m-%dT%H:%M:%S.%f}0Z",
        "changeKey": event.etag.strip('"'),
        "transactionId": event.extra.get("transactionId"),
        "originalStartTimeZone": event.zone,
        "iCalUId": event.uid,
        "subject": event.title,
        "bodyPreview": _text(event.description)[:255],
        "body": _content(event, asked),
        "start": when(event.start, asked.zone),
        "end": when(event.end, asked.zone),
        "isAllDay": event.all_day,
        "isCancelled": bool(event.extra.get("called off")),
        "isOrganizer": organizes,
        "sensitivity": "private" if event.private else "normal",
        "showAs": event.show.value,
        "type": kind,
        "seriesMasterId": None,
        "location": {"displayName": event.location, **event.extra.get("location", {})},
        "attendees": [_attendee(each) for each in event.attendees],
        "organizer": {"emailAddress": {"name": host.name if organizes else "", "address": event.organizer}},
        "responseStatus": _response(event, host, organizes),
        "isOnlineMeeting": bool(event.extra.get("isOnlineMeeting")),
        "onlineMeetingProvider": "unknown",
        "hideAttendees": False,
        "allowNewTimeProposals": event.extra.get("allowNewTimeProposals", True),
        "responseRequested": True,
    }


def when(moment: Moment, zone: str) -> dict[str, str]:
    """Return a dateTimeTimeZone: seven digits, no offset. A date floats: midnight, whatever zone is asked for."""
    if not isinstance(moment, datetime):
        return {"dateTime": f"{moment:%Y-%m-%d}T00:00:00.0000000", "timeZone": zone}
    return {"dateTime": f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S.%f}0", "timeZone": zone}


def wanted(body: Body, *, new: bool) -> Body:
    """Return the fields of `records.Event` that a request gives. GraphError: it makes no sense."""
    for name in set(body) - WRITABLE:
        raise GraphError(400, "RequestBodyRead", f"The property '{name}' does not exist or cannot be written.")
    if new and not {"start", "end"} <= body.keys():
        raise invalid("Start and end are required.", "ErrorPropertyValidationFailure")
    fields: Body = {}
    for name, read in READERS.items():
        if name in body:
            try:
                fields |= read(body[name])
            except (KeyError, TypeError, AttributeError, ValueError):
                raise invalid(f"The property '{name}' has a bad value.", "ErrorPropertyValidationFailure") from None
    return fields


def _response(event: Event, host: Account, organizes: bool) -> Body:
    if organizes:
        return {"response": "organizer", "time": NEVER}
    return {"response": SAID[event.answer_of(host.address) or Answer.NONE], "time": NEVER}


def _attendee(attendee: Attendee) -> Body:
    said = "none" if attendee.answer is Answer.NONE else SAID[attendee.answer]
    return {
        "type": "required",
        "status": {"response": said, "time": NEVER},
        "emailAddress": {"name": attendee.name or attendee.address, "address": attendee.address},
    }


def _content(event: Event, asked: Asked) -> Body:
    if asked.as_text:
        return {"contentType": "text", "content": _text(event.description)}
    return {"contentType": "html", "content": f"<html><head></head><body>{event.description}</body></html>"}


def _text(content: str) -> str:
    return html.unescape(_TAG.sub("", _BREAK.sub("\r\n", content)))


def _moment(value: Body) -> datetime:
    found = _MOMENT.fullmatch(value["dateTime"])
    if found is None:
        raise ValueError("an offset, or no time at all")
    plain, fraction = found.groups()
    moment = datetime.fromisoformat(f"{plain}.{(fraction or '')[:6]:0<6}")
    return moment.replace(tzinfo=ZoneInfo(value["timeZone"])).astimezone(UTC)


def _attendees(value: list[Body]) -> list[Attendee]:
    people = [each["emailAddress"] for each in value]
    if any("@" not in each["address"] for each in people):
        raise ValueError("no address")
    return [Attendee(each["address"], each.get("name", "")) for each in people]


def _properties(value: list[Body]) -> dict[str, str]:
    if not all(PROPERTY.fullmatch(each["id"]) for each in value):
        raise ValueError("no such property")
    return {each["id"]: str(each["value"]) for each in value}


READERS: dict[str, Any] = {
    "subject": lambda value: {"title": str(value)},
    "body": lambda value: {"description": value["content"]},
    "start": lambda value: {"start": _moment(value), "zone": value["timeZone"]},
    "end": lambda value: {"end": _moment(value)},
    "location": lambda value: {"location": value["displayName"]},
    "attendees": lambda value: {"attendees": _attendees(value)},
    "showAs": lambda value: {"show": Show(value)},
    "sensitivity": lambda value: {"private": value == "private"},
    "singleValueExtendedProperties": lambda value: {"properties": _properties(value)},
}
