"""Graph's events: what we write into one, and what we read out of it (calendars contract, chapter 2.4)."""

import html
import re
from collections.abc import Mapping
from typing import Any

from sivient.core.text import clean_line, clean_text
from sivient.ports.calendars import Answer, Busy, Change, EventDraft, Stored
from sivient.ports.errors import OutcomeUnknown
from sivient.vendors.microsoft.times import Unreadable, said, times

# Ours alone: the name under which an event carries its booking's reference.
REFERENCE = "String {5c1a7d0e-3f0b-4c55-9d51-6e0a8b1f2c77} Name BookingId"
FIELDS = "id,iCalUId,subject,start,end,isAllDay,isCancelled,showAs,responseStatus,type,location,attendees,body"
BUSY_FIELDS = "id,start,end,showAs,isAllDay,isCancelled,responseStatus"
OWN_FIELDS = "id,iCalUId,start,end,isAllDay,isCancelled,type"
FREE = {"free", "workingelsewhere"}
ID_LIMIT, ETAG_LIMIT, SUBJECT_LIMIT, BODY_LIMIT = 1024, 300, 255, 20_000  # characters
ANSWERS = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentativelyaccepted": Answer.TENTATIVE,
}
_TAG = re.compile(r"<[^>]*>")
Event = dict[str, Any]


def details(draft: EventDraft, before: Event | None = None) -> Event:
    """Return what an event of ours says. Whom it names is who Exchange invites: it has no way to keep quiet.

    The list of attendees is replaced whole, so whoever was in the event `before` stays in it.
    """
    place = clean_line(draft.join_url or draft.location, SUBJECT_LIMIT)
    return {
        "subject": _subject(draft),
        "body": {"contentType": "HTML", "content": _body(draft)},
        "start": said(draft.start),
        "end": said(draft.end),
        "location": {"displayName": place} | ({"locationUri": draft.join_url} if draft.join_url else {}),
        "attendees": _invited(draft, before or {}),
        "allowNewTimeProposals": False,
        "responseRequested": True,
        "showAs": "busy",
        "isOnlineMeeting": False,  # Teams would add a link of its own
        "singleValueExtendedProperties": [{"id": REFERENCE, "value": draft.reference}],
    }


def says(event: Event, draft: EventDraft) -> bool:
    """Whether an event says what `draft` does. Exchange rewrites bodies, so of those only the words count."""
    try:
        at = times(event, "UTC")
    except Unreadable:
        return False
    place = event.get("location") or {}
    wanted = details(draft)
    return (
        at == Busy(draft.start, draft.end)
        and event.get("subject") == wanted["subject"]
        and place.get("displayName") == wanted["location"]["displayName"]
        and answers(event).keys() >= {guest.address.lower() for guest in draft.guests}
        and _shows(event.get("body") or {}, draft)
    )


def stored(event: Event) -> Stored:
    """Return an event of ours as it is now. OutcomeUnknown: the answer cannot be read."""
    try:
        at = times(event, "UTC")
    except Unreadable:
        at = None
    name = clean_line(str(event.get("id") or ""), ID_LIMIT)
    if at is None or not name:
        raise OutcomeUnknown("Microsoft gave an answer that cannot be read.")
    return Stored(
        name=name,
        uid=_uid(event),
        etag=_etag(event),
        start=at.start,
        end=at.end,
        cancelled=event.get("isCancelled") is True,
        answers=answers(event),
        location=str((event.get("location") or {}).get("displayName") or ""),
    )


def reference(event: Event) -> str:
    """Return the reference that we have written into an event, "" when it is not one of ours."""
    kept = event.get("singleValueExtendedProperties")
    for each in kept if isinstance(kept, list) else []:
        if isinstance(each, dict) and str(each.get("id")).lower() == REFERENCE.lower():
            return str(each.get("value") or "")
    return ""


def change(event: Event, zone: str, master: Mapping[str, Any]) -> Change:
    """Return what a sync says of one event. Raise Unreadable.

    An occurrence may come with nothing but its time: the rest is that of its series' `master`, else {}.
    """
    name = _name(event)
    if "@removed" in event:
        return Change(name, gone=True)
    whole = {**master, **{field: value for field, value in event.items() if value is not None}}
    if whole.get("type") == "seriesMaster":  # its occurrences stand in the list one by one
        return Change(name, uid=_uid(event), etag=_etag(event), answers=answers(event))
    at = times(whole, zone)
    return Change(
        name=name,
        busy=(at,) if at and takes_time(whole) else (),
        gone=whole.get("isCancelled") is True,
        uid=_uid(whole),
        start=at.start if at else None,
        end=at.end if at else None,
        etag=_etag(event),
        answers=answers(whole),
    )


def takes_time(event: Event) -> bool:
    """Whether an event blocks. A word that we do not know blocks, and so does a missing one: never wrongly free."""
    response = event.get("responseStatus")
    declined = isinstance(response, dict) and str(response.get("response") or "").lower() == "declined"
    return not declined and event.get("isCancelled") is not True and str(event.get("showAs")).lower() not in FREE


def answers(event: Event) -> dict[str, Answer]:
    """Return the attendees' answers, by address in small letters."""
    listed = event.get("attendees")
    found: dict[str, Answer] = {}
    for attendee in listed if isinstance(listed, list) else []:
        mail, status = (attendee.get(key) if isinstance(attendee, dict) else None for key in ("emailAddress", "status"))
        address = mail.get("address") if isinstance(mail, dict) else None
        if isinstance(address, str) and address:
            response = status.get("response") if isinstance(status, dict) else None
            found[clean_line(address, 254).lower()] = ANSWERS.get(str(response).lower(), Answer.NONE)
    return found


def _invited(draft: EventDraft, before: Event) -> list[Event]:
    there = answers(before)
    listed = before.get("attendees") if there else []
    stay = [each for each in listed or [] if isinstance(each, dict) and each.get("emailAddress")]
    return [{name: each[name] for name in ("emailAddress", "type") if each.get(name)} for each in stay] + [
        {
            "emailAddress": {"address": guest.address, "name": clean_line(guest.name, 200) or guest.address},
            "type": "required",
        }
        for guest in draft.guests
        if guest.address.lower() not in there
    ]


def named(event: Any) -> str:
    """Return what we call an event, "" when it does not say."""
    return clean_line(str(event.get("id") or ""), ID_LIMIT) if isinstance(event, dict) else ""


def _name(event: Event) -> str:
    name = named(event)
    if not name:
        raise Unreadable("An event has no id.")
    return name


def _uid(event: Event) -> str:
    return clean_line(str(event.get("iCalUId") or ""), 300)


def _etag(event: Event) -> str:
    etag = str(event.get("@odata.etag") or "")
    return etag if etag.isascii() and etag.isprintable() and len(etag) <= ETAG_LIMIT else ""


def _subject(draft: EventDraft) -> str:
    return clean_line(draft.title, SUBJECT_LIMIT) or "Meeting"


def _body(draft: EventDraft) -> str:
    """Return the text as HTML; a join link that it does not name stands at its top."""
    link = html.escape(draft.join_url)
    top = f'<p>Join: <a href="{link}">{link}</a></p>' if link and draft.join_url not in draft.description else ""
    text = html.escape(clean_text(draft.description, BODY_LIMIT)).replace("\n", "<br>\n")
    return f"{top}<p>{text}</p>"


def _shows(body: Event, draft: EventDraft) -> bool:
    """Whether a body has the link and every line of the text, whatever Exchange has put around them."""
    content = str(body.get("content") or "")
    if str(body.get("contentType")).lower() == "html":
        content = html.unescape(_TAG.sub(" ", content))
    lines = [draft.join_url, *clean_text(draft.description, BODY_LIMIT).splitlines()]
    shown = _words(content)
    return all(_words(line) in shown for line in lines)


def _words(text: str) -> str:
    """Return the words of a text with single spaces."""
    return " ".join(text.split())
