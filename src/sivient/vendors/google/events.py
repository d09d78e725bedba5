"""Google's events: what ours say, and what any event says about the host's time (calendars contract 1.4, 1.5)."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sivient.core.text import clean_line, clean_text
from sivient.ports.calendars import Answer, Busy, Change, EventDraft, Skipped, Stored
from sivient.ports.errors import OutcomeUnknown
from sivient.vendors.google.api import Body
from sivient.vendors.google.moments import instant, written, zone_named

# Only what is used is asked for: no title or description of the host's events ever reaches this server.
FIELDS = "id,etag,status,transparency,iCalUID,start,end,attendees(email,self,responseStatus)"
OWN_FIELDS = (
    "id,etag,status,iCalUID,start,end,location,extendedProperties/private,attendeesOmitted,"
    "attendees(email,displayName,responseStatus,optional,resource,comment,additionalGuests,self)"
)
MARKED_FIELDS = "id,etag,status,iCalUID,start,end,extendedProperties/private"
TITLE_LIMIT, LOCATION_LIMIT, NAME_LIMIT = 250, 1000, 100  # code points
DESCRIPTION_LIMIT = 8000  # Google keeps 8192
URI_LIMIT, LABEL_LIMIT, CODE_LIMIT = 1300, 512, 128  # contract 1.4
REFERENCE = "booking"  # the private property that says that an event is ours, and of which booking
CANCELLED = "cancelled"
ANSWERS = {"accepted": Answer.ACCEPTED, "declined": Answer.DECLINED, "tentative": Answer.TENTATIVE}

NO_NAME = "An event has no name."
NO_TIME = "An event has no start or end that can be read."


class Unreadable(Exception):
    """An event says too little to be believed; the text is the reason, for the host."""


def changes(items: Iterable[Any], zone: ZoneInfo) -> tuple[tuple[Change, ...], tuple[Skipped, ...]]:
    """Return what a page of events says, and what could not be read. `zone` is the calendar's."""
    read, skipped = [], []
    for item in items:
        try:
            read.append(change(item, zone))
        except Unreadable as reason:
            skipped.append(Skipped(_text(item.get("id")) if isinstance(item, dict) else "", str(reason)))
    return tuple(read), tuple(skipped)


def change(item: Any, zone: ZoneInfo) -> Change:
    """Return what one event, or one occurrence of a series, says. A cancelled one may say nothing but its id."""
    name = item.get("id") if isinstance(item, dict) else None
    if not isinstance(name, str) or not name:
        raise Unreadable(NO_NAME)
    if item.get("status") == CANCELLED:
        return Change(name, gone=True, uid=_text(item.get("iCalUID")))
    try:
        start, end = instant(item.get("start"), zone), instant(item.get("end"), zone)
    except ValueError as error:
        raise Unreadable(NO_TIME) from error
    start, end = min(start, end), max(start, end)  # of one that ends before it starts, the time between counts
    takes_time = end > start and item.get("transparency") != "transparent" and not _declined(item)
    return Change(
        name,
        busy=(Busy(start, end),) if takes_time else (),
        uid=_text(item.get("iCalUID")),
        start=start,
        end=end,
        etag=_text(item.get("etag")),
        answers=answers(item),
    )


def answers(item: Body) -> Mapping[str, Answer]:
    """Return what each attendee has answered; words that Google adds later are no answer."""
    said = ((_text(each.get("email")).lower(), each.get("responseStatus")) for each in attendees(item))
    return {address: ANSWERS.get(_text(word), Answer.NONE) for address, word in said if address}


def attendees(item: Body) -> list[Body]:
    """Return the attendees of an event as Google describes them."""
    named = item.get("attendees")
    return [each for each in named if isinstance(each, dict)] if isinstance(named, list) else []


def stored(body: Body, zone: str) -> Stored:
    """Return an event of ours as Google has it. `zone` is where it lies if the host made it last all day.

    OutcomeUnknown: the answer is no event.
    """
    try:
        it = change(body | {"status": ""}, zone_named(zone) or ZoneInfo("UTC"))
    except Unreadable as error:
        raise OutcomeUnknown("Google gave an answer that cannot be read.") from error
    if it.start is None or it.end is None:
        raise OutcomeUnknown("Google gave an answer that cannot be read.")
    cancelled, location = body.get("status") == CANCELLED, _text(body.get("location"))
    return Stored(it.name, it.uid, it.etag, it.start, it.end, cancelled, it.answers, location)


def is_of(body: Body, draft: EventDraft) -> bool:
    """Whether an event is the one of this booking."""
    return reference(body) == draft.reference


def reference(body: Body) -> str:
    """Return the reference that we have written into an event, "" when it is not one of ours."""
    properties = body.get("extendedProperties")
    private = properties.get("private") if isinstance(properties, dict) else None
    return _text(private.get(REFERENCE)) if isinstance(private, dict) else ""


def new_event(draft: EventDraft) -> Body:
    """Return the body that makes the event: everything is in it, as its guests are told once."""
    return {
        "id": draft.key,
        "status": "confirmed",
        "transparency": "opaque",
        "attendees": _invited(draft, ()),
        "extendedProperties": {"private": {REFERENCE: draft.reference}},
        "guestsCanInviteOthers": False,
        "guestsCanModify": False,
        "reminders": {"useDefault": True},
        **_details(draft),
        **({"conferenceData": _conference(draft)} if _has_link(draft) else {}),
    }


def changed_event(draft: EventDraft, before: Body) -> Body:
    """Return the body that brings an event to what `draft` says.

    The list of attendees is replaced whole, so those of `before` go back as they are: their answers stay, and so does
    whom the host has added in Google Calendar.
    """
    kept = {} if before.get("attendeesOmitted") else {"attendees": _invited(draft, attendees(before))}
    return {**kept, **_details(draft), "conferenceData": _conference(draft) if _has_link(draft) else None}


def _details(draft: EventDraft) -> Body:
    page = {"source": {"title": "Booking", "url": draft.url}} if _is_web(draft.url) else {}
    return {
        "summary": clean_line(draft.title, TITLE_LIMIT) or "Booking",
        "description": _escaped(draft.description),
        "location": clean_line(draft.location or draft.join_url, LOCATION_LIMIT),
        "start": _time(draft, draft.start),
        "end": _time(draft, draft.end),
        **page,
    }


def _time(draft: EventDraft, at: datetime) -> Body:
    zone = zone_named(draft.timezone)
    return {"dateTime": written(at)} | ({"timeZone": zone.key} if zone else {})


def _invited(draft: EventDraft, before: Iterable[Body]) -> list[Body]:
    """Return the attendees: the earlier ones as they were, then those of the booking who are missing."""
    kept = [{name: value for name, value in each.items() if name != "self"} for each in before]
    there = {_text(each.get("email")).lower() for each in kept}
    added = [
        {"email": guest.address, "responseStatus": "needsAction"}
        | ({"displayName": clean_line(guest.name, NAME_LIMIT)} if guest.name else {})
        for guest in draft.guests
        if guest.address.lower() not in there
    ]
    return kept + added


def _conference(draft: EventDraft) -> Body:
    """Return the entry behind Google's join button (contract 1.4). The location has the link all the same."""
    parts = urlsplit(draft.join_url)
    entry = {
        "entryPointType": "video",
        "uri": draft.join_url,
        "label": f"{parts.netloc}{parts.path}"[:LABEL_LIMIT],
        **({"passcode": draft.passcode} if 0 < len(draft.passcode) <= CODE_LIMIT else {}),
    }
    host = parts.hostname or ""
    zooms = host == "zoom.us" or host.endswith(".zoom.us")
    return {
        "conferenceSolution": {"key": {"type": "addOn"}, "name": "Zoom Meeting" if zooms else "Online meeting"},
        "entryPoints": [entry],
        **({"conferenceId": draft.conference_id} if draft.conference_id else {}),
    }


def _has_link(draft: EventDraft) -> bool:
    return _is_web(draft.join_url) and len(draft.join_url) <= URI_LIMIT


def _is_web(address: str) -> bool:
    try:
        return urlsplit(address).scheme in ("https", "http") and bool(urlsplit(address).hostname)
    except ValueError:
        return False


def _escaped(text: str) -> str:
    """Return plain text as HTML, which Google reads descriptions as; never cut within an entity."""
    safe = html.escape(clean_text(text, DESCRIPTION_LIMIT), quote=False)
    return re.sub(r"&[a-z]*$", "", safe[:DESCRIPTION_LIMIT])


def _declined(item: Body) -> bool:
    """Whether the one whose calendar this is has declined."""
    return any(each.get("self") is True and each.get("responseStatus") == "declined" for each in attendees(item))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
