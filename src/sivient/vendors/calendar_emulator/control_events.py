"""What a person could do in the calendar, as JSON (`/__ctl/events`, `/__ctl/calendars`), for tests in other processes.

POST /__ctl/events           {"account": "mara", "title": "Dentist", "start": "2026-12-01T09:00:00+00:00", "end": ...},
                             or {"events": [...]}; further fields as in `records.Event`, `attendees` as addresses
POST /__ctl/events/change    {"account": "mara", "event": ID, "start": ..., "end": ...}
POST /__ctl/events/remove    {"account": "mara", "event": ID}
POST /__ctl/events/answer    {"account": "mara", "event": ID, "address": "guest@x.example", "answer": "declined"}
POST /__ctl/calendars        {"id": ..., "account": "mara", "name": "Team", "zone": "Europe/Berlin"}
POST /__ctl/calendars/remove {"calendar": ID}
`calendar` is the account's primary one unless it is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sivient.vendors.calendar_emulator.records import Answer, Attendee, Calendar, Event, Show, moment

if TYPE_CHECKING:
    from sivient.vendors.calendar_emulator.emulator import CalendarEmulator

Body = dict[str, Any]


def add(emulator: CalendarEmulator, body: Body) -> Body:
    """Add one event, or many; return their ids."""
    made = []
    for wish in body.get("events", [body]):
        fields, notify = _fields(emulator, wish)
        known = {"id": "", "uid": "", "title": "", **fields}
        made.append(emulator.world.add(Event(**known), notify=notify).id)
    return {"events": made}


def change(emulator: CalendarEmulator, body: Body) -> Body:
    """Give an event other fields."""
    event = _event(emulator, body)
    fields, notify = _fields(emulator, {name: value for name, value in body.items() if name != "event"})
    return emulator.world.change(event, notify=notify, **fields).dump()


def remove(emulator: CalendarEmulator, body: Body) -> Body:
    """Delete an event."""
    return emulator.world.remove(_event(emulator, body), notify=body.get("notify", True)).dump()


def answer(emulator: CalendarEmulator, body: Body) -> Body:
    """Let an attendee answer."""
    return emulator.world.answer(_event(emulator, body), body["address"], Answer(body["answer"])).dump()


def add_calendar(emulator: CalendarEmulator, body: Body) -> Body:
    """Add a calendar, or change one that is there."""
    _account(emulator, body["account"])
    emulator.world.keep_calendar(Calendar(**body))
    return {"calendar": body["id"]}


def remove_calendar(emulator: CalendarEmulator, body: Body) -> Body:
    """Delete a calendar."""
    calendar = emulator.world.calendars[body["calendar"]]
    calendar.deleted = True
    emulator.world.keep_calendar(calendar)
    return {"calendar": calendar.id}


def _event(emulator: CalendarEmulator, body: Body) -> Event:
    event = emulator.world.find(_calendar(emulator, body), body["event"])
    if event is None:
        raise ValueError("no such event")
    return event


def _calendar(emulator: CalendarEmulator, body: Body) -> str:
    if "calendar" in body:
        return emulator.world.calendars[str(body["calendar"])].id
    return emulator.world.primary(_account(emulator, body.get("account", ""))).id


def _account(emulator: CalendarEmulator, key: str) -> str:
    if key not in emulator.world.accounts:
        raise ValueError(f"no account {key}")
    return key


def _fields(emulator: CalendarEmulator, wish: Body) -> tuple[Body, bool]:
    """Return the fields of `Event` that a wish names, and whether attendees are to be told."""
    fields = {name: value for name, value in wish.items() if name not in ("account", "notify")}
    for name in ("start", "end"):
        if name in fields:
            fields[name] = moment(fields[name])
    if "attendees" in fields:
        fields["attendees"] = [Attendee(address) for address in fields["attendees"]]
    if "show" in fields:
        fields["show"] = Show(fields["show"])
    return fields | {"calendar": _calendar(emulator, wish)}, bool(wish.get("notify", True))
