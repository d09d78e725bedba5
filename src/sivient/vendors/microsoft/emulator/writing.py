"""Making, changing and deleting events. Whom an event names gets mail from Exchange, always (contract, chapter 2.4)."""

import json
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import Calendar, Event
from sivient.vendors.microsoft.emulator.errors import GraphError, invalid, not_found
from sivient.vendors.microsoft.emulator.events import wanted
from sivient.vendors.microsoft.emulator.mailbox import WRITERS, Mailbox

TELLING = ("title", "start", "end", "location", "attendees")  # what Exchange mails an update about
KEPT = ("location", "isOnlineMeeting", "allowNewTimeProposals")


def create(mailbox: Mailbox) -> httpx.Response:
    """Make an event; the same transactionId with the same body is the same event."""
    calendar, body = mailbox.calendar(mailbox.asked.ids[0]), mailbox.asked.body()
    _require_writable(calendar)
    fields = wanted(body, new=True)
    _check_times(fields["start"], fields["end"])
    transaction, posted = body.get("transactionId"), _canonical(body)
    if transaction:
        for event in mailbox.emulator.world.events(calendar.id):
            if event.extra.get("transactionId") == transaction:
                return _again(mailbox, event, posted)
    extra = {name: body[name] for name in KEPT if name in body} | {"transactionId": transaction, "posted": posted}
    known = {"id": "", "uid": "", "title": "", **fields}
    made = mailbox.emulator.world.add(Event(calendar=calendar.id, extra=extra, **known))
    return httpx.Response(201, json=mailbox.show(made))


def change(mailbox: Mailbox) -> httpx.Response:
    """Give an event what the body names, if it is the one that `If-Match` means."""
    event, body = mailbox.event(mailbox.asked.ids[0]), mailbox.asked.body()
    _require_writable(mailbox.calendar(event.calendar))
    wished = mailbox.asked.request.headers.get("If-Match", "*")
    if wished not in ("*", f"W/{event.etag}") or mailbox.emulator.calls.strike("conflict", mailbox.call):
        raise GraphError(412, "ErrorIrresolvableConflict", "The send or update operation could not be performed.")
    if body.get("transactionId", event.extra.get("transactionId")) != event.extra.get("transactionId"):
        raise invalid("transactionId cannot be changed.", "ErrorInvalidPropertySet")
    fields = wanted(body, new=False)
    if "attendees" in fields:  # who has answered has answered
        for each in fields["attendees"]:
            each.answer = event.answer_of(each.address) or each.answer
    _check_times(fields.get("start", event.start), fields.get("end", event.end))
    fields["properties"] = {**event.properties, **fields.get("properties", {})}
    fields["extra"] = event.extra | {name: body[name] for name in KEPT if name in body}
    told = any(fields.get(name, getattr(event, name)) != getattr(event, name) for name in TELLING)
    changed = mailbox.emulator.world.change(event, notify=told, **fields)
    return httpx.Response(200, json=mailbox.show(changed))


def delete(mailbox: Mailbox) -> httpx.Response:
    """Delete an event; an organizer's delete tells the attendees."""
    event = mailbox.event(mailbox.asked.ids[0])
    _require_writable(mailbox.calendar(event.calendar))
    mailbox.emulator.world.remove(event)
    if mailbox.emulator.calls.strike("already-deleted", mailbox.call):
        raise not_found()
    return httpx.Response(204)


def cancel(mailbox: Mailbox) -> httpx.Response:
    """Call a meeting off; only its organizer can."""
    event = mailbox.event(mailbox.asked.ids[0])
    if event.organizer.casefold() != mailbox.account.address.casefold():
        raise invalid("You must be the organizer to cancel a meeting.")
    mailbox.emulator.world.remove(event)
    return httpx.Response(202)


def _again(mailbox: Mailbox, event: Event, posted: str) -> httpx.Response:
    """Answer a transactionId that was used: by the same event for the same body, while it is there."""
    if event.extra["posted"] == posted and not event.cancelled:
        return httpx.Response(201, json=mailbox.show(event))
    named: dict[str, Any] = {"@event.existingEventId": event.id}
    if mailbox.emulator.calls.strike("duplicate-without-id", mailbox.call):
        named = {}
    raise GraphError(409, "ErrorDuplicateTransactionId", "Your request can't be completed.", **named)


def _require_writable(calendar: Calendar) -> None:
    if calendar.role not in WRITERS:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _check_times(start: Any, end: Any) -> None:
    if end < start:
        raise invalid("End time must not be before start time.", "ErrorPropertyValidationFailure")


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True)
